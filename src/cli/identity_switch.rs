//! What `agent use` and `tenant use` have in common on the command line.
//!
//! Owns the flag that asks for a proof, the offer of one on a terminal, and the words. The change itself is done and
//! stands, whatever comes of the proof: a proof that fails is the exit code, as of `auth test`.

use crate::cli::exit::ExitCode;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::args::PassphraseArgs;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::{Output, Style};
use crate::config::{Origin, Sourced};
use crate::interrupt;
use crate::ops::agent;
use crate::ops::identity_switch::{Found, NewIdentity, SwitchReport, remembered, switch};
use crate::ops::prove::prove_telling;
use crate::ops::{ErrorCode, OpError, Session};

/// How the identity is proven afterwards.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// Prove the identity anew by challenge and response afterwards
    #[arg(long)]
    prove: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// Names another identity in the configuration, and proves it where that is wanted.
pub(crate) fn run(context: &Context, command: &str, new: &NewIdentity, args: &ProveArgs) -> Outcome {
    refuse_two_ids(context, new)?;
    context.paths_to_change()?;
    let session = context.session_quietly(context.settings()?, &args.passphrase)?;
    let found = find(context, &session, new)?;
    let mut report = switch(&session, new, &found)?;
    if report.changed {
        interrupt::go_on_by(
            "what was written stands: see it with `artcafe config show`, prove it with `artcafe auth test`",
        );
    }
    warn(context, &session, new, &report);
    if let (NewIdentity::Agent(id), true, true) = (new, report.changed, found.is_key_of_another) {
        let text = format!(
            "this machine's key is another agent's, and a private key is never shared: give `{id}` one of its own with `artcafe setup --agent-id {id} --output PATH`"
        );
        context.output.warn("key_of_another_agent", &text);
    }
    let mut code = ExitCode::SUCCESS;
    if wants_proof(context, args, new, &report)? {
        let failed = prove(context, &session, new, &mut report)?;
        code = failed.map_or(ExitCode::SUCCESS, |code| code.exit_code().into());
    } else if report.proof_void {
        let text = "the identity was changed, so what was proven before says nothing now: run `artcafe auth test`";
        context.output.warn("proof_void", text);
    }
    context.output.finish_with(command, &report, code, |report| text(&context.output, new, report))
}

/// What the server knows of another agent; of the one that is configured already nothing has to be found out.
fn find(context: &Context, session: &Session, new: &NewIdentity) -> Result<Found, Failure> {
    let named = session.settings.file.as_ref().and_then(|file| file.text_of(new.key()));
    let is_another = named.is_some_and(|named| named.value != new.id());
    match new {
        NewIdentity::Agent(id) if is_another => Ok(context.block_on(agent::select::find(session, id))??),
        NewIdentity::Tenant(id) if is_another => Ok(remembered(session, id)?),
        _ => Ok(Found::default()),
    }
}

/// The id that is to be used, and a flag that says that another one is meant in this run.
fn refuse_two_ids(context: &Context, new: &NewIdentity) -> Result<(), OpError> {
    let (flag, given) = match new {
        NewIdentity::Agent(_) => ("--agent-id", &context.global.agent_id),
        NewIdentity::Tenant(_) => ("--tenant-id", &context.global.tenant_id),
    };
    match given {
        Some(given) if given != new.id() => {
            Err(OpError::new(ErrorCode::Usage, format!("two ids are given, and `{flag}` names another"))
                .hint(format!("leave `{flag}` out: the id behind `use` is the one that is written")))
        }
        _ => Ok(()),
    }
}

fn warn(context: &Context, session: &Session, new: &NewIdentity, report: &SwitchReport) {
    let in_force = match new {
        NewIdentity::Agent(_) => session.settings.agent_id.as_ref().map(|id| (id.value.as_str(), &id.origin)),
        NewIdentity::Tenant(_) => session.settings.tenant_id.as_ref().map(|id| (id.value.as_str(), &id.origin)),
    };
    if let (NewIdentity::Agent(id), true, None) = (new, report.changed, report.is_known) {
        let text = format!(
            "whether the platform knows agent `{id}` could not be found out: there is no administrator's token that tells, or the server could not be asked"
        );
        context.output.warn("agent_unchecked", &text);
    }
    if let Some((value, origin @ Origin::Variable(_))) = in_force.filter(|(value, _)| *value != report.to) {
        let text = format!("{origin} names {} `{value}`, and wins over the file as long as it is set", new.noun());
        context.output.warn("hidden_by_variable", &text);
    }
}

/// Asked for, or agreed to on a terminal, where something was changed.
fn wants_proof(context: &Context, args: &ProveArgs, new: &NewIdentity, report: &SwitchReport) -> Result<bool, OpError> {
    if args.prove || !report.changed || !context.can_ask() || context.yes {
        return Ok(args.prove);
    }
    context.output.status(&text(&context.output, new, report));
    // What was written stands also where the question is not answered.
    Ok(context.confirm("Prove the new identity now?").unwrap_or(false))
}

/// Proves the identity as the file names it now; the code of a verdict that is none.
fn prove(
    context: &Context,
    session: &Session,
    new: &NewIdentity,
    report: &mut SwitchReport,
) -> Result<Option<ErrorCode>, OpError> {
    let written = |error: OpError| OpError {
        message: format!(
            "`{}` names {} `{}`, and it is not proven: {error}",
            report.path.display(),
            new.noun(),
            new.id()
        ),
        ..error
    };
    let mut settings = context.settings().map_err(|failure| written(failure.0))?;
    match new {
        NewIdentity::Agent(id) => {
            settings.agent_id = Some(Sourced { value: id.clone(), origin: Origin::Flag("agent use") });
        }
        NewIdentity::Tenant(id) => {
            settings.tenant_id = Some(Sourced { value: id.clone(), origin: Origin::Flag("tenant use") });
        }
    }
    let session = Session { settings, ..session.clone() };
    let progress = context.output.progress_before_report("auth.test");
    let outcome = session.key().and_then(|key| {
        context.block_on(prove_telling(&session, &key, &progress)).map_err(|failure| failure.0).flatten()
    });
    let outcome = outcome.map_err(written)?;
    report.proof_void = outcome.verdict.is_err();
    report.proof = Some(outcome.report);
    Ok(outcome.verdict.err().map(|error| error.code))
}

fn text(output: &Output, new: &NewIdentity, report: &SwitchReport) -> String {
    let noun = new.noun();
    let mut lines = vec![match (report.changed, &report.from) {
        (false, _) => format!("the configuration names {noun} `{}` already; nothing was written", report.to),
        (true, None) => format!("{} names {noun} `{}`", report.path.display(), report.to),
        (true, Some(from)) => format!("{} names {noun} `{}`, before `{from}`", report.path.display(), report.to),
    }];
    if let Some(id) = &report.key_id_dropped {
        lines.push(format!("key id {id} was taken out: it is the record of the identity before"));
    }
    if let Some(id) = &report.key_id {
        lines.push(format!("this machine's key is registered for it as {id}"));
    }
    match &report.proof {
        Some(proof) if proof.proven => {
            let word = output.paint(Style::Good, "proven:");
            lines.push(format!("{word} agent `{}` of tenant `{}`", proof.agent_id, proof.tenant_id));
        }
        Some(proof) => {
            let word = output.paint(Style::Bad, "not proven:");
            lines.push(format!("{word} agent `{}` of tenant `{}`", proof.agent_id, proof.tenant_id));
            lines.extend(proof.reason.iter().cloned());
            lines.extend(proof.hint.iter().map(|hint| format!("{} {hint}", output.paint(Style::Good, "hint:"))));
        }
        None => {}
    }
    lines.join("\n")
}
