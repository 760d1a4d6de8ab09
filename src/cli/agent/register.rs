//! `artcafe agent register`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::Outcome;
use crate::cli::agent::{own_key, warn_not_kept};
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::cli::key::NewKeyArgs;
use crate::cli::output::{Output, Style};
use crate::cli::place::PlaceArgs;
use crate::cli::setup;
use crate::config::{Endpoint, LLM_PROVIDERS};
use crate::id::ProfileName;
use crate::ops::agent::register::{AgentRegisterReport, RegisterAgentOptions, register};
use crate::ops::agent::{AgentDraft, AgentFile};
use crate::ops::{ErrorCode, OpError};

/// Register a new agent at the platform
///
/// Without a public key the platform makes a key pair for the agent's own record and sends its private half once: it is
/// discarded unless `--save-generated-key` says where it goes. With `--setup` this machine makes the key, registers and
/// configures it and proves the whole, as `artcafe setup --agent-name` does.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe agent register --name prod-orders-01 --agent-type processor --capability text-analysis\n  \
artcafe --profile orders agent register --name prod-orders-02 --description \"reads the orders\" --setup --output ~/.ssh/orders_agent\n  \
artcafe agent register --file agent.yaml --json"
)]
pub(crate) struct RegisterArgs {
    /// Its name; purpose and environment in it help, such as prod-data-processor-01
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Its type, such as worker, processor or connector [default: worker]
    #[arg(long, value_name = "TYPE")]
    agent_type: Option<String>,
    /// Something it can do; repeat for more
    #[arg(long, value_name = "WORD")]
    capability: Vec<String>,
    /// Whose it is
    #[arg(long, value_name = "TEXT")]
    owner: Option<String>,
    /// A word to find it by; repeat for more
    #[arg(long, value_name = "WORD")]
    tag: Vec<String>,
    /// Take what no flag says from this YAML or JSON file; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The public key for its own record, which no API can change later
    #[arg(long, value_name = "FILE", conflicts_with = "setup")]
    public_key: Option<PathBuf>,
    /// Save the private key that the platform makes to this new file (mode 0600)
    #[arg(long, value_name = "PATH", conflicts_with_all = ["setup", "public_key"])]
    save_generated_key: Option<PathBuf>,
    /// Register it although there is an agent of that name
    #[arg(long, conflicts_with = "setup")]
    another: bool,
    /// Go on with `setup`: key, registration, configuration and proof on this machine
    #[arg(long)]
    setup: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
    #[command(flatten, next_help_heading = "With --setup")]
    place: PlaceArgs,
    #[command(flatten, next_help_heading = "With --setup")]
    new: NewKeyArgs,
    /// Write `llm.provider` for the platform's framework: anthropic, openai, bedrock or local
    #[arg(long, value_name = "NAME", value_parser = LLM_PROVIDERS, requires = "setup", help_heading = "With --setup")]
    llm_provider: Option<String>,
    /// Change a configuration that names other values, without asking
    #[arg(long, requires = "setup", help_heading = "With --setup")]
    force: bool,
}

pub(crate) fn run(context: &Context, args: &RegisterArgs) -> Outcome {
    let file = read_file(context, args)?;
    let public_key = args.public_key.clone().or_else(|| file.public_key_file.clone());
    let draft = draft(context, args, file)?;
    if let Some(advice) = draft.name_advice() {
        context.output.warn("agent_name", &advice);
    }
    if args.setup {
        if public_key.is_some() {
            return Err(OpError::new(ErrorCode::Usage, "`public_key_file` and `--setup` do not go together: the key on the record is the one that setup makes or adopts")
                .hint("take that member out of the file; `--private-key PATH` adopts a key that is there")
                .into());
        }
        let request = setup::NewAgentSetup {
            draft,
            place: args.place.clone(),
            new: args.new.clone(),
            passphrase: args.passphrase.clone(),
            llm_provider: args.llm_provider.clone(),
            force: args.force,
        };
        return setup::run_with_new_agent(context, request);
    }
    refuse_setup_flags(args)?;
    let session = context.session_of(context.settings()?, &args.passphrase)?;
    let absolute = |path: &PathBuf| session.settings.paths.absolute(path);
    let options = RegisterAgentOptions {
        public_key: public_key.as_ref().map(absolute).transpose()?,
        save_generated_key: args.save_generated_key.as_ref().map(absolute).transpose()?,
        another: args.another,
        draft,
    };
    let report = context.block_on(register(&session, &options))??;
    warn(&context.output, &report);
    github::outputs(context, &[("agent_id", report.agent.agent_id.as_str())])?;
    context.output.finish("agent.register", &report, |report| text(&context.output, report))
}

fn read_file(context: &Context, args: &RegisterArgs) -> Result<AgentFile, Failure> {
    match &args.file {
        None => Ok(AgentFile::default()),
        Some(path) if path == Path::new("-") => {
            Ok(AgentFile::from_input(context.read_source("-", "--file")?.expose().clone().into_bytes())?)
        }
        Some(path) => Ok(AgentFile::load(path)?),
    }
}

/// The flags win over the file.
fn draft(context: &Context, args: &RegisterArgs, file: AgentFile) -> Result<AgentDraft, Failure> {
    let words = |given: &Vec<String>, file: Vec<String>| if given.is_empty() { file } else { given.clone() };
    let name = match args.name.clone().or(file.name) {
        Some(name) => name,
        None => context.ask("Agent name", None, "--name", "the file of `--file`")?,
    };
    Ok(AgentDraft {
        name,
        agent_type: args.agent_type.clone().or(file.agent_type).unwrap_or_else(|| "worker".to_owned()),
        capabilities: words(&args.capability, file.capabilities),
        description: args.description.clone().or(file.description),
        owner: args.owner.clone().or(file.owner),
        tags: words(&args.tag, file.tags),
        custom: file.custom,
    })
}

/// What makes or places a key has no meaning where this machine makes none.
fn refuse_setup_flags(args: &RegisterArgs) -> Result<(), Failure> {
    match args.place.given().or_else(|| args.new.given()) {
        Some(flag) => Err(OpError::new(ErrorCode::Usage, format!("`{flag}` is about the key that `--setup` makes"))
            .hint("add `--setup`, or leave it out")
            .into()),
        None => Ok(()),
    }
}

fn warn(output: &Output, report: &AgentRegisterReport) {
    warn_not_kept(output, &report.not_kept);
    let next = own_setup(report);
    match report.generated_key.as_ref().map(|key| key.fate) {
        Some("discarded") => output.warn(
            "generated_key_discarded",
            &format!("the platform made a key pair for the record, and its private half was discarded, so that nobody can use it: register a key of this machine's with `{next}`"),
        ),
        Some("lost") => output.warn(
            "generated_key_lost",
            &format!("the platform made a key pair for the record, and its private half was lost with the answer, so that nobody can use it: register a key of this machine's with `{next}`"),
        ),
        _ => {}
    }
}

/// The command that makes a configuration and a key of the agent's own, beside what this machine has already.
fn own_setup(report: &AgentRegisterReport) -> String {
    let AgentRegisterReport { agent, tenant_id, endpoint, .. } = report;
    let id = &agent.agent_id;
    // The record's name is the server's word, so that only the parsed id is repeated.
    let profile =
        id.as_str().to_ascii_lowercase().parse::<ProfileName>().map_or("NAME".to_owned(), |name| name.to_string());
    let server = match endpoint.as_str() == Endpoint::DEFAULT {
        true => String::new(),
        false => format!(" --api-endpoint {endpoint}"),
    };
    format!(
        "artcafe --profile {profile} setup --agent-id {id} --tenant-id {tenant_id}{server} --ssh-key-name {profile}"
    )
}

fn text(output: &Output, report: &AgentRegisterReport) -> String {
    let strong = output.paint(Style::Strong, report.agent.agent_id.as_str());
    let done = if report.already_registered { "is registered already, with this key:" } else { "is registered:" };
    let mut lines = vec![
        format!("agent `{}` {done} {strong}", report.agent.name),
        format!("own key       {}", own_key(output, report.own_key.as_ref())),
    ];
    if let Some(path) = report.generated_key.as_ref().and_then(|key| key.path.as_ref()) {
        lines.push(format!("private key   {} (made by the platform)", path.display()));
    }
    lines.push(format!("next: {}, which gives it a key of this machine's", own_setup(report)));
    lines.join("\n")
}
