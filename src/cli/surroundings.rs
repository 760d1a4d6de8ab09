//! What the processes that this program starts find around them.
//!
//! Owns which variables the fresh process of a rotation, its hook and the command of `exec` get. None of them
//! ever gets a secret of ours that it was not started for.

use std::ffi::OsString;

use crate::cli::auth::ACCESS_TOKEN;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::handover::TOKEN_FILE;
use crate::ops::rotate::FreshProcess;
use crate::ops::{ErrorCode, OpError};

/// Where the files are and how the network is reached; nothing that names an identity, nothing secret of ours.
const OF_FRESH_PROCESS: [&str; 15] = [
    "HOME",
    "ARTCAFE_HOME",
    "ARTCAFE_KEY_DIR",
    "ARTCAFE_CA_CERT",
    "ARTCAFE_INSECURE_HTTP",
    "ARTCAFE_TIMEOUT",
    "ARTCAFE_RETRIES",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// What holds a secret or says where one is; also what another `artcafe exec` around this one handed over.
const SECRET: [&str; 6] = [
    "ARTCAFE_TOKEN",
    "ARTCAFE_TOKEN_SOURCE",
    "ARTCAFE_PASSPHRASE_SOURCE",
    "ARTCAFE_PRIVATE_KEY",
    ACCESS_TOKEN,
    TOKEN_FILE,
];

/// This program, to be started anew with a cleared environment.
pub(crate) fn fresh_process(context: &Context) -> Result<FreshProcess, Failure> {
    let program = context
        .env
        .program()
        .map_err(|error| OpError::new(ErrorCode::Failed, "this program's own file is unknown").because(error))?;
    let mut variables: Vec<(OsString, OsString)> = OF_FRESH_PROCESS
        .iter()
        .filter_map(|name| context.env.var(name).map(|value| (OsString::from(name), OsString::from(value))))
        .collect();
    if let Some(file) = &context.global.ca_cert {
        variables.retain(|(name, _)| name != "ARTCAFE_CA_CERT");
        variables.push(("ARTCAFE_CA_CERT".into(), file.into()));
    }
    if context.global.insecure_http {
        variables.push(("ARTCAFE_INSECURE_HTTP".into(), "1".into()));
    }
    Ok(FreshProcess { program, variables })
}

/// This process's environment without any secret of ours, the variables that a SOURCE `env:NAME` names included.
pub(crate) fn without_secrets(context: &Context, sources: &[Option<&str>]) -> Vec<(OsString, OsString)> {
    let in_environment = SECRET.iter().filter_map(|name| context.env.var(name));
    let named: Vec<&str> = sources
        .iter()
        .copied()
        .flatten()
        .chain(context.global.token.as_deref())
        .chain(in_environment)
        .filter_map(|source| source.strip_prefix("env:"))
        .collect();
    let is_secret = |name: &str| SECRET.contains(&name) || named.contains(&name);
    context.env.variables().filter(|(name, _)| !name.to_str().is_some_and(is_secret)).collect()
}
