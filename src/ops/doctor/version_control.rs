//! Secrets under version control, asked of git itself.
//!
//! Owns the questions: is a file below a work tree, tracked, ignored. Git's own hooks and locks are switched off; it
//! writes nothing. A configuration without secrets may well be tracked, as the platform's guide recommends.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::checkpoint;
use crate::config::{ConfigFile, Paths};
use crate::durable;
use crate::keys;
use crate::ops::doctor::Patient;
use crate::ops::doctor::finding::Finding;
use crate::ops::logins::Logins;

/// What git says of a file.
enum Standing {
    Tracked,
    Ignored,
    /// Neither: the next `git add` takes it along.
    Loose,
    Unknown(String),
}

pub(super) fn look(patient: &Patient, paths: &Paths, all: &[(PathBuf, ConfigFile)]) -> Finding {
    let mut secrets = vec![Logins::path(paths)];
    secrets.extend(durable::files_with_extension(&paths.state_dir().join("tokens"), "json").unwrap_or_default());
    match &patient.session {
        Ok(session) => secrets.push(session.settings.private_key_path.value.clone()),
        Err(_) => secrets.push(paths.default_key()),
    }
    // Only one that holds a secret has to stay out.
    secrets.extend(all.iter().filter(|(_, file)| !file.secrets().is_empty()).map(|(path, _)| path.clone()));
    let mut unknown = None;
    let mut is_below_any = false;
    for path in secrets.iter().filter(|path| path.exists()) {
        if work_tree(path).is_none() {
            continue;
        }
        is_below_any = true;
        let shown = path.display();
        let quoted = keys::quoted(path);
        let directory = keys::quoted(path.parent().unwrap_or(path));
        match standing(patient, path) {
            Standing::Ignored => {}
            Standing::Tracked => {
                return Finding::error(format!("git tracks `{shown}`"))
                    .hint(format!("take it out (`git -C {directory} rm --cached {quoted}`), ignore it, and replace what was committed: `artcafe key rotate`"));
            }
            Standing::Loose => {
                return Finding::warning(format!("`{shown}` is in a git work tree and not ignored"))
                    .hint("name it in `.gitignore`, or in `.git/info/exclude`");
            }
            Standing::Unknown(why) => unknown = Some(why),
        }
    }
    match (unknown, is_below_any) {
        (Some(why), _) => Finding::skipped(format!("there is a git work tree, and git cannot be asked: {why}")),
        (None, true) => Finding::ok("the files with secrets are ignored"),
        (None, false) => Finding::ok("no file with a secret is in a git work tree"),
    }
}

/// The work tree around a file, as its `.git` shows it.
fn work_tree(path: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok()?;
    real.ancestors().skip(1).find(|place| place.join(".git").exists()).map(Path::to_path_buf)
}

fn standing(patient: &Patient, path: &Path) -> Standing {
    let Ok(real) = std::fs::canonicalize(path) else { return Standing::Unknown("the file is gone".to_owned()) };
    match ask(patient, &real, &["ls-files", "--error-unmatch"]) {
        Ok(true) => return Standing::Tracked,
        Ok(false) => {}
        Err(why) => return Standing::Unknown(why),
    }
    match ask(patient, &real, &["check-ignore", "--quiet"]) {
        Ok(true) => Standing::Ignored,
        Ok(false) => Standing::Loose,
        Err(why) => Standing::Unknown(why),
    }
}

/// A question that git answers by its exit code: 0 or 1.
fn ask(patient: &Patient, path: &Path, question: &[&str]) -> Result<bool, String> {
    checkpoint::start().map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let output = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C"])
        .arg(folder)
        .args(question)
        .arg("--")
        .arg(path)
        // No secret of ours, and nothing of the work tree that somebody's hook runs in.
        .env_clear()
        .envs(patient.variables.iter().map(|(name, value)| (name, value)))
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    match output.status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(crate::id::ServerText::new(said.lines().next().unwrap_or("it failed")).to_string())
        }
    }
}
