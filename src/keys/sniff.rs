//! What a file is that is not a private key for us.
//!
//! Owns the names and the advice for such files, so that "not a key" is never the whole answer. It
//! decides nothing: by the time it is asked, the file is refused.

use pkcs8::ObjectIdentifier;
use ssh_key::Algorithm;

use super::KeyError;
use super::public::is_key_type;

pub(super) const OTHER_ALGORITHM: &str = "a private key that is neither RSA nor Ed25519";
pub(super) const USE_RSA: &str = "the platform knows RSA and Ed25519 keys; make one with `artcafe key generate`";

const PUBLIC_KEY: &str = "name the private key file; it has no `.pub` at the end";
const CERTIFICATE: &str = "name the private key that belongs to it";
const PUTTY: &str =
    "export it from PuTTYgen: Conversions, Export OpenSSH key; or `puttygen KEY.ppk -O private-openssh -o NEW`";
const BINARY: &str = "turn a DER file into PEM: `openssl pkey -inform DER -in PATH -out NEW`";
const NOTHING: &str = "name a private key file; `artcafe key generate --overwrite` makes one in its place";

fn not_a_key(looks_like: &'static str, hint: &'static str) -> KeyError {
    KeyError::NotAKey { looks_like, hint }
}

/// A file without a `BEGIN` line.
pub(super) fn not_armored(bytes: &[u8]) -> KeyError {
    let start = bytes.trim_ascii_start();
    let has = |text: &str| start.starts_with(text.as_bytes());
    let first_word = start.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let names_key_type = std::str::from_utf8(first_word).is_ok_and(is_key_type);
    if start.is_empty() {
        not_a_key("an empty file", NOTHING)
    } else if names_key_type {
        not_a_key("a public key", PUBLIC_KEY)
    } else if has("PuTTY-User-Key-File-") {
        not_a_key("a PuTTY .ppk key", PUTTY)
    } else if has("---- BEGIN SSH2 PUBLIC KEY") {
        not_a_key("a public key", PUBLIC_KEY)
    } else if has("---- BEGIN SSH2") {
        not_a_key("a private key of the commercial SSH2 program", "convert it: `ssh-keygen -i -f PATH`")
    } else if has("SSH PRIVATE KEY FILE FORMAT 1.1") {
        not_a_key("a private key for version 1 of SSH", USE_RSA)
    } else if has("{") {
        not_a_key("a JSON file", NOTHING)
    } else if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        not_a_key("a text in UTF-16", "save it as plain UTF-8 text")
    } else if bytes.first() == Some(&0x30) && !bytes.is_ascii() {
        not_a_key("a binary (DER) file", BINARY)
    } else {
        not_a_key("a file without a `-----BEGIN … PRIVATE KEY-----` line", NOTHING)
    }
}

/// A block with another label.
pub(super) fn other_block(label: &str) -> KeyError {
    match label {
        "PUBLIC KEY" | "RSA PUBLIC KEY" => not_a_key("a public key", PUBLIC_KEY),
        "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => not_a_key("a certificate", CERTIFICATE),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => not_a_key("a certificate request", CERTIFICATE),
        "EC PRIVATE KEY" | "EC PARAMETERS" => not_a_key("an ECDSA private key", USE_RSA),
        "DSA PRIVATE KEY" | "DSA PARAMETERS" => not_a_key("a DSA private key", USE_RSA),
        "PGP PRIVATE KEY BLOCK" | "PGP PUBLIC KEY BLOCK" | "PGP MESSAGE" => not_a_key("an OpenPGP block", NOTHING),
        label if label.ends_with("PRIVATE KEY") => not_a_key(OTHER_ALGORITHM, USE_RSA),
        _ => not_a_key("a PEM file without a private key", NOTHING),
    }
}

/// A PKCS#8 key of another algorithm.
pub(super) fn other_pkcs8(oid: ObjectIdentifier) -> KeyError {
    let looks_like = match oid.to_string().as_str() {
        "1.2.840.10045.2.1" => "an ECDSA private key",
        "1.2.840.10040.4.1" => "a DSA private key",
        "1.2.840.113549.1.1.10" => {
            "an RSA private key that is only for PSS signatures, which the platform does not take"
        }
        "1.3.101.113" => "an Ed448 private key",
        "1.3.101.110" | "1.3.101.111" => "a private key for key agreement (X25519 or X448), which cannot sign",
        _ => OTHER_ALGORITHM,
    };
    not_a_key(looks_like, USE_RSA)
}

/// An OpenSSH key of another algorithm; none for ours.
pub(super) fn other_ssh(algorithm: &Algorithm) -> Option<KeyError> {
    match algorithm {
        Algorithm::Rsa { .. } | Algorithm::Ed25519 => None,
        Algorithm::Ecdsa { .. } => Some(not_a_key("an ECDSA private key", USE_RSA)),
        Algorithm::Dsa => Some(not_a_key("a DSA private key", USE_RSA)),
        Algorithm::SkEcdsaSha2NistP256 | Algorithm::SkEd25519 => {
            Some(not_a_key("the handle of a key in a hardware token", USE_RSA))
        }
        _ => Some(not_a_key(OTHER_ALGORITHM, USE_RSA)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PrivateKey, inspect};
    use super::*;

    #[test]
    fn every_other_file_is_named() {
        let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        for (text, expected) in [
            (String::new(), "an empty file"),
            (" \n".to_owned(), "an empty file"),
            ("ssh-rsa AAAA me".to_owned(), "a public key"),
            ("ecdsa-sha2-nistp256 AAAA me".to_owned(), "a public key"),
            (block("PUBLIC KEY"), "a public key"),
            (block("CERTIFICATE"), "a certificate"),
            (block("EC PRIVATE KEY"), "an ECDSA private key"),
            (block("DSA PRIVATE KEY"), "a DSA private key"),
            (block("ANY PRIVATE KEY"), OTHER_ALGORITHM),
            ("PuTTY-User-Key-File-3: ssh-rsa\n".to_owned(), "a PuTTY .ppk key"),
            ("---- BEGIN SSH2 PUBLIC KEY ----\n".to_owned(), "a public key"),
            ("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n".to_owned(), "a private key of the commercial SSH2 program"),
            ("{\"kty\": \"RSA\"}".to_owned(), "a JSON file"),
            ("hello".to_owned(), "a file without a `-----BEGIN … PRIVATE KEY-----` line"),
        ] {
            for error in [PrivateKey::decode(text.as_bytes(), None).unwrap_err(), inspect(text.as_bytes()).unwrap_err()]
            {
                assert!(
                    matches!(&error, KeyError::NotAKey { looks_like, .. } if *looks_like == expected),
                    "{text:?}: {error}"
                );
                assert!(error.hint().is_some());
            }
        }
        for (bytes, expected) in
            [(&[0x30, 0x82, 0x09][..], "a binary (DER) file"), (&[0xff, 0xfe, 0x2d, 0][..], "a text in UTF-16")]
        {
            let error = PrivateKey::decode(bytes, None).unwrap_err();
            assert!(error.to_string().ends_with(expected), "{error}");
        }
    }
}
