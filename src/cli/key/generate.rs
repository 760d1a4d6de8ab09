//! `artcafe key generate`

use std::path::PathBuf;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};
use crate::env::Env;
use crate::keys::{Algorithm, KeyFormat, KeySpec};
use crate::ops::generate::{GenerateOptions, GenerateReport, generate};
use crate::ops::rotate::behind;
use crate::ops::{ErrorCode, OpError};

/// What kind of key to make; the same flags on every command that can make one.
#[derive(Debug, Clone, Args)]
pub(crate) struct NewKeyArgs {
    /// Algorithm of a new key: rsa or ed25519 [default: rsa]
    #[arg(long, value_name = "ALGORITHM")]
    pub(crate) algorithm: Option<Algorithm>,
    /// Size of a new RSA key: 2048, 3072 or 4096 [default: 4096]
    #[arg(long, value_name = "BITS")]
    pub(crate) bits: Option<u32>,
    /// File format of a new key: pem (PKCS#8), openssh or pkcs1 [default: pem for rsa, openssh for ed25519]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) key_format: Option<KeyFormat>,
    /// Comment of a new key's public line [default: the agent or user, and the host]
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
}

impl NewKeyArgs {
    fn algorithm(&self) -> Algorithm {
        self.algorithm.unwrap_or(Algorithm::Rsa)
    }

    /// The first of these flags that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        [
            ("--algorithm", self.algorithm.is_some()),
            ("--bits", self.bits.is_some()),
            ("--key-format", self.key_format.is_some()),
            ("--comment", self.comment.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, is_given)| is_given.then_some(flag))
    }

    /// Algorithm and size, checked together.
    pub(crate) fn spec(&self) -> Result<KeySpec, Failure> {
        KeySpec::new(self.algorithm(), self.bits).map_err(|error| {
            let hint = error.hint();
            let failure = OpError::new(ErrorCode::Usage, error.to_string());
            hint.map_or(OpError { hint: None, ..OpError::new(ErrorCode::Usage, failure.message.clone()) }, |hint| {
                failure.hint(hint)
            })
            .into()
        })
    }

    /// The file format, checked against the algorithm.
    pub(crate) fn format(&self) -> Result<KeyFormat, Failure> {
        let format = self.key_format.unwrap_or(KeyFormat::default_for(self.algorithm()));
        format.supports(self.algorithm()).map_err(|error| {
            let hint = error.hint().unwrap_or_default();
            Failure(OpError::new(ErrorCode::Usage, error.to_string()).hint(hint))
        })?;
        Ok(format)
    }

    /// The comment, or one that says whose key it is and where it was made.
    pub(crate) fn comment(&self, owner: Option<&str>, env: &Env) -> String {
        let made = || format!("{}@{}", owner.or(env.var("USER")).unwrap_or("artcafe"), Env::host_name());
        self.comment.clone().unwrap_or_else(made)
    }
}

/// Generate a key pair on this machine
///
/// Makes a private key (mode 0600) and its public half beside it, and prints the fingerprint and the
/// public line for the portal. An existing key is never overwritten.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key generate\n  artcafe key generate --algorithm ed25519 --output ~/.ssh/spare_agent\n  \
artcafe key generate --passphrase file:/run/secrets/passphrase --overwrite"
)]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    new: NewKeyArgs,
    /// The private key's file; `.pub` is added for the public half [default: the configured one, else $ARTCAFE_KEY_DIR/artcafe_agent]
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Set an existing pair aside as a dated backup
    #[arg(long)]
    overwrite: bool,
}

pub(crate) fn run(context: &Context, args: &GenerateArgs) -> Outcome {
    let paths = context.paths_to_change()?;
    let output = match &args.output {
        Some(path) => paths.absolute(path)?,
        // The key that is in force; a broken configuration names none.
        None => match context.settings() {
            Ok(settings) => behind(&settings.private_key_path.value),
            Err(_) => paths.default_key(),
        },
    };
    let options = GenerateOptions {
        output,
        spec: args.new.spec()?,
        format: args.new.format()?,
        comment: args.new.comment(context.global.agent_id.as_deref(), &context.env),
        passphrase: context.new_passphrase(&args.passphrase)?,
        overwrite: args.overwrite,
        stamp: Env::now_stamp(),
    };
    let report = with_progress(context, || Ok(generate(&paths, Env::now(), &options)?))?;
    if let Some(backup) = &report.backup_path {
        context.output.status(&format!("the old pair is kept as `{}`", backup.display()));
    }
    context.output.finish("key.generate", &report, |report| text(&context.output, report))
}

/// Makes a key and tells of it, wherever nothing else is done.
pub(crate) fn with_progress(
    context: &Context,
    make: impl FnOnce() -> Result<GenerateReport, Failure>,
) -> Result<GenerateReport, Failure> {
    let progress = context.output.progress_before_report("key.generate");
    progress.begin("key", "generating the key");
    let report = make()?;
    progress.done("key", &format!("{} at `{}`", report.fingerprint, report.private_key_path.display()));
    Ok(report)
}

/// The same lines wherever a key was made.
pub(crate) fn text(output: &Output, report: &GenerateReport) -> String {
    format!(
        "private key   {}\npublic key    {}\nalgorithm     {} {} bits, {} format, {}\nfingerprint   {}\non platform   {}\n\n{}\n",
        report.private_key_path.display(),
        report.public_key_path.display(),
        report.algorithm,
        report.bits,
        report.key_format,
        if report.encrypted { "protected by a passphrase" } else { "no passphrase" },
        output.paint(Style::Strong, &report.fingerprint),
        report.platform_fingerprint,
        report.public_key,
    )
}
