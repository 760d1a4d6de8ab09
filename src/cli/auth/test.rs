//! `artcafe auth test`

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::args::PrivateKeyArgs;
use crate::cli::context::Context;
use crate::cli::failure::{docs, milliseconds};
use crate::cli::output::{Output, Style};
use crate::cli::remedy::Remedy;
use crate::ops::OpError;
use crate::ops::prove::{ProofReport, clock_words, prove_telling};

/// Prove that the agent's key authenticates
///
/// Runs the whole challenge and response, then uses the token, without a tenant header, to see this
/// very key on the server. The exit code is the verdict: 0 only for a proven key, of which --quiet
/// prints nothing.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  artcafe auth test\n  artcafe auth test --json | jq .data.steps\n  artcafe auth test --quiet && systemctl start agent"
)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,
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
    let progress = context.output.progress_before_report("auth.test");
    let outcome = context.reading(
        &session,
        |session| Ok(context.block_on(prove_telling(session, &session.key()?, &progress))??),
        |outcome| outcome.verdict.as_ref().err().map(|error| error.code),
    )?;
    if outcome.report.steps.iter().any(|step| step.route == Some("POST /auth/agent/verify")) {
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
        lines.push(format!("key {} ({})", report.key_id.as_ref().map_or("", |id| id.as_str()), report.fingerprint));
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
