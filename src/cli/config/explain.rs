//! `artcafe config explain`

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::cli::output::Style;
use crate::config::{Key, Origin, Settings, Sourced, nearest};
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::Source;

/// Show where a value comes from, and every value that lost
///
/// A flag wins over a variable, a variable over the file, the file over the default. Works beside a
/// configuration whose other values are wrong.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe config explain api.endpoint\n  artcafe config explain auth.agent_id --json"
)]
pub(crate) struct ExplainArgs {
    /// The dotted key
    #[arg(add = candidates::settings())]
    key: String,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct ExplainData {
    key: &'static str,
    values: Vec<Candidate>,
}

/// One value that some layer gives.
#[derive(Serialize, schemars::JsonSchema)]
struct Candidate {
    value: String,
    origin: Origin,
    wins: bool,
}

pub(crate) fn run(context: &Context, args: &ExplainArgs) -> Outcome {
    let Some(key) = Key::ALL.into_iter().find(|key| key.path() == args.key) else {
        let names = Key::ALL.map(Key::path);
        let hint = match nearest(&args.key, names.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the keys are {}", names.join(", ")),
        };
        return Err(OpError::new(ErrorCode::Usage, format!("this program reads no key `{}`", args.key))
            .hint(hint)
            .into());
    };
    let mut found = Settings::explain(&context.env, &context.flags()?, key)?;
    let given = given_key(context);
    if let (Key::PrivateKeyPath, Some(given)) = (key, &given) {
        found.insert(0, given.clone());
    }
    // The id in a file is that of the file's key, and not of one that was given.
    let is_dropped = |origin: &Origin| key == Key::KeyId && given.is_some() && matches!(origin, Origin::File { .. });
    let values: Vec<Candidate> = found
        .into_iter()
        .enumerate()
        .map(|(place, found)| {
            let wins = place == 0 && !is_dropped(&found.origin);
            Candidate { value: found.value, origin: found.origin, wins }
        })
        .collect();
    if values.is_empty() {
        return Err(OpError::new(ErrorCode::NotConfigured, format!("`{key}` is not set anywhere, and has no default"))
            .hint(format!("set it with `artcafe config set {key} VALUE`"))
            .into());
    }
    context.output.finish("config.explain", &ExplainData { key: key.path(), values }, |data| {
        let line = |candidate: &Candidate| {
            let (mark, style) = if candidate.wins { ("wins ", Style::Good) } else { ("loses", Style::Faint) };
            format!("{} {}  ({})", context.output.paint(style, mark), candidate.value, candidate.origin)
        };
        data.values.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

/// Where `ARTCAFE_PRIVATE_KEY` has the key from, which wins over every key file; what is no SOURCE may be the key itself
/// and is not shown.
fn given_key(context: &Context) -> Option<Sourced<String>> {
    let name = "ARTCAFE_PRIVATE_KEY";
    let source = context.env.var(name)?.parse::<Source>();
    let value = source.map_or_else(|_| "(no SOURCE)".to_owned(), |source| format!("the key from {source}"));
    Some(Sourced::new(value, Origin::Variable(name)))
}
