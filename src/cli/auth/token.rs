//! `artcafe auth token`

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::ops::prove::prove;
use crate::secret::SecretString;

/// The variable in which a token is handed to a command.
pub(crate) const ACCESS_TOKEN: &str = "ARTCAFE_ACCESS_TOKEN";

/// Print a token for the agent
///
/// Proves the key as `artcafe auth test` does and prints the token on stdout: bare, or as what is to
/// read it wants it. In GitHub Actions the token is masked in the log first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  TOKEN=$(artcafe auth token)\n  artcafe auth token --format header | curl -H @- https://api.artcafe.ai/api/v1/ssh-keys\n  \
eval \"$(artcafe auth token --format env)\"\n  artcafe auth token --json | jq -r .data.expires_at"
)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
    /// How to print it, without --json
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "raw")]
    format: Format,
}

/// What the token is printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The bare token
    Raw,
    /// An object with `token` and `expires_at`
    Json,
    /// A line for a shell: `export ARTCAFE_ACCESS_TOKEN=...`
    Env,
    /// A header line: `Authorization: Bearer ...`
    Header,
}

#[derive(Serialize)]
struct TokenData<'a> {
    token: &'a str,
    expires_at: Option<Timestamp>,
}

pub(crate) fn run(context: &Context, args: &TokenArgs) -> Outcome {
    let (token, expires_at) = proven_token(context, &args.key)?;
    mask(context, &token);
    // The one command whose data is a secret: it was asked for by name.
    let data = TokenData { token: token.expose(), expires_at };
    context.output.finish("auth.token", &data, |data| match args.format {
        Format::Raw => data.token.to_owned(),
        Format::Json => serde_json::json!(data).to_string(),
        // The server chose the text, and a shell is going to read it.
        Format::Env => format!("export {ACCESS_TOKEN}='{}'", data.token.replace('\'', "'\\''")),
        Format::Header => format!("Authorization: Bearer {}", data.token),
    })
}

/// A token by proof, and when it ends.
pub(crate) fn proven_token(
    context: &Context,
    key: &PrivateKeyArgs,
) -> Result<(SecretString, Option<Timestamp>), Failure> {
    let session = context.session_with(key)?;
    let outcome = context.reading(
        &session,
        |session| Ok(context.block_on(prove(session, &session.key()?))??),
        |outcome| outcome.verdict.as_ref().err().map(|error| error.code),
    )?;
    let token = outcome.verdict?;
    Ok((token, outcome.report.claims.and_then(|claims| claims.expires_at)))
}

/// Keeps the token out of the log of GitHub Actions, whatever prints it afterwards.
pub(crate) fn mask(context: &Context, token: &SecretString) {
    if context.env.var("GITHUB_ACTIONS").is_some() {
        context.output.to_stderr(&format!("::add-mask::{}", token.expose()));
    }
}
