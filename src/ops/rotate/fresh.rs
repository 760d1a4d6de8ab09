//! The proof by a fresh process.
//!
//! Owns that what is confirmed is what stands on disk: the program is started anew with a cleared
//! environment, reads the configuration and the key file, and authenticates. Only what is needed to
//! find the files and reach the network is passed on; a passphrase goes through a pipe.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::checkpoint;
use crate::interrupt;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::secret::SecretString;

/// How the program is started anew.
#[derive(Debug, Clone)]
pub struct FreshProcess {
    /// The program.
    pub program: PathBuf,
    /// The variables that it gets, and no others.
    pub variables: Vec<(OsString, OsString)>,
}

impl FreshProcess {
    /// Runs `auth test` on a configuration; its own words are the cause of a failure.
    pub fn prove(&self, config: &Path, passphrase: Option<&SecretString>) -> Result<(), OpError> {
        let mut command = Command::new(&self.program);
        command.args(["auth", "test", "--json", "--no-input", "--config"]).arg(config);
        if passphrase.is_some() {
            command.args(["--passphrase", "-"]);
        }
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |error| {
            OpError::new(ErrorCode::Failed, "cannot start the fresh process that confirms the new key").because(error)
        };
        let mut child = checkpoint::start().and_then(|()| command.spawn()).map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take()
            && let Some(passphrase) = passphrase
        {
            // If it ended early, its exit code says why.
            let _ = stdin.write_all(passphrase.expose().as_bytes());
        }
        let output = child.wait_with_output().map_err(failed)?;
        if output.status.success() {
            return Ok(());
        }
        // Ctrl-C reaches both: that says nothing about the key.
        interrupt::check()?;
        let said = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
        let reason = said(&output.stdout)
            .and_then(|object| object["data"]["reason"].as_str().map(str::to_owned))
            .or_else(|| said(&output.stderr).and_then(|object| object["message"].as_str().map(str::to_owned)))
            .unwrap_or_else(|| format!("it ended with {}", output.status));
        // The child's exit code tells a server in trouble from a key that does not work.
        let code = match output.status.code() {
            Some(69) => ErrorCode::ServerUnreachable,
            Some(75) => ErrorCode::RateLimited,
            _ => ErrorCode::ProofRefused,
        };
        Err(OpError::new(code, format!("a fresh process could not authenticate by what is on disk: {reason}"))
            .hint("run `artcafe key rotate --resume` to try again, or `--abort` to go back to the old key")
            .fix(Fix::RotateResume))
    }
}
