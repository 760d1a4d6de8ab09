//! What a command receives: the surroundings, the global flags, the output; and the session made of them.
//!
//! Owns the translation of flags and variables into settings, once.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::cli::args::{GlobalArgs, PassphraseArgs, PrivateKeyArgs};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::progress::ProgressForm;
use crate::cli::remedy::Carried;
use crate::cli::secrets::{HiddenLogin, StdinOwner};
use crate::config::{Flags, Origin, Paths, Settings, Sourced, proxy_before};
use crate::env::Env;
use crate::interrupt;
use crate::ops::own_key::SshAgent;
use crate::ops::progress::Progress;
use crate::ops::session::Session;
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::Source;

/// The variables that choose or change one configuration.
const OF_ONE_CONFIGURATION: [&str; 10] = [
    "ARTCAFE_CONFIG",
    "ARTCAFE_PROFILE",
    "ARTCAFE_API_ENDPOINT",
    "ARTCAFE_AGENT_ID",
    "ARTCAFE_TENANT_ID",
    "ARTCAFE_AUTH_AGENT_ID",
    "ARTCAFE_AUTH_TENANT_ID",
    "ARTCAFE_ORGANIZATION_ID",
    "ARTCAFE_KEY_ID",
    "ARTCAFE_PRIVATE_KEY_PATH",
];

/// What a command receives.
pub(crate) struct Context {
    pub(crate) env: Rc<Env>,
    pub(crate) global: GlobalArgs,
    pub(crate) output: Output,
    pub(crate) yes: bool,
    pub(crate) verbose: bool,
    no_input: bool,
    pub(super) stdin: Rc<StdinOwner>,
    pub(super) teller: HiddenLogin,
}

impl Context {
    /// From the surroundings and the global flags; on failure, the output to report it with.
    pub(crate) fn new(env: Env, global: GlobalArgs, carried: Carried) -> Result<Self, Box<(Output, Failure)>> {
        let json = global.json || env.is_on("ARTCAFE_JSON");
        let output =
            Output::new(&env, json, global.quiet || env.is_on("ARTCAFE_QUIET"), global.color).with_carried(carried);
        let form = global.progress.or_else(|| env.var("ARTCAFE_PROGRESS").and_then(ProgressForm::parse));
        let is_verbose = global.verbose || env.is_on("ARTCAFE_VERBOSE");
        let output = output.telling(form == Some(ProgressForm::Json), env.is_on("ACCESSIBLE"), is_verbose);
        let output = if is_verbose { output.with_trace() } else { output };
        for (name, words) in env.misspelt() {
            // The word itself may be anything, a secret that stands in the wrong place too.
            output.warn("variable_misspelt", &format!("`{name}` says none of {words} and counts as not set"));
        }
        let stdin = Rc::new(StdinOwner::default());
        // Checked before anything else: what was given may be the secret itself.
        let checked = global.token.as_deref().map_or(Ok(()), |text| {
            let source: Source = text.parse()?;
            Ok(stdin.claim(&source, "--token")?)
        });
        if let Err(failure) = checked {
            return Err(Box::new((output, failure)));
        }
        Ok(Self {
            stdin,
            teller: HiddenLogin { output: output.clone(), is_told: Rc::default() },
            yes: global.yes || env.is_on("ARTCAFE_YES"),
            verbose: is_verbose,
            no_input: global.no_input || env.is_on("ARTCAFE_NO_INPUT"),
            env: Rc::new(env),
            global,
            output,
        })
    }

    /// Whether a person can be asked.
    pub(crate) fn can_ask(&self) -> bool {
        can_ask(&self.env, self.no_input)
    }

    /// The flags as the settings want them.
    pub(crate) fn flags(&self) -> Result<Flags, Failure> {
        let global = &self.global;
        Ok(Flags {
            config: global.config.clone(),
            profile: global.profile.as_deref().map(str::parse).transpose()?,
            api_endpoint: global.api_endpoint.clone(),
            agent_id: global.agent_id.clone(),
            tenant_id: global.tenant_id.clone(),
            timeout: global.timeout.clone(),
            retries: global.retries,
        })
    }

    /// The settings of one configuration by its file alone: what flags and variables say of an identity is about
    /// another one.
    pub(crate) fn settings_of(&self, config: &Path) -> Result<Settings, Failure> {
        let env = self.env.without(&OF_ONE_CONFIGURATION);
        let flags = Flags { config: Some(config.to_path_buf()), ..self.flags()? };
        Ok(Settings::resolve(&env, &flags)?)
    }

    /// The places alone, for commands that must work beside a broken configuration.
    pub(crate) fn paths(&self) -> Result<Paths, Failure> {
        Ok(Paths::resolve(&self.env, &self.flags()?)?)
    }

    /// The same for commands that change something without the lock: not while a rotation's hook runs.
    pub(crate) fn paths_to_change(&self) -> Result<Paths, Failure> {
        let paths = self.paths()?;
        crate::ops::rotate::refuse_during_hook(&paths)?;
        Ok(paths)
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::resolve(&self.env, &self.flags()?)?)
    }

    /// The session of a command that works with the configured key.
    pub(crate) fn session(&self) -> Result<Session, Failure> {
        self.session_with(&PrivateKeyArgs::default())
    }

    /// The same for what proves an identity: a configuration that was named and is not there is somebody's slip, and
    /// the default key would be another identity's.
    pub(crate) fn session_to_prove(&self, key: &PrivateKeyArgs) -> Result<Session, Failure> {
        let settings = self.settings()?;
        let config = &settings.paths.config;
        if settings.file.is_none() && config.origin != Origin::Default {
            return Err(OpError::new(
                ErrorCode::NotConfigured,
                format!("there is no configuration at `{}` (from {})", config.value.display(), config.origin),
            )
            .hint("see the profiles with `artcafe config profiles`, or make this one with `artcafe setup`")
            .into());
        }
        self.session_with(key)
    }

    /// The session of a command whose flags name a key.
    pub(crate) fn session_with(&self, key: &PrivateKeyArgs) -> Result<Session, Failure> {
        let mut session = self.session_of(self.settings_with(key)?, &key.passphrase)?;
        if key.ssh_agent {
            (session.ssh_agent.is_wanted, session.given_key) = (true, None);
        }
        Ok(session)
    }

    /// The settings of a command whose flags name a key.
    fn settings_with(&self, key: &PrivateKeyArgs) -> Result<Settings, Failure> {
        let mut settings = self.settings()?;
        if let Some(path) = &key.private_key {
            let path = settings.paths.absolute(path)?;
            settings.private_key_path = Sourced { value: path, origin: Origin::Flag("--private-key") };
        }
        Ok(settings)
    }

    /// The same identity's session as the configuration names its key by now, for what runs long.
    pub(crate) fn session_by_now(&self, session: &Session, key: &PrivateKeyArgs) -> Result<Session, Failure> {
        let mut again = Session { settings: self.settings_with(key)?, ..session.clone() };
        drop_foreign_key_id(&mut again);
        Ok(if is_same_identity(&again.settings, &session.settings) { again } else { session.clone() })
    }

    /// The session of settings that a command has changed; says that a rotation is open, if one is.
    pub(crate) fn session_of(&self, settings: Settings, passphrase: &PassphraseArgs) -> Result<Session, Failure> {
        match crate::ops::rotate::open(&settings.paths) {
            Ok(None) => {}
            Ok(Some(journal)) => {
                self.output.warn_with("rotation_open", &journal.words(), journal.fix(Env::now()).as_ref());
            }
            // What only reads goes on: the configuration, not the journal, says which key is in force.
            Err(error) => {
                self.output.warn("rotation_unreadable", &format!("{error}: see `artcafe key rotate --status`"))
            }
        }
        if let Err(error) = crate::ops::state::State::load(&settings.paths) {
            let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!(": {hint}"));
            self.output.warn("memory_unreadable", &format!("{error}{hint}"));
        }
        self.session_quietly(settings, passphrase)
    }

    /// Runs what only reads. A rotation may end while it runs: where the key turns out to be gone or dead, the
    /// configuration is read once more, and if it names another key by now, that one counts.
    pub(crate) fn reading<T>(
        &self,
        session: &Session,
        run: impl Fn(&Session) -> Result<T, Failure>,
        verdict: impl Fn(&T) -> Option<ErrorCode>,
    ) -> Result<T, Failure> {
        let first = run(session);
        let code = match &first {
            Ok(outcome) => verdict(outcome),
            Err(Failure(error)) => Some(error.code),
        };
        match code.and_then(|code| self.session_after(session, code)) {
            Some(again) => run(&again),
            None => first,
        }
    }

    /// The session to try again with after such a failure, where the configuration names another key by now.
    pub(crate) fn session_after(&self, session: &Session, code: ErrorCode) -> Option<Session> {
        if !is_gone(code) || session.settings.private_key_path.origin == Origin::Flag("--private-key") {
            return None;
        }
        // A configuration that cannot be read by now does not make the failure a better one.
        let mut again = Session { settings: self.settings().ok()?, ..session.clone() };
        drop_foreign_key_id(&mut again);
        let key = |settings: &Settings| {
            (settings.private_key_path.value.clone(), settings.key_id.as_ref().map(|id| id.value.clone()))
        };
        let is_other_key = key(&again.settings) != key(&session.settings);
        (is_other_key && is_same_identity(&again.settings, &session.settings)).then_some(again)
    }

    /// The same without a word about an open rotation.
    pub(crate) fn session_quietly(&self, settings: Settings, passphrase: &PassphraseArgs) -> Result<Session, Failure> {
        let has_passphrase_source = self.passphrase_source(passphrase).is_some();
        let passphrase = self.passphrase(passphrase)?;
        let mut session = Session {
            given_token: self.given_token(&settings),
            given_key: self.given_key(&settings)?,
            ssh_agent: SshAgent {
                socket: self.env.var("SSH_AUTH_SOCK").map(PathBuf::from),
                is_wanted: self.env.is_on("ARTCAFE_SSH_AGENT"),
            },
            allow_insecure_http: self.global.insecure_http || self.env.is_on("ARTCAFE_INSECURE_HTTP"),
            allow_new_endpoint: self.global.allow_new_endpoint || self.env.is_on("ARTCAFE_ALLOW_NEW_ENDPOINT"),
            proxy: proxy_before(&self.env, &settings.endpoint.value),
            ca_certificate: self.global.ca_cert.clone().or_else(|| self.env.var("ARTCAFE_CA_CERT").map(PathBuf::from)),
            trace: None,
            progress: Progress::default(),
            passphrase,
            has_passphrase_source,
            user: Env::effective_user(),
            now: Env::now,
            stamp: Self::stamp(),
            client: Rc::new(OnceCell::new()),
            settings,
        };
        drop_foreign_key_id(&mut session);
        if self.verbose {
            let tell = self.output.tracer();
            session.trace = Some(Arc::new(move |trace| {
                let again = if trace.attempt > 1 { format!(", attempt {}", trace.attempt) } else { String::new() };
                tell(&format!(
                    "{} at {}: {} ({} ms{again})",
                    trace.route,
                    trace.origin,
                    trace.outcome,
                    trace.took.as_millis()
                ));
            }));
        }
        Ok(session)
    }

    /// This process and time, for those who find the lock taken.
    pub(crate) fn stamp() -> String {
        format!("pid {}, since {}", std::process::id(), Env::now_text())
    }

    /// The same for what must end in time: a name that the system is still looking up is left to itself.
    pub(crate) fn block_on_and_leave<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        interrupt::watch();
        let runtime = runtime()?;
        let output = runtime.block_on(future);
        runtime.shutdown_background();
        Ok(output)
    }

    /// Runs an operation that talks to the server.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        interrupt::watch();
        Ok(runtime()?.block_on(future))
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(built.map_err(|error| OpError::new(ErrorCode::Failed, "cannot start the runtime").because(error))?)
}

/// The file's key id belongs to the identity that the file names, and to no other.
fn drop_foreign_key_id(session: &mut Session) {
    let from_file = matches!(session.settings.key_id, Some(Sourced { origin: Origin::File { .. }, .. }));
    let is_foreign = session.given_key.is_some()
        || session.settings.file.as_ref().is_some_and(|file| !crate::ops::configure::names(file, session));
    if from_file && is_foreign {
        session.settings.key_id = None;
    }
}

/// Whether two settings are about one agent at one endpoint.
fn is_same_identity(one: &Settings, other: &Settings) -> bool {
    let agent = |settings: &Settings| settings.agent_id.as_ref().map(|id| id.value.clone());
    one.endpoint.value == other.endpoint.value && agent(one) == agent(other)
}

/// Whether a failure is what a key looks like that a rotation has just retired.
fn is_gone(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::KeyFileMissing | ErrorCode::KeySuperseded | ErrorCode::TokenMissing)
        || crate::ops::prove::is_dead(code)
}

fn can_ask(env: &Env, no_input: bool) -> bool {
    !no_input && env.can_ask()
}
