//! `path`: the directories of one agent in its tenant, and keys of a cache that tenants share.
//!
//! Owns that two tenants, and two agents, never get the same place: BASE/TENANT/AGENT, as the platform's guide has it.
//! The ids cannot leave the base, since they are no paths; what stands below the base is looked at as well: a link
//! there, a directory of somebody else's or one that others may write to is refused, whether or not anything is made.
//! What is made has mode 0700; what is there is never changed.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::config::{ConfigError, Paths, Settings};
use crate::durable;
use crate::id::{AgentId, TenantId};
use crate::keys::quoted;
use crate::ops::audit::{self, Action, Change};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::identity_ids::{agent_in, tenant_in};

/// What the directory is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Files that the agent keeps.
    Storage,
    /// Files that can be made again.
    Cache,
    /// What the agent remembers between runs.
    State,
    /// Keys of the agent's own.
    Keys,
}

impl Kind {
    /// The directory's name below the home of this program. `state` there is the program's own.
    fn below_home(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Cache => "cache",
            Self::State => "agent-state",
            Self::Keys => "keys",
        }
    }
}

/// A place of the agent's own.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct PathReport {
    /// What it is for.
    pub kind: Kind,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The agent.
    pub agent_id: AgentId,
    /// The directory below which every tenant has its own.
    pub base: PathBuf,
    /// The agent's directory.
    pub path: PathBuf,
    /// Whether it is there.
    pub exists: bool,
    /// Whether it was made in this run.
    pub created: bool,
}

/// A key for a cache that tenants share.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct CacheKeyReport {
    /// The tenant.
    pub tenant_id: TenantId,
    /// What is cached.
    pub entity: String,
    /// The key: the tenant, a colon, what is cached. No tenant id has a colon, so no two tenants meet.
    pub key: String,
}

/// The agent's directory below this base, or below the one of its kind; made where that is wanted.
pub fn path(
    settings: &Settings,
    kind: Kind,
    base: Option<&Path>,
    create: bool,
    user: u32,
    now: jiff::Timestamp,
) -> Result<PathReport, OpError> {
    let (tenant, agent) = (tenant_in(settings)?, agent_in(settings)?);
    let base = base_of(&settings.paths, kind, base)?;
    let of_tenant = base.join(tenant.as_str());
    let path = of_tenant.join(agent.as_str());
    check_base(&base, user)?;
    for directory in [&of_tenant, &path] {
        check_below(directory, user)?;
    }
    let existed = path.is_dir();
    if create && !existed {
        durable::create_private_dir(&base)?;
        check_base(&base, user)?;
        for directory in [&of_tenant, &path] {
            durable::create_private_dir(directory)?;
            // Whoever was faster did not make it for us.
            check_below(directory, user)?;
        }
        let change = Change::new(Action::DirectoryMade).path(&path).tenant_id(tenant).agent_id(agent);
        audit::record(&settings.paths, now, change)?;
    }
    Ok(PathReport {
        kind,
        tenant_id: tenant.clone(),
        agent_id: agent.clone(),
        base,
        exists: existed || create,
        created: create && !existed,
        path,
    })
}

/// The key of something in a cache that tenants share.
pub fn cache_key(settings: &Settings, entity: &str) -> Result<CacheKeyReport, OpError> {
    let tenant = tenant_in(settings)?;
    if entity.is_empty() || entity.chars().any(char::is_control) {
        return Err(OpError::new(ErrorCode::Usage, "what is cached needs a name of one line"));
    }
    Ok(CacheKeyReport { tenant_id: tenant.clone(), entity: entity.to_owned(), key: format!("{tenant}:{entity}") })
}

fn base_of(paths: &Paths, kind: Kind, given: Option<&Path>) -> Result<PathBuf, OpError> {
    let base = match given {
        Some(given) if given.as_os_str().is_empty() => {
            return Err(OpError::new(ErrorCode::Usage, "the base directory has no name"));
        }
        Some(given) => paths.absolute(given)?,
        None if paths.is_home_known() => paths.home.join(kind.below_home()),
        None => return Err(ConfigError::NoHome.into()),
    };
    // One line is promised to whoever reads the path.
    match base.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(base),
        _ => Err(OpError::new(ErrorCode::Usage, "the base directory's name is no text of one line")),
    }
}

fn looked_at(path: &Path) -> Result<Option<Metadata>, OpError> {
    match path.symlink_metadata() {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Err(OpError::new(ErrorCode::FileExists, format!("a file is in the way of `{}`", path.display())))
        }
        Err(error) => Err(unreadable(path, error)),
    }
}

fn unreadable(path: &Path, error: io::Error) -> OpError {
    let code =
        if error.kind() == io::ErrorKind::PermissionDenied { ErrorCode::PermissionDenied } else { ErrorCode::Failed };
    OpError::new(code, format!("cannot inspect `{}`", path.display())).because(error)
}

/// The base is the user's choice, links included, but nobody else may be able to put something else in its place.
fn check_base(base: &Path, user: u32) -> Result<(), OpError> {
    let Some(link) = looked_at(base)? else { return Ok(()) };
    let directory = fs::metadata(base).map_err(|error| unreadable(base, error))?;
    if !directory.is_dir() {
        return Err(OpError::new(ErrorCode::FileExists, format!("the base `{}` is no directory", base.display())));
    }
    for metadata in [&link, &directory] {
        if ![user, 0].contains(&metadata.uid()) {
            return Err(of_another(base, metadata));
        }
    }
    // In a directory such as /tmp everybody may write, and nobody may take another's away.
    let is_sticky = directory.mode() & 0o1000 != 0;
    if directory.mode() & 0o022 != 0 && !is_sticky {
        return Err(writable(base, &directory));
    }
    Ok(())
}

/// What is below the base is a directory of the user's own, and no link: neither tenant nor agent may lead elsewhere.
fn check_below(directory: &Path, user: u32) -> Result<(), OpError> {
    let Some(metadata) = looked_at(directory)? else { return Ok(()) };
    if !metadata.is_dir() {
        let what = if metadata.is_symlink() { "a link" } else { "no directory" };
        return Err(OpError::new(
            ErrorCode::FileExists,
            format!("`{}` is {what}, and could lead out of the tenant's own place", directory.display()),
        )
        .hint("move it away, or choose another base with `--base DIR`"));
    }
    if metadata.uid() != user {
        return Err(of_another(directory, &metadata));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(writable(directory, &metadata));
    }
    Ok(())
}

fn of_another(path: &Path, metadata: &Metadata) -> OpError {
    OpError::new(
        ErrorCode::PermissionDenied,
        format!("`{}` belongs to another user (uid {})", path.display(), metadata.uid()),
    )
    .hint("choose a base of your own with `--base DIR`")
}

fn writable(path: &Path, metadata: &Metadata) -> OpError {
    OpError::new(
        ErrorCode::LooseMode,
        format!("others may write to `{}` (mode {:04o})", path.display(), metadata.mode() & 0o7777),
    )
    .hint(format!("take that away from them: `chmod go-w {}`, or choose another base with `--base DIR`", quoted(path)))
}
