//! `artcafe auth token`

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::config::duration;
use crate::ops::tokens::{Token, TokenOptions, kept, token};
use crate::ops::{ErrorCode, OpError, Session};
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
eval \"$(artcafe auth token --format env)\"\n  artcafe auth token --min-ttl 30m --json | jq -r .data.expires_at\n\n\
The platform takes the token as a Bearer token alone, which curl and others never make of a netrc file: they send Basic. \
So `--format netrc` is for a proxy or a tool that takes a name and a password; for the platform use `--format header`."
)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
    #[command(flatten)]
    life: LifeArgs,
    /// How to print it, without --json
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "raw")]
    format: Format,
    /// In GitHub Actions: make the token the step's output of this name, instead of printing it
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    github_output: Option<String>,
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
    /// A line for a netrc file: `machine HOST login AGENT password ...`, which programs send as Basic
    Netrc,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct TokenData<'a> {
    token: &'a str,
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    expires_at: Option<Timestamp>,
}

/// A token that went to the step's outputs.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct OutputData<'a> {
    /// The output's name.
    output: &'a str,
    /// When the token ends, by the server's clock; null where it does not say.
    #[schemars(with = "Option<crate::schema::Rfc3339>")]
    expires_at: Option<Timestamp>,
}

pub(crate) fn run(context: &Context, args: &TokenArgs) -> Outcome {
    let session = context.session_to_prove(&args.key)?;
    let token = agents_token(context, &session, args.life.options())?;
    mask(context, &token.token);
    if let Some(name) = &args.github_output {
        github::output(context, name, token.token.expose())?;
        let data = OutputData { output: name, expires_at: token.expires_at };
        return context.output.finish("auth.token.output", &data, |_| String::new());
    }
    // The one command whose data is a secret: it was asked for by name.
    let data = TokenData { token: token.token.expose(), expires_at: token.expires_at };
    let text = if context.output.json { String::new() } else { text(&session, args.format, &data)? };
    context.output.finish("auth.token", &data, |_| text)
}

fn text(session: &Session, format: Format, data: &TokenData) -> Result<String, Failure> {
    Ok(match format {
        Format::Raw => data.token.to_owned(),
        Format::Json => serde_json::json!(data).to_string(),
        // The server chose the text, and a shell is going to read it.
        Format::Env => format!("export {ACCESS_TOKEN}='{}'", data.token.replace('\'', "'\\''")),
        Format::Header => format!("Authorization: Bearer {}", data.token),
        Format::Netrc => netrc(session, data.token)?,
    })
}

/// Programs differ in how they read quotes and escapes in a netrc file, so a token that needed any is refused.
fn netrc(session: &Session, token: &str) -> Result<String, Failure> {
    if !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)) {
        return Err(OpError::new(
            ErrorCode::BadAnswer,
            "the server's token holds characters that a netrc file cannot hold",
        )
        .hint("use another form: `artcafe auth token --format header`")
        .into());
    }
    Ok(format!("machine {} login {} password {token}", session.settings.endpoint.value.host(), session.agent()?))
}

/// A kept token that will do, else one by proof.
pub(crate) fn agents_token(context: &Context, session: &Session, options: TokenOptions) -> Result<Token, Failure> {
    match kept(session, options)? {
        Some(token) => Ok(token),
        None => context.block_on(asked_token(context, session, options))?,
    }
}

/// One by proof, and a word where it lives shorter than was asked for.
pub(crate) async fn asked_token(context: &Context, session: &Session, options: TokenOptions) -> Result<Token, Failure> {
    let token = by_proof(context, session, options).await?;
    if token.is_short {
        context.output.warn("short_life", SHORT_LIFE);
    }
    Ok(token)
}

/// What is said of a token that does not live as long as was asked for.
const SHORT_LIFE: &str =
    "the server's tokens do not live as long as --min-ttl asks for: this one is as good as they come";

/// A token by proof, from this process or another; after a rotation that has just ended, by the new key.
pub(crate) async fn by_proof(context: &Context, session: &Session, options: TokenOptions) -> Result<Token, Failure> {
    match token(session, options).await {
        Ok(token) => Ok(token),
        Err(error) => match context.session_after(session, error.code) {
            Some(again) => Ok(token(&again, options).await?),
            None => Err(error.into()),
        },
    }
}

impl LifeArgs {
    /// As the operation wants it.
    pub(crate) fn options(&self) -> TokenOptions {
        TokenOptions { min_ttl: self.min_ttl, fresh: self.fresh }
    }
}

/// Keeps the token out of the log of GitHub Actions, whatever prints it afterwards.
pub(crate) fn mask(context: &Context, token: &SecretString) {
    if context.env.var("GITHUB_ACTIONS").is_some() {
        context.output.to_stderr(&format!("::add-mask::{}", github::data(token.expose())));
    }
}
