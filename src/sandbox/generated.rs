//! What the server makes up by itself: RSA pairs, ids, challenges, secrets.
//! Random bytes come from the operating system; none of it depends on the client's key module.

use super::error::SandboxError;
use super::public_key::rsa_line;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::TryRng as _;
use rand::rngs::SysRng;

/// A pair made on the server's side.
pub(super) struct Pair {
    /// `ssh-rsa BASE64`, without a comment.
    pub(super) public_line: String,
    /// PKCS#8 PEM.
    pub(super) private_pem: String,
}

/// Makes an RSA-2048 pair, as the platform does.
pub(super) fn rsa_pair() -> Option<Pair> {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use aws_lc_rs::signature::KeyPair as _;
    let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
    let private: Pkcs8V1Der<'_> = pair.as_der().ok()?;
    let public = pkcs1::RsaPublicKey::try_from(pair.public_key().as_ref()).ok()?;
    Some(Pair {
        public_line: rsa_line(public.public_exponent.as_bytes(), public.modulus.as_bytes()),
        private_pem: pem("PRIVATE KEY", private.as_ref()),
    })
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = zeroize::Zeroizing::new(STANDARD.encode(der));
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, next) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = next;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// Random bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], SandboxError> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_error| SandboxError::Entropy)?;
    Ok(bytes)
}

/// Lower-case hexadecimal text.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// A challenge: 32 random bytes as 64 hexadecimal digits.
pub(super) fn challenge() -> Result<String, SandboxError> {
    random::<32>().map(|bytes| hex(&bytes))
}

/// A tenant's API key: `art_` and 43 URL-safe characters.
pub(super) fn api_key() -> Result<String, SandboxError> {
    random::<32>().map(|bytes| format!("art_{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// A random UUID, version 4.
pub(super) fn uuid() -> Result<String, SandboxError> {
    let hex = hex(&random::<16>()?);
    Ok(format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32]))
}

/// A ULID: 48 bits of milliseconds, 80 random bits, in Crockford's base 32.
pub(super) fn ulid(milliseconds: i64) -> Result<String, SandboxError> {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = u128::from(milliseconds.unsigned_abs() & 0xffff_ffff_ffff) << 80;
    for byte in random::<10>()?.into_iter().enumerate() {
        bits |= u128::from(byte.1) << (8 * byte.0);
    }
    let digit = |place: u32| {
        let index = usize::try_from((bits >> (5 * place)) & 31).unwrap_or_default();
        char::from(DIGITS.get(index).copied().unwrap_or(b'0'))
    };
    Ok((0..26).rev().map(digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::public_key::PublicKey;

    #[test]
    fn a_made_pair_is_a_readable_rsa_2048_pair() {
        let pair = rsa_pair().unwrap();
        assert!(
            matches!(PublicKey::from_line(&pair.public_line), Some(PublicKey::Rsa { modulus, .. }) if modulus.len() == 256)
        );
        assert!(pair.private_pem.starts_with("-----BEGIN PRIVATE KEY-----\nMII"));
        assert!(pair.private_pem.lines().all(|line| line.len() <= 64));
    }

    #[test]
    fn ids_have_their_forms() {
        // The ULID specification's example time.
        let id = ulid(1_469_922_850_259).unwrap();
        assert_eq!((id.len(), &id[..10]), (26, "01ARZ3NDEK"));
        assert_ne!(ulid(1).unwrap(), ulid(1).unwrap());
        let id = uuid().unwrap();
        assert_eq!((id.len(), id.as_bytes()[14], id.as_bytes()[19]), (36, b'4', b'8'));
        assert_eq!(challenge().unwrap().len(), 64);
        assert_eq!(api_key().unwrap().len(), 47);
    }
}
