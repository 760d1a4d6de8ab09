//! Where a secret comes from: `file:PATH`, `fd:N`, `env:NAME`, `cmd:COMMAND` or `-`.
//!
//! Owns the SOURCE grammar of every secret option. A secret itself as an argument is refused, and
//! what was given is never repeated in the refusal, since it may be the secret. One final line end
//! is taken off, as `$(…)` would; nothing else is changed.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::str::FromStr;

use crate::checkpoint;
use zeroize::Zeroizing;

use super::{Secret, SecretString};

/// No secret here is longer: a token or a passphrase.
const LONGEST: u64 = 64 * 1024;

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file's content.
    File(PathBuf),
    /// What an open file descriptor yields.
    Descriptor(u32),
    /// An environment variable's value.
    Variable(String),
    /// What a shell command prints.
    Command(String),
    /// Standard input.
    Stdin,
}

/// Why no secret came.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The text is no SOURCE; it is not shown, since it may be the secret itself.
    #[error(
        "a secret is never taken from the command line, where every user of this machine can read it; give its SOURCE"
    )]
    Plain,
    /// Nothing stands behind the colon, as where a script's variable is empty.
    #[error("the SOURCE is of kind `{kind}`, and nothing stands behind its colon")]
    Incomplete {
        /// `file`, `fd`, `env` or `cmd`.
        kind: &'static str,
    },
    /// The file or descriptor cannot be read.
    #[error("cannot read the secret from {from}")]
    Unreadable {
        /// Which source.
        from: String,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// No such descriptor was handed over.
    #[error("file descriptor {number} of the SOURCE is not open")]
    NotOpen {
        /// Which one.
        number: u32,
    },
    /// The variable is not set.
    #[error("the variable {name} of the SOURCE is not set")]
    Unset {
        /// Which variable.
        name: String,
    },
    /// The command failed; what it printed is not shown.
    #[error("the SOURCE's command failed ({status})")]
    CommandFailed {
        /// How it ended.
        status: String,
    },
    /// There was nothing, or something that is no text.
    #[error("the secret from {from} is {what}")]
    Unusable {
        /// Which source.
        from: String,
        /// `empty`, `not UTF-8`, `too long`.
        what: &'static str,
    },
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        match text.split_once(':') {
            None if text == "-" => Ok(Self::Stdin),
            Some((kind, "")) => match ["file", "fd", "env", "cmd"].into_iter().find(|known| *known == kind) {
                Some(kind) => Err(SourceError::Incomplete { kind }),
                None => Err(SourceError::Plain),
            },
            Some(("file", path)) => Ok(Self::File(PathBuf::from(path))),
            Some(("fd", number)) => number.parse().map(Self::Descriptor).map_err(|_| SourceError::Plain),
            Some(("env", name)) => Ok(Self::Variable(name.to_owned())),
            Some(("cmd", command)) => Ok(Self::Command(command.to_owned())),
            _ => Err(SourceError::Plain),
        }
    }
}

impl Source {
    /// Fetches the secret; `variable` looks an environment variable up.
    pub fn read(&self, variable: impl Fn(&str) -> Option<String>) -> Result<SecretString, SourceError> {
        let from = self.to_string();
        let unreadable = |source| SourceError::Unreadable { from: self.to_string(), source };
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        match self {
            Self::File(path) => {
                File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
            }
            Self::Descriptor(number) => {
                // Opening by name duplicates the descriptor, which needs no unsafe code.
                File::open(format!("/dev/fd/{number}"))
                    .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
                    .map_err(unreadable)?;
            }
            Self::Stdin => {
                io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
            }
            Self::Variable(name) => {
                let value = Zeroizing::new(variable(name).ok_or_else(|| SourceError::Unset { name: name.clone() })?);
                bytes.extend_from_slice(value.as_bytes());
            }
            Self::Command(command) => {
                checkpoint::start().map_err(unreadable)?;
                let output = Command::new("sh")
                    .args(["-c", command])
                    .stdin(Stdio::null())
                    .stderr(Stdio::inherit())
                    .output()
                    .map_err(unreadable)?;
                let printed = Zeroizing::new(output.stdout);
                if !output.status.success() {
                    return Err(SourceError::CommandFailed { status: output.status.to_string() });
                }
                bytes.extend_from_slice(&printed);
            }
        }
        if bytes.len() as u64 > LONGEST {
            return Err(SourceError::Unusable { from, what: "too long" });
        }
        let text =
            std::str::from_utf8(&bytes).map_err(|_| SourceError::Unusable { from: from.clone(), what: "not UTF-8" })?;
        let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
        if text.is_empty() {
            return Err(SourceError::Unusable { from, what: "empty" });
        }
        Ok(Secret::new(text.to_owned()))
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "file:{}", path.display()),
            Self::Descriptor(number) => write!(formatter, "fd:{number}"),
            Self::Variable(name) => write!(formatter, "env:{name}"),
            // A command line may hold a secret of its own.
            Self::Command(_) => formatter.write_str("cmd:…"),
            Self::Stdin => formatter.write_str("standard input"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_secret_is_refused_and_not_repeated() {
        for plain in ["hunter2", "file:", "fd:x", "env:", "", "https://x", "eyJhbGciOi.J9.x"] {
            let error = plain.parse::<Source>().unwrap_err().to_string();
            assert!(plain.is_empty() || !error.contains(plain), "{error}");
        }
    }

    #[test]
    fn an_empty_variable_of_a_script_is_told_from_a_secret() {
        for kind in ["file", "fd", "env", "cmd"] {
            let error = format!("{kind}:").parse::<Source>().unwrap_err();
            assert!(matches!(error, SourceError::Incomplete { kind: found } if found == kind), "{error}");
        }
        assert!(matches!("hunter2:".parse::<Source>(), Err(SourceError::Plain)));
    }

    #[test]
    fn one_line_end_is_taken_off() {
        let read = |command: &str| Source::Command(command.to_owned()).read(|_| None);
        assert_eq!(read("printf 'a b \\n\\n'").unwrap().expose(), "a b \n");
        assert_eq!(read("printf 'x\\r\\n'").unwrap().expose(), "x");
        assert!(matches!(read("printf ''"), Err(SourceError::Unusable { what: "empty", .. })));
        assert!(matches!(read("exit 3"), Err(SourceError::CommandFailed { .. })));
        let variable = Source::Variable("X".to_owned());
        assert_eq!(variable.read(|_| Some("v".to_owned())).unwrap().expose(), "v");
        assert!(matches!(variable.read(|_| None), Err(SourceError::Unset { .. })));
    }
}
