//! What kind of key, and in which file format.
//!
//! Owns the choices that a user makes and their rules: which sizes we make, which format goes with
//! which algorithm. Keys made elsewhere may have other sizes; [`KeySpec`] then only describes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::KeyError;

/// The algorithm of a key that we can sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// RSA; signatures are RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Ed25519.
    Ed25519,
}

impl Algorithm {
    /// Every algorithm, in the order of the help.
    pub const ALL: [Self; 2] = [Self::Rsa, Self::Ed25519];

    /// The name that the user writes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text);
        found.ok_or_else(|| {
            KeyError::unsupported(
                format!("the algorithm `{}` (only rsa and ed25519 are)", text.escape_default()),
                "use rsa or ed25519",
            )
        })
    }
}

/// How a private key is written into its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyFormat {
    /// PKCS#8 in PEM: `BEGIN PRIVATE KEY` or `BEGIN ENCRYPTED PRIVATE KEY`.
    Pem,
    /// OpenSSH's own: `BEGIN OPENSSH PRIVATE KEY`.
    Openssh,
    /// PKCS#1 in PEM, RSA only: `BEGIN RSA PRIVATE KEY`.
    Pkcs1,
}

impl KeyFormat {
    /// Every format, in the order of the help.
    pub const ALL: [Self; 3] = [Self::Pem, Self::Openssh, Self::Pkcs1];

    /// The name that the user writes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Openssh => "openssh",
            Self::Pkcs1 => "pkcs1",
        }
    }

    /// The format of a new key where none was asked for; `docs/key-formats.md` has the reasons.
    pub fn default_for(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rsa => Self::Pem,
            Algorithm::Ed25519 => Self::Openssh,
        }
    }

    /// Refuses a format that cannot hold a key of this algorithm.
    pub fn supports(self, algorithm: Algorithm) -> Result<(), KeyError> {
        match (self, algorithm) {
            (Self::Pkcs1, Algorithm::Ed25519) => Err(ed25519_in_pkcs1()),
            _ => Ok(()),
        }
    }
}

pub(super) fn ed25519_in_pkcs1() -> KeyError {
    KeyError::unsupported("an Ed25519 key in the pkcs1 format", "use openssh, or pem where the reader needs PKCS#8")
}

impl fmt::Display for KeyFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for KeyFormat {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| {
            KeyError::unsupported(
                format!("the key format `{}`", text.escape_default()),
                "use pem (PKCS#8), openssh or pkcs1",
            )
        })
    }
}

/// Algorithm and size of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct KeySpec {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The size: of the modulus for RSA, 256 for Ed25519.
    pub bits: u32,
}

impl KeySpec {
    /// The sizes of RSA keys that we make.
    pub const RSA_BITS: [u32; 3] = [2048, 3072, 4096];

    /// Checks what a user asked for; without a size RSA gets 4096 bits.
    pub fn new(algorithm: Algorithm, bits: Option<u32>) -> Result<Self, KeyError> {
        let bits = match (algorithm, bits) {
            (Algorithm::Rsa, None) => 4096,
            (Algorithm::Rsa, Some(bits)) if Self::RSA_BITS.contains(&bits) => bits,
            (Algorithm::Rsa, Some(bits)) => {
                return Err(KeyError::unsupported(format!("a new RSA key of {bits} bits"), "use 2048, 3072 or 4096"));
            }
            (Algorithm::Ed25519, None) => 256,
            (Algorithm::Ed25519, Some(_)) => {
                return Err(KeyError::unsupported(
                    "a size for an Ed25519 key",
                    "leave the size out: it is always 256 bits",
                ));
            }
        };
        Ok(Self { algorithm, bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.to_string().parse::<Algorithm>().unwrap(), algorithm);
            assert_eq!(serde_json::to_string(&algorithm).unwrap(), format!("\"{algorithm}\""));
        }
        for format in KeyFormat::ALL {
            assert_eq!(format.to_string().parse::<KeyFormat>().unwrap(), format);
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("\"{format}\""));
        }
        let error = "RSA\n".parse::<Algorithm>().unwrap_err();
        assert_eq!(error.to_string(), "the algorithm `RSA\\n` (only rsa and ed25519 are) is not supported");
        assert!(error.hint().unwrap().contains("rsa or ed25519"));
    }

    #[test]
    fn sizes_are_checked() {
        assert_eq!(KeySpec::new(Algorithm::Rsa, None).unwrap().bits, 4096);
        assert_eq!(KeySpec::new(Algorithm::Rsa, Some(3072)).unwrap().bits, 3072);
        assert_eq!(KeySpec::new(Algorithm::Ed25519, None).unwrap().bits, 256);
        for (algorithm, bits) in
            [(Algorithm::Rsa, 1024), (Algorithm::Rsa, 2049), (Algorithm::Rsa, 8192), (Algorithm::Ed25519, 256)]
        {
            assert!(
                matches!(KeySpec::new(algorithm, Some(bits)), Err(KeyError::Unsupported { .. })),
                "{algorithm} {bits}"
            );
        }
    }

    #[test]
    fn only_rsa_goes_into_pkcs1() {
        assert!(KeyFormat::Pkcs1.supports(Algorithm::Rsa).is_ok());
        assert!(KeyFormat::Pkcs1.supports(Algorithm::Ed25519).is_err());
        for algorithm in Algorithm::ALL {
            assert!(KeyFormat::default_for(algorithm).supports(algorithm).is_ok());
        }
    }
}
