//! `artcafe config profiles`

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::context::Context;
use crate::id::ProfileName;

/// List the profiles
///
/// A profile is a configuration of its own, `$ARTCAFE_HOME/profiles/NAME.yaml`, chosen with `--profile NAME`.
#[derive(Debug, Args)]
pub(crate) struct ProfilesArgs {}

#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct ProfilesData {
    profiles: Vec<ProfileName>,
    current: Option<ProfileName>,
}

pub(crate) fn run(context: &Context, _args: &ProfilesArgs) -> Outcome {
    let paths = context.paths()?;
    let data = ProfilesData { profiles: paths.profiles()?, current: paths.profile.clone() };
    if data.profiles.is_empty() {
        context.output.status("no profiles: make one with `artcafe setup --profile NAME`");
    }
    context.output.finish("config.profiles", &data, |data| {
        let line = |name: &ProfileName| {
            if Some(name) == data.current.as_ref() { format!("{name} (in force)") } else { name.to_string() }
        };
        data.profiles.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}
