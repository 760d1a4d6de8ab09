//! `artcafe sandbox`: the embedded stand-in for the platform.

mod exec;
mod serve;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::{ErrorCode, OpError};
use crate::sandbox::{Dialect, FAULT_HELP, Fault, Options, SandboxError, TenantSpec};

/// Run a faithful stand-in for the platform on this machine
#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) enum SandboxCommand {
    Serve(serve::ServeArgs),
    Exec(exec::ExecArgs),
}

/// What both ways of running it take.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The loopback address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,
    /// Keep the data in DIR/sandbox.db [default: in memory]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// documented: strict, as the platform's documents say; as-built: the public server, weaknesses included
    #[arg(long, value_name = "DIALECT", default_value = "documented")]
    dialect: Dialect,
    /// Show a fault, by route and count; see below. Repeat for more
    #[arg(long, value_name = "SPEC")]
    fault: Vec<String>,
    /// A tenant in place of the two built-in ones: NAME[:PLAN[:STATUS]] or ID=NAME[:PLAN[:STATUS]]. Repeat for more
    #[arg(long, value_name = "SPEC")]
    tenant: Vec<TenantSpec>,
    /// One more agent in every tenant, beside prod-data-processor-01. Repeat for more
    #[arg(long, value_name = "ID")]
    agent: Vec<String>,
    /// Write one JSON line per request
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

impl ServerArgs {
    fn options(&self) -> Result<Options, SandboxError> {
        for (place, tenant) in self.tenant.iter().enumerate() {
            if self.tenant[..place].iter().any(|before| before.id == tenant.id) {
                let reason = format!("another tenant has the id `{}` already", tenant.id);
                return Err(SandboxError::TenantSpec { spec: tenant.name.clone(), reason });
            }
        }
        Ok(Options {
            dialect: self.dialect,
            data: self.data.clone(),
            faults: self.fault.iter().map(|spec| spec.parse()).collect::<Result<Vec<Fault>, _>>()?,
            tenants: self.tenant.clone(),
            agents: self.agent.clone(),
            log: self.log.clone(),
            tap: None,
        })
    }
}

pub(crate) fn run(context: &Context, command: SandboxCommand) -> Outcome {
    match command {
        SandboxCommand::Serve(args) => serve::run(context, &args),
        SandboxCommand::Exec(args) => exec::run(context, &args),
    }
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let code = match &error {
            SandboxError::NotLoopback { .. } | SandboxError::Address { .. } | SandboxError::AgentId { .. } => {
                ErrorCode::Usage
            }
            SandboxError::TenantSpec { .. } | SandboxError::FaultSpec { .. } | SandboxError::Dialect { .. } => {
                ErrorCode::Usage
            }
            SandboxError::Data { source, .. } | SandboxError::Log { source, .. }
                if source.kind() == std::io::ErrorKind::PermissionDenied =>
            {
                ErrorCode::PermissionDenied
            }
            SandboxError::Data { source, .. } | SandboxError::Log { source, .. }
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                ErrorCode::FileMissing
            }
            _ => ErrorCode::Failed,
        };
        let message = error.to_string();
        let failure = OpError::new(code, message);
        match std::error::Error::source(&error) {
            Some(source) => failure.because(std::io::Error::other(source.to_string())).into(),
            None => failure.into(),
        }
    }
}
