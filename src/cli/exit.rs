//! The exit code of a run.
//!
//! The standard library's own type cannot be read, and a caller in the same process has to.

/// How a run of the program ended, as its caller sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitCode(u8);

impl ExitCode {
    /// Everything was done.
    pub const SUCCESS: Self = Self(0);
    /// A failure without a code of its own.
    pub const FAILURE: Self = Self(1);

    /// The number from 0 to 255.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl From<u8> for ExitCode {
    fn from(number: u8) -> Self {
        Self(number)
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.0)
    }
}
