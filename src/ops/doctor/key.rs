//! The key's files: there, a key, closed, strong, young, and one agent's alone.
//!
//! Owns the checks of the private key and what stands beside it. Nobody is asked for a passphrase: what one hides is
//! not known. Never shows anything of the private half.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use crate::config::{ConfigFile, Key};
use crate::durable;
use crate::keys::{self, AgentKey, Algorithm, Inspection, KeyError, KeyFiles, PrivateKey, PublicKey};
use crate::ops::Fix;
use crate::ops::agent::memory;
use crate::ops::doctor::Check;
use crate::ops::doctor::configuration::{Named, identity_of};
use crate::ops::doctor::finding::{Finding, Sheet, Status};
use crate::ops::due::{self, Verdict};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::own_key;
use crate::ops::rotate;
use crate::ops::session::Session;
use crate::ops::show;

/// What is looked at in a key file that was read.
const OF_KEY: &[Check] = &[
    Check::KeyMode,
    Check::KeyDirectory,
    Check::PublicHalf,
    Check::Passphrase,
    Check::KeyAlgorithm,
    Check::KeySize,
    Check::KeyAge,
];
/// Every check of this module.
pub(super) const ALL: &[Check] = &[
    Check::KeyFile,
    Check::KeyUsable,
    Check::KeyMode,
    Check::KeyDirectory,
    Check::PublicHalf,
    Check::Passphrase,
    Check::SshAgent,
    Check::KeyAlgorithm,
    Check::KeySize,
    Check::KeyAge,
    Check::SharedKey,
];
/// Below this an RSA key is weak; from the second on it is what the guide asks for.
const WEAK_BITS: u32 = 3072;
const GUIDE_BITS: u32 = 4096;
/// How long an ssh-agent may take to list its keys.
const AGENT_PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn look(sheet: &mut Sheet, session: &Session) {
    if let Some(given) = &session.given_key {
        let words = format!("{} gives the key for this run, so that there is no file to look at", given.from);
        return sheet.skip(ALL, &words);
    }
    let path = &session.settings.private_key_path.value;
    sheet.put(Check::SharedKey, shared(session));
    let held = own_key::held_by_agent(path).filter(|_| session.ssh_agent.socket.is_some());
    if let Some(public) = &held {
        sheet.put(Check::KeyFile, Finding::ok("only its public half is here; an ssh-agent holds the private one"));
        sheet.put(Check::KeyUsable, Finding::ok("the public half is a key"));
        strength(sheet, Some(public));
        sheet.put(Check::KeyAge, age(session));
        sheet.put(Check::SshAgent, agent(session, Some(public)));
        return sheet.skip(OF_KEY, "an ssh-agent holds the private half, so that there is no file of it here");
    }
    let bytes = match keys::read_private(path) {
        Ok(bytes) => bytes,
        Err(error) => return unreadable(sheet, session, error),
    };
    sheet.put(Check::KeyFile, Finding::ok(format!("`{}`", path.display())));
    modes(sheet, session, path);
    let inspection = match keys::inspect(bytes.expose()) {
        Ok(inspection) => inspection,
        Err(error) => {
            sheet.put(Check::KeyUsable, Finding::failed(&OpError::of_key(error, path)));
            return sheet.block(ALL, Check::KeyUsable);
        }
    };
    let format = inspection.format.as_str();
    sheet.put(Check::KeyUsable, Finding::ok(format!("a private key in the format {format}")));
    sheet.put(Check::Passphrase, passphrase(session, path, bytes.expose(), &inspection));
    sheet.put(Check::PublicHalf, public_half(path, inspection.public.as_ref()));
    strength(sheet, inspection.public.as_ref());
    sheet.put(Check::SshAgent, agent(session, inspection.public.as_ref()));
    if sheet.obstacle(&[Check::Memory, Check::Configuration]).is_some() || session.settings.file.is_none() {
        let by = sheet.obstacle(&[Check::Memory]).unwrap_or(Check::Configuration);
        return sheet.block(&[Check::KeyAge], by);
    }
    sheet.put(Check::KeyAge, age(session));
}

/// A key file that cannot be read. Where the configuration is to blame, that is what has to be mended.
fn unreadable(sheet: &mut Sheet, session: &Session, error: KeyError) {
    let error = OpError::from(error);
    let is_missing = error.code == ErrorCode::KeyFileMissing;
    let blame = [Check::SupersededConfiguration, Check::Configuration];
    if let Some(by) = sheet.obstacle(&blame).filter(|_| is_missing) {
        return sheet.block(ALL, by);
    }
    // A file that is no file at all is there, and is no key.
    let check = if error.code == ErrorCode::KeyUnusable { Check::KeyUsable } else { Check::KeyFile };
    let finding = Finding::failed(&error);
    let is_known = session.agent().is_ok() && session.tenant().is_ok() && memory::deleted_configured(session).is_none();
    // While a rotation is open its journal says which key is meant.
    let may_be_made = is_missing && is_known && matches!(rotate::open(&session.settings.paths), Ok(None));
    // Beside a public half that stayed, `setup` would look for an ssh-agent.
    let is_only_public = own_key::is_only_public(&session.settings.private_key_path.value);
    sheet.put(
        check,
        match (may_be_made, is_only_public) {
            (true, false) => finding.hint("make and register one: `artcafe setup`").fix(Fix::Setup),
            (true, true) => finding.hint(
                "bring it back, or make a new pair in its place (`artcafe key generate --overwrite`, then `artcafe key register`); only its public half is left",
            ),
            (false, _) => finding,
        },
    );
    if check == Check::KeyUsable {
        sheet.put(Check::KeyFile, Finding::ok("something is there"));
    }
    sheet.block(ALL, check);
}

fn modes(sheet: &mut Sheet, session: &Session, path: &Path) {
    let found = match keys::check_strict_modes(path, session.user) {
        Ok(found) => found,
        Err(error) => {
            let finding = Finding::failed(&OpError::from(error));
            sheet.put(Check::KeyMode, finding);
            return sheet.block(&[Check::KeyDirectory], Check::KeyMode);
        }
    };
    for (check, is_directory, fine) in [
        (Check::KeyMode, false, "nobody else can read it"),
        (Check::KeyDirectory, true, "nobody else can put files there"),
    ] {
        let first = found.iter().find(|loose| loose.path.is_dir() == is_directory);
        let finding = first.map_or_else(|| Finding::ok(fine), |loose| Finding::failed(&own_key::loose_mode(loose)));
        sheet.put(check, finding);
    }
}

fn passphrase(session: &Session, path: &Path, bytes: &[u8], inspection: &Inspection) -> Finding {
    if !inspection.encrypted {
        return Finding::note("the private key has none, as is usual for an agent that starts by itself").hint(
            "`artcafe key convert --new-passphrase` gives it one; the agent then needs ARTCAFE_PASSPHRASE_SOURCE",
        );
    }
    if !session.has_passphrase_source {
        return Finding::note("the private key has one, and nothing gives it to an agent that starts by itself")
            .hint("name its SOURCE in ARTCAFE_PASSPHRASE_SOURCE, or let an ssh-agent hold the key");
    }
    let opened = session.passphrase_of(path).and_then(|passphrase| {
        PrivateKey::decode(bytes, Some(&passphrase)).map_err(|error| OpError::of_key(error, path))
    });
    match opened {
        Ok(_) => Finding::ok("the private key has one, and its SOURCE opens it"),
        Err(error) => Finding::failed(&error),
    }
}

fn public_half(path: &Path, public: Option<&PublicKey>) -> Finding {
    let Some(public) = public else { return Finding::skipped("a passphrase hides what it would have to be") };
    let beside = KeyFiles::at(path).public;
    let shown = beside.display();
    let words = match durable::read_if_present(&beside, 64 * 1024) {
        Ok(None) => format!("`{shown}` is not there"),
        Ok(Some(line)) if std::str::from_utf8(&line).is_ok_and(|line| public.is_line(line)) => {
            return Finding::ok("it is this key's");
        }
        Ok(Some(_)) => format!("`{shown}` is not this key's public half"),
        Err(error) => return Finding::failed(&error.into()).at_most(Status::Warning),
    };
    Finding::warning(words).hint("`artcafe key repair` writes it anew").fix(Fix::KeyRepair)
}

fn strength(sheet: &mut Sheet, public: Option<&PublicKey>) {
    let Some(public) = public else {
        return sheet.skip(&[Check::KeyAlgorithm, Check::KeySize], "a passphrase hides it");
    };
    let algorithm = match public.algorithm() {
        Some(Algorithm::Rsa) => Finding::ok("rsa"),
        Some(Algorithm::Ed25519) => {
            Finding::note("ed25519: the platform registers such keys but, as far as is known, cannot verify them")
                .hint("use an RSA key where the proof is refused: `artcafe key rotate --algorithm rsa`")
        }
        None => Finding::error(format!("a `{}` key cannot be used", public.key_type()))
            .hint("use an RSA key: `artcafe key generate --algorithm rsa --output PATH`"),
    };
    sheet.put(Check::KeyAlgorithm, algorithm);
    let bits = public.bits();
    let words = format!("{bits} bits");
    let hint = "the next rotation can make a longer one: `artcafe key rotate --bits 4096`";
    let size = match public.algorithm() {
        Some(Algorithm::Rsa) if bits < WEAK_BITS => {
            Finding::warning(format!("{words}, and the guide asks for 4096")).hint(hint)
        }
        Some(Algorithm::Rsa) if bits < GUIDE_BITS => {
            Finding::note(format!("{words}, and the guide asks for 4096")).hint(hint)
        }
        _ => Finding::ok(words),
    };
    sheet.put(Check::KeySize, size);
}

fn age(session: &Session) -> Finding {
    let standing = match due::assess(session) {
        Ok(standing) => standing,
        Err(error) => return Finding::skipped(format!("it is not known: {error}")),
    };
    let days = format!("{} days old ({})", standing.age_days, standing.made_by.words());
    let hint = "replace it: `artcafe key rotate`; `artcafe service install` has that done in time";
    match standing.verdict {
        Verdict::Fresh => Finding::ok(days),
        Verdict::RotationOpen => Finding::ok("it is being replaced"),
        Verdict::Window => Finding::note(format!("{days}: it may be replaced now")).hint(hint),
        Verdict::Due => Finding::warning(format!("{days}: it should have been replaced")).hint(hint),
        Verdict::Unknown => Finding::warning(format!("{days}, which cannot be right"))
            .hint("check this machine's clock, then `artcafe key status`"),
    }
}

/// The ssh-agent where one is wanted or needed; it may hang, and is then left alone.
fn agent(session: &Session, public: Option<&PublicKey>) -> Finding {
    let path = session.settings.private_key_path.value.clone();
    if !session.ssh_agent.is_wanted && !own_key::is_only_public(&path) {
        return Finding::ok("none is used");
    }
    let Some(public) = show::public_beside(&path).or_else(|| public.cloned()) else {
        return Finding::error("nothing says which of the ssh-agent's keys is meant")
            .hint("`ssh-add -L` prints the lines: write this key's beside the private key, with `.pub` at the end");
    };
    let Some(socket) = session.ssh_agent.socket.clone() else {
        return Finding::error("the key is to be used through an ssh-agent, and SSH_AUTH_SOCK names none").hint(
            format!("start one: `eval \"$(ssh-agent)\"`, then give it the key: `ssh-add {}`", keys::quoted(&path)),
        );
    };
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // Whoever asked may have gone by now.
        let _ = tell.send(AgentKey::find(&socket, public).map(|_| ()));
    });
    match told.recv_timeout(AGENT_PATIENCE) {
        Ok(Ok(())) => Finding::ok("it holds the key"),
        Ok(Err(error)) => Finding::failed(&OpError::of_key(error, &path)),
        Err(_) => Finding::error(format!("no answer from the ssh-agent within {} s", AGENT_PATIENCE.as_secs()))
            .hint("see whether it is alive: `ssh-add -l`"),
    }
}

/// Other configurations of this machine that name the same key for another agent.
fn shared(session: &Session) -> Finding {
    let settings = &session.settings;
    let real = |path: &Path| std::fs::canonicalize(rotate::behind(path)).unwrap_or_else(|_| path.to_path_buf());
    // Nobody is asked for a passphrase, and without one a file that hides its key is known by its place alone.
    let fingerprint = |path: &Path| {
        let bytes = keys::read_private(path).ok()?;
        keys::inspect(bytes.expose()).ok()?.public.map(|public| public.openssh_fingerprint())
    };
    let path = &settings.private_key_path.value;
    let (place, own) = (real(path), fingerprint(path));
    let text = |id: Option<String>| id.unwrap_or_default();
    let identity: Named = (
        Some(settings.endpoint.value.origin().to_owned()),
        settings.tenant_id.as_ref().map(|id| id.value.to_string()),
        settings.agent_id.as_ref().map(|id| id.value.to_string()),
    );
    let others: Vec<(PathBuf, ConfigFile)> = super::configurations(&settings.paths)
        .into_iter()
        .filter(|other| *other != settings.paths.config.value)
        .filter_map(|other| ConfigFile::load(&other).ok().flatten().map(|file| (other, file)))
        .collect();
    for (other, file) in &others {
        let named = identity_of(file);
        let is_same_agent = (&named.1, &named.2) == (&identity.1, &identity.2);
        let key = file.text_of(Key::PrivateKeyPath).map(|found| settings.paths.expand(&found.value));
        let key = key.unwrap_or_else(|| settings.paths.default_key());
        let is_same_key = real(&key) == place || own.is_some() && fingerprint(&key) == own;
        if !is_same_agent && is_same_key {
            let agent = crate::id::ServerText::new(&text(named.2));
            return Finding::warning(format!("`{}` names the same key for agent `{agent}`", other.display()))
                .hint("give each agent a key of its own: `artcafe setup --ssh-key-name NAME`, with `--profile` for that configuration");
        }
    }
    Finding::ok(match others.len() {
        0 => "no other configuration is here".to_owned(),
        _ => "no other configuration names it for another agent".to_owned(),
    })
}
