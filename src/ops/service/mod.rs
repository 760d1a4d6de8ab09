//! `service`: a systemd timer that replaces the key in time.
//!
//! Owns the two unit files: their names, when they may be written and removed. A file that a person
//! changed is neither replaced unasked nor removed; a symbolic link in their place is never followed.
//! Starts nothing by itself: systemd is told only where that was asked for.

mod escape;
mod manager;
mod selection;
mod state;
mod unit;

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::config::{Paths, Settings};
use crate::durable;
use crate::ops::audit::{self, Action, Change};
use crate::ops::error::{ErrorCode, OpError};

pub use selection::Selection;
pub use state::{ServiceStatus, UnitState, UnitStatus, status};

/// Whose manager runs the timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The user's.
    User,
    /// The system's.
    System,
}

/// What the units are made of.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// Whose manager.
    pub scope: Scope,
    /// The directory of the units.
    pub unit_dir: PathBuf,
    /// Their name without ending.
    pub name: String,
    /// This program.
    pub program: PathBuf,
    /// Which configuration.
    pub selection: Selection,
    /// The variables that the service gets; no secret.
    pub variables: Vec<(String, String)>,
    /// The id of the user to run as, where it is not the manager's own.
    pub user: Option<u32>,
    /// The directories that a rotation writes to.
    pub writable: Vec<PathBuf>,
    /// When, as systemd writes it.
    pub on_calendar: String,
    /// At most this much later.
    pub splay: SignedDuration,
    /// Rotate although the agent's own record carries the key.
    pub accept_agent_record: bool,
}

/// The directories that a rotation under these settings writes to, none inside another.
pub fn writable(settings: &Settings) -> Vec<PathBuf> {
    let config = &settings.paths.config.value;
    let real = std::fs::canonicalize(config).unwrap_or_else(|_| config.clone());
    let files = [config.as_path(), &real, &settings.private_key_path.value];
    let mut all: Vec<PathBuf> = files.iter().filter_map(|file| file.parent()).map(Path::to_path_buf).collect();
    all.push(settings.paths.home.clone());
    all.sort();
    all.dedup();
    let inside = |path: &PathBuf| all.iter().any(|other| other != path && path.starts_with(other));
    all.iter().filter(|path| !inside(path)).cloned().collect()
}

/// The user that the key belongs to, and so has to run the service.
pub fn owner(settings: &Settings) -> Result<u32, OpError> {
    let path = &settings.private_key_path.value;
    let metadata = std::fs::metadata(path).map_err(|source| {
        OpError::new(ErrorCode::KeyFileMissing, format!("there is no private key at `{}`", path.display()))
            .because(source)
            .hint("make and register one first: `artcafe setup`")
    })?;
    Ok(std::os::unix::fs::MetadataExt::uid(&metadata))
}

/// One unit file, as it should be.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Unit {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// The two units as they should be: service and timer.
pub fn render(options: &ServiceOptions) -> Result<[Unit; 2], OpError> {
    manager::check_calendar(&options.on_calendar)?;
    let at = |ending: &str| options.unit_dir.join(format!("{}.{ending}", options.name));
    Ok([
        Unit { path: at("service"), text: unit::service(options)? },
        Unit { path: at("timer"), text: unit::timer(options) },
    ])
}

/// Who installs or removes, and when.
#[derive(Debug, Clone, Copy)]
pub struct By {
    /// The effective user's id.
    pub user: u32,
    /// The time.
    pub now: Timestamp,
}

/// What an installation or removal did.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ServiceReport {
    /// The unit files.
    pub paths: Vec<PathBuf>,
    /// Those of them that were written or removed.
    pub changed: Vec<PathBuf>,
    /// What is left to run.
    pub commands: Vec<String>,
}

/// Writes the units; with `enable`, has systemd start the timer.
pub fn install(
    settings: &Settings,
    options: &ServiceOptions,
    overwrite: bool,
    enable: bool,
    by: By,
) -> Result<ServiceReport, OpError> {
    let units = render(options)?;
    let mut wanted = Vec::new();
    for unit in &units {
        let (state, bytes) = UnitState::at(&unit.path)?;
        if unit.path.is_symlink() {
            return Err(OpError::new(
                ErrorCode::FileExists,
                format!("`{}` is a symbolic link, which is how a unit is masked", unit.path.display()),
            )
            .hint(format!(
                "see what it is, then `{}`",
                manager::line(options.scope, &["unmask", &file_name(&unit.path)])
            )));
        }
        if state == UnitState::Differs && !overwrite && bytes.as_deref() != Some(unit.text.as_bytes()) {
            return Err(changed_by_hand(&unit.path).hint(
                "keep changes of your own in a drop-in (`systemctl edit`), or replace the file with `--overwrite`",
            ));
        }
        wanted.push((unit, bytes));
    }
    // systemd refuses to start a service whose writable directory is not there.
    durable::create_private_dir(&settings.paths.home)?;
    durable::create_private_dir(&options.unit_dir)?;
    let mut report = ServiceReport {
        paths: units.iter().map(|unit| unit.path.clone()).collect(),
        changed: Vec::new(),
        commands: Vec::new(),
    };
    for (unit, before) in wanted {
        if durable::replace_if_unchanged(&unit.path, before.as_deref(), unit.text.as_bytes(), 0o644)? {
            report.changed.push(unit.path.clone());
            tell(&settings.paths, by, Action::ServiceInstalled, &unit.path)?;
        }
    }
    let timer = format!("{}.timer", options.name);
    let commands: [&[&str]; 2] = [&["daemon-reload"], &["enable", "--now", &timer]];
    if enable {
        for (done, words) in commands.into_iter().enumerate() {
            manager::systemctl(options.scope, words).map_err(|error| {
                let left: Vec<String> =
                    commands.iter().skip(done).map(|words| manager::line(options.scope, words)).collect();
                OpError::new(ErrorCode::PartlyDone, "the units are written, but the timer is not started")
                    .because(error)
                    .hint(format!("run by hand what is left: `{}`", left.join(" && ")))
            })?;
        }
    } else {
        report.commands = commands.iter().map(|words| manager::line(options.scope, words)).collect();
    }
    Ok(report)
}

/// Removes the units that are as they were written; with `disable`, has systemd stop the timer first.
pub fn uninstall(
    paths: &Paths,
    scope: Scope,
    unit_dir: &Path,
    name: &str,
    disable: bool,
    by: By,
) -> Result<ServiceReport, OpError> {
    let home = paths;
    let paths = [format!("{name}.timer"), format!("{name}.service")].map(|file| unit_dir.join(file));
    let mut present = Vec::new();
    for path in &paths {
        match UnitState::at(path)?.0 {
            UnitState::Differs => {
                return Err(changed_by_hand(path).hint("nothing was removed; remove the file by hand if it is to go"));
            }
            UnitState::Installed => present.push(path),
            UnitState::Absent => {}
        }
    }
    let timer = file_name(&paths[0]);
    if disable && !present.is_empty() {
        manager::systemctl(scope, &["disable", "--now", &timer])?;
    }
    let mut report = ServiceReport { paths: paths.to_vec(), changed: Vec::new(), commands: Vec::new() };
    let wants = unit_dir.join("timers.target.wants").join(&timer);
    // What `systemctl enable` made, and only if it leads to our file.
    let target = std::fs::read_link(&wants).ok().map(|target| wants.parent().unwrap_or(unit_dir).join(target));
    let is_ours =
        target.is_some_and(|target| std::fs::canonicalize(&target).ok() == std::fs::canonicalize(&paths[0]).ok());
    if is_ours && present.contains(&&paths[0]) {
        durable::remove(&wants)?;
        report.changed.push(wants);
    }
    for path in present {
        durable::remove(path)?;
        report.changed.push(path.clone());
        tell(home, by, Action::ServiceRemoved, path)?;
    }
    if report.changed.is_empty() {
        return Ok(report);
    }
    let commands: [&[&str]; 2] = [&["stop", &timer], &["daemon-reload"]];
    if disable {
        manager::systemctl(scope, &["daemon-reload"]).map_err(|error| {
            OpError::new(ErrorCode::PartlyDone, "the units are removed, but systemd still has them in memory")
                .because(error)
                .hint(format!("run it by hand: `{}`", manager::line(scope, &["daemon-reload"])))
        })?;
    } else {
        report.commands = commands.iter().map(|words| manager::line(scope, words)).collect();
    }
    Ok(report)
}

/// Writes a unit's change to the history. Root, who installs for somebody else, leaves nothing of its own in that
/// user's home, where it would be in the way of every later line.
fn tell(paths: &Paths, by: By, action: Action, path: &Path) -> Result<(), OpError> {
    let owner = std::fs::metadata(&paths.home).ok().map(|home| std::os::unix::fs::MetadataExt::uid(&home));
    match owner == Some(by.user) {
        true => audit::record(paths, by.now, Change::new(action).path(path)),
        false => Ok(()),
    }
}

fn changed_by_hand(path: &Path) -> OpError {
    OpError::new(ErrorCode::Differs, format!("`{}` is not as artcafe wrote it", path.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
