//! `artcafe key convert`

use std::path::PathBuf;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::{PassphraseArgs, PrivateKeyArgs};
use crate::cli::context::Context;
use crate::keys::KeyFormat;
use crate::ops::convert::{ConvertOptions, NewPassphrase, convert};

/// Change a key file's format or passphrase
///
/// The key itself stays the same, and so does its registration. The file is replaced atomically.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key convert --key-format openssh\n  artcafe key convert --new-passphrase\n  \
artcafe key convert --passphrase file:old.txt --no-passphrase\n  artcafe key convert --key-format pkcs1 --output ~/.ssh/artcafe_agent_pkcs1"
)]
pub(crate) struct ConvertArgs {
    /// The private key file [default: the configured one]
    path: Option<PathBuf>,
    /// The new format: pem, openssh or pkcs1 [default: as it is]
    #[arg(long, value_name = "FORMAT")]
    key_format: Option<KeyFormat>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Protect it with this passphrase: a SOURCE, or nothing to be asked
    #[arg(long, value_name = "SOURCE", num_args = 0..=1, conflicts_with = "no_passphrase")]
    new_passphrase: Option<Option<String>>,
    /// Take the passphrase off
    #[arg(long)]
    no_passphrase: bool,
    /// Write the outcome there and leave the file as it is
    #[arg(long, value_name = "PATH")]
    output: Option<PathBuf>,
}

pub(crate) fn run(context: &Context, args: &ConvertArgs) -> Outcome {
    let key = PrivateKeyArgs {
        private_key: args.path.clone(),
        passphrase: args.passphrase.clone(),
        ..PrivateKeyArgs::default()
    };
    context.paths_to_change()?;
    let session = context.session_with(&key)?;
    let passphrase = match &args.new_passphrase {
        Some(Some(source)) => NewPassphrase::Set(context.read_source(source, "--new-passphrase")?),
        Some(None) => NewPassphrase::Set(context.ask_secret(
            "New passphrase",
            true,
            "--new-passphrase SOURCE",
            "a file: `--new-passphrase file:PATH`",
        )?),
        None if args.no_passphrase => NewPassphrase::Remove,
        None => NewPassphrase::Keep,
    };
    let options = ConvertOptions {
        path: session.settings.private_key_path.value.clone(),
        output: args.output.as_ref().map(|path| session.settings.paths.expand(&path.to_string_lossy())),
        format: args.key_format,
        passphrase,
    };
    let report = convert(&session, &options)?;
    context.output.finish("key.convert", &report, |report| {
        if !report.changed {
            return format!("{}: nothing to change", report.private_key_path.display());
        }
        let protection = if report.encrypted { "protected by a passphrase" } else { "no passphrase" };
        format!(
            "{}: {} format, {protection}, {}",
            report.private_key_path.display(),
            report.key_format,
            report.fingerprint
        )
    })
}
