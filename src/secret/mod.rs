//! A value that must not be seen: tokens, passphrases, private key bytes.
//!
//! Owns the wrapper only, not where secrets come from. It has no `Display` and no `Serialize`, its
//! `Debug` shows nothing of the value, and the memory is wiped when it is dropped. Every place that
//! reads one says so by calling [`Secret::expose`], so one search finds them all.

pub mod source;

use std::fmt;

use zeroize::Zeroize;

/// A secret value, wiped from memory when dropped.
pub struct Secret<T: Zeroize>(T);

/// A secret text: a token or a passphrase.
pub type SecretString = Secret<String>;
/// Secret bytes: an encoded private key.
pub type SecretBytes = Secret<Vec<u8>>;

impl<T: Zeroize> Secret<T> {
    /// Wraps a value; the caller gives up its own copy.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value. Each call is a place to look at when secrets are reviewed.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        let secret = SecretString::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?} {secret:#?}"), "[secret] [secret]");
        assert_eq!(secret.expose(), "hunter2");
    }
}
