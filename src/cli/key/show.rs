//! `artcafe key show`

use std::path::PathBuf;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::{PassphraseArgs, PrivateKeyArgs};
use crate::cli::context::Context;
use crate::cli::output::{Output, Style};
use crate::ops::Fix;
use crate::ops::own_key::Holder;
use crate::ops::show::{ShowReport, show_current};

/// Show what a key is
///
/// Prints algorithm, size, both fingerprints, age, mode, and which parts of the platform's framework
/// can load the file. Shows nothing of the private half, which may be in a file, in an ssh-agent or in
/// what ARTCAFE_PRIVATE_KEY names.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe key show\n  artcafe key show --public > agent.pub\n  artcafe key show ~/.ssh/id_ed25519 --json"
)]
pub(crate) struct ShowArgs {
    /// The private key file [default: the configured one]
    path: Option<PathBuf>,
    /// Print just the public line
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

pub(crate) fn run(context: &Context, args: &ShowArgs) -> Outcome {
    let key = PrivateKeyArgs {
        private_key: args.path.clone(),
        passphrase: args.passphrase.clone(),
        ..PrivateKeyArgs::default()
    };
    let session = context.session_with(&key)?;
    let report = show_current(&session)?;
    if let Some(problem) = &report.holder_problem {
        context.output.warn("private_half_missing", &format!("only the public half is here: {problem}"));
    }
    for problem in &report.problems {
        context.output.warn_with("loose_mode", problem, Some(&Fix::KeyRepair));
    }
    context.output.finish("key.show", &report, |report| {
        if args.public { report.public_key.clone() } else { text(&context.output, report) }
    })
}

fn text(output: &Output, report: &ShowReport) -> String {
    let place = report.private_key_path.display();
    let mut lines = vec![
        match report.holder {
            Holder::SshAgent => format!("private key   in the ssh-agent; {place}.pub says which"),
            Holder::Variable => format!("private key   from {place}"),
            Holder::KeyFile | Holder::Memory => format!("private key   {place}"),
        },
        format!("algorithm     {} {} bits", report.algorithm, report.bits),
    ];
    let hidden = |path: &PathBuf| format!("not used      {}", path.display());
    lines.extend(report.hides.as_ref().map(hidden));
    let protection = if report.encrypted { "protected by a passphrase" } else { "no passphrase" };
    lines.extend(report.key_format.map(|format| format!("format        {format}, {protection}")));
    lines.extend([
        format!("fingerprint   {}", output.paint(Style::Strong, &report.fingerprint)),
        format!("on platform   {}", report.platform_fingerprint),
        format!("comment       {}", report.comment.as_deref().unwrap_or("(none)")),
    ]);
    if let Some(mode) = &report.mode {
        lines.extend([
            format!("age           {}", report.age_days.map_or("unknown".to_owned(), |days| format!("{days} days"))),
            format!("mode          {mode}"),
            format!("public file   {}", report.public_file),
            String::new(),
            "loaded by:".to_owned(),
        ]);
    }
    lines.extend(report.consumers.iter().map(|consumer| {
        let mark = if consumer.loads { output.paint(Style::Good, "yes") } else { output.paint(Style::Warning, "no ") };
        format!("  {mark}  {}: {}", consumer.name, consumer.why)
    }));
    lines.join("\n")
}
