//! The settings that are in force, each with the layer that decided it.
//!
//! Owns the order of the layers: flag, variable, file, default. Each run resolves them once. Which
//! connections and keys are acceptable is not decided here.

use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;

use super::duration;
use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::file::ConfigFile;
use super::key::{Key, KeyType};
use super::origin::{Origin, Sourced};
use super::paths::Paths;
use crate::env::Env;
use crate::id::{AgentId, KeyId, ProfileName, TenantId};

/// What the command line says about the settings; nothing where it is silent.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<ProfileName>,
    /// `--api-endpoint`.
    pub api_endpoint: Option<String>,
    /// `--agent-id`.
    pub agent_id: Option<String>,
    /// `--tenant-id`.
    pub tenant_id: Option<String>,
    /// `--timeout`, in seconds.
    pub timeout: Option<String>,
    /// `--retries`.
    pub retries: Option<u32>,
}

/// The settings of this run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where things are.
    pub paths: Paths,
    /// The configuration file, where there is one.
    pub file: Option<ConfigFile>,
    /// The agent to act for.
    pub agent_id: Option<Sourced<AgentId>>,
    /// The tenant to act in.
    pub tenant_id: Option<Sourced<TenantId>>,
    /// The private key file, which may be absent.
    pub private_key_path: Sourced<PathBuf>,
    /// What the key is registered as.
    pub key_type: Sourced<KeyType>,
    /// The id of the key's record on the server.
    pub key_id: Option<Sourced<KeyId>>,
    /// The origin of the platform's API.
    pub endpoint: Sourced<Endpoint>,
    /// When and how keys are replaced.
    pub rotation: RotationSettings,
    /// The time for one request.
    pub timeout: Sourced<Duration>,
    /// The repeats of a request where a repeat is safe.
    pub retries: Sourced<u32>,
}

/// When a key is replaced, and what goes with it.
#[derive(Debug, Clone)]
pub struct RotationSettings {
    /// The age at which the window opens: from then on a timer replaces the key.
    pub after: Sourced<SignedDuration>,
    /// The age at which the key is due.
    pub max_age: Sourced<SignedDuration>,
    /// How long the old key stays valid after the switch.
    pub grace: Option<Sourced<SignedDuration>>,
    /// The command line to run once the configuration names the new key.
    pub post_switch: Option<Sourced<String>>,
    /// The time that it has.
    pub post_switch_timeout: Sourced<SignedDuration>,
}

impl RotationSettings {
    fn resolve(layers: &Layers<'_>, paths: &Paths) -> Result<Self, ConfigError> {
        let length = |key: Key| layers.text(key)?.map(|text| length(text, key)).transpose();
        let or_default = |key: Key| -> Result<Sourced<SignedDuration>, ConfigError> {
            match length(key)? {
                Some(found) => Ok(found),
                None => self::length(Sourced::default_of(default_text(key, paths).unwrap_or_default()), key),
            }
        };
        Ok(Self {
            after: or_default(Key::RotationAfter)?,
            max_age: or_default(Key::RotationMaxAge)?,
            grace: length(Key::RotationGrace)?,
            post_switch: layers.text(Key::RotationPostSwitch)?,
            post_switch_timeout: or_default(Key::RotationPostSwitchTimeout)?,
        })
    }
}

impl Settings {
    /// Resolves every setting; refuses a file with a problem in its syntax or in a key of ours.
    pub fn resolve(env: &Env, flags: &Flags) -> Result<Self, ConfigError> {
        let paths = Paths::resolve(env, flags)?;
        let file = ConfigFile::load(&paths.config.value)?;
        if let Some(file) = &file {
            let problems: Vec<_> =
                file.validate_values().into_iter().filter(super::problem::Problem::is_error).collect();
            if !problems.is_empty() {
                return Err(ConfigError::Invalid { path: file.path().to_path_buf(), problems });
            }
        }
        let layers = Layers { env, flags, file: file.as_ref() };
        let agent_id = layers.text(Key::AgentId)?;
        let tenant_id = layers.text(Key::TenantId)?;
        let endpoint = layers.text(Key::Endpoint)?;
        let key_id = layers.text(Key::KeyId)?;
        let key_type = layers.text(Key::KeyType)?;
        let key_path = layers.text(Key::PrivateKeyPath)?;

        let private_key_path = match key_path {
            Some(Sourced { value, origin }) => {
                let needs_home = value == "~" || value.starts_with("~/");
                if needs_home && paths.user_home().is_none() {
                    return Err(ConfigError::NoHome);
                }
                Sourced::new(paths.absolute(&value)?, origin)
            }
            None => Sourced::default_of(paths.default_key()),
        };
        let default_endpoint = || Sourced::default_of(Endpoint::DEFAULT.to_owned());
        Ok(Self {
            agent_id: agent_id.map(|text| convert(text, Key::AgentId)).transpose()?,
            tenant_id: tenant_id.map(|text| convert(text, Key::TenantId)).transpose()?,
            private_key_path,
            key_type: key_type
                .map(|text| convert(text, Key::KeyType))
                .transpose()?
                .unwrap_or(Sourced::default_of(KeyType::default())),
            key_id: key_id.map(|text| convert(text, Key::KeyId)).transpose()?,
            endpoint: convert(endpoint.unwrap_or_else(default_endpoint), Key::Endpoint)?,
            rotation: RotationSettings::resolve(&layers, &paths)?,
            timeout: timeout(env, flags)?,
            retries: retries(env, flags)?,
            paths,
            file,
        })
    }

    /// Every value that some layer gives for a key, strongest first: the first is in force, unless two synonyms differ.
    pub fn explain(env: &Env, flags: &Flags, key: Key) -> Result<Vec<Sourced<String>>, ConfigError> {
        let paths = Paths::resolve(env, flags)?;
        let file = ConfigFile::load(&paths.config.value)?;
        let mut found = Layers { env, flags, file: file.as_ref() }.all(key);
        found.extend(default_text(key, &paths).map(Sourced::default_of));
        Ok(found)
    }

    /// Every setting as dotted name, value and origin, in the order of the file.
    pub fn entries(&self) -> Vec<(&'static str, Option<String>, Origin)> {
        fn optional<T: ToString>(key: Key, setting: Option<&Sourced<T>>) -> (&'static str, Option<String>, Origin) {
            let origin = setting.map_or(Origin::Default, |setting| setting.origin.clone());
            (key.path(), setting.map(|setting| setting.value.to_string()), origin)
        }
        let policy = &self.rotation;
        let length = |key: Key, setting: Option<&Sourced<SignedDuration>>| {
            optional(key, setting.map(|setting| setting.clone().map(duration::text)).as_ref())
        };
        let seconds = format!("{}", self.timeout.value.as_secs_f64());
        vec![
            optional(Key::AgentId, self.agent_id.as_ref()),
            optional(Key::TenantId, self.tenant_id.as_ref()),
            (
                Key::PrivateKeyPath.path(),
                Some(self.private_key_path.value.display().to_string()),
                self.private_key_path.origin.clone(),
            ),
            optional(Key::KeyType, Some(&self.key_type)),
            optional(Key::KeyId, self.key_id.as_ref()),
            optional(Key::Endpoint, Some(&self.endpoint)),
            length(Key::RotationAfter, Some(&policy.after)),
            length(Key::RotationMaxAge, Some(&policy.max_age)),
            length(Key::RotationGrace, policy.grace.as_ref()),
            optional(Key::RotationPostSwitch, policy.post_switch.as_ref()),
            length(Key::RotationPostSwitchTimeout, Some(&policy.post_switch_timeout)),
            ("timeout", Some(seconds), self.timeout.origin.clone()),
            ("retries", Some(self.retries.value.to_string()), self.retries.origin.clone()),
        ]
    }
}

/// The program's own value of a key, where it has one.
fn default_text(key: Key, paths: &Paths) -> Option<String> {
    Some(match key {
        Key::PrivateKeyPath => paths.default_key().display().to_string(),
        Key::KeyType => KeyType::default().to_string(),
        Key::Endpoint => Endpoint::DEFAULT.to_owned(),
        Key::RotationAfter => "30d".to_owned(),
        Key::RotationMaxAge => "90d".to_owned(),
        Key::RotationPostSwitchTimeout => "60s".to_owned(),
        _ => return None,
    })
}

/// The layers above the default.
struct Layers<'a> {
    env: &'a Env,
    flags: &'a Flags,
    file: Option<&'a ConfigFile>,
}

impl Layers<'_> {
    /// The flag and its value, where the key has a flag that was given.
    fn flag(&self, key: Key) -> Option<Sourced<String>> {
        let (name, value) = match key {
            Key::AgentId => ("--agent-id", &self.flags.agent_id),
            Key::TenantId => ("--tenant-id", &self.flags.tenant_id),
            Key::Endpoint => ("--api-endpoint", &self.flags.api_endpoint),
            _ => return None,
        };
        value.clone().map(|value| Sourced::new(value, Origin::Flag(name)))
    }

    /// The variables of a key that are set; several are synonyms.
    fn variables(&self, key: Key) -> Vec<Sourced<String>> {
        let names: &[&'static str] = match key {
            Key::AgentId => &["ARTCAFE_AGENT_ID", "ARTCAFE_AUTH_AGENT_ID"],
            Key::TenantId => &["ARTCAFE_TENANT_ID", "ARTCAFE_AUTH_TENANT_ID", "ARTCAFE_ORGANIZATION_ID"],
            Key::Endpoint => &["ARTCAFE_API_ENDPOINT"],
            Key::KeyId => &["ARTCAFE_KEY_ID"],
            Key::PrivateKeyPath => &["ARTCAFE_PRIVATE_KEY_PATH"],
            Key::RotationAfter => &["ARTCAFE_ROTATION_AFTER"],
            Key::RotationMaxAge => &["ARTCAFE_ROTATION_MAX_AGE"],
            _ => &[],
        };
        let value = |name: &&'static str| {
            self.env.var(name).map(|value| Sourced::new(value.to_owned(), Origin::Variable(name)))
        };
        names.iter().filter_map(value).collect()
    }

    /// Every layer that says anything, strongest first.
    fn all(&self, key: Key) -> Vec<Sourced<String>> {
        let mut found: Vec<_> = self.flag(key).into_iter().collect();
        found.extend(self.variables(key));
        found.extend(self.file.and_then(|file| file.text_of(key)));
        found
    }

    /// The first layer that says anything, before the default.
    fn text(&self, key: Key) -> Result<Option<Sourced<String>>, ConfigError> {
        if let Some(flag) = self.flag(key) {
            return Ok(Some(flag));
        }
        let variables = self.variables(key);
        if let Some(first) = variables.first()
            && let Some(other) = variables.iter().find(|other| other.value != first.value)
        {
            return Err(ConfigError::Conflict {
                message: format!("`{}` and `{}` are synonyms and differ", first.origin, other.origin),
                hint: "unset one of them".to_owned(),
            });
        }
        Ok(self.all(key).into_iter().next())
    }
}

/// Parses a text for `key`, whose rules make the message.
fn convert<T: std::str::FromStr>(text: Sourced<String>, key: Key) -> Result<Sourced<T>, ConfigError> {
    match text.value.parse() {
        Ok(value) => Ok(Sourced::new(value, text.origin)),
        Err(_) => {
            let unknown = || ("the value is not valid".to_owned(), String::new());
            let (message, hint) = key.complaint(&text.value).unwrap_or_else(unknown);
            Err(ConfigError::BadValue { origin: Some(text.origin), key: key.path().to_owned(), message, hint })
        }
    }
}

/// Reads a length of time for `key`, whose rules make the message.
fn length(text: Sourced<String>, key: Key) -> Result<Sourced<SignedDuration>, ConfigError> {
    let wrong = match (duration::parse(&text.value), key.complaint(&text.value)) {
        (Ok(value), None) => return Ok(Sourced::new(value, text.origin)),
        (_, Some(complaint)) => complaint,
        (Err(message), None) => (message, key.type_hint().to_owned()),
    };
    let (message, hint) = wrong;
    Err(ConfigError::BadValue { origin: Some(text.origin), key: key.path().to_owned(), message, hint })
}

fn timeout(env: &Env, flags: &Flags) -> Result<Sourced<Duration>, ConfigError> {
    let Some((text, origin)) = flag_or_variable(flags.timeout.clone(), "--timeout", env, "ARTCAFE_TIMEOUT") else {
        return Ok(Sourced::default_of(Duration::from_secs(30)));
    };
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| (0.1..=600.0).contains(seconds));
    match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        Some(value) => Ok(Sourced::new(value, origin)),
        None => Err(ConfigError::BadValue {
            origin: Some(origin),
            key: "timeout".to_owned(),
            message: "it is no number of seconds from 0.1 to 600".to_owned(),
            hint: "write seconds, such as 30 or 2.5".to_owned(),
        }),
    }
}

fn retries(env: &Env, flags: &Flags) -> Result<Sourced<u32>, ConfigError> {
    let flag = flags.retries.map(|count| count.to_string());
    let Some((text, origin)) = flag_or_variable(flag, "--retries", env, "ARTCAFE_RETRIES") else {
        return Ok(Sourced::default_of(3));
    };
    match text.trim().parse::<u32>().ok().filter(|count| *count <= 10) {
        Some(value) => Ok(Sourced::new(value, origin)),
        None => Err(ConfigError::BadValue {
            origin: Some(origin),
            key: "retries".to_owned(),
            message: "it is no number from 0 to 10".to_owned(),
            hint: "write a whole number; 0 means never to repeat".to_owned(),
        }),
    }
}

fn flag_or_variable(
    value: Option<String>,
    flag: &'static str,
    env: &Env,
    variable: &'static str,
) -> Option<(String, Origin)> {
    match value {
        Some(value) => Some((value, Origin::Flag(flag))),
        None => env.var(variable).map(|value| (value.to_owned(), Origin::Variable(variable))),
    }
}
