//! Private keys out of file formats.
//!
//! Owns reading: it tells what a file is, opens it, and hands on a checked key. A file that is no
//! usable key is named for what it is. Formats that we never write but others do (scrypt, other AES
//! modes, other line widths) are read as well. Parameters from a file are checked before they cost
//! memory or time.

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode as _, ErrorKind, Reader as _, SliceReader};
use pkcs8::pkcs5::{self, EncryptionScheme, pbes2};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfo, ObjectIdentifier, PrivateKeyInfo};
use ssh_key::private::KeypairData;
use ssh_key::{Cipher, Kdf};
use zeroize::Zeroizing;

use super::armor::Armor;
use super::public::{ED25519_OID, PublicKey, RSA_OID, one_line};
use super::sniff::{OTHER_ALGORITHM, USE_RSA, not_armored, other_block, other_pkcs8, other_ssh};
use super::{KeyError, KeyFormat, PrivateKey, rsa};
use crate::secret::SecretString;

/// A private key that was read, and how it was stored.
#[derive(Debug)]
pub struct DecodedKey {
    /// The key.
    pub key: PrivateKey,
    /// The format of the file.
    pub format: KeyFormat,
    /// Whether it was encrypted.
    pub encrypted: bool,
    /// The comment, which only OpenSSH's format holds.
    pub comment: Option<String>,
}

/// What a private key file shows without its passphrase.
#[derive(Debug)]
pub struct Inspection {
    /// The format of the file.
    pub format: KeyFormat,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The public half; an encrypted PKCS#8 or PKCS#1 file hides it.
    pub public: Option<PublicKey>,
    /// The comment; an encrypted file hides it.
    pub comment: Option<String>,
}

/// Looks at a private key file without a passphrase.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, KeyError> {
    let hidden = |format, public| Inspection { format, encrypted: true, public, comment: None };
    match Stored::read(bytes)? {
        Stored::Openssh(stored) if stored.is_encrypted() => {
            let public = PublicKey::from_data(stored.public_key().key_data().clone())?;
            Ok(hidden(KeyFormat::Openssh, Some(public)))
        }
        Stored::EncryptedPkcs8(_) => Ok(hidden(KeyFormat::Pem, None)),
        Stored::LegacyEncrypted => Ok(hidden(KeyFormat::Pkcs1, None)),
        plain => {
            let DecodedKey { key, format, encrypted, comment } = plain.open(None)?;
            Ok(Inspection { format, encrypted, public: Some(key.public()), comment })
        }
    }
}

impl PrivateKey {
    /// Reads a private key; the passphrase of an unencrypted one is not looked at.
    pub fn decode(bytes: &[u8], passphrase: Option<&SecretString>) -> Result<DecodedKey, KeyError> {
        Stored::read(bytes)?.open(passphrase)
    }
}

/// A file's content, its format told but not yet opened.
enum Stored {
    Openssh(Box<ssh_key::PrivateKey>),
    Pkcs8(Zeroizing<Vec<u8>>),
    EncryptedPkcs8(Zeroizing<Vec<u8>>),
    Pkcs1(Zeroizing<Vec<u8>>),
    LegacyEncrypted,
}

impl Stored {
    fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Err(not_armored(bytes)) };
        let Some(armor) = Armor::find(text)? else { return Err(not_armored(bytes)) };
        match armor.label {
            "OPENSSH PRIVATE KEY" => {
                let content = armor.content()?;
                let stored = ssh_key::PrivateKey::from_bytes(&content)
                    .map_err(|error| KeyError::damaged_because("its OpenSSH structure is broken", error))?;
                match other_ssh(&stored.algorithm()) {
                    Some(other) => Err(other),
                    None => Ok(Self::Openssh(Box::new(stored))),
                }
            }
            "PRIVATE KEY" => armor.content().map(Self::Pkcs8),
            "ENCRYPTED PRIVATE KEY" => armor.content().map(Self::EncryptedPkcs8),
            "RSA PRIVATE KEY" if armor.legacy_encrypted => Ok(Self::LegacyEncrypted),
            "RSA PRIVATE KEY" => armor.content().map(Self::Pkcs1),
            label => Err(other_block(label)),
        }
    }

    fn open(self, passphrase: Option<&SecretString>) -> Result<DecodedKey, KeyError> {
        let decoded = |key, format, encrypted| DecodedKey { key, format, encrypted, comment: None };
        match self {
            Self::Openssh(stored) => open_openssh(*stored, passphrase),
            Self::Pkcs8(der) => Ok(decoded(read_pkcs8(&der)?, KeyFormat::Pem, false)),
            Self::EncryptedPkcs8(der) => Ok(decoded(open_pkcs8(&der, passphrase)?, KeyFormat::Pem, true)),
            Self::Pkcs1(der) => Ok(decoded(PrivateKey::from_pkcs1(der)?, KeyFormat::Pkcs1, false)),
            Self::LegacyEncrypted => Err(KeyError::unsupported(
                "the legacy encryption of PEM files (`Proc-Type: 4,ENCRYPTED`)",
                "rewrite the file with `ssh-keygen -p -f PATH`, or `openssl pkcs8 -topk8 -v2 aes-256-cbc -in PATH -out NEW`",
            )),
        }
    }
}

fn open_openssh(stored: ssh_key::PrivateKey, passphrase: Option<&SecretString>) -> Result<DecodedKey, KeyError> {
    let encrypted = stored.is_encrypted();
    let opened = if encrypted {
        let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
        if stored.cipher() == Cipher::TDesCbc {
            return Err(weak_encryption("3des-cbc"));
        }
        if let Kdf::Bcrypt { rounds, .. } = stored.kdf()
            && *rounds > MOST_BCRYPT_ROUNDS
        {
            return Err(costly(format!("{rounds} rounds of bcrypt")));
        }
        stored.decrypt(passphrase.expose()).map_err(|error| match error {
            // The check numbers differ, or the authentication tag does.
            ssh_key::Error::Crypto => KeyError::PassphraseWrong,
            error => KeyError::damaged_because("its encrypted part is broken", error),
        })?
    } else {
        stored
    };
    let key = match opened.key_data() {
        KeypairData::Rsa(pair) => PrivateKey::from_pkcs1(rsa::from_openssh(pair)?)?,
        KeypairData::Ed25519(pair) => {
            let seed = Zeroizing::new(*pair.private.as_ref());
            PrivateKey::from_seed(seed, Some(pair.public.as_ref()))?
        }
        _ => return Err(KeyError::NotAKey { looks_like: OTHER_ALGORITHM, hint: USE_RSA }),
    };
    let comment = Some(one_line(opened.comment())).filter(|comment| !comment.is_empty());
    Ok(DecodedKey { key, format: KeyFormat::Openssh, encrypted, comment })
}

fn read_pkcs8(der: &[u8]) -> Result<PrivateKey, KeyError> {
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

fn open_pkcs8(der: &[u8], passphrase: Option<&SecretString>) -> Result<PrivateKey, KeyError> {
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
    read_pkcs8(document.as_bytes())
}

/// The encryption scheme of a file that the library does not read, such as one of PKCS#12.
fn scheme_of(der: &[u8]) -> pkcs8::der::Result<ObjectIdentifier> {
    SliceReader::new(der)?.sequence(|content| {
        let scheme = AlgorithmIdentifierRef::decode(content)?;
        OctetStringRef::decode(content)?;
        Ok(scheme.oid)
    })
}

/// More than any tool offers by itself, and still minutes at most.
const MOST_BCRYPT_ROUNDS: u32 = 10_000;
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

fn costly(what: String) -> KeyError {
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
    use super::super::{Algorithm, KeySpec};
    use super::*;
    use crate::secret::SecretBytes;

    fn new_key(algorithm: Algorithm) -> PrivateKey {
        let bits = (algorithm == Algorithm::Rsa).then_some(2048);
        PrivateKey::generate(KeySpec::new(algorithm, bits).unwrap()).unwrap()
    }

    fn passphrase(text: &str) -> SecretString {
        SecretString::new(text.to_owned())
    }

    fn damaged(bytes: &SecretBytes, from: &str, to: &str) -> Vec<u8> {
        let text = std::str::from_utf8(bytes.expose()).unwrap();
        assert!(text.contains(from));
        text.replacen(from, to, 1).into_bytes()
    }

    #[test]
    fn what_is_written_is_read_in_every_format() {
        for algorithm in Algorithm::ALL {
            let key = new_key(algorithm);
            for format in KeyFormat::ALL.into_iter().filter(|format| format.supports(algorithm).is_ok()) {
                for secret in [None, Some(passphrase("pä ss"))] {
                    if format == KeyFormat::Pkcs1 && secret.is_some() {
                        assert!(matches!(key.encode(format, secret.as_ref(), ""), Err(KeyError::Unsupported { .. })));
                        continue;
                    }
                    let file = key.encode(format, secret.as_ref(), "me@host\nx").unwrap();
                    let seen = inspect(file.expose()).unwrap();
                    let hidden = format == KeyFormat::Pem && secret.is_some();
                    assert_eq!((seen.format, seen.encrypted), (format, secret.is_some()));
                    assert_eq!(seen.public, (!hidden).then(|| key.public()));
                    let read = PrivateKey::decode(file.expose(), secret.as_ref()).unwrap();
                    assert_eq!((read.format, read.encrypted, read.key.spec()), (format, secret.is_some(), key.spec()));
                    assert_eq!(read.key.public(), key.public());
                    assert_eq!(read.comment.as_deref(), (format == KeyFormat::Openssh).then_some("me@host x"));
                    // Both signature schemes are deterministic.
                    assert_eq!(read.key.sign(b"x").unwrap().expose(), key.sign(b"x").unwrap().expose());
                }
            }
        }
    }

    #[test]
    fn a_missing_and_a_wrong_passphrase_are_told_apart() {
        let key = new_key(Algorithm::Ed25519);
        for format in [KeyFormat::Pem, KeyFormat::Openssh] {
            let file = key.encode(format, Some(&passphrase("right")), "").unwrap();
            let open =
                |secret: Option<&str>| PrivateKey::decode(file.expose(), secret.map(passphrase).as_ref()).unwrap_err();
            assert!(matches!(open(None), KeyError::PassphraseNeeded), "{format}");
            for wrong in ["wrong", "", "right "] {
                assert!(matches!(open(Some(wrong)), KeyError::PassphraseWrong), "{format} {wrong:?}");
            }
            assert!(matches!(key.encode(format, Some(&passphrase("")), ""), Err(KeyError::PassphraseEmpty)));
        }
        // An unencrypted file is read, whatever passphrase is at hand.
        let file = key.encode(KeyFormat::Openssh, None, "").unwrap();
        assert!(!PrivateKey::decode(file.expose(), Some(&passphrase("any"))).unwrap().encrypted);
    }

    #[test]
    fn no_two_encrypted_files_are_alike() {
        let (key, secret) = (new_key(Algorithm::Ed25519), passphrase("right"));
        for format in [KeyFormat::Pem, KeyFormat::Openssh] {
            let files = [(); 2].map(|()| key.encode(format, Some(&secret), "").unwrap());
            assert_ne!(files[0].expose(), files[1].expose(), "{format}");
        }
    }

    #[test]
    fn damage_is_found_and_no_byte_of_the_key_is_told() {
        let key = new_key(Algorithm::Rsa);
        for format in KeyFormat::ALL {
            let file = key.encode(format, None, "").unwrap();
            let text = String::from_utf8(file.expose().clone()).unwrap();
            let line = text.lines().nth(12).unwrap();
            let mut reversed: String = line.chars().rev().collect();
            reversed.make_ascii_lowercase();
            let cut = &text[..text.len() / 2];
            for bytes in [
                damaged(&file, line, &reversed),
                damaged(&file, line, ""),
                damaged(&file, line, "§"),
                cut.as_bytes().to_vec(),
            ] {
                let error = PrivateKey::decode(&bytes, None).unwrap_err();
                assert!(matches!(error, KeyError::Damaged { .. }), "{format}: {error}");
                let shown = format!("{error:?} {error}");
                assert!(!shown.contains(&line[..8]) && !shown.contains(&reversed[..8]), "{shown}");
            }
        }
    }

    #[test]
    fn an_ed25519_file_with_a_foreign_public_half_is_damaged() {
        let (one, two) = (new_key(Algorithm::Ed25519), new_key(Algorithm::Ed25519));
        let seeds = [&one, &two].map(|key| match &key.pair {
            super::super::private::Pair::Ed25519 { seed, public, .. } => (seed.clone(), *public),
            super::super::private::Pair::Rsa { .. } => panic!("another algorithm"),
        });
        let error = PrivateKey::from_seed(seeds[0].0.clone(), Some(seeds[1].1.as_ref())).unwrap_err();
        assert!(matches!(error, KeyError::Damaged { .. }));
    }

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
