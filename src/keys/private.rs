//! A private key in memory, fit to sign.
//!
//! Owns the checked key pair. It exists only when the signing library accepted it, its public half
//! was computed from its private half, and its secret numbers are wiped when it is dropped. Its
//! `Debug` shows the algorithm and the fingerprint and nothing else.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use pkcs8::PrivateKeyInfo;
use pkcs8::der::Decode as _;
use ssh_key::public::{Ed25519PublicKey, KeyData};
use zeroize::Zeroizing;

use super::{Algorithm, KeyError, KeySpec, PublicKey, rsa};
use crate::secret::SecretBytes;

/// A private key with its public half.
pub struct PrivateKey {
    pub(super) pair: Pair,
    public: PublicKey,
}

/// What signs, and the secret numbers from which every file format is written.
pub(super) enum Pair {
    /// RSA; the numbers as PKCS#1 DER.
    Rsa { signer: RsaKeyPair, pkcs1: Zeroizing<Vec<u8>> },
    /// Ed25519; its seed.
    Ed25519 { signer: Ed25519KeyPair, seed: Zeroizing<[u8; 32]>, public: Ed25519PublicKey },
}

impl PrivateKey {
    /// The public half, without a comment.
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// Algorithm and size.
    pub fn spec(&self) -> KeySpec {
        KeySpec { algorithm: self.algorithm(), bits: self.public.bits() }
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa { .. } => Algorithm::Rsa,
            Pair::Ed25519 { .. } => Algorithm::Ed25519,
        }
    }

    /// Signs a message: RSASSA-PKCS1-v1_5 with SHA-256, or the 64 bytes of Ed25519.
    pub fn sign(&self, message: &[u8]) -> Result<SecretBytes, KeyError> {
        match &self.pair {
            Pair::Rsa { signer, .. } => {
                let mut signature = vec![0; signer.public_modulus_len()];
                signer
                    .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| KeyError::Signing)?;
                Ok(SecretBytes::new(signature))
            }
            Pair::Ed25519 { signer, .. } => {
                let signature = signer.try_sign(message).map_err(|_| KeyError::Signing)?;
                Ok(SecretBytes::new(signature.as_ref().to_vec()))
            }
        }
    }

    /// A generated RSA key.
    pub(super) fn from_rsa(signer: RsaKeyPair) -> Result<Self, KeyError> {
        let pkcs8: Pkcs8V1Der<'_> = signer.as_der().map_err(|_| KeyError::Generation)?;
        let info = PrivateKeyInfo::from_der(pkcs8.as_ref()).map_err(|_| KeyError::Generation)?;
        Self::with_rsa(signer, Zeroizing::new(info.private_key.to_vec()))
    }

    /// An RSA key that was read.
    pub(super) fn from_pkcs1(pkcs1: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        rsa::read_pkcs1(&pkcs1)?;
        let signer = RsaKeyPair::from_der(&pkcs1)
            .map_err(|error| KeyError::damaged_because("its RSA numbers do not fit together", error))?;
        Self::with_rsa(signer, pkcs1)
    }

    fn with_rsa(signer: RsaKeyPair, pkcs1: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let public = PublicKey::from_data(KeyData::Rsa(rsa::public_of(&rsa::read_pkcs1(&pkcs1)?)?))?;
        Ok(Self { pair: Pair::Rsa { signer, pkcs1 }, public })
    }

    /// An Ed25519 key by its seed; a stored public half must be the seed's.
    pub(super) fn from_seed(seed: Zeroizing<[u8; 32]>, stored_public: Option<&[u8]>) -> Result<Self, KeyError> {
        let signer = match stored_public {
            Some(public) => Ed25519KeyPair::from_seed_and_public_key(&*seed, public),
            None => Ed25519KeyPair::from_seed_unchecked(&*seed),
        };
        let signer =
            signer.map_err(|error| KeyError::damaged_because("its two halves do not belong together", error))?;
        let public = <[u8; 32]>::try_from(signer.public_key().as_ref())
            .map_err(|error| KeyError::damaged_because("its public half has a wrong length", error))?;
        let public = Ed25519PublicKey(public);
        Ok(Self {
            pair: Pair::Ed25519 { signer, seed, public },
            public: PublicKey::from_data(KeyData::Ed25519(public))?,
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PrivateKey")
            .field("algorithm", &self.algorithm())
            .field("fingerprint", &self.public.openssh_fingerprint())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_verifies_and_only_for_its_message() {
        let key = PrivateKey::generate(KeySpec::new(Algorithm::Ed25519, None).unwrap()).unwrap();
        let signature = key.sign(b"challenge").unwrap();
        assert_eq!(signature.expose().len(), 64);
        let Pair::Ed25519 { signer, .. } = &key.pair else { panic!("another algorithm") };
        let verifier = UnparsedPublicKey::new(&ED25519, signer.public_key().as_ref());
        assert!(verifier.verify(b"challenge", signature.expose()).is_ok());
        assert!(verifier.verify(b"challengf", signature.expose()).is_err());

        let key = PrivateKey::generate(KeySpec::new(Algorithm::Rsa, Some(2048)).unwrap()).unwrap();
        let signature = key.sign(b"challenge").unwrap();
        assert_eq!(signature.expose().len(), 256);
        let Pair::Rsa { signer, .. } = &key.pair else { panic!("another algorithm") };
        let verifier = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, signer.public_key().as_ref());
        assert!(verifier.verify(b"challenge", signature.expose()).is_ok());
        assert!(verifier.verify(b"challengf", signature.expose()).is_err());
    }

    #[test]
    fn debug_shows_the_fingerprint_and_no_secret() {
        let key = PrivateKey::generate(KeySpec::new(Algorithm::Ed25519, None).unwrap()).unwrap();
        let shown = format!("{key:?}");
        let expected =
            format!("PrivateKey {{ algorithm: Ed25519, fingerprint: \"{}\", .. }}", key.public().openssh_fingerprint());
        assert_eq!(shown, expected);
    }
}
