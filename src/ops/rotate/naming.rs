//! Which of a rotation's keys the configuration names.
//!
//! Owns the comparison of path and key id, where the link of a plain name means the file behind it, and the way out
//! where the file names neither key or is gone: to name the one again that the rotation counts on. A person may edit
//! the file at any time, so nothing is switched over their head.

use std::path::PathBuf;

use serde::Serialize;

use crate::config::{self, ConfigFile, Edit, Format, Key, Scalar};
use crate::id::KeyId;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate::journal::{Direction, Journal, Phase};
use crate::ops::rotate::links::behind;
use crate::ops::session::Session;

/// What the configuration names, seen from a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// The key that is replaced.
    Old,
    /// The key that replaces it.
    New,
    /// Another key than these two.
    Another,
    /// Nothing: there is no such file.
    Absent,
}

/// What the rotation's configuration names now.
pub fn named_now(session: &Session, journal: &Journal) -> Result<Naming, OpError> {
    Ok(match ConfigFile::load(&journal.config)? {
        None => Naming::Absent,
        Some(file) if names_new(session, journal, &file) => Naming::New,
        Some(file) if names_old(session, journal, &file) => Naming::Old,
        Some(_) => Naming::Another,
    })
}

/// The rotation's configuration, which has to be there.
pub(super) fn read_config(journal: &Journal) -> Result<ConfigFile, OpError> {
    ConfigFile::load(&journal.config)?.ok_or_else(|| {
        OpError::new(ErrorCode::FileMissing, format!("the configuration `{}` is gone", journal.config.display()))
            .hint("`artcafe config relink` writes it anew from what the rotation remembers; then `artcafe key rotate --resume` or `--abort`")
    })
}

fn path_in(session: &Session, file: &ConfigFile) -> Option<PathBuf> {
    file.text_of(Key::PrivateKeyPath).map(|found| behind(&session.settings.paths.expand(&found.value)))
}

fn id_in(file: &ConfigFile) -> Option<String> {
    file.text_of(Key::KeyId).map(|found| found.value)
}

/// Whether the configuration names the new key: path and id together.
pub(super) fn names_new(session: &Session, journal: &Journal, file: &ConfigFile) -> bool {
    path_in(session, file).as_ref() == Some(&journal.new.path)
        && id_in(file) == journal.new.key_id.as_ref().map(ToString::to_string)
}

fn names_old(session: &Session, journal: &Journal, file: &ConfigFile) -> bool {
    path_in(session, file).is_none_or(|path| path == journal.old.path)
        && id_in(file) == journal.old.configured_id.as_ref().map(ToString::to_string)
}

/// A person may have edited the file since the plan: then it is not switched over their head.
pub(super) fn must_name_old(session: &Session, journal: &Journal, file: &ConfigFile) -> Result<(), OpError> {
    if names_old(session, journal, file) {
        return Ok(());
    }
    Err(OpError::new(
        ErrorCode::Differs,
        format!(
            "`{}` names another key than when the rotation began: somebody changed it meanwhile",
            journal.config.display()
        ),
    )
    .hint("name the rotation's own key again with `artcafe config relink`, then `artcafe key rotate --resume` or `--abort`"))
}

/// The way back has to find one of the two keys, before it is turned to.
pub(super) fn must_name_either(session: &Session, journal: &Journal) -> Result<(), OpError> {
    let file = read_config(journal)?;
    if names_new(session, journal, &file) { Ok(()) } else { must_name_old(session, journal, &file) }
}

/// Has the file name the old key again as it did before.
pub(super) fn set_old(edit: &mut Edit, journal: &Journal) -> Result<(), OpError> {
    for (key, old) in [
        (Key::PrivateKeyPath, journal.old.path_text.clone()),
        (Key::KeyId, journal.old.configured_id.as_ref().map(ToString::to_string)),
    ] {
        match old {
            Some(old) => {
                edit.set(&key.key_path(), Scalar::Text(old))?;
            }
            None => {
                edit.unset(&key.key_path())?;
            }
        }
    }
    Ok(())
}

/// Has the file name the new key: path and id together.
pub(super) fn set_new(session: &Session, edit: &mut Edit, journal: &Journal) -> Result<(), OpError> {
    let path = session.settings.paths.contract(&journal.new.path);
    edit.set(&Key::PrivateKeyPath.key_path(), Scalar::Text(path))?;
    if let Some(id) = &journal.new.key_id {
        edit.set(&Key::KeyId.key_path(), Scalar::Text(id.to_string()))?;
    }
    Ok(())
}

/// The key that the configuration was made to name again.
pub(in crate::ops) struct Mended {
    /// Its file.
    pub(in crate::ops) path: PathBuf,
    /// Its record.
    pub(in crate::ops) key_id: Option<KeyId>,
    /// Whether the file was written.
    pub(in crate::ops) changed: bool,
}

/// Where the file names neither key of an open rotation, or the old one after the switch, or is gone: names the one
/// again that the rotation counts on. Nothing where the file is as the rotation expects it. The caller holds the lock.
pub(in crate::ops) fn mend(session: &Session, journal: &Journal) -> Result<Mended, OpError> {
    let is_new = journal.direction == Direction::Forward && journal.phase >= Phase::Switched;
    let named = named_now(session, journal)?;
    let (path, key_id) = match (is_new, named) {
        (true, _) | (false, Naming::New) => (journal.new.path.clone(), journal.new.key_id.clone()),
        (false, _) => (journal.old.path.clone(), journal.old.configured_id.clone()),
    };
    let file = match named {
        Naming::New => return Ok(Mended { path, key_id, changed: false }),
        Naming::Old if !is_new => return Ok(Mended { path, key_id, changed: false }),
        Naming::Old | Naming::Another | Naming::Absent => ConfigFile::load(&journal.config)?,
    };
    if path.symlink_metadata().is_err() {
        return Err(OpError::new(
            ErrorCode::KeyFileMissing,
            format!("the key that the rotation counts on, `{}`, is not on this disk", path.display()),
        )
        .hint("bring the file back from a backup, or name a key that is there: `artcafe config set auth.ssh_key.private_key_path PATH`"));
    }
    let changed = match file {
        Some(file) => {
            refuse_other_agent(journal, &file)?;
            let mut edit = Edit::new(&file)?;
            if is_new {
                set_new(session, &mut edit, journal)?
            } else {
                set_old(&mut edit, journal)?
            }
            edit.save()?
        }
        None => {
            Edit::replacing(&journal.config, None, written_anew(session, journal, &path, key_id.as_ref()))?.save()?
        }
    };
    Ok(Mended { path, key_id, changed })
}

/// A key is named in its own agent's file alone.
fn refuse_other_agent(journal: &Journal, file: &ConfigFile) -> Result<(), OpError> {
    let same = |key: Key, value: &str| file.text_of(key).is_none_or(|found| found.value == value);
    if same(Key::AgentId, journal.agent_id.as_str()) && same(Key::TenantId, journal.tenant_id.as_str()) {
        return Ok(());
    }
    let path = journal.config.display();
    Err(OpError::new(ErrorCode::Differs, format!("`{path}` is about another agent than the open rotation, `{}`", journal.agent_id))
        .hint(format!("keep that file under another name (`mv '{path}' '{path}.kept'`); then `artcafe config relink` writes it anew from what the rotation remembers")))
}

/// The values that make an identity; what else stood in the file is not known.
fn written_anew(session: &Session, journal: &Journal, path: &std::path::Path, key_id: Option<&KeyId>) -> String {
    let mut values = vec![
        (Key::AgentId, journal.agent_id.to_string()),
        (Key::TenantId, journal.tenant_id.to_string()),
        (Key::PrivateKeyPath, session.settings.paths.contract(path)),
        (Key::Endpoint, journal.endpoint.clone()),
    ];
    values.extend(key_id.map(|id| (Key::KeyId, id.to_string())));
    config::fresh(Format::of(&journal.config), &values)
}
