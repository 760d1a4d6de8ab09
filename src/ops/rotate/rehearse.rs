//! What a rotation would do, step by step: the dry run.
//!
//! Owns the words for each phase's requests and files, from the settings alone. Asks no server and
//! touches nothing, so it cannot say whether the server would agree.

use serde::Serialize;

use crate::keys::KeyFiles;
use crate::ops::error::OpError;
use crate::ops::rotate::journal::{Journal, Phase};
use crate::ops::rotate::{RotateOptions, hook, links, plan};
use crate::ops::session::Session;

/// What one phase would do.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct PlannedStep {
    /// The phase that it leads to.
    pub phase: Phase,
    /// Requests and files, in their order.
    pub does: Vec<String>,
}

/// The exact steps of a rotation that would begin now.
pub fn rehearse(session: &Session, options: &RotateOptions) -> Result<Vec<PlannedStep>, OpError> {
    if let Some(journal) = Journal::load(&session.settings.paths)? {
        return Err(journal.refusal((session.now)()));
    }
    let file = plan::from_file_alone(session)?;
    let agent = session.agent()?;
    let origin = session.settings.endpoint.value.origin();
    let old = KeyFiles::at(links::behind(&session.settings.private_key_path.value));
    let new = KeyFiles::at(plan::new_path(session, &old.private)?);
    let (old_text, new_text) = (old.private.display().to_string(), new.private.display().to_string());
    let config = file.path().display().to_string();
    let old_id = session.settings.key_id.as_ref().map_or("{id}", |id| id.value.as_str());
    let proof = |key: &str| {
        vec![
            format!("POST {origin}/api/v1/auth/agent/challenge"),
            format!("sign it with {key}"),
            format!("POST {origin}/api/v1/auth/verify"),
            format!("GET {origin}/api/v1/ssh-keys/{{id}}"),
        ]
    };
    let mut steps = vec![PlannedStep {
        phase: Phase::Planned,
        does: [
            vec![format!(
                "see that {config} and {} can be written",
                old.private.parent().unwrap_or(&old.private).display()
            )],
            proof(&old_text),
            vec![
                format!("GET {origin}/api/v1/ssh-keys"),
                format!("GET {origin}/api/v1/billing/usage-summary"),
                format!("GET {origin}/api/v1/agents/{agent}"),
            ],
        ]
        .concat(),
    }];
    let mut add = |phase, does: Vec<String>| steps.push(PlannedStep { phase, does });
    add(Phase::Generated, vec![format!("write {new_text}"), format!("write {}", new.public.display())]);
    add(
        Phase::Registered,
        vec![format!("GET {origin}/api/v1/ssh-keys"), format!("POST {origin}/api/v1/ssh-keys (the new public key)")],
    );
    add(Phase::Proven, proof(&new_text));
    add(Phase::Switched, vec![format!("replace {config}: the new path and key id")]);
    let mut confirmed = vec![format!("run `artcafe auth test --config {config}` in a fresh process")];
    if let Some(hook) = hook::planned(session, options, file)? {
        confirmed.push(format!("run the hook, for at most {} s: {}", hook.timeout_seconds, hook.command));
    }
    if let Some(grace) = options.grace {
        confirmed.push(format!(
            "stop here for {}; `artcafe key rotate --finish` does the rest",
            crate::config::duration::text(grace)
        ));
    }
    add(Phase::Confirmed, confirmed);
    let mut retired = vec![
        format!("run `artcafe auth test --config {config}` in a fresh process once more"),
        format!(
            "POST {origin}/api/v1/ssh-keys/{old_id}/revoke (DELETE {origin}/api/v1/ssh-keys/{old_id} where there is no such route)"
        ),
    ];
    if !options.keep_old {
        let plain = KeyFiles::at(links::plain_name(&old.private));
        for (plain, old, new) in
            [(&plain.private, &old.private, &new.private), (&plain.public, &old.public, &new.public)]
        {
            let name = new.file_name().unwrap_or_default().to_string_lossy();
            retired.push(format!("make {} a link to {name}", plain.display()));
            if plain != old {
                retired.push(format!("remove {}", old.display()));
            }
        }
    }
    add(Phase::Retired, retired);
    Ok(steps)
}
