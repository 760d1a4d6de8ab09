//! `artcafe auth token`

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::duration;
use crate::ops::tokens::{Token, TokenOptions, kept, token};
use crate::secret::SecretString;

/// The variable in which a token is handed to a command.
pub(crate) const ACCESS_TOKEN: &str = "ARTCAFE_ACCESS_TOKEN";

/// Print a token for the agent
///
/// Prints a token on stdout: bare, or as what is to read it wants it. It is kept (mode 0600) and handed
/// out again as long as it lives long enough, without asking the server; otherwise the key is proved as
/// `artcafe auth test` does it, once for however many processes ask at that moment. In GitHub Actions the token is masked in the log first.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  TOKEN=$(artcafe auth token)\n  artcafe auth token --format header | curl -H @- https://api.artcafe.ai/api/v1/ssh-keys\n  \
eval \"$(artcafe auth token --format env)\"\n  artcafe auth token --min-ttl 30m --json | jq -r .data.expires_at"
)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
    #[command(flatten)]
    life: LifeArgs,
    /// How to print it, without --json
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "raw")]
    format: Format,
}

/// How long the token has to live.
#[derive(Debug, Clone, Args)]
pub(crate) struct LifeArgs {
    /// The life that the token must have left, such as 5m
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration::parse)]
    min_ttl: SignedDuration,
    /// Ask the server for a new one in any case
    #[arg(long)]
    fresh: bool,
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

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct TokenData<'a> {
    token: &'a str,
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    expires_at: Option<Timestamp>,
}

pub(crate) fn run(context: &Context, args: &TokenArgs) -> Outcome {
    let token = agents_token(context, &args.key, &args.life)?;
    mask(context, &token.token);
    // The one command whose data is a secret: it was asked for by name.
    let data = TokenData { token: token.token.expose(), expires_at: token.expires_at };
    context.output.finish("auth.token", &data, |data| match args.format {
        Format::Raw => data.token.to_owned(),
        Format::Json => serde_json::json!(data).to_string(),
        // The server chose the text, and a shell is going to read it.
        Format::Env => format!("export {ACCESS_TOKEN}='{}'", data.token.replace('\'', "'\\''")),
        Format::Header => format!("Authorization: Bearer {}", data.token),
    })
}

/// A kept token that will do, else one by proof.
pub(crate) fn agents_token(context: &Context, key: &PrivateKeyArgs, life: &LifeArgs) -> Result<Token, Failure> {
    let session = context.session_with(key)?;
    let options = TokenOptions { min_ttl: life.min_ttl, fresh: life.fresh };
    if let Some(token) = kept(&session, options)? {
        return Ok(token);
    }
    let token = context.reading(&session, |session| Ok(context.block_on(token(session, options))??), |_token| None)?;
    if token.is_short {
        let text = "the server's tokens do not live as long as --min-ttl asks for: this one is as good as they come";
        context.output.warn("short_life", text);
    }
    Ok(token)
}

/// Keeps the token out of the log of GitHub Actions, whatever prints it afterwards.
pub(crate) fn mask(context: &Context, token: &SecretString) {
    if context.env.var("GITHUB_ACTIONS").is_some() {
        // The runner reads `%` as the beginning of an escape.
        context.output.to_stderr(&format!("::add-mask::{}", token.expose().replace('%', "%25")));
    }
}
