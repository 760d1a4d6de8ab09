//! PKCS#8, plain and encrypted.
//!
//! Owns reading the structure inside a `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY` block. The cost of
//! the key derivation, which the file chooses, is checked before it is paid; an encryption that is
//! too weak to support is named.

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode as _, ErrorKind, Reader as _, SliceReader};
use pkcs8::pkcs5::{self, EncryptionScheme, pbes2};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfo, ObjectIdentifier, PrivateKeyInfo};
use zeroize::Zeroizing;

use super::public::{ED25519_OID, RSA_OID};
use super::sniff::other_pkcs8;
use super::{KeyError, PrivateKey};
use crate::secret::SecretString;

/// Reads an unencrypted key.
pub(super) fn read_plain(der: &[u8]) -> Result<PrivateKey, KeyError> {
    let broken = |error| KeyError::damaged_because("its PKCS#8 structure is broken", error);
    let info = PrivateKeyInfo::from_der(der).map_err(broken)?;
    match info.algorithm.oid {
        RSA_OID => PrivateKey::from_pkcs1(Zeroizing::new(info.private_key.to_vec())),
        ED25519_OID => {
            let seed = OctetStringRef::from_der(info.private_key).map_err(broken)?;
            let seed = <[u8; 32]>::try_from(seed.as_bytes())
                .map_err(|error| KeyError::damaged_because("its Ed25519 seed has a wrong length", error))?;
            PrivateKey::from_seed(Zeroizing::new(seed), info.public_key)
        }
        oid => Err(other_pkcs8(oid)),
    }
}

/// Opens and reads an encrypted key.
pub(super) fn read_encrypted(der: &[u8], passphrase: Option<&SecretString>) -> Result<PrivateKey, KeyError> {
    let info = EncryptedPrivateKeyInfo::from_der(der).map_err(|error| match (error.kind(), scheme_of(der)) {
        (ErrorKind::OidUnknown { oid }, _) => weak_encryption(oid),
        (_, Ok(oid)) if oid != pbes2::PBES2_OID => weak_encryption(oid),
        _ => KeyError::damaged_because("its encrypted PKCS#8 structure is broken", error),
    })?;
    match &info.encryption_algorithm {
        EncryptionScheme::Pbes2(parameters) => check_cost(&parameters.kdf)?,
        _ => return Err(weak_encryption("PKCS#5 version 1")),
    }
    let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
    let document = info.decrypt(passphrase.expose()).map_err(|error| match error {
        // With a wrong key the padding is wrong nearly always, and the rest of the time the content.
        pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::EncryptFailed | pkcs5::Error::DecryptFailed)
        | pkcs8::Error::Asn1(_) => KeyError::PassphraseWrong,
        pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::UnsupportedAlgorithm { oid }) => weak_encryption(oid),
        error => KeyError::damaged_because("its encryption parameters are broken", error),
    })?;
    read_plain(document.as_bytes())
}

/// The encryption scheme of a file that the library does not read, such as one of PKCS#12.
fn scheme_of(der: &[u8]) -> pkcs8::der::Result<ObjectIdentifier> {
    SliceReader::new(der)?.sequence(|content| {
        let scheme = AlgorithmIdentifierRef::decode(content)?;
        OctetStringRef::decode(content)?;
        Ok(scheme.oid)
    })
}

/// More than any tool offers by itself, and still a minute at most.
const MOST_PBKDF2_ROUNDS: u32 = 50_000_000;
const MOST_SCRYPT_BYTES: u64 = 1 << 30;

/// Refuses what would hang or exhaust memory; a scrypt cost of 0 would overflow in the library.
fn check_cost(kdf: &pbes2::Kdf<'_>) -> Result<(), KeyError> {
    match kdf {
        pbes2::Kdf::Pbkdf2(parameters) if parameters.iteration_count > MOST_PBKDF2_ROUNDS => {
            Err(costly(format!("{} rounds of PBKDF2", parameters.iteration_count)))
        }
        pbes2::Kdf::Scrypt(parameters) => {
            let (cost, block) = (parameters.cost_parameter, u64::from(parameters.block_size));
            if !cost.is_power_of_two() || cost < 2 {
                return Err(KeyError::damaged("its scrypt cost is no power of two"));
            }
            let bytes = cost.saturating_mul(block.max(1)).saturating_mul(128);
            let work = bytes.saturating_mul(u64::from(parameters.parallelization).max(1));
            if work > MOST_SCRYPT_BYTES {
                return Err(costly(format!("scrypt with a cost of {cost}")));
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

pub(super) fn costly(what: String) -> KeyError {
    KeyError::unsupported(format!("a passphrase guarded by {what}"), "rewrite the file with `ssh-keygen -p -f PATH`")
}

fn weak_encryption(name: impl std::fmt::Display) -> KeyError {
    KeyError::unsupported(
        format!("the encryption of this file ({name})"),
        "rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in PATH -out NEW`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_that_would_hang_are_refused() {
        let scrypt = |cost_parameter, block_size, parallelization| {
            let parameters =
                pbes2::ScryptParams { salt: b"salt", cost_parameter, block_size, parallelization, key_length: None };
            check_cost(&pbes2::Kdf::Scrypt(parameters))
        };
        assert!(scrypt(1 << 17, 8, 1).is_ok());
        assert!(matches!(scrypt(0, 8, 1), Err(KeyError::Damaged { .. })));
        assert!(matches!(scrypt(3, 8, 1), Err(KeyError::Damaged { .. })));
        assert!(matches!(scrypt(1 << 40, 8, 1), Err(KeyError::Unsupported { .. })));
        assert!(matches!(scrypt(1 << 17, u16::MAX, u16::MAX), Err(KeyError::Unsupported { .. })));
    }
}
