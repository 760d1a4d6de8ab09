//! What signs for a key: the private key itself, or an ssh-agent that holds it.
//!
//! Owns nothing but the choice: whoever asks for a signature need not know which of the two it is.

use super::{AgentKey, Algorithm, KeyError, KeySpec, PrivateKey, PublicKey};
use crate::secret::SecretBytes;

/// A key that can sign.
#[derive(Debug)]
pub enum Signer {
    /// By its private half, here in memory.
    Private(PrivateKey),
    /// By an ssh-agent.
    Agent(AgentKey),
}

impl Signer {
    /// The public half, without a comment.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Private(key) => key.public(),
            Self::Agent(key) => key.public(),
        }
    }

    /// Algorithm and size.
    pub fn spec(&self) -> KeySpec {
        match self {
            Self::Private(key) => key.spec(),
            Self::Agent(key) => key.spec(),
        }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.spec().algorithm
    }

    /// Signs a message: RSASSA-PKCS1-v1_5 with SHA-256, or the 64 bytes of Ed25519.
    pub fn sign(&self, message: &[u8]) -> Result<SecretBytes, KeyError> {
        match self {
            Self::Private(key) => key.sign(message),
            Self::Agent(key) => key.sign(message),
        }
    }
}

impl From<PrivateKey> for Signer {
    fn from(key: PrivateKey) -> Self {
        Self::Private(key)
    }
}
