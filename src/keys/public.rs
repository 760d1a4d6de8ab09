//! The public half of a key.
//!
//! Owns the OpenSSH line, both fingerprints and the question whether two keys are the same, which is
//! decided by type and blob alone (`platform-api.md` 4): never by comment, white space or a
//! fingerprint. Public keys that we could not make, ECDSA for one, are read as well, since other
//! people's records hold them.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, STANDARD_PAD_INDIFFERENT};
use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::{AnyRef, BitStringRef};
use pkcs8::der::{Encode as _, Tag};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use ssh_key::EcdsaCurve;
use ssh_key::public::KeyData;

use super::{Algorithm, KeyError, rsa};

/// RFC 8017.
pub(super) const RSA_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 8410.
pub(super) const ED25519_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 5480, with the curve as parameter.
const ECDSA_OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// A public key, and the comment that came with it.
#[derive(Clone)]
pub struct PublicKey {
    data: KeyData,
    key_type: String,
    blob: Vec<u8>,
    comment: Option<String>,
}

impl PublicKey {
    /// Reads an OpenSSH line: type, base64, comment; white space around them does not matter.
    pub fn parse_line(line: &str) -> Result<Self, KeyError> {
        let refused = |reason: String| KeyError::NotAPublicLine { reason };
        let line = line.trim();
        if line.is_empty() {
            return Err(refused("it is empty".to_owned()));
        }
        if line.contains(['\n', '\r']) {
            return Err(refused("it has more than one line".to_owned()));
        }
        let (key_type, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let rest = rest.trim_start();
        let (blob, comment) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        if key_type.ends_with("-cert-v01@openssh.com") {
            return Err(refused("it is a certificate".to_owned()));
        }
        if !is_key_type(key_type) {
            return Err(refused("it does not begin with a key type such as `ssh-rsa`".to_owned()));
        }
        let blob = STANDARD_PAD_INDIFFERENT
            .decode(blob)
            .map_err(|error| refused(format!("its base64 text is broken: {error}")))?;
        let public = ssh_key::PublicKey::from_bytes(&blob)
            .map_err(|error| refused(format!("its content is broken: {error}")))?;
        let mut key = Self::from_data(KeyData::from(public)).map_err(|error| refused(error.to_string()))?;
        if key.key_type != key_type {
            return Err(refused(format!("it says `{key_type}` but holds `{}`", one_line(&key.key_type))));
        }
        // What was sent, and not our writing of it, is what others compare and hash.
        key.blob = blob;
        key.comment = Some(one_line(comment)).filter(|comment| !comment.is_empty());
        Ok(key)
    }

    pub(super) fn from_data(data: KeyData) -> Result<Self, KeyError> {
        if let KeyData::Rsa(key) = &data {
            let positive = |number: &ssh_key::Mpint| number.as_positive_bytes().is_some_and(|bytes| !bytes.is_empty());
            if !positive(&key.n) || !positive(&key.e) {
                return Err(KeyError::damaged("its RSA numbers are not positive"));
            }
        }
        let public = ssh_key::PublicKey::from(data);
        let blob = public.to_bytes().map_err(|error| KeyError::damaged_because("its public half is broken", error))?;
        let key_type = public.algorithm().as_str().to_owned();
        Ok(Self { data: public.into(), key_type, blob, comment: None })
    }

    /// The numbers.
    pub(super) fn data(&self) -> &KeyData {
        &self.data
    }

    /// The key on the wire, as it was sent.
    pub(super) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// The comment that came with the key, on one line.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    /// The OpenSSH line with this comment (not the key's own), without a line end.
    pub fn line(&self, comment: &str) -> String {
        let line = format!("{} {} {}", self.key_type, STANDARD.encode(&self.blob), one_line(comment));
        line.trim_end().to_owned()
    }

    /// The type as OpenSSH names it: `ssh-rsa`, `ssh-ed25519`, …
    pub fn key_type(&self) -> &str {
        &self.key_type
    }

    /// The algorithm, where it is one that we can sign with.
    pub fn algorithm(&self) -> Option<Algorithm> {
        match self.data {
            KeyData::Rsa(_) => Some(Algorithm::Rsa),
            KeyData::Ed25519(_) => Some(Algorithm::Ed25519),
            _ => None,
        }
    }

    /// The size as `ssh-keygen -l` shows it; 0 for a type that has no known size.
    pub fn bits(&self) -> u32 {
        match &self.data {
            KeyData::Rsa(key) => rsa::bit_length(key.n.as_bytes()),
            KeyData::Dsa(key) => rsa::bit_length(key.p.as_bytes()),
            KeyData::Ed25519(_) | KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_) => 256,
            KeyData::Ecdsa(key) => match key.curve() {
                EcdsaCurve::NistP256 => 256,
                EcdsaCurve::NistP384 => 384,
                EcdsaCurve::NistP521 => 521,
            },
            _ => 0,
        }
    }

    /// The fingerprint of `ssh-keygen -l`: SHA-256 of the wire blob.
    pub fn openssh_fingerprint(&self) -> String {
        fingerprint(&self.blob)
    }

    /// The fingerprint that the platform keeps: SHA-256 of the DER SubjectPublicKeyInfo.
    pub fn platform_fingerprint(&self) -> Result<String, KeyError> {
        let broken = |error| KeyError::damaged_because("its public half cannot be written as DER", error);
        let curve_oid;
        let content;
        let (oid, parameters, bytes) = match &self.data {
            KeyData::Rsa(key) => {
                let positive = |number: &'_ ssh_key::Mpint| number.as_positive_bytes().unwrap_or_default().to_vec();
                let (modulus, public_exponent) = (positive(&key.n), positive(&key.e));
                let numbers = pkcs1::RsaPublicKey {
                    modulus: pkcs1::UintRef::new(&modulus).map_err(broken)?,
                    public_exponent: pkcs1::UintRef::new(&public_exponent).map_err(broken)?,
                };
                content = numbers.to_der().map_err(broken)?;
                (RSA_OID, Some(AnyRef::NULL), content.as_slice())
            }
            KeyData::Ed25519(key) => (ED25519_OID, None, key.as_ref().as_slice()),
            KeyData::Ecdsa(key) => {
                curve_oid = ObjectIdentifier::new_unwrap(match key.curve() {
                    EcdsaCurve::NistP256 => "1.2.840.10045.3.1.7",
                    EcdsaCurve::NistP384 => "1.3.132.0.34",
                    EcdsaCurve::NistP521 => "1.3.132.0.35",
                });
                let curve = AnyRef::new(Tag::ObjectIdentifier, curve_oid.as_bytes()).map_err(broken)?;
                (ECDSA_OID, Some(curve), key.as_sec1_bytes())
            }
            _ => {
                let what = format!("the platform's fingerprint of a `{}` key", one_line(&self.key_type));
                return Err(KeyError::unsupported(what, "compare its OpenSSH fingerprint instead"));
            }
        };
        let info = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef { oid, parameters },
            subject_public_key: BitStringRef::from_bytes(bytes).map_err(broken)?,
        };
        Ok(fingerprint(&info.to_der().map_err(broken)?))
    }

    /// Whether both are the same key, whatever their comments.
    pub fn same_key(&self, other: &Self) -> bool {
        self.key_type == other.key_type && self.blob == other.blob
    }

    /// Whether a line, from a server or a file, names this very key.
    pub fn is_line(&self, line: &str) -> bool {
        Self::parse_line(line).is_ok_and(|other| self.same_key(&other))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.same_key(other)
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("PublicKey").field(&self.line(self.comment().unwrap_or_default())).finish()
    }
}

/// Whether a word is the type of a public key.
pub(super) fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| word.starts_with(start))
        && word.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A comment on one line: runs of white space and control characters become single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn fingerprint(bytes: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=";

    #[test]
    fn fingerprints_are_the_documented_ones() {
        let key = PublicKey::parse_line(ED25519).unwrap();
        assert_eq!(key.platform_fingerprint().unwrap(), "SHA256:BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0Vfjht5L6k");
        assert_eq!(key.openssh_fingerprint(), "SHA256:bbXpuKG6zhzdmnxq256TlqzFBzRl2f6OOg722cYNbU8");
        assert_eq!((key.key_type(), key.algorithm(), key.bits()), ("ssh-ed25519", Some(Algorithm::Ed25519), 256));
    }

    #[test]
    fn fingerprints_are_those_that_the_platform_recorded() {
        let recorded: serde_json::Value = serde_json::from_str(include_str!("../../tests/data/recorded.json")).unwrap();
        let mut checked = std::collections::BTreeSet::new();
        let mut stack = vec![&recorded];
        while let Some(value) = stack.pop() {
            stack.extend(value.as_array().into_iter().flatten());
            stack.extend(value.as_object().into_iter().flat_map(|object| object.values()));
            // The records of the platform's key store; the agents' own fingerprints are another kind.
            if let (Some(line), Some(expected)) = (value["public_key"].as_str(), value["fingerprint"].as_str())
                && expected.starts_with("SHA256:")
            {
                let key = PublicKey::parse_line(line).unwrap();
                assert_eq!(key.platform_fingerprint().unwrap(), expected, "{line}");
                assert!(key.is_line(line) && key.is_line(&key.line("another comment")));
                checked.insert((key.key_type().to_owned(), expected));
            }
        }
        assert!(checked.contains(&("ssh-rsa".to_owned(), "SHA256:qeMcQnEhsJmvMF1zmh5wtlJsIf/QEVt56FEhwBM9oIM")));
        assert!(checked.contains(&("ssh-ed25519".to_owned(), "SHA256:BYY1i8XJPub9q13DwqA/6UcKT2fIQBpvNEofduvoqQk")));
    }

    #[test]
    fn comment_and_white_space_do_not_matter() {
        let key = PublicKey::parse_line(ED25519).unwrap();
        let (kind, blob) = ED25519.split_once(' ').unwrap();
        for line in [
            format!("  {kind}\t{blob}  one  two \r\n"),
            format!("{kind} {blob}\n"),
            format!("{kind} {} x", blob.trim_end_matches('=')),
        ] {
            assert!(key.is_line(&line), "{line:?}");
        }
        assert_eq!(PublicKey::parse_line(&format!("{ED25519} me@host  two ")).unwrap().comment(), Some("me@host two"));
        assert_eq!(key.comment(), None);
        assert!(!key.is_line(ECDSA));
    }

    #[test]
    fn ecdsa_lines_are_read() {
        let key = PublicKey::parse_line(ECDSA).unwrap();
        assert_eq!((key.key_type(), key.algorithm(), key.bits()), ("ecdsa-sha2-nistp256", None, 256));
        assert!(key.platform_fingerprint().unwrap().starts_with("SHA256:"));
    }

    #[test]
    fn a_comment_cannot_add_a_line() {
        let key = PublicKey::parse_line(ED25519).unwrap();
        assert_eq!(key.line("a\nssh-rsa AAAA\u{85}\0 b"), format!("{ED25519} a ssh-rsa AAAA b"));
        assert_eq!(key.line(" \n"), ED25519);
    }

    #[test]
    fn what_is_no_line_is_refused_with_its_reason() {
        let (kind, blob) = ED25519.split_once(' ').unwrap();
        for (line, reason) in [
            (String::new(), "it is empty"),
            (format!("{ED25519}\n{ED25519}"), "more than one line"),
            (format!("from=\"10.0.0.1\" {ED25519}"), "does not begin with a key type"),
            (format!("ssh-rsa {blob}"), "but holds `ssh-ed25519`"),
            (kind.to_owned(), "its content is broken"),
            (format!("{kind} {}", &blob[..40]), "its content is broken"),
            (format!("{kind} A*{blob}"), "its base64 text is broken"),
            (format!("ssh-rsa-cert-v01@openssh.com {blob}"), "a certificate"),
        ] {
            let error = PublicKey::parse_line(&line).unwrap_err();
            assert!(error.to_string().contains(reason), "{line:?}: {error}");
        }
    }
}
