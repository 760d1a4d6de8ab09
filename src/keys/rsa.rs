//! The numbers of an RSA key, between the formats that hold different ones.
//!
//! Owns the step from OpenSSH's five secret numbers to PKCS#1's eight and back, and the checks that
//! tell an unsupported RSA key from a broken one. The numbers are wiped when they are done with;
//! whether they fit together is for the signing library to check.

use crypto_bigint::{BoxedUint, NonZero};
use pkcs1::UintRef;
use pkcs1::der::{Decode as _, Encode as _};
use ssh_key::Mpint;
use ssh_key::private::{RsaKeypair, RsaPrivateKey};
use ssh_key::public::RsaPublicKey;
use zeroize::Zeroizing;

use super::KeyError;

/// The least size that is safe, and that the signing library takes.
const LEAST_BITS: u32 = 2048;
/// The greatest size that the signing library takes.
const MOST_BITS: u32 = 8192;

/// The size of a big-endian number.
pub(super) fn bit_length(number: &[u8]) -> u32 {
    let significant = number.iter().position(|byte| *byte != 0).map_or(&[][..], |start| &number[start..]);
    let first = significant.first().map_or(0, |byte| byte.leading_zeros());
    u32::try_from(significant.len() * 8).unwrap_or(u32::MAX) - first
}

/// Reads PKCS#1 and refuses what is a good RSA key but not for us.
pub(super) fn read_pkcs1(der: &[u8]) -> Result<pkcs1::RsaPrivateKey<'_>, KeyError> {
    let numbers = pkcs1::RsaPrivateKey::from_der(der)
        .map_err(|error| KeyError::damaged_because("its RSA structure is broken", error))?;
    let bits = bit_length(numbers.modulus.as_bytes());
    if !(LEAST_BITS..=MOST_BITS).contains(&bits) {
        return Err(KeyError::unsupported(
            format!("an RSA key of {bits} bits"),
            "keys of 2048 to 8192 bits can be used; make a new one with `artcafe key generate`",
        ));
    }
    if numbers.other_prime_infos.is_some() {
        return Err(KeyError::unsupported(
            "an RSA key of more than two primes",
            "make a new one with `artcafe key generate`",
        ));
    }
    Ok(numbers)
}

/// The public half of PKCS#1 numbers.
pub(super) fn public_of(numbers: &pkcs1::RsaPrivateKey<'_>) -> Result<RsaPublicKey, KeyError> {
    Ok(RsaPublicKey { e: mpint(numbers.public_exponent)?, n: mpint(numbers.modulus)? })
}

/// PKCS#1 to OpenSSH.
pub(super) fn to_openssh(numbers: &pkcs1::RsaPrivateKey<'_>) -> Result<RsaKeypair, KeyError> {
    let private = RsaPrivateKey {
        d: mpint(numbers.private_exponent)?,
        iqmp: mpint(numbers.coefficient)?,
        p: mpint(numbers.prime1)?,
        q: mpint(numbers.prime2)?,
    };
    Ok(RsaKeypair { public: public_of(numbers)?, private })
}

/// OpenSSH to PKCS#1. OpenSSH leaves out d mod (p-1) and d mod (q-1), so they are computed.
pub(super) fn from_openssh(pair: &RsaKeypair) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let exponent1 = reduced(&pair.private.d, &pair.private.p)?;
    let exponent2 = reduced(&pair.private.d, &pair.private.q)?;
    let numbers = pkcs1::RsaPrivateKey {
        modulus: integer(&pair.public.n)?,
        public_exponent: integer(&pair.public.e)?,
        private_exponent: integer(&pair.private.d)?,
        prime1: integer(&pair.private.p)?,
        prime2: integer(&pair.private.q)?,
        exponent1: UintRef::new(&exponent1).map_err(unfit)?,
        exponent2: UintRef::new(&exponent2).map_err(unfit)?,
        coefficient: integer(&pair.private.iqmp)?,
        other_prime_infos: None,
    };
    Ok(Zeroizing::new(numbers.to_der().map_err(unfit)?))
}

/// exponent mod (prime - 1), in constant time.
fn reduced(exponent: &Mpint, prime: &Mpint) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (exponent, prime) = (positive(exponent)?, positive(prime)?);
    let number = |bytes: &[u8]| {
        let bits = u32::try_from(bytes.len() * 8).map_err(unfit)?;
        BoxedUint::from_be_slice(bytes, bits).map(Zeroizing::new).map_err(unfit)
    };
    let (exponent, prime) = (number(exponent)?, number(prime)?);
    let less_one = NonZero::new(prime.wrapping_sub(BoxedUint::one())).into_option().map(Zeroizing::new);
    let less_one = less_one.ok_or_else(|| KeyError::damaged("one of its RSA primes is 1"))?;
    let remainder = Zeroizing::new(exponent.rem(&*less_one));
    Ok(Zeroizing::new(remainder.to_be_bytes().into_vec()))
}

fn mpint(number: UintRef<'_>) -> Result<Mpint, KeyError> {
    Mpint::from_positive_bytes(number.as_bytes()).map_err(unfit)
}

fn integer(number: &Mpint) -> Result<UintRef<'_>, KeyError> {
    UintRef::new(positive(number)?).map_err(unfit)
}

fn positive(number: &Mpint) -> Result<&[u8], KeyError> {
    let bytes = number.as_positive_bytes().filter(|bytes| !bytes.is_empty());
    bytes.ok_or_else(|| KeyError::damaged("one of its RSA numbers is not positive"))
}

fn unfit(error: impl std::error::Error + Send + Sync + 'static) -> KeyError {
    KeyError::damaged_because("one of its RSA numbers is out of range", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_from_the_first_one() {
        assert_eq!(bit_length(&[]), 0);
        assert_eq!(bit_length(&[0, 0]), 0);
        assert_eq!(bit_length(&[0, 1]), 1);
        assert_eq!(bit_length(&[0x80, 0]), 16);
        assert_eq!(bit_length(&[0, 0x7f, 0xff]), 15);
    }

    #[test]
    fn a_number_is_reduced_by_the_prime_less_one() {
        let number = |value: u32| Mpint::from_positive_bytes(&value.to_be_bytes()).unwrap();
        let reduce = |exponent, prime| {
            let bytes = reduced(&number(exponent), &number(prime))?;
            Ok::<_, KeyError>(bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
        };
        assert_eq!(reduce(1_000_003, 101).unwrap(), 3);
        assert_eq!(reduce(7, 1_000_003).unwrap(), 7);
        assert!(matches!(reduce(7, 1), Err(KeyError::Damaged { .. })));
        assert!(matches!(reduce(7, 0), Err(KeyError::Damaged { .. })));
    }
}
