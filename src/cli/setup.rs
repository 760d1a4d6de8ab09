//! `artcafe setup`

use std::path::{Path, PathBuf};

use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::cli::key::NewKeyArgs;
use crate::cli::output::{self, Output, Style};
use crate::cli::place::{PlaceArgs, behind_public};
use crate::config::{LLM_PROVIDERS, Origin, Settings, Sourced};
use crate::env::Env;
use crate::ops::agent::AgentDraft;
use crate::ops::generate::{GenerateOptions, existing, generate};
use crate::ops::register::RegisterOptions;
use crate::ops::setup::{Attendant, Difference, Registering, SetupOptions, SetupReport, setup};
use crate::ops::{ErrorCode, OpError};

/// Take an agent from nothing to a proven identity
///
/// Checks everything, then makes the key, registers its public half, writes the configuration and
/// proves the key by challenge and response. What is there already is used: running again goes on
/// from what stands, and changes nothing when all stands.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  artcafe setup --agent-id prod-data-processor-01 --tenant-id TENANT\n  \
artcafe setup --agent-id ID --tenant-id TENANT --token file:admin.token\n  \
artcafe setup --agent-name prod-web-01 --agent-type worker --tenant-id TENANT\n  \
artcafe setup --agent-id ID --tenant-id TENANT --private-key ~/.ssh/artcafe_agent\n  \
artcafe setup --agent-id ID --tenant-id TENANT --public-key ~/.ssh/artcafe_agent.pub\n  \
artcafe setup --generate-key")]
pub(crate) struct SetupArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Adopt the key that belongs to this public half, NAME.pub, and that the ssh-agent of SSH_AUTH_SOCK holds
    #[arg(long, value_name = "PATH", conflicts_with_all = ["ssh_key_path", "ssh_key_name", "output", "private_key", "generate_key"])]
    public_key: Option<PathBuf>,
    /// Sign through the ssh-agent although the key file may be there [env: ARTCAFE_SSH_AGENT]
    #[arg(long, conflicts_with = "generate_key")]
    ssh_agent: bool,
    /// Only make the key and print its public line; no ids are needed
    #[arg(long)]
    generate_key: bool,
    #[command(flatten)]
    new: NewKeyArgs,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    /// Register the public key, or fail
    #[arg(long, conflicts_with = "no_register")]
    register: bool,
    /// The key id that the portal shows, for a key that was registered there [env: ARTCAFE_KEY_ID]
    #[arg(long, value_name = "ID", conflicts_with_all = ["agent_name", "generate_key"])]
    key_id: Option<String>,
    /// Leave the registration to the portal and ask no server
    #[arg(long)]
    no_register: bool,
    /// Register a new agent of this name first, and use its id
    #[arg(long, value_name = "NAME", conflicts_with_all = ["no_register", "generate_key", "agent_id"])]
    agent_name: Option<String>,
    /// The new agent's type, such as worker, processor or connector
    #[arg(long, value_name = "TYPE", requires = "agent_name", default_value = "worker")]
    agent_type: String,
    /// Something the new agent can do; repeat for more
    #[arg(long, value_name = "WORD", requires = "agent_name")]
    capability: Vec<String>,
    /// Write `llm.provider` for the platform's framework: anthropic, openai, bedrock or local
    #[arg(long, value_name = "NAME", value_parser = LLM_PROVIDERS)]
    llm_provider: Option<String>,
    /// Change a configuration that names other values, without asking; keys are never overwritten
    #[arg(long)]
    force: bool,
    /// Ask for every value
    #[arg(long)]
    interactive: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(context: &Context, args: &SetupArgs) -> Outcome {
    if args.generate_key {
        return only_the_key(context, args);
    }
    let new_agent = args.agent_name.clone().map(|name| AgentDraft {
        name,
        agent_type: args.agent_type.clone(),
        capabilities: args.capability.clone(),
        ..AgentDraft::default()
    });
    if let Some(advice) = new_agent.as_ref().and_then(AgentDraft::name_advice) {
        context.output.warn("agent_name", &advice);
    }
    set_up(context, args, new_agent)
}

/// A new agent that another command describes.
pub(crate) struct NewAgentSetup {
    /// The agent.
    pub(crate) draft: AgentDraft,
    /// Where its key is.
    pub(crate) place: PlaceArgs,
    /// What kind of key it gets.
    pub(crate) new: NewKeyArgs,
    /// The key's passphrase.
    pub(crate) passphrase: PassphraseArgs,
    /// `llm.provider`.
    pub(crate) llm_provider: Option<String>,
    /// Whether a configuration is changed without asking.
    pub(crate) force: bool,
}

/// The same for such an agent.
pub(crate) fn run_with_new_agent(context: &Context, request: NewAgentSetup) -> Outcome {
    let NewAgentSetup { draft, place, new, passphrase, llm_provider, force } = request;
    let args = SetupArgs {
        place,
        public_key: None,
        ssh_agent: false,
        generate_key: false,
        new,
        passphrase,
        register: true,
        key_id: None,
        no_register: false,
        agent_name: Some(draft.name.clone()),
        agent_type: draft.agent_type.clone(),
        capability: draft.capabilities.clone(),
        llm_provider,
        force,
        interactive: false,
        dry_run: false,
    };
    set_up(context, &args, Some(draft))
}

fn set_up(context: &Context, args: &SetupArgs, new_agent: Option<AgentDraft>) -> Outcome {
    let mut settings = context.settings()?;
    fill_in(context, args, &mut settings)?;
    settings.private_key_path = key_path(args, settings.private_key_path, &settings.paths)?;
    if let Some(id) = &args.key_id {
        settings.key_id = Some(Sourced { value: id.parse()?, origin: Origin::Flag("--key-id") });
    }
    let owner = args.agent_name.clone().or_else(|| settings.agent_id.as_ref().map(|id| id.value.to_string()));
    let exists = crate::keys::KeyFiles::at(&settings.private_key_path.value).exists();
    let options = SetupOptions {
        adopt_key: args.place.is_adopted() || args.public_key.is_some(),
        spec_is_asked_for: args.new.algorithm.is_some() || args.new.bits.is_some(),
        spec: args.new.spec()?,
        format: args.new.format()?,
        comment: args.new.comment(owner.as_deref(), &context.env),
        // An existing key's passphrase is asked for when the key is opened, and once.
        passphrase: if exists || args.dry_run { None } else { context.new_passphrase(&args.passphrase)? },
        registering: match (args.register, args.no_register) {
            (true, _) => Registering::Always,
            (_, true) => Registering::Never,
            _ => Registering::IfPossible,
        },
        new_agent,
        llm_provider: args.llm_provider.clone(),
        register: RegisterOptions { name: None, default_name_tail: super::key::name_tail(), dry_run: false },
        stamp: Env::now_stamp(),
        dry_run: args.dry_run,
    };
    say_origins(context, &settings);
    let mut session = context.session_of(settings, &args.passphrase)?;
    session.ssh_agent.is_wanted |= args.ssh_agent || args.public_key.is_some();
    session.progress = context.output.progress("setup");
    let clerk = Clerk { context, agreed: args.force };
    let report = context.block_on(setup(session, &options, &clerk))??;
    github_outputs(context, &report)?;
    // What a person has to do in the portal is told in any case.
    let is_silent = context.output.is_quiet() && report.portal_steps.is_empty();
    context.output.finish("setup", &report, |report| match is_silent {
        true => String::new(),
        false => text(&context.output, report),
    })
}

/// What later steps of a job in GitHub Actions want to know of the identity; no secret.
fn github_outputs(context: &Context, report: &SetupReport) -> Result<(), Failure> {
    let values = [
        ("agent_id", report.agent_id.as_ref().map(|id| id.as_str())),
        ("key_id", report.key_id.as_ref().map(|id| id.as_str())),
        ("fingerprint", report.key.as_ref().map(|key| key.fingerprint.as_str())),
    ];
    let known: Vec<(&str, &str)> = values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    if report.dry_run { Ok(()) } else { github::outputs(context, &known) }
}

/// The key's place, by whichever half of it is named.
fn key_path(
    args: &SetupArgs,
    configured: Sourced<PathBuf>,
    paths: &crate::config::Paths,
) -> Result<Sourced<PathBuf>, Failure> {
    match &args.public_key {
        Some(public) => behind_public(public, paths),
        None => args.place.resolve(configured, paths),
    }
}

/// Asks for what is missing; with `--interactive` for everything, what is known as the proposal.
fn fill_in(context: &Context, args: &SetupArgs, settings: &mut Settings) -> Result<(), Failure> {
    let agent = settings.agent_id.as_ref().map(|id| id.value.to_string());
    if args.agent_name.is_none() && (args.interactive || agent.is_none()) {
        let id = context.ask("Agent ID", agent, "--agent-id", "ARTCAFE_AGENT_ID")?.parse()?;
        settings.agent_id = Some(Sourced { value: id, origin: Origin::Flag("--agent-id") });
    }
    let tenant = settings.tenant_id.as_ref().map(|id| id.value.to_string());
    if args.interactive || tenant.is_none() {
        let id = context.ask("Tenant ID", tenant, "--tenant-id", "ARTCAFE_TENANT_ID")?.parse()?;
        settings.tenant_id = Some(Sourced { value: id, origin: Origin::Flag("--tenant-id") });
    }
    if args.interactive {
        let proposal = settings.endpoint.value.to_string();
        let text = context.ask("API endpoint", Some(proposal), "--api-endpoint", "ARTCAFE_API_ENDPOINT")?;
        let value = text
            .parse::<crate::config::Endpoint>()
            .map_err(|error| OpError::new(ErrorCode::Usage, error.to_string()))?;
        if value != settings.endpoint.value {
            settings.endpoint = Sourced { value, origin: Origin::Flag("--api-endpoint") };
        }
        if args.place.given().is_none() && args.public_key.is_none() {
            let proposal = settings.paths.contract(&settings.private_key_path.value);
            let text = context.ask("Private key file", Some(proposal), "--output", "ARTCAFE_PRIVATE_KEY_PATH")?;
            let value = settings.paths.absolute(&text)?;
            settings.private_key_path = Sourced { value, origin: Origin::Flag("--output") };
        }
    }
    Ok(())
}

/// What is saved came from somewhere: a variable that nobody remembers should not pass unseen.
fn say_origins(context: &Context, settings: &Settings) {
    let mut origins: Vec<String> = settings
        .entries()
        .into_iter()
        .filter(|(_, _, origin)| matches!(origin, Origin::Variable(_)))
        .map(|(key, _, origin)| format!("{key} from {origin}"))
        .collect();
    origins.retain(|text| !text.starts_with("timeout") && !text.starts_with("retries"));
    if !origins.is_empty() {
        context.output.status(&format!("using {}", origins.join(", ")));
    }
}

/// The key that `--generate-key --dry-run` would make.
#[derive(Serialize, JsonSchema)]
pub(crate) struct GeneratePlan {
    private_key_path: PathBuf,
    algorithm: String,
    bits: u32,
    key_format: crate::keys::KeyFormat,
    dry_run: bool,
}

/// `--generate-key`, as in the guide: an existing key is kept and shown.
fn only_the_key(context: &Context, args: &SetupArgs) -> Outcome {
    let settings = context.settings()?;
    let path = key_path(args, settings.private_key_path.clone(), &settings.paths)?.value;
    if crate::keys::KeyFiles::at(&path).private.symlink_metadata().is_ok() {
        let session = context.session_of(settings, &args.passphrase)?;
        let report = existing(&session, &path)?;
        context.output.status(&format!("there is a key at `{}` already; it stays as it is", path.display()));
        if !report.public_half_checked {
            context.output.warn(
                "public_half_unchecked",
                "a passphrase hides the key, so this is what its public file says; give `--passphrase` to have it checked",
            );
        }
        return context.output.finish("key.generate", &report, |report| super::key::generated(&context.output, report));
    }
    let (spec, format) = (args.new.spec()?, args.new.format()?);
    if args.dry_run {
        let plan = GeneratePlan {
            private_key_path: path,
            algorithm: spec.algorithm.to_string(),
            bits: spec.bits,
            key_format: format,
            dry_run: true,
        };
        return context.output.finish("key.generate.plan", &plan, |plan| {
            format!("would make a key at `{}`", plan.private_key_path.display())
        });
    }
    let options = GenerateOptions {
        output: path,
        spec,
        format,
        comment: args.new.comment(settings.agent_id.as_ref().map(|id| id.value.as_str()), &context.env),
        passphrase: context.new_passphrase(&args.passphrase)?,
        overwrite: false,
        stamp: Env::now_stamp(),
    };
    let report = super::key::with_progress(context, || Ok(generate(&settings.paths, Env::now(), &options)?))?;
    context.output.finish("key.generate", &report, |report| super::key::generated(&context.output, report))
}

/// Answers and shows what `setup` asks and tells on the way.
struct Clerk<'a> {
    context: &'a Context,
    agreed: bool,
}

impl Attendant for Clerk<'_> {
    fn agrees(&self, path: &Path, differences: &[Difference]) -> Result<bool, OpError> {
        output::clear_spinner();
        let output = &self.context.output;
        output.status(&format!("`{}` names other values:", path.display()));
        for difference in differences {
            output.status(&format!("  {}: {} → {}", difference.key, difference.old, difference.new));
        }
        if self.agreed {
            return Ok(true);
        }
        self.context.confirm("Change the configuration (a dated backup is kept)?").map_err(|Failure(error)| {
            let changes: Vec<String> =
                differences.iter().map(|entry| format!("{}: {} → {}", entry.key, entry.old, entry.new)).collect();
            OpError {
                message: format!(
                    "`{}` names other values ({}), and nobody can be asked",
                    path.display(),
                    changes.join(", ")
                ),
                ..error
            }
        })
    }

    fn warn(&self, code: &'static str, text: &str) {
        output::clear_spinner();
        self.context.output.warn(code, text);
    }
}

/// The last screen: what was done and what comes next.
fn text(output: &Output, report: &SetupReport) -> String {
    if report.dry_run {
        return "nothing was done; leave out `--dry-run` to do it".to_owned();
    }
    let mut lines = Vec::new();
    let agent = report.agent_id.as_ref().map_or("", |id| id.as_str());
    match &report.proof {
        Some(proof) => {
            let word = output.paint(Style::Good, "proven");
            let unchanged = if report.changed { "" } else { "; nothing had to be changed" };
            lines.push(format!("agent `{agent}` is {word} at {}{unchanged}", report.endpoint));
            lines.push(format!(
                "key           {} ({})",
                proof.key_id.as_ref().map_or("", |id| id.as_str()),
                proof.fingerprint
            ));
        }
        None => {
            lines.push("key and configuration are ready; register the public key in the portal:".to_owned());
            lines
                .extend(report.portal_steps.iter().enumerate().map(|(index, step)| format!("  {}. {step}", index + 1)));
        }
    }
    lines.push(format!("configuration {}", report.config_path.display()));
    lines.extend(report.config_backup.iter().map(|backup| format!("as it was     {}", backup.display())));
    lines.push("next: artcafe status, artcafe auth test, artcafe auth token".to_owned());
    lines.join("\n")
}
