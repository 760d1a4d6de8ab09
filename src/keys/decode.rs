//! Private keys out of file formats.
//!
//! Owns reading: it tells what a file is, opens it, and hands on a checked key. A file that is no
//! usable key is named for what it is. Formats that we never write but others do (scrypt, other AES
//! modes, other line widths) are read as well. Parameters from a file are checked before they cost
//! memory or time.

use ssh_key::private::KeypairData;
use ssh_key::{Cipher, Kdf};
use zeroize::Zeroizing;

use super::armor::Armor;
use super::pkcs8_file::{self, costly};
use super::public::{PublicKey, one_line};
use super::sniff::{OTHER_ALGORITHM, USE_RSA, not_armored, other_block, other_ssh};
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
                // LIMIT: a comment that is not UTF-8 counts as damage; the library refuses to read on.
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
            Self::Pkcs8(der) => Ok(decoded(pkcs8_file::read_plain(&der)?, KeyFormat::Pem, false)),
            Self::EncryptedPkcs8(der) => {
                Ok(decoded(pkcs8_file::read_encrypted(&der, passphrase)?, KeyFormat::Pem, true))
            }
            Self::Pkcs1(der) => Ok(decoded(PrivateKey::from_pkcs1(der)?, KeyFormat::Pkcs1, false)),
            Self::LegacyEncrypted => Err(KeyError::unsupported(
                "the legacy encryption of PEM files (`Proc-Type: 4,ENCRYPTED`)",
                "rewrite the file with `ssh-keygen -p -f PATH`, or `openssl pkcs8 -topk8 -v2 aes-256-cbc -in PATH -out NEW`",
            )),
        }
    }
}

/// More than any tool offers by itself, and still minutes at most.
const MOST_BCRYPT_ROUNDS: u32 = 10_000;

fn open_openssh(stored: ssh_key::PrivateKey, passphrase: Option<&SecretString>) -> Result<DecodedKey, KeyError> {
    let encrypted = stored.is_encrypted();
    let opened = if encrypted {
        let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
        if stored.cipher() == Cipher::TDesCbc {
            let hint = "rewrite it with `ssh-keygen -p -Z aes256-ctr -f PATH`";
            return Err(KeyError::unsupported("the encryption of this file (3des-cbc)", hint));
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
}
