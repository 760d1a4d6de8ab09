//! Where things are: the home of this program, the key directory, the configuration file.
//!
//! Owns the default places and the meaning of `~`. Never creates anything. A configuration in the
//! working directory is never found by itself, so that a checked-out repository cannot redirect a key.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::origin::{Origin, Sourced};
use super::settings::Flags;
use crate::durable::DurableError;
use crate::env::Env;
use crate::id::ProfileName;

/// Where a home that nobody knows is looked for: nothing is there, and nobody can make anything there.
const NOWHERE: &str = "/proc/self/no-home";

/// The names that a configuration file may end in, in the platform's order of search.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// The places of this run, all absolute.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The directory of everything but the keys: `ARTCAFE_HOME`.
    pub home: PathBuf,
    /// The directory of new keys: `ARTCAFE_KEY_DIR`.
    pub key_dir: PathBuf,
    /// The configuration file, which may be absent.
    pub config: Sourced<PathBuf>,
    /// The profile that decided the configuration file, where one did.
    pub profile: Option<ProfileName>,
    user_home: Option<PathBuf>,
    is_home_known: bool,
    working_directory: Option<PathBuf>,
}

impl Paths {
    /// Finds every place from the flags and the environment.
    pub fn resolve(env: &Env, flags: &Flags) -> Result<Self, ConfigError> {
        let absolute = |path: &Path| absolute(env.working_directory.as_deref(), path);
        let known_home = env.home().map(|home| absolute(&home)).transpose()?;
        // A key that is given with the rest of the identity needs no file, and so no home.
        let may_be_without = env.var("ARTCAFE_PRIVATE_KEY").is_some();
        let user_home = known_home.clone().or_else(|| may_be_without.then(|| PathBuf::from(NOWHERE)));
        let place = |text: &str| absolute(&expand(text, user_home.as_deref()).ok_or(ConfigError::NoHome)?);
        let default = |below: &str| user_home.as_ref().map(|home| home.join(below)).ok_or(ConfigError::NoHome);
        let home = env.var("ARTCAFE_HOME").map_or_else(|| default(".artcafe"), place)?;
        let key_dir = env.var("ARTCAFE_KEY_DIR").map_or_else(|| default(".ssh"), place)?;

        let mut profile = None;
        let config = match Choice::of(env, flags)? {
            Choice::File(path, origin) => match path.to_str() {
                Some(text) => Sourced::new(place(text)?, origin),
                None => Sourced::new(absolute(&path)?, origin),
            },
            Choice::Profile(name, origin) => {
                let file = first_present(&home.join("profiles"), name.as_str());
                profile = Some(name);
                Sourced::new(file, origin)
            }
            Choice::Neither => Sourced::new(first_present(&home, "config"), Origin::Default),
        };
        let is_home_known = known_home.is_some() || env.var("ARTCAFE_HOME").is_some();
        Ok(Self {
            home,
            key_dir,
            config,
            profile,
            user_home: known_home,
            is_home_known,
            working_directory: env.working_directory.clone(),
        })
    }

    /// The configuration that is in force where nobody names another.
    pub fn default_config(&self) -> PathBuf {
        first_present(&self.home, "config")
    }

    /// The configuration of a profile.
    pub fn profile_config(&self, name: &ProfileName) -> PathBuf {
        first_present(&self.profiles_dir(), name.as_str())
    }

    /// The directory of what this program remembers between runs.
    pub fn state_dir(&self) -> PathBuf {
        self.home.join("state")
    }

    /// The directory of the profiles.
    pub fn profiles_dir(&self) -> PathBuf {
        self.home.join("profiles")
    }

    /// The private key where the configuration names none.
    pub fn default_key(&self) -> PathBuf {
        self.key_dir.join("artcafe_agent")
    }

    /// The lock of commands that write.
    pub fn lock(&self) -> PathBuf {
        self.home.join("lock")
    }

    /// Whether `home` is a place at all; where it is none, nothing is found there and nothing may be written.
    pub fn is_home_known(&self) -> bool {
        self.is_home_known
    }

    /// Whether `home` is there, or could be made below a directory that is.
    pub fn has_place_for_home(&self) -> bool {
        self.is_home_known && (self.home.is_dir() || self.home.parent().is_some_and(Path::is_dir))
    }

    /// The user's home directory, where it is known.
    pub fn user_home(&self) -> Option<&Path> {
        self.user_home.as_deref()
    }

    /// Puts the home directory in place of a leading `~`; `~name` is left alone, and so is `~`
    /// itself where the home directory is unknown.
    pub fn expand(&self, text: &str) -> PathBuf {
        expand(text, self.user_home()).unwrap_or_else(|| PathBuf::from(text))
    }

    /// Expands `~` and puts the working directory before a relative path.
    pub fn absolute(&self, path: impl AsRef<Path>) -> Result<PathBuf, ConfigError> {
        let path = path.as_ref();
        let expanded = path.to_str().map_or_else(|| path.to_path_buf(), |text| self.expand(text));
        absolute(self.working_directory.as_deref(), &expanded)
    }

    /// Writes a path with `~` when it is below the home directory.
    pub fn contract(&self, path: &Path) -> String {
        let below =
            self.user_home().filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok());
        match below {
            Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }

    /// Every profile, by name.
    pub fn profiles(&self) -> Result<Vec<ProfileName>, ConfigError> {
        let directory = self.profiles_dir();
        let failed = |source| DurableError::Io { action: "list", path: directory.clone(), source };
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error).into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let is_config = path
                .extension()
                .and_then(|extension| extension.to_str())
                .is_some_and(|text| EXTENSIONS.contains(&text));
            let name = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| !stem.starts_with('.'));
            if let Some(Ok(name)) = name.filter(|_| is_config).map(str::parse::<ProfileName>) {
                names.push(name);
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }
}

/// What the user said about the configuration file.
enum Choice {
    File(PathBuf, Origin),
    Profile(ProfileName, Origin),
    Neither,
}

impl Choice {
    fn of(env: &Env, flags: &Flags) -> Result<Self, ConfigError> {
        let both = |first: &str, second: &str| ConfigError::Conflict {
            message: format!("`{first}` and `{second}` both name the configuration file"),
            hint: "give one of them".to_owned(),
        };
        match (&flags.config, &flags.profile) {
            (Some(_), Some(_)) => return Err(both("--config", "--profile")),
            (Some(path), None) => {
                return Ok(Self::File(path.clone(), Origin::Flag("--config")));
            }
            (None, Some(name)) => return Ok(Self::Profile(name.clone(), Origin::Flag("--profile"))),
            (None, None) => {}
        }
        match (env.var("ARTCAFE_CONFIG"), env.var("ARTCAFE_PROFILE")) {
            (Some(_), Some(_)) => Err(both("ARTCAFE_CONFIG", "ARTCAFE_PROFILE")),
            (Some(path), None) => Ok(Self::File(PathBuf::from(path), Origin::Variable("ARTCAFE_CONFIG"))),
            (None, Some(name)) => {
                let origin = Origin::Variable("ARTCAFE_PROFILE");
                match name.parse() {
                    Ok(name) => Ok(Self::Profile(name, origin)),
                    Err(error) => Err(ConfigError::BadValue {
                        origin: Some(origin),
                        key: "profile".to_owned(),
                        message: error.to_string(),
                        hint: "`artcafe config profiles` lists the names".to_owned(),
                    }),
                }
            }
            (None, None) => Ok(Self::Neither),
        }
    }
}

/// The first file of that name that exists, else the one to create.
fn first_present(directory: &Path, name: &str) -> PathBuf {
    let file = |extension: &str| directory.join(format!("{name}.{extension}"));
    EXTENSIONS.map(file).into_iter().find(|path| path.symlink_metadata().is_ok()).unwrap_or_else(|| file(EXTENSIONS[0]))
}

/// Nothing when the home directory is needed and unknown.
fn expand(text: &str, home: Option<&Path>) -> Option<PathBuf> {
    match text.strip_prefix('~') {
        Some("") => home.map(Path::to_path_buf),
        Some(rest) if rest.starts_with('/') => home.map(|home| home.join(rest.trim_start_matches('/'))),
        _ => Some(PathBuf::from(text)),
    }
}

/// Puts the working directory before a relative path.
fn absolute(directory: Option<&Path>, path: &Path) -> Result<PathBuf, ConfigError> {
    let path = directory.map_or_else(|| path.to_path_buf(), |directory| directory.join(path));
    std::path::absolute(&path).map_err(|source| ConfigError::NoWorkingDirectory { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve<const N: usize>(vars: [(&str, &str); N], flags: &Flags) -> Result<Paths, ConfigError> {
        Paths::resolve(&Env::made_up(&[], vars), flags)
    }

    #[test]
    fn the_defaults_are_below_the_home_directory() {
        let paths = resolve([("HOME", "/nowhere/u")], &Flags::default()).unwrap();
        assert_eq!(paths.home, Path::new("/nowhere/u/.artcafe"));
        assert_eq!(paths.key_dir, Path::new("/nowhere/u/.ssh"));
        assert_eq!(paths.config, Sourced::default_of(PathBuf::from("/nowhere/u/.artcafe/config.yaml")));
        assert_eq!(paths.contract(&paths.key_dir), "~/.ssh");
        assert_eq!(paths.contract(Path::new("/nowhere/user")), "/nowhere/user");
        assert_eq!(paths.expand("~"), Path::new("/nowhere/u"));
        assert_eq!(paths.expand("~/x y"), Path::new("/nowhere/u/x y"));
        assert_eq!(paths.expand("~other/x"), Path::new("~other/x"));
        assert_eq!(paths.expand("/a/~"), Path::new("/a/~"));
        assert!(paths.profiles().unwrap().is_empty());
    }

    #[test]
    fn a_tilde_needs_a_home_directory() {
        assert_eq!(expand("~/x", None), None);
        assert_eq!(expand("~", None), None);
        assert_eq!(expand("/x", None), Some(PathBuf::from("/x")));
    }

    #[test]
    fn a_flag_wins_over_a_variable_and_two_of_a_kind_are_refused() {
        let profile = Some("prod".parse().unwrap());
        let config = Some(PathBuf::from("rel.json"));
        let vars = [("HOME", "/nowhere"), ("ARTCAFE_CONFIG", "~/v.yaml")];

        let paths = resolve(vars, &Flags { profile: profile.clone(), ..Flags::default() }).unwrap();
        assert_eq!(paths.config.value, Path::new("/nowhere/.artcafe/profiles/prod.yaml"));
        assert_eq!(paths.config.origin, Origin::Flag("--profile"));
        let paths = resolve(vars, &Flags { config: config.clone(), ..Flags::default() }).unwrap();
        assert_eq!(paths.config.value, std::env::current_dir().unwrap().join("rel.json"));
        assert_eq!(resolve(vars, &Flags::default()).unwrap().config.value, Path::new("/nowhere/v.yaml"));

        let both = resolve(vars, &Flags { config, profile, ..Flags::default() }).unwrap_err();
        assert!(matches!(both, ConfigError::Conflict { .. }), "{both}");
        let both = resolve([("HOME", "/x"), ("ARTCAFE_CONFIG", "a"), ("ARTCAFE_PROFILE", "b")], &Flags::default());
        assert!(matches!(both, Err(ConfigError::Conflict { .. })));
        let bad = resolve([("HOME", "/x"), ("ARTCAFE_PROFILE", "../b")], &Flags::default()).unwrap_err();
        assert!(bad.to_string().starts_with("`ARTCAFE_PROFILE`: "), "{bad}");
    }

    #[test]
    fn the_frameworks_other_names_are_found() {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path().to_str().unwrap();
        let config = || resolve([("HOME", "/x"), ("ARTCAFE_HOME", home)], &Flags::default()).unwrap().config.value;
        for name in ["config.json", "config.yml", "config.yaml"] {
            crate::durable::replace(&directory.path().join(name), b"", 0o600).unwrap();
            assert_eq!(config(), directory.path().join(name));
        }
        crate::durable::create_private_dir(&directory.path().join("profiles")).unwrap();
        for name in ["b.yaml", "a.json", "a.yml", "notes.txt", "bad name.yaml", ".hidden.yaml"] {
            crate::durable::replace(&directory.path().join("profiles").join(name), b"", 0o600).unwrap();
        }
        let paths = resolve([("HOME", "/x"), ("ARTCAFE_HOME", home)], &Flags::default()).unwrap();
        let names: Vec<_> = paths.profiles().unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
