//! The flags that every command takes.
//!
//! Owns their names and help, once; each has its variable, listed in `env`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::candidates;
use crate::cli::progress::ProgressForm;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Flags that mean the same on every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// The configuration file [env: ARTCAFE_CONFIG] [default: ~/.artcafe/config.yaml]
    #[arg(long, global = true, value_name = "PATH", alias = "config-path")]
    pub(crate) config: Option<PathBuf>,
    /// Use the profile `$ARTCAFE_HOME/profiles/NAME.yaml` [env: ARTCAFE_PROFILE]
    #[arg(long, global = true, value_name = "NAME", add = candidates::profiles())]
    pub(crate) profile: Option<String>,
    /// Origin of the platform's API [env: ARTCAFE_API_ENDPOINT] [default: https://api.artcafe.ai]
    #[arg(long, global = true, value_name = "URL", add = candidates::endpoints())]
    pub(crate) api_endpoint: Option<String>,
    /// The agent to act for [env: ARTCAFE_AGENT_ID]
    #[arg(long, global = true, value_name = "ID", add = candidates::agents())]
    pub(crate) agent_id: Option<String>,
    /// The tenant to act in [env: ARTCAFE_TENANT_ID]
    #[arg(long, global = true, value_name = "ID", add = candidates::tenants())]
    pub(crate) tenant_id: Option<String>,
    /// Where an administrator's token comes from; never saved [env: ARTCAFE_TOKEN, the token itself]
    #[arg(long, global = true, value_name = "SOURCE")]
    pub(crate) token: Option<String>,
    /// Seconds for one request [env: ARTCAFE_TIMEOUT] [default: 30]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub(crate) timeout: Option<String>,
    /// Repeats of a request where a repeat is safe [env: ARTCAFE_RETRIES] [default: 3]
    #[arg(long, global = true, value_name = "N")]
    pub(crate) retries: Option<u32>,
    /// Trust this certificate authority besides the system's; a PEM file [env: ARTCAFE_CA_CERT]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_cert: Option<PathBuf>,
    /// Allow http without TLS beyond loopback [env: ARTCAFE_INSECURE_HTTP]
    #[arg(long, global = true)]
    pub(crate) insecure_http: bool,
    /// Prove a key at an endpoint where it was not registered [env: ARTCAFE_ALLOW_NEW_ENDPOINT]
    #[arg(long, global = true)]
    pub(crate) allow_new_endpoint: bool,
    /// Print one JSON object on stdout, or one on stderr for a failure [env: ARTCAFE_JSON]
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print no status lines [env: ARTCAFE_QUIET]
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Describe each request on stderr, without secrets [env: ARTCAFE_VERBOSE]
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// How steps are told on stderr: auto, or json for one event a line [env: ARTCAFE_PROGRESS] [default: auto]
    #[arg(long, global = true, value_name = "FORM")]
    pub(crate) progress: Option<ProgressForm>,
    /// Never ask [env: ARTCAFE_NO_INPUT]
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Agree to every confirmation [env: ARTCAFE_YES]
    #[arg(long, short, global = true)]
    pub(crate) yes: bool,
    /// When to use colour [env: ARTCAFE_COLOR] [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<ColorWhen>,
}

/// The passphrase of a private key.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PassphraseArgs {
    /// The private key's passphrase: a SOURCE, or nothing to be asked [env: ARTCAFE_PASSPHRASE_SOURCE]
    #[arg(long, value_name = "SOURCE", num_args = 0..=1)]
    pub(crate) passphrase: Option<Option<String>>,
}

impl PassphraseArgs {
    /// The SOURCE, where one was given.
    pub(crate) fn source(&self) -> Option<&str> {
        self.passphrase.as_ref().and_then(|source| source.as_deref())
    }
}

/// The private key file to work with.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PrivateKeyArgs {
    /// The private key file, instead of the configured one [env: ARTCAFE_PRIVATE_KEY_PATH]
    #[arg(long, value_name = "PATH")]
    pub(crate) private_key: Option<PathBuf>,
    /// Sign through the ssh-agent of SSH_AUTH_SOCK; KEY.pub says which of its keys [env: ARTCAFE_SSH_AGENT]
    #[arg(long)]
    pub(crate) ssh_agent: bool,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseArgs,
}
