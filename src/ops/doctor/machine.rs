//! The places on this machine: directories, modes, room, locks, memories.
//!
//! Owns the checks that need no configuration. Reads and never writes, takes no lock, and asks no other program.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::config::Paths;
use crate::durable::{self, Lock};
use crate::keys;
use crate::ops::Fix;
use crate::ops::audit;
use crate::ops::doctor::finding::{Finding, Sheet, Status};
use crate::ops::doctor::{Check, Patient};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::login::LoginStatus;
use crate::ops::logins::Logins;
use crate::ops::service::{Selection, UnitState};
use crate::ops::state::State;

/// What is looked at below the home, and is pointless without it.
const BELOW_HOME: &[Check] = &[
    Check::HomeMode,
    Check::Lock,
    Check::Leftovers,
    Check::UnfinishedWork,
    Check::Memory,
    Check::History,
    Check::Login,
];
/// What others must not have of this program's files.
const OPEN: u32 = 0o077;
/// What is left of a disk when somebody should look, and when nothing can be done any more.
const LITTLE: u64 = 16 * 1024 * 1024;
const NOTHING: u64 = 1024 * 1024;
/// A login that ends within this time is about to.
const SOON: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn look(sheet: &mut Sheet, patient: &Patient, paths: &Paths) {
    home(sheet, paths);
    if sheet.obstacle(&[Check::Home]).is_some() {
        sheet.block(BELOW_HOME, Check::Home);
    } else {
        sheet.put(Check::HomeMode, home_mode(paths, patient.user));
        sheet.put(Check::Lock, lock(paths));
        sheet.put(Check::Leftovers, leftovers(paths));
        memory(sheet, paths);
        sheet.put(Check::History, history(paths));
        sheet.put(Check::Login, login(paths, patient.now));
    }
    sheet.put(Check::DiskSpace, disk_space(paths));
    sheet.put(Check::Timer, timer(patient, paths));
}

fn home(sheet: &mut Sheet, paths: &Paths) {
    let home = &paths.home;
    let shown = home.display();
    let failed = |error: io::Error| {
        Finding::error(format!("`{shown}` cannot be used: {error}"))
            .hint("check its owner and mode, or set ARTCAFE_HOME to a directory of your own")
    };
    let finding = if !paths.is_home_known() {
        Finding::error("no home directory is known, so nothing is remembered")
            .hint("set HOME, or ARTCAFE_HOME and ARTCAFE_KEY_DIR")
    } else {
        match std::fs::metadata(home) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && home.symlink_metadata().is_err() => {
                Finding::ok(format!("`{shown}` is not there yet; what writes first makes it"))
            }
            Err(error) => failed(error),
            Ok(metadata) if !metadata.is_dir() => failed(io::Error::from(io::ErrorKind::NotADirectory)),
            Ok(_) => match (std::fs::read_dir(home), durable::check_can_create_in(home)) {
                (Err(error), _) => failed(error),
                (Ok(_), Err(error)) => {
                    let error = OpError::from(error);
                    Finding { hint: error.hint.clone(), ..Finding::failed(&error) }.at_most(Status::Warning)
                }
                (Ok(_), Ok(())) => Finding::ok(format!("`{shown}` can be read and written")),
            },
        }
    };
    sheet.put(Check::Home, finding);
}

/// One file or directory that is open to others.
struct Open {
    path: PathBuf,
    words: String,
    is_grave: bool,
}

fn home_mode(paths: &Paths, user: u32) -> Finding {
    // The command that mends them knows of the first two.
    let mended = [paths.home.clone(), paths.config.value.clone()];
    let mut others = vec![paths.state_dir(), Logins::path(paths), paths.state_dir().join("registrations.json")];
    others.extend(["audit.jsonl", "audit.head"].map(|name| paths.home.join(name)));
    others.extend(super::configurations(paths).into_iter().filter(|path| *path != paths.config.value));
    others.extend(durable::files_with_extension(&paths.state_dir().join("tokens"), "json").unwrap_or_default());
    let found: Vec<Open> = mended.iter().chain(&others).filter_map(|path| open(path, user)).collect();
    let Some(first) = found.first() else {
        return Finding::ok("nobody else can read or change them");
    };
    let words: Vec<&str> = found.iter().map(|open| open.words.as_str()).collect();
    let is_grave = found.iter().any(|open| open.is_grave);
    let finding = if is_grave { Finding::error(words.join("; ")) } else { Finding::warning(words.join("; ")) };
    match mended.contains(&first.path) {
        true => finding.hint("`artcafe key repair` mends it").fix(Fix::KeyRepair),
        false => finding.hint(format!("close it: `chmod go-rwx {}`", keys::quoted(&first.path))),
    }
}

fn open(path: &Path, user: u32) -> Option<Open> {
    let metadata = std::fs::metadata(path).ok()?;
    let (mode, shown) = (metadata.mode() & 0o7777, path.display());
    // Root works on other people's files, and may well hold none of its own.
    let is_foreign = user != 0 && metadata.uid() != user && metadata.uid() != 0;
    let words = match (mode & OPEN != 0, is_foreign) {
        (false, false) => return None,
        (true, _) => format!("`{shown}` is open to other users (mode {mode:04o})"),
        (false, true) => format!("`{shown}` belongs to another user (id {})", metadata.uid()),
    };
    let holds_tokens = path.file_name().is_some_and(|name| name == "credentials.json");
    Some(Open { path: path.to_path_buf(), words, is_grave: mode & 0o022 != 0 || holds_tokens })
}

fn disk_space(paths: &Paths) -> Finding {
    let mut least: Option<(u64, bool, PathBuf)> = None;
    for directory in [&paths.home, &paths.key_dir] {
        let Some(place) = directory.ancestors().find(|place| place.is_dir()) else { continue };
        let disk = match rustix::fs::statvfs(place) {
            Ok(disk) => disk,
            Err(error) => return Finding::skipped(format!("`{}` cannot be asked: {error}", place.display())),
        };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let has_names = disk.f_files == 0 || disk.f_favail > 8;
        if least.as_ref().is_none_or(|(least, ..)| free < *least || !has_names) {
            least = Some((free, has_names, place.to_path_buf()));
        }
    }
    let Some((free, has_names, place)) = least else { return Finding::skipped("there is no directory to ask about") };
    let words = match has_names {
        true => format!("{} MiB are free at `{}`", free / 1024 / 1024, place.display()),
        false => format!("the file system of `{}` takes no more files", place.display()),
    };
    let hint = "free some space before anything is changed";
    match (free, has_names) {
        (free, has_names) if !has_names || free < NOTHING => Finding::error(words).hint(hint),
        (free, _) if free < LITTLE => Finding::warning(words).hint(hint),
        // How much it is changes from run to run and matters to nobody.
        _ => Finding::ok("there is room"),
    }
}

fn lock(paths: &Paths) -> Finding {
    match Lock::holder(&paths.lock()) {
        Ok(None) => Finding::ok("no other command is at work"),
        Ok(Some(holder)) => Finding::warning(format!("a command that writes is at work ({holder})"))
            .hint("wait for it; if it hangs, end that process: the lock goes with it"),
        Err(error) => Finding::failed(&error.into()).at_most(Status::Warning),
    }
}

fn leftovers(paths: &Paths) -> Finding {
    let state = paths.state_dir();
    let run = state.join("run");
    let mut places = vec![
        paths.home.clone(),
        state.clone(),
        run.clone(),
        state.join("tokens"),
        paths.profiles_dir(),
        paths.key_dir.clone(),
    ];
    places.extend(paths.config.value.parent().map(Path::to_path_buf));
    places.sort();
    places.dedup();
    let mut found: Vec<PathBuf> = places.iter().flat_map(|place| durable::left_behind(place)).collect();
    let tokens = durable::files_with_extension(&run, "token").unwrap_or_default();
    // Whoever works with such a file holds its lock.
    found.extend(tokens.into_iter().filter(|token| matches!(Lock::holder(&token.with_extension("lock")), Ok(None))));
    match found.as_slice() {
        [] => Finding::ok("there are none"),
        [first, ..] => Finding::warning(format!(
            "{} of killed processes, such as `{}`",
            super::counted(found.len(), "file", "files"),
            first.display()
        ))
        .hint(format!(
            "the next command that writes the same file takes it away; or remove it: `rm {}`",
            keys::quoted(first)
        )),
    }
}

fn memory(sheet: &mut Sheet, paths: &Paths) {
    let state = match State::load(paths) {
        Ok(state) => state,
        Err(error) => {
            sheet.put(Check::Memory, Finding::failed(&error));
            return sheet.block(&[Check::UnfinishedWork], Check::Memory);
        }
    };
    let known = super::counted(state.registrations.len(), "registration", "registrations");
    sheet.put(Check::Memory, Finding::ok(format!("{known} remembered")));
    let config = &paths.config.value;
    let unfinished = match state.deregistering.iter().find(|work| work.config == *config) {
        None => Finding::ok("nothing was left half done"),
        Some(work) => Finding::warning(format!(
            "a deregistration of agent `{}` was begun; its key at the server is {}, and {} left",
            work.agent_id,
            work.outcome,
            super::counted(work.files.len(), "file is", "files are")
        ))
        .hint("go on with it: `artcafe deregister`"),
    };
    sheet.put(Check::UnfinishedWork, unfinished);
}

fn history(paths: &Paths) -> Finding {
    match audit::verify(paths) {
        Err(error) => Finding::failed(&error),
        Ok(report) if report.intact => Finding::ok(format!("whole, {}", super::counted(report.lines, "line", "lines"))),
        Ok(report) => {
            let first = report.findings.first().map_or("something is wrong", |finding| finding.message.as_str());
            Finding::error(crate::id::ServerText::new(first).to_string())
                .hint("`artcafe audit verify` names everything; compare the file with a copy kept elsewhere")
        }
    }
}

fn login(paths: &Paths, now: Timestamp) -> Finding {
    let logins = match Logins::load(paths) {
        Ok(logins) => logins.entries,
        Err(error) => return Finding::failed(&error),
    };
    let standings: Vec<LoginStatus> = logins.iter().map(|login| LoginStatus::of(login, now)).collect();
    if let Some(ended) = standings.iter().find(|login| login.expired) {
        return Finding::warning(format!("the stored login for {} has ended", ended.endpoint))
            .hint("get a new token from the portal: `artcafe auth login`; or forget it: `artcafe auth logout`");
    }
    let ends_soon = |login: &&LoginStatus| login.expires_at.is_some_and(|end| end.duration_since(now) < SOON);
    match standings.iter().find(ends_soon) {
        Some(login) => Finding::note(format!("the stored login for {} is about to end", login.endpoint))
            .hint("get a new token from the portal: `artcafe auth login`"),
        None if standings.is_empty() => Finding::ok("no administrator's token is stored, and an agent needs none"),
        None => Finding::ok(format!("{} stored", super::counted(standings.len(), "token", "tokens"))),
    }
}

fn timer(patient: &Patient, paths: &Paths) -> Finding {
    let name = Selection::of(paths).unit_name();
    for directory in &patient.unit_directories {
        let timer = directory.join(format!("{name}.timer"));
        let service = directory.join(format!("{name}.service"));
        // The system's units may be another home's, of which nothing is to be said here.
        let is_of_system = directory.starts_with("/etc");
        let text = std::fs::read_to_string(&service).unwrap_or_default();
        if is_of_system && !text.contains(&format!("ARTCAFE_HOME={}", paths.home.display())) {
            continue;
        }
        let state = UnitState::at(&timer).and_then(|timer| Ok((timer.0, UnitState::at(&service)?.0)));
        let is_wanted = directory.join("timers.target.wants").join(format!("{name}.timer")).symlink_metadata().is_ok();
        return match state {
            Ok((UnitState::Absent, UnitState::Absent)) => continue,
            Err(error) => Finding::failed(&error).at_most(Status::Warning),
            Ok((UnitState::Installed, UnitState::Installed)) if is_wanted => {
                Finding::ok(format!("`{}` is installed", timer.display()))
            }
            Ok((UnitState::Installed, UnitState::Installed)) => {
                Finding::note(format!("`{}` is installed, but systemd does not start it by itself", timer.display()))
                    .hint(format!("start it: `systemctl enable --now {name}.timer`, with `--user` for one of your own"))
            }
            Ok(_) => Finding::warning(format!("`{}` or its service is not as artcafe wrote it", timer.display()))
                .hint("`artcafe service status` shows both; `artcafe service install --overwrite` writes them anew"),
        };
    }
    Finding::note("no systemd timer replaces the key").hint(
        "`artcafe service install` makes one; nothing is to be done where something else runs `artcafe key needs-rotation`",
    )
}

/// The finding for places that are not known, by the failure that says so.
pub(super) fn without_places(sheet: &mut Sheet, error: &OpError) {
    let check = match error.code {
        ErrorCode::NoHome | ErrorCode::PermissionDenied => Check::Home,
        _ => Check::ConfigurationValid,
    };
    sheet.put(check, Finding::failed(error));
    let rest: Vec<Check> = Check::ALL.iter().copied().filter(|other| *other != check).collect();
    sheet.block(&rest, check);
}
