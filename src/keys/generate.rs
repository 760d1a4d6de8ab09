//! New keys.
//!
//! Owns the search for RSA primes: one per core at the same time, the first to finish wins. The time
//! of one search varies threefold, so the best of several is much shorter than the average. Key
//! material comes from the signing library's generator only.

use std::sync::mpsc;
use std::thread;

use aws_lc_rs::rsa::{KeyPair, KeySize};
use zeroize::Zeroizing;

use crate::checkpoint;

use super::{Algorithm, KeyError, KeySpec, PrivateKey};

/// More searches gain little and take the machine away from others.
const MOST_SEARCHES: usize = 4;

impl PrivateKey {
    /// Makes a new key pair. An RSA key of 4096 bits takes a good part of a second.
    pub fn generate(spec: KeySpec) -> Result<Self, KeyError> {
        // The fields are public, so the size is checked again: 8192 bits would take minutes.
        match spec.algorithm {
            Algorithm::Rsa => {
                let spec = KeySpec::new(Algorithm::Rsa, Some(spec.bits))?;
                if let Some(prepared) = checkpoint::prepared_key(spec.bits) {
                    return Ok(Self::decode(&prepared, None)?.key);
                }
                let size = match spec.bits {
                    2048 => KeySize::Rsa2048,
                    3072 => KeySize::Rsa3072,
                    _ => KeySize::Rsa4096,
                };
                Self::from_rsa(race(size)?)
            }
            Algorithm::Ed25519 => {
                // RFC 8032 5.1.5: the private key is 32 random bytes.
                let mut seed = Zeroizing::new([0; 32]);
                aws_lc_rs::rand::fill(&mut *seed).map_err(|_| KeyError::Random)?;
                Self::from_seed(seed, None)
            }
        }
    }
}

fn race(size: KeySize) -> Result<KeyPair, KeyError> {
    let searches = thread::available_parallelism().map_or(1, usize::from).min(MOST_SEARCHES);
    // On one core two searches would only take turns.
    if searches == 1 {
        return search(size);
    }
    let (winner, finish) = mpsc::channel();
    for _ in 0..searches {
        let winner = winner.clone();
        // LIMIT: a search cannot be stopped, so the losers run on for up to seconds, unless the
        // process ends before. They are never joined: that would be waiting for the slowest. Their
        // keys are wiped when the send fails.
        let started =
            thread::Builder::new().name("rsa search".to_owned()).spawn(move || winner.send(search(size)).is_ok());
        if started.is_err() {
            break;
        }
    }
    drop(winner);
    // One failed search does not matter while another may succeed; none left, or none started, does.
    finish.iter().find_map(Result::ok).map_or_else(|| search(size), Ok)
}

fn search(size: KeySize) -> Result<KeyPair, KeyError> {
    KeyPair::generate(size).map_err(|_| KeyError::Generation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_asked_for_and_never_the_same() {
        for (algorithm, bits) in [(Algorithm::Ed25519, None), (Algorithm::Rsa, Some(2048))] {
            let spec = KeySpec::new(algorithm, bits).unwrap();
            let (first, second) = (PrivateKey::generate(spec).unwrap(), PrivateKey::generate(spec).unwrap());
            assert_eq!(first.spec(), spec);
            assert!(!first.public().same_key(&second.public()));
        }
    }

    #[test]
    fn sizes_that_we_do_not_make_are_refused() {
        for bits in [0, 1024, 2050, 16384] {
            let spec = KeySpec { algorithm: Algorithm::Rsa, bits };
            assert!(matches!(PrivateKey::generate(spec), Err(KeyError::Unsupported { .. })), "{bits}");
        }
    }
}
