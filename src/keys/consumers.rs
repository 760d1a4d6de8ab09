//! Which parts of the platform's agent framework can use a private key file.
//!
//! Owns the table of `platform-api.md` 7.5 as code. No format serves every part; the answer here is
//! what `key show` tells and what `docs/key-formats.md` explains.

use serde::Serialize;

use super::{Algorithm, KeyFormat};

/// A part of the framework, and whether it can use the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Consumer {
    /// Its name.
    pub name: &'static str,
    /// Whether it loads the file and can sign with it.
    pub loads: bool,
    /// Why, or why not.
    pub why: &'static str,
}

/// How a part of the framework reads key files.
#[derive(Clone, Copy)]
enum Loader {
    /// Only OpenSSH's format.
    Openssh,
    /// Only PEM: PKCS#8 and PKCS#1.
    Pem,
    /// Either, by the first line of the file.
    Either,
}

const FRAMEWORK: [(&str, Loader); 5] = [
    ("SSHAuthProvider (current)", Loader::Openssh),
    ("SSHAuthProvider (a272ae1)", Loader::Pem),
    ("SimplifiedAgent", Loader::Either),
    ("Agent", Loader::Pem),
    ("HeartbeatAgent", Loader::Pem),
];

/// Every part of the framework that reads a key file, with its verdict on such a file.
pub fn consumers(algorithm: Algorithm, format: KeyFormat, encrypted: bool) -> Vec<Consumer> {
    let verdict = |(name, loader)| {
        let (loads, why) = judge(loader, algorithm, format, encrypted);
        Consumer { name, loads, why }
    };
    FRAMEWORK.map(verdict).to_vec()
}

fn judge(loader: Loader, algorithm: Algorithm, format: KeyFormat, encrypted: bool) -> (bool, &'static str) {
    if encrypted {
        return (false, "it never asks for a passphrase");
    }
    if algorithm == Algorithm::Ed25519 {
        // Some of them load such a key in some format, but their way of signing is RSA's.
        return (false, "it signs only with RSA keys");
    }
    match (loader, format) {
        (Loader::Openssh, KeyFormat::Pem | KeyFormat::Pkcs1) => (false, "it reads only OpenSSH's format"),
        (Loader::Pem, KeyFormat::Openssh) => (false, "it reads only PEM (PKCS#8 or PKCS#1)"),
        (Loader::Openssh, KeyFormat::Openssh) => (true, "it reads OpenSSH's format"),
        (Loader::Pem, KeyFormat::Pem | KeyFormat::Pkcs1) => (true, "it reads PEM (PKCS#8 or PKCS#1)"),
        (Loader::Either, _) => (true, "it goes by the file's first line"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(algorithm: Algorithm, format: KeyFormat, encrypted: bool) -> Vec<&'static str> {
        consumers(algorithm, format, encrypted)
            .into_iter()
            .filter(|consumer| consumer.loads)
            .map(|consumer| consumer.name)
            .collect()
    }

    #[test]
    fn no_format_serves_every_part_and_pem_serves_most() {
        assert_eq!(users(Algorithm::Rsa, KeyFormat::Openssh, false), ["SSHAuthProvider (current)", "SimplifiedAgent"]);
        let pem = ["SSHAuthProvider (a272ae1)", "SimplifiedAgent", "Agent", "HeartbeatAgent"];
        assert_eq!(users(Algorithm::Rsa, KeyFormat::Pem, false), pem);
        assert_eq!(users(Algorithm::Rsa, KeyFormat::Pkcs1, false), pem);
    }

    #[test]
    fn no_part_takes_a_passphrase_or_signs_with_ed25519() {
        for format in KeyFormat::ALL {
            assert!(users(Algorithm::Rsa, format, true).is_empty());
            assert!(users(Algorithm::Ed25519, format, false).is_empty());
        }
    }
}
