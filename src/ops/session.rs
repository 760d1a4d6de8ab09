//! What every operation works with: the settings, one client, the ways to the key.
//!
//! Owns the check that comes before any use of an endpoint: no plain http beyond loopback. The client is made on first use, so that
//! what stays local costs nothing of it. How a passphrase is fetched is the caller's, as a function.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use crate::api::{Client, ClientOptions, Tracer};
use crate::config::{ConfigError, Paths, Settings};
use crate::durable::{self, Lock};
use crate::id::{AgentId, TenantId};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::identity_ids;
use crate::ops::own_key::{GivenKey, SshAgent};
use crate::ops::progress::Progress;
use crate::secret::SecretString;

/// Fetches the passphrase of a key file; `None` where there is no way to get one.
pub type PassphraseOf = Rc<dyn Fn(&Path) -> Result<Option<SecretString>, OpError>>;

/// Reads a secret from where it is.
pub type SecretReader = Rc<dyn Fn() -> Result<SecretString, OpError>>;

/// A token that was given for this run, and by what. Its source is read when the token is first used:
/// a command that needs none must not run `cmd:…` or wait for standard input.
#[derive(Clone)]
pub struct GivenToken {
    /// `--token`, `ARTCAFE_TOKEN`, …
    pub from: String,
    read: SecretReader,
    known: Rc<OnceCell<SecretString>>,
}

impl GivenToken {
    /// A token that can be read when it is needed.
    pub fn new(from: impl Into<String>, read: SecretReader) -> Self {
        Self { from: from.into(), read, known: Rc::new(OnceCell::new()) }
    }

    /// The token.
    pub fn token(&self) -> Result<SecretString, OpError> {
        if let Some(known) = self.known.get() {
            return Ok(known.clone());
        }
        let token = (self.read)()?;
        check_token(&token, &self.from)?;
        Ok(self.known.get_or_init(|| token).clone())
    }
}

/// Refuses what cannot be one token: a header takes no line end, and the server's answer to a part of a file would
/// say nothing about the cause.
pub(super) fn check_token(token: &SecretString, from: &str) -> Result<(), OpError> {
    if token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(OpError::new(
        ErrorCode::Usage,
        format!("the token from {from} is not one word: there is a space, a line end or another unfit character in it"),
    )
    .hint("give the token alone, on one line"))
}

/// What an operation works with. A copy shares the client.
#[derive(Clone)]
pub struct Session {
    /// Everything resolved from flags, variables and file.
    pub settings: Settings,
    /// An administrator's token given for this run; never saved.
    pub given_token: Option<GivenToken>,
    /// A private key given for this run; never saved.
    pub given_key: Option<GivenKey>,
    /// The ssh-agent, and whether it is asked although the key file may be there.
    pub ssh_agent: SshAgent,
    /// Whether plain http beyond loopback is allowed.
    pub allow_insecure_http: bool,
    /// Whether a key may be proved at an endpoint where it was not registered.
    pub allow_new_endpoint: bool,
    /// The proxy before the endpoint as it is named to people, without credentials.
    pub proxy: Option<String>,
    /// A certificate authority's PEM file to trust besides the system's.
    pub ca_certificate: Option<PathBuf>,
    /// Called after each request, for `--verbose`.
    pub trace: Option<Tracer>,
    /// Fetches passphrases.
    pub passphrase: PassphraseOf,
    /// Whether that asks nobody, since a SOURCE was given.
    pub has_passphrase_source: bool,
    /// The user on whose behalf files are opened.
    pub user: u32,
    /// Who is told of the steps.
    pub progress: Progress,
    /// The clock.
    pub now: fn() -> jiff::Timestamp,
    /// This process and time, left in the lock for those who find it taken.
    pub stamp: String,
    /// The client, once it is needed.
    pub client: Rc<OnceCell<Client>>,
}

impl Session {
    /// The client of the endpoint; refuses plain http beyond loopback.
    pub fn client(&self) -> Result<&Client, OpError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let endpoint = &self.settings.endpoint.value;
        if !endpoint.is_https() && !endpoint.is_loopback() && !self.allow_insecure_http {
            return Err(OpError::new(
                ErrorCode::EndpointInsecure,
                format!(
                    "the endpoint {endpoint} (from {}) has no encryption: tokens could be read on the way",
                    self.settings.endpoint.origin
                ),
            )
            .hint("use https, or allow it with `--insecure-http` where the network is your own"));
        }
        let ca_certificate = self.ca_certificate.as_deref().map(authority).transpose()?;
        let options = ClientOptions {
            origin: endpoint.origin().to_owned(),
            is_loopback: endpoint.is_loopback(),
            proxy: self.proxy.clone(),
            timeout: self.settings.timeout.value,
            retries: self.settings.retries.value,
            ca_certificate,
            now: self.now,
            trace: self.trace.clone(),
        };
        Ok(self.client.get_or_init(|| Client::new(options)))
    }

    /// The agent to act for.
    pub fn agent(&self) -> Result<&AgentId, OpError> {
        identity_ids::agent_in(&self.settings)
    }

    /// The tenant to act in.
    pub fn tenant(&self) -> Result<&TenantId, OpError> {
        identity_ids::tenant_in(&self.settings)
    }

    /// The passphrase of a key file that is known to need one.
    pub fn passphrase_of(&self, path: &Path) -> Result<SecretString, OpError> {
        (self.passphrase)(path)?.ok_or_else(|| {
            OpError::new(ErrorCode::InputNeeded, format!("the key `{}` is protected by a passphrase, and nobody can be asked for it", path.display()))
                .hint("give its SOURCE with `--passphrase` or ARTCAFE_PASSPHRASE_SOURCE, for example `--passphrase file:PATH`")
        })
    }

    /// Takes the lock of `$ARTCAFE_HOME`; others wait a moment, then are told who holds it.
    pub fn lock(&self) -> Result<Lock, OpError> {
        lock_of(&self.settings.paths, &self.stamp)
    }

    /// The time as text, to the second.
    pub fn now_text(&self) -> String {
        (self.now)().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// The same for what works without settings.
pub(super) fn lock_of(paths: &Paths, stamp: &str) -> Result<Lock, OpError> {
    durable::create_private_dir(&paths.home)?;
    let lock = Lock::acquire_unless_interrupted(&paths.lock(), stamp, PATIENCE)?;
    crate::ops::rotate::refuse_during_hook(paths)?;
    Ok(lock)
}

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The bare lock, for the rotation whose own hook has run.
pub(super) fn lock_home(paths: &Paths, stamp: &str) -> Result<Lock, OpError> {
    if !paths.is_home_known() {
        return Err(ConfigError::NoHome.into());
    }
    durable::create_private_dir(&paths.home)?;
    Ok(Lock::acquire(&paths.lock(), stamp, PATIENCE)?)
}

/// The text of a certificate authority's file; one that holds no certificate would silently add nothing.
fn authority(path: &Path) -> Result<Vec<u8>, OpError> {
    let text = durable::read(path, 1024 * 1024)?;
    if text.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Ok(text);
    }
    Err(OpError::new(ErrorCode::ConfigInvalid, format!("`{}` holds no certificate in PEM form", path.display()))
        .hint("give the authority's certificate, which begins with `-----BEGIN CERTIFICATE-----`, to `--ca-cert`"))
}

/// How a certificate begins in PEM form.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// A value that is missing where nobody was asked.
pub(super) fn needed(what: &str, flag: &str, variable: &str) -> OpError {
    OpError::new(ErrorCode::InputNeeded, format!("no {what} is given or configured"))
        .hint(format!("give it with `{flag}` or {variable}, or run `artcafe setup`"))
}
