//! Public keys in OpenSSH's one-line form: read, turned into SubjectPublicKeyInfo, fingerprinted.
//! Reads the wire format by itself, so that the client's reader is checked by another one. Accepts what the
//! platform's library accepts, small RSA keys included.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest, Sha256};

/// A public key's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// RSA: exponent and modulus, big-endian without leading zeros.
    Rsa { exponent: Vec<u8>, modulus: Vec<u8> },
    /// Ed25519: the 32 bytes of the point.
    Ed25519 { point: [u8; 32] },
    /// ECDSA on a NIST curve: can be registered, never verified.
    Ecdsa { curve: &'static [u8], point: Vec<u8> },
}

/// DER object identifiers, with tag and length.
const RSA_ENCRYPTION: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];

/// The largest RSA modulus that is taken: beyond it, one request would keep the server busy for seconds.
const LARGEST_MODULUS: usize = 2048;

impl PublicKey {
    /// Reads `TYPE BASE64 [COMMENT]`; `None` for anything else.
    pub(super) fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (name, blob) = (words.next()?, words.next()?);
        let blob = STANDARD.decode(blob).ok()?;
        let mut reader = Reader(&blob);
        if reader.string()? != name.as_bytes() {
            return None;
        }
        let key = match name {
            "ssh-rsa" => Self::Rsa { exponent: reader.number()?, modulus: reader.number()? },
            "ssh-ed25519" => Self::Ed25519 { point: reader.string()?.try_into().ok()? },
            "ecdsa-sha2-nistp256" => reader.ecdsa(b"nistp256", P256, 32)?,
            "ecdsa-sha2-nistp384" => reader.ecdsa(b"nistp384", P384, 48)?,
            "ecdsa-sha2-nistp521" => reader.ecdsa(b"nistp521", P521, 66)?,
            _ => return None,
        };
        (reader.0.is_empty() && key.is_sane()).then_some(key)
    }

    fn is_sane(&self) -> bool {
        match self {
            Self::Rsa { exponent, modulus } => {
                let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
                // 62 bytes is the least that a SHA-256 signature fits in.
                (62..=LARGEST_MODULUS).contains(&modulus.len())
                    && (1..=8).contains(&exponent.len())
                    && exponent.as_slice() != [1]
                    && odd(modulus)
                    && odd(exponent)
            }
            Self::Ed25519 { .. } | Self::Ecdsa { .. } => true,
        }
    }

    /// The DER SubjectPublicKeyInfo, which the platform's fingerprints are taken of.
    pub(super) fn spki(&self) -> Vec<u8> {
        match self {
            Self::Rsa { exponent, modulus } => {
                let numbers = sequence(&[&integer(modulus), &integer(exponent)]);
                sequence(&[&sequence(&[RSA_ENCRYPTION, &[0x05, 0x00]]), &bit_string(&numbers)])
            }
            Self::Ed25519 { point } => sequence(&[&sequence(&[ED25519]), &bit_string(point)]),
            Self::Ecdsa { curve, point } => sequence(&[&sequence(&[EC_PUBLIC_KEY, curve]), &bit_string(point)]),
        }
    }

    /// `SHA256:` and the base64 of the SubjectPublicKeyInfo's hash: not what `ssh-keygen -l` shows (section 4).
    pub(super) fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(self.spki())))
    }
}

/// Reads length-prefixed fields off the front of an OpenSSH blob.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn string(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        self.0 = rest;
        Some(field)
    }

    /// A positive mpint, without its leading zero.
    fn number(&mut self) -> Option<Vec<u8>> {
        let field = self.string()?;
        if field.first().is_none_or(|byte| byte & 0x80 != 0) {
            return None;
        }
        let zeros = field.iter().take_while(|byte| **byte == 0).count();
        field.get(zeros..).filter(|number| !number.is_empty()).map(<[u8]>::to_vec)
    }

    fn ecdsa(&mut self, name: &[u8], curve: &'static [u8], size: usize) -> Option<PublicKey> {
        if self.string()? != name {
            return None;
        }
        let point = self.string()?;
        // LIMIT: that the point lies on the curve is not checked; such a key can be stored but never verifies.
        (point.len() == 1 + 2 * size && point.first() == Some(&4))
            .then(|| PublicKey::Ecdsa { curve, point: point.to_vec() })
    }
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut encoded = vec![tag];
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match significant.as_slice() {
        [] => encoded.push(0),
        [short] if *short < 0x80 => encoded.push(*short),
        // A length of at most eight bytes: the count always fits.
        long => {
            encoded.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            encoded.extend_from_slice(long);
        }
    }
    encoded.extend_from_slice(content);
    encoded
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

fn bit_string(content: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], content].concat())
}

fn integer(number: &[u8]) -> Vec<u8> {
    if number.first().is_some_and(|byte| byte & 0x80 != 0) {
        tagged(0x02, &[&[0], number].concat())
    } else {
        tagged(0x02, number)
    }
}

/// The base64 of a blob's fields, for lines that the server makes itself.
pub(super) fn rsa_line(exponent: &[u8], modulus: &[u8]) -> String {
    let mut blob = Vec::new();
    let mut field = |content: &[u8]| {
        // Fields of the keys made here have a few hundred bytes.
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        blob.extend_from_slice(&length.to_be_bytes());
        blob.extend_from_slice(content);
    };
    let number = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = number.get(zeros..).unwrap_or_default();
        let sign: &[u8] = if number.first().is_some_and(|byte| byte & 0x80 != 0) { &[0] } else { &[] };
        [sign, number].concat()
    };
    field(b"ssh-rsa");
    field(&number(exponent));
    field(&number(modulus));
    format!("ssh-rsa {}", STANDARD.encode(&blob))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spki_fingerprints_match_the_platforms() {
        for (line, fingerprint) in [
            (
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
                "SHA256:BuP9j9opu2CrWVV95h7bCuzbIxE0vjDnW0Vfjht5L6k",
            ),
            (
                "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJb6OHsrwFDHrzSD2MvKZO3vRYFlRFDatoTubXMCj0sAVjh5gamkUToMEKv3qvhmu4yFabxQvYwNv3aPaV448Bw= ec",
                "SHA256:douCpvQbjEwqnkmWawtWaIQu9iL8K8ADse40sePGKc4",
            ),
            (
                " ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCjbv2a8FfNNi583t6pkG82WIhk2A2F73bKsa8FweK2523xIlcwxeXseUr8sLA7+5BGnrsvnUxQAjs/r4/l584oGnwg4Gk7ddhAppyiQA55SJEWCvw76WR7OzfV7TXyVRShX5QFFcVwP18V1i/yIIlRN2wS0JXsrH5LKzSfQf1Ul49v2j6dAEEnC0Sd3D/63wr9UEgpDQru7xmDdljFt2/QiVWskriE4qQTxOX+3jq+5xVFVTimuLfzwul/rc5H/1z94yFfY7SF7PsqmsL8qYRnOXiUoJh3Aoz2FjuMQMYEoadGqC/UlsPKWAdUibRC0XzkuaB8JuSRTRYdL4uLLTql agent-rsa\n",
                "SHA256:qeMcQnEhsJmvMF1zmh5wtlJsIf/QEVt56FEhwBM9oIM",
            ),
        ] {
            assert_eq!(PublicKey::from_line(line).unwrap().fingerprint(), fingerprint);
        }
    }

    #[test]
    fn a_made_line_is_read_back() {
        let modulus: Vec<u8> = (0..128).map(|byte| byte | 0x81).collect();
        let line = rsa_line(&[0, 1, 0, 1], &modulus);
        assert_eq!(
            PublicKey::from_line(&line),
            Some(PublicKey::Rsa { exponent: vec![1, 0, 1], modulus: modulus.clone() })
        );
    }

    #[test]
    fn damaged_lines_are_refused() {
        let good = "AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
        let blob = STANDARD.decode(good).unwrap();
        for bad in
            ["", "garbage", "ssh-ed25519", "ssh-ed25519 !!", &format!("ssh-rsa {good}"), &format!("ssh-dss {good}")]
        {
            assert_eq!(PublicKey::from_line(bad), None, "{bad}");
        }
        for length in 0..blob.len() {
            let line = format!("ssh-ed25519 {}", STANDARD.encode(&blob[..length]));
            assert_eq!(PublicKey::from_line(&line), None, "{length}");
        }
        let longer = format!("ssh-ed25519 {}", STANDARD.encode([blob.as_slice(), &[0]].concat()));
        assert_eq!(PublicKey::from_line(&longer), None);
        // A zero modulus must not reach the arithmetic.
        assert_eq!(PublicKey::from_line(&rsa_line(&[1, 0, 1], &[0; 256])), None);
        assert_eq!(PublicKey::from_line(&rsa_line(&[], &[0xff; 256])), None);
    }
}
