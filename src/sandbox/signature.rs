//! Checks the answer to a challenge. Uses plain arithmetic and other libraries than the client's signer, so that
//! a mistake there cannot be repeated here. Takes exactly RSASSA-PKCS1-v1_5 with SHA-256 and raw Ed25519 (3.2, 3.3).

use super::options::Dialect;
use super::public_key::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// The DER of `DigestInfo` for SHA-256, up to the hash.
const SHA256_DIGEST_INFO: &[u8] =
    &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// Says whether `response` (standard base64 with padding) signs the text of the challenge under the key of `line`.
pub(super) fn verifies(dialect: Dialect, line: &str, challenge: &str, response: &str) -> bool {
    let (Some(key), Ok(signature)) = (PublicKey::from_line(line), STANDARD.decode(response)) else {
        return false;
    };
    match key {
        PublicKey::Rsa { exponent, modulus } => rsa(&exponent, &modulus, challenge.as_bytes(), &signature),
        PublicKey::Ed25519 { point } => match dialect {
            Dialect::Documented => ed25519(&point, challenge.as_bytes(), &signature),
            // The platform hands RSA padding to its Ed25519 verifier, which fails every time (3.3).
            Dialect::AsBuilt => false,
        },
        PublicKey::Ecdsa { .. } => false,
    }
}

fn rsa(exponent: &[u8], modulus: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let size = modulus.len();
    let number = BigUint::from_bytes_be(modulus);
    let signed = BigUint::from_bytes_be(signature);
    if signature.len() != size || signed >= number {
        return false;
    }
    let opened = signed.modpow(&BigUint::from_bytes_be(exponent), &number).to_bytes_be();
    let hash = Sha256::digest(message);
    let Some(padding) = size.checked_sub(3 + SHA256_DIGEST_INFO.len() + hash.len()).filter(|padding| *padding >= 8)
    else {
        return false;
    };
    let mut expected = vec![0x00, 0x01];
    expected.resize(2 + padding, 0xff);
    expected.push(0x00);
    expected.extend_from_slice(SHA256_DIGEST_INFO);
    expected.extend_from_slice(&hash);
    // The number loses the leading zero byte of the expected block.
    expected.get(1..) == Some(opened.as_slice())
}

fn ed25519(point: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) =
        (ed25519_dalek::VerifyingKey::from_bytes(point), ed25519_dalek::Signature::from_slice(signature))
    else {
        return false;
    };
    key.verify_strict(message, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding};

    fn line(pair: &KeyPair) -> String {
        use aws_lc_rs::signature::KeyPair as _;
        let parsed = pkcs1::RsaPublicKey::try_from(pair.public_key().as_ref()).unwrap();
        crate::sandbox::public_key::rsa_line(parsed.public_exponent.as_bytes(), parsed.modulus.as_bytes())
    }

    fn sign(pair: &KeyPair, encoding: &'static dyn RsaEncoding, message: &[u8]) -> String {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        STANDARD.encode(signature)
    }

    #[test]
    fn only_pkcs1_with_sha256_passes() {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let other = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let line = line(&pair);
        let check = |response: &str| Dialect::ALL.map(|dialect| verifies(dialect, &line, "60b9c0", response));
        let good = sign(&pair, &RSA_PKCS1_SHA256, b"60b9c0");
        assert_eq!(check(&good), [true, true]);
        assert_eq!(check(&sign(&pair, &RSA_PKCS1_SHA256, b"60b9c1")), [false, false]);
        assert_eq!(check(&sign(&pair, &RSA_PKCS1_SHA512, b"60b9c0")), [false, false]);
        assert_eq!(check(&sign(&pair, &RSA_PSS_SHA256, b"60b9c0")), [false, false]);
        assert_eq!(check(&sign(&other, &RSA_PKCS1_SHA256, b"60b9c0")), [false, false]);
        assert_eq!(check(good.trim_end_matches('=')), [false, false]);
        assert_eq!(check(""), [false, false]);
        let bytes = STANDARD.decode(&good).unwrap();
        assert_eq!(check(&STANDARD.encode([&[0], bytes.as_slice()].concat())), [false, false]);
        // Adding the modulus keeps the number modulo n and must not make a second signature.
        assert_eq!(check(&STANDARD.encode(vec![0xff; bytes.len()])), [false, false]);
    }

    #[test]
    fn ed25519_is_the_documented_dialects_alone() {
        use ed25519_dalek::Signer;
        let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let mut blob = vec![0, 0, 0, 11];
        blob.extend_from_slice(b"ssh-ed25519\0\0\0\x20");
        blob.extend_from_slice(key.verifying_key().as_bytes());
        let line = format!("ssh-ed25519 {}", STANDARD.encode(blob));
        let good = STANDARD.encode(key.sign(b"abc").to_bytes());
        assert!(verifies(Dialect::Documented, &line, "abc", &good));
        assert!(!verifies(Dialect::AsBuilt, &line, "abc", &good));
        assert!(!verifies(Dialect::Documented, &line, "abd", &good));
    }
}
