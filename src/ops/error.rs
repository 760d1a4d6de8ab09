//! How an operation fails: one table of codes, each with its exit code.
//!
//! Owns the codes that programs read, the mapping of every lower error to one of them, and the next
//! command that each failure suggests. Never prints. A hint is made of constants and parsed ids
//! alone, never of server text; no message holds a secret.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::api::ApiError;
use crate::durable::DurableError;
use crate::id::IdError;
use crate::interrupt::{self, Interrupted};
use crate::ops::fix::Fix;
use crate::secret::source::SourceError;

/// The exit codes of the program. `artcafe help exit-codes` prints this table.
pub const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done"),
    (1, "failure"),
    (2, "wrong usage, or an answer is needed and nobody can be asked"),
    (3, "not found"),
    (4, "authentication refused or missing"),
    (5, "conflict, or a precondition does not hold"),
    (6, "partly done; run again to go on"),
    (7, "findings need attention"),
    (69, "server unavailable"),
    (75, "temporary, try again"),
    (77, "permission denied"),
    (78, "bad configuration"),
    (130, "interrupted (SIGINT)"),
    (143, "terminated (SIGTERM)"),
    (255, "`key needs-rotation` cannot tell"),
];

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident $text:literal $exit:literal $retryable:literal;)*) => {
        /// What kind of failure it is, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as programs see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The exit code of the process.
            pub fn exit_code(self) -> u8 {
                match self { $(Self::$variant => $exit,)* }
            }

            /// Whether the same command can succeed later without anybody changing anything.
            pub fn is_retryable(self) -> bool {
                match self { $(Self::$variant => $retryable,)* }
            }
        }
    };
}

error_codes! {
    /// An unexpected failure.
    Failed "FAILED" 1 false;
    /// The file system is full.
    DiskFull "DISK_FULL" 1 false;
    /// A key file is no usable private key.
    KeyUnusable "KEY_UNUSABLE" 1 false;
    /// The server answered something that cannot be right.
    BadAnswer "BAD_ANSWER" 1 false;
    /// The hook after the switch failed.
    HookFailed "HOOK_FAILED" 1 false;
    /// The command line is wrong.
    Usage "USAGE" 2 false;
    /// A secret was given as an argument.
    SecretOnCommandLine "SECRET_ON_COMMAND_LINE" 2 false;
    /// A value is missing and nobody can be asked.
    InputNeeded "INPUT_NEEDED" 2 false;
    /// A private key file is not there.
    KeyFileMissing "KEY_FILE_MISSING" 3 false;
    /// A file is not there.
    FileMissing "FILE_MISSING" 3 false;
    /// The configuration has no such key, or there is no such file.
    NotConfigured "NOT_CONFIGURED" 3 false;
    /// The server knows no such record.
    RecordMissing "RECORD_MISSING" 3 false;
    /// No token is at hand.
    TokenMissing "TOKEN_MISSING" 4 false;
    /// The server does not accept the token.
    TokenRefused "TOKEN_REFUSED" 4 false;
    /// The token does not allow this.
    NotAllowed "NOT_ALLOWED" 4 false;
    /// The server did not accept the key's proof.
    ProofRefused "PROOF_REFUSED" 4 false;
    /// The key is not registered.
    KeyNotRegistered "KEY_NOT_REGISTERED" 4 false;
    /// The key was revoked.
    KeyRevoked "KEY_REVOKED" 4 false;
    /// The configuration names a key that a rotation has replaced.
    KeySuperseded "KEY_SUPERSEDED" 4 false;
    /// The key is registered for another agent.
    KeyOfAnotherAgent "KEY_OF_ANOTHER_AGENT" 4 false;
    /// The server cannot verify keys of this algorithm.
    AlgorithmRefused "ALGORITHM_REFUSED" 4 false;
    /// The server knows no such tenant.
    TenantUnknown "TENANT_UNKNOWN" 4 false;
    /// The tenant is suspended or its subscription has ended.
    TenantInactive "TENANT_INACTIVE" 4 false;
    /// This machine's clock is wrong.
    ClockSkew "CLOCK_SKEW" 4 false;
    /// The passphrase does not open the key.
    PassphraseWrong "PASSPHRASE_WRONG" 4 false;
    /// No ssh-agent signs with the key.
    SshAgent "SSH_AGENT" 4 false;
    /// The plan allows no more.
    PlanLimit "PLAN_LIMIT" 5 false;
    /// A file is in the way and is not overwritten.
    FileExists "FILE_EXISTS" 5 false;
    /// The key was registered at another endpoint.
    NewEndpoint "NEW_ENDPOINT" 5 false;
    /// A rotation is open.
    RotationOpen "ROTATION_OPEN" 5 false;
    /// The agent's own record carries the key, which no API can change.
    AgentRecordKey "AGENT_RECORD_KEY" 5 false;
    /// It is the last key of its agent that works.
    LastKey "LAST_KEY" 5 false;
    /// The server cannot revoke a key, and deleting it was ruled out.
    RevokeUnsupported "REVOKE_UNSUPPORTED" 5 false;
    /// The values differ from what is there, and nobody agreed to change it.
    Differs "DIFFERS" 5 false;
    /// Some steps are done, others not; run again.
    PartlyDone "PARTLY_DONE" 6 false;
    /// A change was made, and the history could not be told.
    HistoryFailed "HISTORY_FAILED" 6 false;
    /// The old key is still used by another host.
    StillUsed "STILL_USED" 6 false;
    /// Something was found that needs attention.
    Findings "FINDINGS" 7 false;
    /// The server cannot be reached.
    ServerUnreachable "SERVER_UNREACHABLE" 69 true;
    /// The proxy lets no request through.
    ProxyRefused "PROXY_REFUSED" 69 false;
    /// The server's release fails on every single agent.
    AgentRoutes "AGENT_ROUTES" 69 false;
    /// The server failed.
    ServerFailed "SERVER_FAILED" 69 true;
    /// The server asks to be left alone for a while.
    RateLimited "RATE_LIMITED" 75 true;
    /// The server took no request this time: too slow, or too early.
    ServerBusy "SERVER_BUSY" 75 true;
    /// The old key stays until its grace period is over.
    GraceRunning "GRACE_RUNNING" 75 true;
    /// Another process is at work.
    Locked "LOCKED" 75 true;
    /// A file was changed meanwhile.
    ChangedMeanwhile "CHANGED_MEANWHILE" 75 true;
    /// The system denies access to a file.
    PermissionDenied "PERMISSION_DENIED" 77 false;
    /// A key file or its directory is open to others.
    LooseMode "LOOSE_MODE" 77 false;
    /// The configuration is wrong.
    ConfigInvalid "CONFIG_INVALID" 78 false;
    /// The endpoint would be reached without encryption.
    EndpointInsecure "ENDPOINT_INSECURE" 78 false;
    /// No home directory is known.
    NoHome "NO_HOME" 78 false;
    /// SIGINT came; the step in hand was finished.
    Interrupted "INTERRUPTED" 130 false;
    /// SIGTERM came; the step in hand was finished.
    Terminated "TERMINATED" 143 false;
}

/// A failed operation.
#[derive(Debug)]
pub struct OpError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What failed and which thing.
    pub message: String,
    /// The next command or step.
    pub hint: Option<String>,
    /// What a program may run about it; `None` where a person is needed.
    pub fix: Option<Box<Fix>>,
    /// How long to wait before the same command is run again, where that is known.
    pub retry_after: Option<Duration>,
    /// The server's own words, which are no part of the message.
    pub server_words: Option<String>,
    /// Why.
    pub source: Option<Box<dyn Error + Send + Sync>>,
}

impl OpError {
    /// A failure with a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            fix: None,
            retry_after: None,
            server_words: None,
            source: None,
        }
    }

    /// With the next command or step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With what a program may run about it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// With the time to wait before the same command can succeed.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The server's own words about it, from this failure or a cause of it.
    pub fn server_message(&self) -> Option<&str> {
        if let Some(text) = &self.server_words {
            return Some(text);
        }
        let mut current: Option<&(dyn Error + 'static)> = self.source();
        while let Some(error) = current {
            if let Some(ApiError::Status { detail, .. }) = error.downcast_ref() {
                return Some(detail.as_str()).filter(|text| !text.is_empty());
            }
            if let Some(failure) = error.downcast_ref::<Self>() {
                return failure.server_message();
            }
            current = error.source();
        }
        None
    }

    /// With the cause.
    #[must_use]
    pub fn because(mut self, source: impl Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// The causes, outermost first.
    pub fn causes(&self) -> Vec<String> {
        let mut causes: Vec<String> = Vec::new();
        let mut current: Option<&dyn Error> = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = current {
            let text = error.to_string();
            // Libraries like to repeat their cause in their own text.
            if !causes.last().is_some_and(|last| last.contains(&text)) && text != self.message {
                causes.push(text);
            }
            current = error.source();
        }
        causes
    }
}

impl std::fmt::Display for OpError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl Error for OpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &dyn Error)
    }
}

/// The code of a failed file operation.
pub(super) fn io_code(kind: Option<io::ErrorKind>) -> ErrorCode {
    match kind {
        Some(io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => ErrorCode::PermissionDenied,
        Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => ErrorCode::DiskFull,
        Some(io::ErrorKind::NotFound) => ErrorCode::FileMissing,
        _ => ErrorCode::Failed,
    }
}

/// The next step after a failed file operation.
pub(super) fn io_hint(code: ErrorCode) -> Option<String> {
    match code {
        ErrorCode::PermissionDenied => {
            Some("check the owner and mode of the file and its directory, or set ARTCAFE_HOME and ARTCAFE_KEY_DIR to directories of your own".to_owned())
        }
        ErrorCode::DiskFull => Some("free some space and run the same command again; nothing was lost".to_owned()),
        _ => None,
    }
}

impl From<Interrupted> for OpError {
    fn from(interrupted: Interrupted) -> Self {
        let code = match interrupted {
            Interrupted::Interrupt => ErrorCode::Interrupted,
            Interrupted::Terminate => ErrorCode::Terminated,
        };
        Self::new(code, interrupted.to_string()).hint(interrupt::how_to_go_on())
    }
}

impl From<DurableError> for OpError {
    fn from(error: DurableError) -> Self {
        let (code, hint) = match &error {
            DurableError::Interrupted(interrupted) => return (*interrupted).into(),
            DurableError::Io { .. } => {
                let code = io_code(error.io_kind());
                (code, io_hint(code))
            }
            DurableError::Exists { .. } => {
                (ErrorCode::FileExists, Some("choose another name, or move the file away".to_owned()))
            }
            DurableError::Changed { .. } => {
                (ErrorCode::ChangedMeanwhile, Some("run the same command again".to_owned()))
            }
            DurableError::Locked { .. } => {
                (ErrorCode::Locked, Some("wait for it to end and run the same command again".to_owned()))
            }
        };
        let message = error.to_string();
        let failure = Self { hint, ..Self::new(code, message) };
        match error {
            DurableError::Io { source, .. } => failure.because(source),
            _ => failure,
        }
    }
}

impl From<SourceError> for OpError {
    fn from(error: SourceError) -> Self {
        let sources = "a SOURCE is file:PATH, fd:N, env:NAME, cmd:COMMAND or - (standard input)";
        let (code, hint) = match &error {
            SourceError::Plain => (ErrorCode::SecretOnCommandLine, Some(sources.to_owned())),
            SourceError::Incomplete { .. } => (ErrorCode::Usage, Some(sources.to_owned())),
            SourceError::NotOpen { number } => {
                let hint = format!("open it for this command, as a shell does with `{number}<FILE`");
                (ErrorCode::InputNeeded, Some(hint))
            }
            SourceError::Unreadable { source, .. } => {
                let code = io_code(Some(source.kind()));
                (code, io_hint(code).or_else(|| Some(sources.to_owned())))
            }
            SourceError::Unset { .. } | SourceError::Unusable { .. } => {
                (ErrorCode::InputNeeded, Some(sources.to_owned()))
            }
            SourceError::CommandFailed { .. } => {
                (ErrorCode::Failed, Some("run the command by hand to see why".to_owned()))
            }
        };
        let message = error.to_string();
        let failure = Self { hint, ..Self::new(code, message) };
        match error {
            SourceError::Unreadable { source, .. } => failure.because(source),
            _ => failure,
        }
    }
}

impl From<IdError> for OpError {
    fn from(error: IdError) -> Self {
        Self::new(ErrorCode::Usage, error.to_string())
            .hint("ids come from the portal: 1 to 128 letters, digits, `.`, `_` or `-`")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_unique_and_exits_with_a_documented_code() {
        let documented: BTreeSet<u8> = EXIT_CODES.iter().map(|(code, _)| *code).collect();
        let names: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(ErrorCode::ALL.iter().all(|code| documented.contains(&code.exit_code())));
    }
}
