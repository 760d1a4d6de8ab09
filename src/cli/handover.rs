//! How a command that runs in our place gets its token.
//!
//! Owns the three ways: a variable, a file descriptor to be read once, a private file. What always holds: the
//! command finds the token in one of them alone and no other secret of ours anywhere; a descriptor that the caller
//! uses already is refused and never replaced; the file is gone when the command has ended.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::process::ExitStatus;

use clap::Args;
use rustix::io::{DupFlags, FdFlags, dup3, fcntl_dupfd_cloexec, fcntl_setfd};
use tokio::process::{Child, Command};

use crate::checkpoint;
use crate::cli::auth::{ACCESS_TOKEN, mask};
use crate::cli::child::Signals;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::surroundings;
use crate::config::Paths;
use crate::hardening;
use crate::ops::tokens::TokenFile;
use crate::ops::{ErrorCode, OpError};
use crate::secret::SecretString;

/// The variable that says where the token's file is.
pub(crate) const TOKEN_FILE: &str = "ARTCAFE_TOKEN_FILE";

/// Where the command finds the token, if not in its environment.
#[derive(Debug, Clone, Args)]
pub(crate) struct HandoverArgs {
    /// Give the token at this file descriptor of the command's, to be read once, instead of in its environment
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(3..))]
    fd: Option<i32>,
    /// Give the token in a private file, whose path is in ARTCAFE_TOKEN_FILE, instead of in the environment
    #[arg(long, conflicts_with = "fd")]
    pub(crate) token_file: bool,
}

impl HandoverArgs {
    /// Takes what is needed of this process; before anything else could have the descriptor.
    pub(crate) fn reserve(&self) -> Result<Reserved, Failure> {
        Ok(match (self.fd, self.token_file) {
            (Some(number), _) => Reserved::Descriptor(Pipe::with_reader_at(number)?),
            (None, true) => Reserved::File,
            (None, false) => Reserved::Environment,
        })
    }
}

/// A way that is open, and has no token yet.
pub(crate) enum Reserved {
    Environment,
    Descriptor(Pipe),
    File,
}

/// A way with the token on it.
pub(crate) enum Handover {
    Environment(SecretString),
    /// The end that the command reads.
    Descriptor(OwnedFd),
    File(TokenFile),
}

impl Reserved {
    /// Puts the token on the way; masks it first where a log is kept of everything.
    pub(crate) fn with(self, context: &Context, paths: &Paths, token: &SecretString) -> Result<Handover, Failure> {
        mask(context, token);
        Ok(match self {
            Self::Environment => Handover::Environment(token.clone()),
            Self::Descriptor(pipe) => Handover::Descriptor(pipe.with(token.clone())?),
            Self::File => Handover::File(TokenFile::create(paths, &Context::stamp(), token)?),
        })
    }
}

/// A pipe whose reading end has the number that was asked for. No command gets it before it is meant to.
pub(crate) struct Pipe {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Pipe {
    fn with_reader_at(number: i32) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            OpError::new(ErrorCode::Failed, format!("cannot open file descriptor {number}")).because(error)
        };
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        let (mut reader, mut writer) = (OwnedFd::from(reader), OwnedFd::from(writer));
        let beyond = |end: &OwnedFd, least: i32| {
            fcntl_dupfd_cloexec(end, least).map_err(|error| {
                OpError::new(ErrorCode::Usage, format!("there can be no file descriptor {number} here"))
                    .because(std::io::Error::from(error))
                    .hint("choose a smaller number, such as `--fd 3`")
            })
        };
        if writer.as_raw_fd() == number {
            let elsewhere = beyond(&writer, number.saturating_add(1))?;
            let mut place = std::mem::replace(&mut writer, elsewhere);
            dup3(&reader, &mut place, DupFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
            reader = place;
        } else if reader.as_raw_fd() != number {
            reader = beyond(&reader, number)?;
        }
        if reader.as_raw_fd() != number {
            return Err(OpError::new(ErrorCode::Usage, format!("file descriptor {number} is in use already"))
                .hint("choose another number for `--fd`")
                .into());
        }
        Ok(Self { reader, writer })
    }

    /// Writes the token. On a thread, since a pipe may take less at once than a token is long.
    fn with(self, token: SecretString) -> Result<OwnedFd, Failure> {
        let Self { reader, writer } = self;
        std::thread::Builder::new()
            .name("token".to_owned())
            // A command that closes its end unread does not want it.
            .spawn(move || File::from(writer).write_all(token.expose().as_bytes()).is_ok())
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot start a thread").because(error))?;
        Ok(reader)
    }
}

/// Starts a command with the token. `hidden` are SOURCEs whose variables are kept from it.
pub(crate) fn start(
    context: &Context,
    command: &[OsString],
    hidden: &[Option<&str>],
    handover: Handover,
) -> Result<Running, Failure> {
    let Some((program, rest)) = command.split_first() else {
        return Err(OpError::new(ErrorCode::Usage, "no command is given").into());
    };
    let mut command = Command::new(program);
    command.args(rest).env_clear().envs(surroundings::without_secrets(context, hidden));
    let mut descriptor = None;
    let mut file = None;
    match handover {
        Handover::Environment(token) => {
            command.env(ACCESS_TOKEN, token.expose());
        }
        Handover::Descriptor(reader) => {
            fcntl_setfd(&reader, FdFlags::empty()).map_err(|error| {
                OpError::new(ErrorCode::Failed, "cannot hand the token over").because(std::io::Error::from(error))
            })?;
            descriptor = Some(reader);
        }
        Handover::File(made) => {
            command.env(TOKEN_FILE, made.path());
            file = Some(made);
        }
    }
    let spawned = checkpoint::start().and_then(|()| hardening::as_found(|| command.spawn()));
    let child = spawned.map_err(|error| {
        let code = match error.kind() {
            ErrorKind::NotFound => ErrorCode::FileMissing,
            ErrorKind::PermissionDenied => ErrorCode::PermissionDenied,
            _ => ErrorCode::Failed,
        };
        OpError::new(code, format!("cannot run `{}`", program.to_string_lossy()))
            .because(error)
            .hint("check the name after `--`")
    })?;
    // The command alone reads it from here on; should it end unread, the writer is told so.
    drop(descriptor);
    Ok(Running { child, file })
}

/// A command that runs, and the token's file if it has one.
pub(crate) struct Running {
    child: Child,
    file: Option<TokenFile>,
}

impl Running {
    /// Passes signals on until it ends; answers how it ended. What `renew` makes of the file runs beside it.
    pub(crate) async fn until_the_end(
        mut self,
        context: &Context,
        signals: &mut Signals,
        renew: impl AsyncFnOnce(&TokenFile) -> Infallible,
    ) -> Result<ExitStatus, Failure> {
        let renewal = async {
            match &self.file {
                Some(file) => renew(file).await,
                None => std::future::pending().await,
            }
        };
        let status = tokio::select! {
            status = signals.pass_on_until_the_end_of(&mut self.child) => status,
            never = renewal => match never {},
        };
        if let Some(Err(error)) = self.file.take().map(TokenFile::remove) {
            context.output.warn("token_file_left", &format!("the token's file is still there: {error}"));
        }
        status
    }
}
