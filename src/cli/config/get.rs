//! `artcafe config get`

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::candidates;
use crate::cli::context::Context;
use crate::ops::configure::path_of;
use crate::ops::{ErrorCode, OpError};

/// Print one value in force
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe config get auth.agent_id\n  artcafe config get llm.provider")]
pub(crate) struct GetArgs {
    /// The dotted key
    #[arg(add = candidates::settings())]
    key: String,
}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct GetData {
    key: String,
    value: serde_json::Value,
    origin: String,
}

pub(crate) fn run(context: &Context, args: &GetArgs) -> Outcome {
    let settings = context.settings()?;
    let path = path_of(&args.key)?;
    let resolved = settings.entries().into_iter().find(|(key, ..)| *key == args.key);
    let (value, origin) = match resolved {
        Some((_, Some(value), origin)) => (Some(serde_json::Value::String(value)), origin.to_string()),
        Some((_, None, _)) => (None, String::new()),
        None => match settings.file.as_ref().and_then(|file| file.value(&path).map(|found| (file, found))) {
            Some((file, (value, position))) => {
                (Some(value), format!("{}:{}:{}", file.path().display(), position.line, position.column))
            }
            None => (None, String::new()),
        },
    };
    let value = value.ok_or_else(|| {
        OpError::new(ErrorCode::NotConfigured, format!("`{}` is not set", args.key))
            .hint("`artcafe config show` lists what is set, `artcafe config set KEY VALUE` sets it")
    })?;
    context.output.finish("config.get", &GetData { key: args.key.clone(), value, origin }, |data| match &data.value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}
