//! `artcafe auth test`

use crate::cli::exit::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::cli::failure::{docs, milliseconds};
use crate::cli::output::{Output, Style};
use crate::cli::remedy::Remedy;
use crate::ops::OpError;
use crate::ops::prove::{ProofReport, Store, clock_words, prove_in};

/// Prove that the agent's key authenticates
///
/// Runs the whole challenge and response, then uses the token, without a tenant header, to see this
/// very key on the server. The exit code is the verdict: 0 only for a proven key, of which --quiet
/// prints nothing. The platform has two places for an agent's keys, which it does not bring together;
/// --store says which of them is asked, where it has to be the one or the other.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe auth test\n  artcafe auth test --json | jq .data.steps\n  artcafe auth test --quiet && systemctl start agent\n  artcafe auth test --store key"
)]
pub(crate) struct TestArgs {
    /// Ask this store: key, the registered keys; agent, the agent's own record [default: key where its id is known]
    #[arg(long, value_name = "STORE", hide_possible_values = true)]
    store: Option<StoreName>,
    #[command(flatten)]
    key: PrivateKeyArgs,
}

/// Which of the platform's two key stores.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum StoreName {
    /// The key on the agent's own record.
    Agent,
    /// The keys that are registered for the agent.
    Key,
}

/// The report and, for a refusal, what lies behind its reason.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct TestData {
    #[serde(flatten)]
    report: ProofReport,
    /// Why, in the words of what lies below.
    cause: Option<String>,
    /// What the server answered, in its own words where it had any; nothing to act upon.
    server_message: Option<String>,
    /// Whether the same command can succeed later without anybody changing anything.
    retryable: bool,
    /// How long to wait before that, where it is known.
    retry_after_ms: Option<u64>,
    /// Where the documents explain the failure.
    docs: Option<String>,
    /// What a program may run about it; null where nothing failed or a person is needed.
    fix: Option<Remedy>,
}

pub(crate) fn run(context: &Context, args: &TestArgs) -> Outcome {
    let session = context.session_to_prove(&args.key)?;
    let store = match args.store {
        None => Store::AsKnown,
        Some(StoreName::Key) => Store::Keys,
        Some(StoreName::Agent) => Store::AgentRecord,
    };
    let progress = context.output.progress_before_report("auth.test");
    let outcome = context.reading(
        &session,
        |session| Ok(context.block_on(prove_in(session, &session.key()?, &progress, store))??),
        |outcome| outcome.verdict.as_ref().err().map(|error| error.code),
    )?;
    let was_on_record = outcome.report.steps.iter().any(|step| step.route == Some("POST /auth/agent/verify"));
    if store == Store::AsKnown && was_on_record {
        context.output.warn(
            "agent_record",
            "no key id is known, so the key on the agent's own record was tested, the platform's other key store",
        );
    }
    if let Some(offset) = outcome.report.clock_offset_seconds.filter(|offset| offset.abs() > 60) {
        context.output.warn("clock_skew", &format!("this machine's clock {}", clock_words(offset)));
    }
    let code =
        outcome.verdict.as_ref().map_or_else(|error| ExitCode::from(error.code.exit_code()), |_| ExitCode::SUCCESS);
    let failure = outcome.verdict.as_ref().err();
    if let Some(error) = failure {
        context.output.verdict(error);
    }
    let data = TestData {
        report: outcome.report,
        cause: failure.map(|error| error.causes().join(": ")).filter(|cause| !cause.is_empty()),
        server_message: failure.and_then(OpError::server_message).map(str::to_owned),
        retryable: failure.is_some_and(|error| error.code.is_retryable()),
        retry_after_ms: failure.and_then(milliseconds),
        docs: failure.map(|error| docs(error.code)),
        fix: context.output.remedy(failure.and_then(|error| error.fix.as_deref())),
    };
    context.output.finish_with("auth.test", &data, code, |data| match data.report.proven && context.output.is_quiet() {
        true => String::new(),
        false => text(&context.output, data),
    })
}

/// The steps and the verdict.
fn text(output: &Output, data: &TestData) -> String {
    let report = &data.report;
    let mut lines: Vec<String> = report
        .steps
        .iter()
        .map(|step| {
            let mark = if step.ok { output.paint(Style::Good, "✓") } else { output.paint(Style::Bad, "✗") };
            format!("{mark} {:<10} {:<32} {:>5} ms", step.name, step.route.unwrap_or("on this machine"), step.ms)
        })
        .collect();
    let head = format!("agent `{}` of tenant `{}` at {}", report.agent_id, report.tenant_id, report.endpoint);
    if report.proven {
        let life =
            report.token_life_seconds.map_or_else(String::new, |life| format!(", its token lives {} min", life / 60));
        lines.push(format!("{} {head}{life}", output.paint(Style::Good, "proven:")));
        let which = report.key_id.as_ref().map_or("on the agent's own record", |id| id.as_str());
        lines.push(format!("key {which} ({})", report.fingerprint));
    } else {
        lines.push(format!("{} {head}", output.paint(Style::Bad, "not proven:")));
        lines.extend(report.reason.iter().cloned());
        let strong = |name: &str, words: &str| format!("{} {words}", output.paint(Style::Strong, name));
        lines.extend(data.cause.as_deref().map(|cause| strong("caused by:", cause)));
        lines.extend(data.server_message.as_deref().map(|words| strong("the answer was:", words)));
        lines.extend(report.hint.iter().map(|hint| format!("{} {hint}", output.paint(Style::Good, "hint:"))));
    }
    lines.join("\n")
}
