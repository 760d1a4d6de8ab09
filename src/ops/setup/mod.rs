//! `artcafe setup`: one command from nothing to a proven agent.
//!
//! Owns the order: check everything, key, agent, registration, configuration, proof. Nothing is made
//! before the checks are through; each step first looks whether it is done already, so that running
//! again goes on from what stands, and changes nothing when all stands. An existing key is used, never
//! overwritten. A key that the server cannot verify leaves no registration behind.

mod agent;
mod configuration;
mod key;
pub mod report;
mod trial;

use std::path::PathBuf;

use crate::api::ApiError;
use crate::config::{Key, Sourced};
use crate::durable;
use crate::id::{AgentId, TenantId};
use crate::interrupt;
use crate::keys::{Algorithm, KeyFiles, KeyFormat, KeySpec};
use crate::ops::access::{self, Grant};
use crate::ops::agent::AgentDraft;
use crate::ops::audit::{Action, Change};
use crate::ops::configure;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::fix::Fix;
use crate::ops::own_key::{Holder, LoadedKey};
use crate::ops::progress::Progress;
use crate::ops::prove::{self, Outcome};
use crate::ops::register::{self, RegisterOptions, RegisterReport};
use crate::ops::rotate::{self, AGENT_RECORD_KEY};
use crate::ops::session::Session;
use crate::ops::state::{Made, State};
use crate::secret::SecretString;

pub use configuration::Difference;
pub use report::{SetupReport, StepReport, StepState};

/// Whether the key is registered by `setup`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registering {
    /// If an administrator's token is at hand.
    IfPossible,
    /// It must be.
    Always,
    /// It is left to the portal, and no server is asked.
    Never,
}

/// What `setup` is to do.
pub struct SetupOptions {
    /// Whether the key must be there already.
    pub adopt_key: bool,
    /// Whether algorithm and size were asked for, so that an existing key has to have them.
    pub spec_is_asked_for: bool,
    /// Algorithm and size of a new key.
    pub spec: KeySpec,
    /// Format of a new key.
    pub format: KeyFormat,
    /// Comment of a new key.
    pub comment: String,
    /// Passphrase of a new key.
    pub passphrase: Option<SecretString>,
    /// Whether to register.
    pub registering: Registering,
    /// The agent to register first.
    pub new_agent: Option<AgentDraft>,
    /// `llm.provider` for the platform's framework.
    pub llm_provider: Option<String>,
    /// How the key is registered.
    pub register: RegisterOptions,
    /// The time, for backups.
    pub stamp: String,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// How an unfinished `setup` is gone on with.
const AGAIN: &str = "run the same `artcafe setup` again, which goes on from here";

/// What the caller is asked and told on the way.
pub trait Attendant {
    /// Whether the configuration may be changed in this way.
    fn agrees(&self, path: &std::path::Path, differences: &[Difference]) -> Result<bool, OpError>;
    /// Something to know that stops nothing.
    fn warn(&self, code: &'static str, text: &str);
}

/// Takes an agent from nothing to a proven identity.
pub async fn setup(
    mut session: Session,
    options: &SetupOptions,
    attendant: &dyn Attendant,
) -> Result<SetupReport, OpError> {
    let progress = session.progress.clone();
    let mut run = Run { options, attendant, progress, steps: Vec::new(), made: false, made_agent: None };
    if options.dry_run {
        return run.rehearse(&session);
    }
    let lock = session.lock()?;
    rotate::refuse_changed(&session)?;
    let grant = run.check(&mut session).await?;
    if options.registering != Registering::Never {
        session.progress.done("check", session.settings.endpoint.value.origin());
    }
    let loaded = run.key(&session)?;
    let outcome = run.after_key(&mut session, grant, &loaded).await;
    drop(lock);
    match outcome {
        Ok((proof, configuration)) => Ok(run.report(&session, &loaded, proof, configuration)),
        // What was refused for good was undone and keeps its own code; the rest can be gone on with.
        Err(error) if run.made && error.code != ErrorCode::AlgorithmRefused => Err(run.partly(error)),
        Err(error) => Err(error),
    }
}

/// One run of `setup`.
struct Run<'a> {
    options: &'a SetupOptions,
    attendant: &'a dyn Attendant,
    progress: Progress,
    steps: Vec<StepReport>,
    made: bool,
    made_agent: Option<AgentId>,
}

impl Run<'_> {
    /// Everything that can be refused is refused here, before anything is made.
    async fn check(&mut self, session: &mut Session) -> Result<Option<Grant>, OpError> {
        let tenant = session.tenant()?.clone();
        State::load(&session.settings.paths)?;
        key::check(session, self.options)?;
        if let Some(directory) = session.settings.paths.config.value.parent() {
            durable::check_writable(directory)?;
        }
        durable::settle_directory(&session.settings.paths.state_dir())?;
        if self.options.new_agent.is_none() {
            session.agent()?;
        }
        let mut grant = None;
        if self.options.registering != Registering::Never {
            session.client()?;
            session.progress.begin("check", "asking the server");
            grant = access::administrator(session).await?;
            if grant.is_none() && (self.options.registering == Registering::Always || self.options.new_agent.is_some())
            {
                return Err(access::missing());
            }
            if grant.is_none() {
                prove::refuse_new_endpoint(session)?;
            }
            self.check_agent(session, grant.as_ref(), &tenant).await?;
        }
        if self.options.new_agent.is_none() {
            crate::ops::agent::memory::refuse(session, grant.as_ref(), session.agent()?, true).await?;
        }
        let differences = configuration::differences(session, None, self.options)?;
        let path = &session.settings.paths.config.value;
        if !differences.is_empty() && !self.attendant.agrees(path, &differences)? {
            return Err(OpError::new(
                ErrorCode::Differs,
                format!("`{}` names other values and stays as it is", path.display()),
            )
            .hint("agree to the change with `--yes`, or use another file with `--config PATH` or `--profile NAME`"));
        }
        Ok(grant)
    }

    /// Whether tenant and agent are known; an agent that is to be registered may be there from an earlier run.
    async fn check_agent(
        &self,
        session: &mut Session,
        grant: Option<&Grant>,
        tenant: &TenantId,
    ) -> Result<(), OpError> {
        if let (Some(new), Some(grant)) = (&self.options.new_agent, grant) {
            let id = agent::find(session, grant, new).await?;
            session.settings.agent_id =
                id.map(|value| Sourced { value, origin: crate::config::Origin::Flag("--agent-name") });
            return Ok(());
        }
        let agent = session.agent()?.clone();
        // A challenge costs nothing and tells an unknown or suspended tenant before anything is made.
        match session.client()?.agent_challenge(tenant, &agent).await {
            Ok(_) => {}
            Err(error) if error.is_route_missing() => {}
            Err(error) => return Err(error.into()),
        }
        match grant {
            Some(grant) => agent::look(session, grant, &agent, self.attendant).await,
            None => Ok(()),
        }
    }

    fn key(&mut self, session: &Session) -> Result<LoadedKey, OpError> {
        let files = KeyFiles::at(&session.settings.private_key_path.value);
        if files.exists() {
            let loaded = session.key_at(&files.private)?;
            let fingerprint = loaded.key.public().openssh_fingerprint();
            let place = match loaded.holder {
                Holder::SshAgent => "in the ssh-agent".to_owned(),
                _ => format!("at `{}`", files.private.display()),
            };
            self.step("key", StepState::AlreadyDone, format!("{fingerprint} {place}"));
            return Ok(loaded);
        }
        session.progress.begin("key", "generating the key");
        key::make(session, self.options)?;
        self.made = true;
        let path = files.private.clone();
        self.remember_made(session, false, Some(path.clone()))?;
        let loaded = match &self.options.passphrase {
            None => session.open_key(&path)?,
            Some(passphrase) => LoadedKey::open(&path, Some(passphrase))?,
        };
        self.step(
            "key",
            StepState::Done,
            format!("{} at `{}`", loaded.key.public().openssh_fingerprint(), path.display()),
        );
        Ok(loaded)
    }

    async fn after_key(
        &mut self,
        session: &mut Session,
        grant: Option<Grant>,
        loaded: &LoadedKey,
    ) -> Result<(Option<Outcome>, configuration::Written), OpError> {
        if let (Some(new), Some(grant)) = (&self.options.new_agent, &grant) {
            session.progress.begin("agent", "registering the agent");
            let (id, was_there) = agent::register(session, grant, new, &loaded.key.public(), self.attendant).await?;
            self.made |= !was_there;
            self.made_agent = Some(id.clone()).filter(|_| !was_there);
            let state = if was_there { StepState::AlreadyDone } else { StepState::Done };
            self.step("agent", state, format!("`{id}`"));
            session.settings.agent_id =
                Some(Sourced { value: id, origin: crate::config::Origin::Flag("--agent-name") });
        }
        interrupt::check()?;
        // Given by a person who registered the key in the portal; a record that is found wins.
        let mut key_id = given_key_id(session);
        if let Some(grant) = &grant {
            session.progress.begin("registration", "registering the public key");
            let report = register::register_key(session, &loaded.key.public(), grant, &self.options.register).await?;
            if let Some(id) = &report.key_id {
                self.made |= !report.already_registered;
                let is_ours = !report.already_registered || self.is_remembered(session, &report, id)?;
                register::remember(session, &loaded.path, &report, id)?;
                register::tell(session, &loaded.path, &report)?;
                if self.options.new_agent.is_some() {
                    self.remember_agent_record(session, &report)?;
                }
                if loaded.key.algorithm() == Algorithm::Ed25519 && !is_configured(session, id) {
                    self.try_before_keeping(session, grant, loaded, id, is_ours).await?;
                }
                session.settings.key_id =
                    Some(crate::config::Sourced { value: id.clone(), origin: crate::config::Origin::Default });
                let state = if report.already_registered { StepState::AlreadyDone } else { StepState::Done };
                self.step("registration", state, format!("key id {id}"));
                if let Some(given) = key_id.as_ref().filter(|given| *given != id) {
                    let text =
                        format!("the key is registered as {id} and not as {given}, which was given: {id} counts");
                    self.attendant.warn("other_key_id", &text);
                }
                key_id = Some(id.clone());
            }
        }
        interrupt::check()?;
        session.progress.begin("configuration", "writing the configuration");
        let written = configuration::write(session, key_id.as_ref(), self.options)?;
        if written.changed {
            self.made = true;
            self.tell_adopted(session, loaded)?;
            configuration::tell(session, &written)?;
            self.remember_made(session, written.created, None)?;
        }
        let state = if written.changed { StepState::Done } else { StepState::AlreadyDone };
        self.step("configuration", state, format!("`{}`", written.path.display()));
        if self.options.registering == Registering::Never {
            self.step("registration", StepState::LeftToPortal, "asked for with --no-register".to_owned());
            return Ok((None, written));
        }
        session.progress.begin("proof", "proving the key");
        let outcome = prove::prove(session, loaded).await?;
        match outcome.verdict {
            Ok(_) => {}
            Err(error) if grant.is_none() && error.code == ErrorCode::KeyNotRegistered => {
                return Err(OpError::new(
                    ErrorCode::PartlyDone,
                    "key and configuration are ready, but the public key is not registered yet",
                )
                .because(error)
                .hint(report::portal_hint(
                    session,
                    &loaded.key.public().line(loaded.comment.as_deref().unwrap_or_default()),
                )));
            }
            Err(error) => return Err(error),
        }
        self.step(
            "proof",
            StepState::Done,
            format!("by {}", outcome.report.steps.last().and_then(|step| step.route).unwrap_or_default()),
        );
        if let (None, Some(found)) = (&key_id, &outcome.report.key_id) {
            // Registered in the portal: the proof found the record, and the next one is spared the search.
            session.settings.key_id =
                Some(crate::config::Sourced { value: found.clone(), origin: crate::config::Origin::Default });
            let again = configuration::write(session, Some(found), self.options)?;
            if again.changed {
                configuration::tell(session, &again)?;
            }
            return Ok((Some(outcome), again.or(written)));
        }
        Ok((Some(outcome), written))
    }

    /// The agent was registered with this key on its own record, which every later rotation will meet.
    fn remember_agent_record(&self, session: &Session, report: &RegisterReport) -> Result<(), OpError> {
        let mut state = State::load(&session.settings.paths)?;
        if state.mark_on_agent_record(&report.endpoint, &report.agent_id, &report.fingerprint) {
            state.save(&session.settings.paths)?;
        }
        self.attendant.warn("agent_record_key", AGENT_RECORD_KEY);
        Ok(())
    }

    /// Tells the history that the configuration begins to name a key that `setup` did not make.
    fn tell_adopted(&self, session: &Session, loaded: &LoadedKey) -> Result<(), OpError> {
        let paths = &session.settings.paths;
        let file = session.settings.file.as_ref();
        let named = file.and_then(|file| file.text_of(Key::PrivateKeyPath)).map(|found| found.value);
        let state = State::load(paths)?;
        let is_made = state.made_for(&paths.config.value).is_some_and(|made| made.made_keys.contains(&loaded.path));
        if is_made || named.is_some_and(|text| configure::is_same_file(paths, &text, &loaded.path)) {
            return Ok(());
        }
        let fingerprint = loaded.key.public().openssh_fingerprint();
        session.record(Change::new(Action::KeyAdopted).path(&loaded.path).fingerprint(fingerprint))
    }

    fn remember_made(&self, session: &Session, made_config: bool, made_key: Option<PathBuf>) -> Result<(), OpError> {
        let mut state = State::load(&session.settings.paths)?;
        state.remember_made(Made {
            config: session.settings.paths.config.value.clone(),
            made_config,
            made_keys: made_key.into_iter().collect(),
        });
        state.save(&session.settings.paths)
    }

    fn step(&mut self, name: &'static str, state: StepState, detail: String) {
        let step = StepReport { name, state, detail };
        self.progress.tell(step.name, state.told(), &step.detail);
        self.steps.push(step);
    }

    /// Some steps stand: says which, and that running again goes on.
    fn partly(&self, error: OpError) -> OpError {
        if matches!(error.code, ErrorCode::PartlyDone | ErrorCode::HistoryFailed) {
            return error;
        }
        let stands: Vec<String> = self.steps.iter().map(|step| format!("{} ({})", step.name, step.detail)).collect();
        let hint = match &error.hint {
            Some(hint) => format!("{hint}; then {AGAIN}"),
            None => AGAIN.to_owned(),
        };
        let stands = format!("setup is not finished; what stands: {}", stands.join(", "));
        if interrupt::noticed().is_some() {
            return OpError { message: format!("{}: {stands}", error.message), ..error }.hint(AGAIN);
        }
        // Where a person is needed first, running it again would end here again.
        let fix = match &error.fix {
            None if error.code.is_retryable() => Some(Box::new(Fix::Setup)),
            fix => fix.clone(),
        };
        let retry_after = error.retry_after;
        let failure = OpError::new(ErrorCode::PartlyDone, stands).because(error).hint(hint);
        OpError { fix, retry_after, ..failure }
    }

    /// What a run would do, found out from this machine alone.
    fn rehearse(&mut self, session: &Session) -> Result<SetupReport, OpError> {
        session.tenant()?;
        if self.options.new_agent.is_none() {
            session.agent()?;
        }
        key::check(session, self.options)?;
        let settings = &session.settings;
        let path = settings.private_key_path.value.clone();
        let exists = KeyFiles::at(&path).exists();
        self.step(
            "key",
            if exists { StepState::AlreadyDone } else { StepState::Planned },
            format!("`{}`", path.display()),
        );
        if let Some(new) = &self.options.new_agent {
            self.step("agent", StepState::Planned, format!("POST /agents as `{}`", new.name));
        }
        if self.options.registering == Registering::Never {
            self.step("registration", StepState::LeftToPortal, "asked for with --no-register".to_owned());
        } else {
            self.step("registration", StepState::Planned, format!("POST /ssh-keys at {}", settings.endpoint.value));
        }
        let differences = configuration::differences(session, None, self.options)?;
        let detail =
            differences.iter().map(|difference| format!("{}: {} → {}", difference.key, difference.old, difference.new));
        let detail: Vec<String> =
            std::iter::once(format!("`{}`", settings.paths.config.value.display())).chain(detail).collect();
        self.step("configuration", StepState::Planned, detail.join("; "));
        if self.options.registering != Registering::Never {
            self.step("proof", StepState::Planned, format!("challenge and response at {}", settings.endpoint.value));
        }
        Ok(SetupReport::rehearsed(session, std::mem::take(&mut self.steps)))
    }

    fn report(
        &mut self,
        session: &Session,
        loaded: &LoadedKey,
        proof: Option<Outcome>,
        written: configuration::Written,
    ) -> SetupReport {
        let changed = self.steps.iter().any(|step| step.state == StepState::Done && step.name != "proof");
        SetupReport::finished(
            session,
            loaded,
            proof.map(|proof| proof.report),
            written,
            changed,
            std::mem::take(&mut self.steps),
        )
    }
}

/// The key id that a flag or variable gives.
fn given_key_id(session: &Session) -> Option<crate::id::KeyId> {
    let given = session.settings.key_id.as_ref()?;
    let by_person = matches!(given.origin, crate::config::Origin::Flag(_) | crate::config::Origin::Variable(_));
    by_person.then(|| given.value.clone())
}

/// Whether the configuration names this very identity already.
fn is_configured(session: &Session, id: &crate::id::KeyId) -> bool {
    session.settings.file.as_ref().is_some_and(|file| {
        configure::names(file, session) && file.text_of(Key::KeyId).is_some_and(|found| found.value == id.as_str())
    })
}

/// The keys of the configuration that `setup` writes, with their values.
fn wanted(session: &Session, key_id: Option<&crate::id::KeyId>, options: &SetupOptions) -> Vec<(Key, String)> {
    let settings = &session.settings;
    let mut wanted = Vec::new();
    let mut want = |key: Key, value: Option<String>| wanted.extend(value.map(|value| (key, value)));
    want(Key::AgentId, settings.agent_id.as_ref().map(|id| id.value.to_string()));
    want(Key::TenantId, settings.tenant_id.as_ref().map(|id| id.value.to_string()));
    want(Key::PrivateKeyPath, Some(settings.paths.contract(&settings.private_key_path.value)));
    want(Key::KeyType, Some(settings.key_type.value.to_string()));
    want(Key::KeyId, key_id.map(ToString::to_string));
    want(Key::Endpoint, Some(settings.endpoint.value.origin().to_owned()));
    want(Key::LlmProvider, options.llm_provider.clone());
    wanted
}

/// The server's refusal of an agent as unknown.
fn is_unknown(error: &ApiError) -> bool {
    error.is_record_missing()
}
