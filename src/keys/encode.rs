//! Private keys into file formats.
//!
//! Owns writing. What is written is for others to read, so every choice is the one that all of
//! OpenSSL 3, `ssh-keygen` and Python read where the format allows it (`docs/key-formats.md`). Salts
//! and initialisation vectors are fresh each time, and no copy of the key outlives the call.

use pkcs8::der::Encode as _;
use pkcs8::pkcs5::pbes2;
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{PrivateKeyInfo, SecretDocument};
use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey, KeypairData};
use ssh_key::{Cipher, Kdf};
use zeroize::Zeroizing;

use super::private::Pair;
use super::public::{ED25519_OID, RSA_OID, one_line};
use super::spec::ed25519_in_pkcs1;
use super::{KeyError, KeyFormat, PrivateKey, armor, rsa};
use crate::secret::{SecretBytes, SecretString};

/// OWASP's advice of 2023 for PBKDF2 with HMAC-SHA-256. PBKDF2 and not scrypt, since LibreSSL, which
/// macOS uses, reads no scrypt.
const PBKDF2_ROUNDS: u32 = 600_000;
/// What `ssh-keygen` uses since OpenSSH 9.4.
const BCRYPT_ROUNDS: u32 = 24;
/// As OpenSSL and `ssh-keygen` break their lines.
const PEM_WIDTH: usize = 64;
const OPENSSH_WIDTH: usize = 70;

impl PrivateKey {
    /// Writes the key in a format, encrypted when there is a passphrase.
    ///
    /// Only OpenSSH's format has room for the comment, which becomes one line.
    pub fn encode(
        &self,
        format: KeyFormat,
        passphrase: Option<&SecretString>,
        comment: &str,
    ) -> Result<SecretBytes, KeyError> {
        if passphrase.is_some_and(|passphrase| passphrase.expose().is_empty()) {
            return Err(KeyError::PassphraseEmpty);
        }
        match format {
            KeyFormat::Openssh => self.encode_openssh(passphrase, comment),
            KeyFormat::Pem => self.encode_pkcs8(passphrase),
            KeyFormat::Pkcs1 => self.encode_pkcs1(passphrase),
        }
    }

    fn encode_pkcs1(&self, passphrase: Option<&SecretString>) -> Result<SecretBytes, KeyError> {
        let Pair::Rsa { pkcs1, .. } = &self.pair else { return Err(ed25519_in_pkcs1()) };
        if passphrase.is_some() {
            return Err(KeyError::unsupported(
                "a passphrase in the pkcs1 format",
                "use pem or openssh; the only encryption that PKCS#1 files know rests on MD5",
            ));
        }
        Ok(armor::write("RSA PRIVATE KEY", pkcs1, PEM_WIDTH))
    }

    fn encode_pkcs8(&self, passphrase: Option<&SecretString>) -> Result<SecretBytes, KeyError> {
        let broken = |error: pkcs8::Error| KeyError::damaged_because("it cannot be written as PKCS#8", error);
        // RFC 8410: the seed is an OCTET STRING within the OCTET STRING. Version 1, without the public
        // half, since OpenSSL 3.0 and Python refuse version 2.
        let mut seed_der = Zeroizing::new([0; 34]);
        let (oid, parameters, private_key) = match &self.pair {
            Pair::Rsa { pkcs1, .. } => (RSA_OID, Some(pkcs8::der::asn1::AnyRef::NULL), pkcs1.as_slice()),
            Pair::Ed25519 { seed, .. } => {
                seed_der[..2].copy_from_slice(&[0x04, 0x20]);
                seed_der[2..].copy_from_slice(&**seed);
                (ED25519_OID, None, seed_der.as_slice())
            }
        };
        let info = PrivateKeyInfo::new(AlgorithmIdentifierRef { oid, parameters }, private_key);
        let Some(passphrase) = passphrase else {
            let der = Zeroizing::new(info.to_der().map_err(|error| broken(error.into()))?);
            return Ok(armor::write("PRIVATE KEY", &der, PEM_WIDTH));
        };
        let (salt, iv): ([u8; 16], [u8; 16]) = (random()?, random()?);
        let parameters = pbes2::Parameters::pbkdf2_sha256_aes256cbc(PBKDF2_ROUNDS, &salt, &iv)
            .map_err(|error| broken(error.into()))?;
        let document: SecretDocument = info.encrypt_with_params(parameters, passphrase.expose()).map_err(broken)?;
        Ok(armor::write("ENCRYPTED PRIVATE KEY", document.as_bytes(), PEM_WIDTH))
    }

    fn encode_openssh(&self, passphrase: Option<&SecretString>, comment: &str) -> Result<SecretBytes, KeyError> {
        let broken =
            |error: ssh_key::Error| KeyError::damaged_because("it cannot be written in OpenSSH's format", error);
        let data = match &self.pair {
            Pair::Rsa { pkcs1, .. } => KeypairData::Rsa(rsa::to_openssh(&rsa::read_pkcs1(pkcs1)?)?),
            Pair::Ed25519 { seed, public, .. } => {
                KeypairData::Ed25519(Ed25519Keypair { public: *public, private: Ed25519PrivateKey::from_bytes(seed) })
            }
        };
        let mut key = ssh_key::PrivateKey::new(data, one_line(comment)).map_err(broken)?;
        if let Some(passphrase) = passphrase {
            let kdf = Kdf::Bcrypt { salt: random::<16>()?.to_vec(), rounds: BCRYPT_ROUNDS };
            let check = u32::from_ne_bytes(random()?);
            key = key.encrypt_with(Cipher::Aes256Ctr, kdf, check, passphrase.expose()).map_err(broken)?;
        }
        Ok(armor::write("OPENSSH PRIVATE KEY", &key.to_bytes().map_err(broken)?, OPENSSH_WIDTH))
    }
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyError::Random)?;
    Ok(bytes)
}
