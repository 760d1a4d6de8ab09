//! Where the key of an agent that is set up is: the flags, and what they mean.
//!
//! Owns the order: a file that is named, a directory and a name, what is configured, the default.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::failure::Failure;
use crate::config::{Origin, Paths, Sourced};
use crate::ops::{ErrorCode, OpError};

/// Where the key is; the same flags wherever an agent is set up.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PlaceArgs {
    /// Directory of the key [default: $ARTCAFE_KEY_DIR]
    #[arg(long, value_name = "DIR")]
    ssh_key_path: Option<PathBuf>,
    /// File name of the key [default: artcafe_agent]
    #[arg(long, value_name = "NAME")]
    ssh_key_name: Option<String>,
    /// The key's file, in place of the two above
    #[arg(long, value_name = "PATH", conflicts_with_all = ["ssh_key_path", "ssh_key_name"])]
    output: Option<PathBuf>,
    /// Adopt this existing private key
    #[arg(long, value_name = "PATH", conflicts_with_all = ["ssh_key_path", "ssh_key_name", "output"])]
    private_key: Option<PathBuf>,
}

impl PlaceArgs {
    /// Whether the key must be there already.
    pub(crate) fn is_adopted(&self) -> bool {
        self.private_key.is_some()
    }

    /// The first of these flags that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        [
            ("--ssh-key-path", self.ssh_key_path.is_some()),
            ("--ssh-key-name", self.ssh_key_name.is_some()),
            ("--output", self.output.is_some()),
            ("--private-key", self.private_key.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, is_given)| is_given.then_some(flag))
    }

    /// The key's place: what the flags say, else what is configured, else the default.
    pub(crate) fn resolve(&self, configured: Sourced<PathBuf>, paths: &Paths) -> Result<Sourced<PathBuf>, Failure> {
        let (path, flag) = if let Some(path) = &self.private_key {
            (path.clone(), "--private-key")
        } else if let Some(path) = &self.output {
            (path.clone(), "--output")
        } else if self.ssh_key_path.is_some() || self.ssh_key_name.is_some() {
            let directory = self.ssh_key_path.clone().unwrap_or_else(|| paths.key_dir.clone());
            let name = self.ssh_key_name.as_deref().unwrap_or("artcafe_agent");
            if name.is_empty() || name.contains('/') || name == "." || name == ".." {
                return Err(OpError::new(ErrorCode::Usage, format!("`{name}` is no file name"))
                    .hint("give the directory with `--ssh-key-path`")
                    .into());
            }
            (directory.join(name), "--ssh-key-path")
        } else {
            return Ok(configured);
        };
        let value = paths.absolute(path)?;
        Ok(Sourced { value, origin: Origin::Flag(flag) })
    }
}

/// The key whose public half is in this file, absolute: the configuration names a key by its private half's name alone.
pub(crate) fn behind_public(public: &Path, paths: &Paths) -> Result<Sourced<PathBuf>, Failure> {
    let stem = public.to_str().and_then(|text| text.strip_suffix(".pub")).filter(|stem| !stem.ends_with('/'));
    let stem = stem.filter(|stem| !stem.is_empty()).ok_or_else(|| {
        OpError::new(ErrorCode::Usage, format!("`{}` does not end with `.pub`", public.display()))
            .hint("a key is known by the name before `.pub`: keep its public half as NAME.pub and name that")
    })?;
    let value = paths.absolute(stem)?;
    Ok(Sourced { value, origin: Origin::Flag("--public-key") })
}
