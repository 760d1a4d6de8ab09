//! What a command receives: the surroundings, the global flags, the output; and the session made of them.
//!
//! Owns the translation of flags and variables into settings, once. A secret's SOURCE is read only
//! when a command needs the secret.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::cli::args::{GlobalArgs, PassphraseArgs, PrivateKeyArgs};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::progress::ProgressForm;
use crate::cli::remedy::Carried;
use crate::config::{Flags, Origin, Paths, Settings, Sourced};
use crate::env::Env;
use crate::interrupt;
use crate::ops::progress::Progress;
use crate::ops::session::{GivenToken, PassphraseOf, SecretReader, Session};
use crate::ops::{ErrorCode, OpError};
use crate::secret::source::Source;
use crate::secret::{Secret, SecretString};

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
    stdin: Rc<StdinOwner>,
}

/// Which option reads standard input, which only one can.
#[derive(Default)]
struct StdinOwner(RefCell<Option<String>>);

impl StdinOwner {
    fn claim(&self, source: &Source, option: &str) -> Result<(), OpError> {
        if *source != Source::Stdin {
            return Ok(());
        }
        let mut owner = self.0.borrow_mut();
        match owner.as_deref() {
            Some(other) if other != option => {
                Err(OpError::new(ErrorCode::Usage, format!("{other} and {option} both read standard input"))
                    .hint("give one of them another SOURCE, such as file:PATH"))
            }
            _ => {
                *owner = Some(option.to_owned());
                Ok(())
            }
        }
    }
}

impl Context {
    /// From the surroundings and the global flags; on failure, the output to report it with.
    pub(crate) fn new(env: Env, global: GlobalArgs, carried: Carried) -> Result<Self, (Output, Failure)> {
        let json = global.json || env.is_on("ARTCAFE_JSON");
        let output =
            Output::new(&env, json, global.quiet || env.is_on("ARTCAFE_QUIET"), global.color).with_carried(carried);
        let form = global.progress.or_else(|| env.var("ARTCAFE_PROGRESS").and_then(ProgressForm::parse));
        let is_verbose = global.verbose || env.is_on("ARTCAFE_VERBOSE");
        let output = output.telling(form == Some(ProgressForm::Json), env.is_on("ACCESSIBLE"), is_verbose);
        let output = if is_verbose { output.with_trace() } else { output };
        let stdin = Rc::new(StdinOwner::default());
        // Checked before anything else: what was given may be the secret itself.
        let checked = global.token.as_deref().map_or(Ok(()), |text| {
            let source: Source = text.parse()?;
            Ok(stdin.claim(&source, "--token")?)
        });
        if let Err(failure) = checked {
            return Err((output, failure));
        }
        Ok(Self {
            stdin,
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

    /// The session of a command whose flags name a key.
    pub(crate) fn session_with(&self, key: &PrivateKeyArgs) -> Result<Session, Failure> {
        let mut settings = self.settings()?;
        if let Some(path) = &key.private_key {
            let path = std::path::absolute(settings.paths.expand(&path.to_string_lossy()))
                .map_err(|error| OpError::new(ErrorCode::Failed, "the working directory is unknown").because(error))?;
            settings.private_key_path = Sourced { value: path, origin: Origin::Flag("--private-key") };
        }
        self.session_of(settings, &key.passphrase)
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
        if !code.is_some_and(is_gone) || session.settings.private_key_path.origin == Origin::Flag("--private-key") {
            return first;
        }
        // A configuration that cannot be read by now does not make the failure a better one.
        let Ok(settings) = self.settings() else { return first };
        let mut again = session.clone();
        again.settings = settings;
        drop_foreign_key_id(&mut again);
        let settings = &again.settings;
        let key = |settings: &Settings| {
            (settings.private_key_path.value.clone(), settings.key_id.as_ref().map(|id| id.value.clone()))
        };
        if key(settings) == key(&session.settings)
            || settings.endpoint.value != session.settings.endpoint.value
            || settings.agent_id.as_ref().map(|id| &id.value) != session.settings.agent_id.as_ref().map(|id| &id.value)
        {
            return first;
        }
        run(&again)
    }

    /// The same without a word about an open rotation.
    pub(crate) fn session_quietly(&self, settings: Settings, passphrase: &PassphraseArgs) -> Result<Session, Failure> {
        let has_passphrase_source = self.passphrase_source(passphrase).is_some();
        let passphrase = self.passphrase(passphrase)?;
        let mut session = Session {
            given_token: self.given_token(),
            allow_insecure_http: self.global.insecure_http || self.env.is_on("ARTCAFE_INSECURE_HTTP"),
            allow_new_endpoint: self.global.allow_new_endpoint || self.env.is_on("ARTCAFE_ALLOW_NEW_ENDPOINT"),
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

    /// An administrator's token given for this run; read when it is needed.
    fn given_token(&self) -> Option<GivenToken> {
        if let Some(source) = &self.global.token {
            return Some(GivenToken::new("--token", self.reader(source.clone(), "--token")));
        }
        if let Some(token) = self.env.var("ARTCAFE_TOKEN") {
            let token = Secret::new(token.to_owned());
            return Some(GivenToken::new("ARTCAFE_TOKEN", Rc::new(move || Ok(token.clone()))));
        }
        let source = self.env.var("ARTCAFE_TOKEN_SOURCE")?;
        Some(GivenToken::new("ARTCAFE_TOKEN_SOURCE", self.reader(source.to_owned(), "ARTCAFE_TOKEN_SOURCE")))
    }

    /// What reads a secret from its SOURCE, which belongs to this option or variable.
    fn reader(&self, source: String, option: &'static str) -> SecretReader {
        let (env, stdin) = (Rc::clone(&self.env), Rc::clone(&self.stdin));
        Rc::new(move || {
            let source: Source = source.parse()?;
            stdin.claim(&source, option)?;
            // It may be typed, or come from a command.
            let _pause = interrupt::pause()?;
            Ok(source.read(|name| env.var(name).map(str::to_owned))?)
        })
    }

    /// Reads a secret from its SOURCE, which was given by this option.
    pub(crate) fn read_source(&self, source: &str, option: &'static str) -> Result<SecretString, Failure> {
        Ok((self.reader(source.to_owned(), option))()?)
    }

    /// How the passphrase of an existing key is fetched: its SOURCE, else a question.
    pub(crate) fn passphrase(&self, args: &PassphraseArgs) -> Result<PassphraseOf, Failure> {
        // What stands on the command line is checked at once: it may be the secret itself.
        if let Some(Some(text)) = &args.passphrase {
            self.stdin.claim(&text.parse()?, "--passphrase")?;
        }
        let read = self.passphrase_source(args).map(|(source, option)| self.reader(source, option));
        let can_ask = self.can_ask();
        let given = OnceCell::<SecretString>::new();
        Ok(Rc::new(move |path: &Path| {
            if let Some(known) = given.get() {
                return Ok(Some(known.clone()));
            }
            let secret = match &read {
                Some(read) => read()?,
                None if can_ask => crate::cli::ask::password(&format!("Passphrase of {}", path.display()))
                    .map_err(|Failure(error)| error)?,
                None => return Ok(None),
            };
            // Standard input can be read only once.
            Ok(Some(given.get_or_init(|| secret).clone()))
        }))
    }

    /// The SOURCE of an existing key's passphrase as it was given, unread.
    pub(crate) fn passphrase_source_text(&self, args: &PassphraseArgs) -> Option<String> {
        self.passphrase_source(args).map(|(source, _)| source)
    }

    /// The SOURCE of a passphrase, and what gave it; a bare `--passphrase` asks for a question.
    fn passphrase_source(&self, args: &PassphraseArgs) -> Option<(String, &'static str)> {
        match &args.passphrase {
            Some(Some(source)) => Some((source.clone(), "--passphrase")),
            Some(None) => None,
            None => {
                self.env.var("ARTCAFE_PASSPHRASE_SOURCE").map(|source| (source.to_owned(), "ARTCAFE_PASSPHRASE_SOURCE"))
            }
        }
    }

    /// The passphrase of a new key, if one is wanted: its SOURCE, or a question for a bare `--passphrase`.
    pub(crate) fn new_passphrase(&self, args: &PassphraseArgs) -> Result<Option<SecretString>, Failure> {
        if matches!(args.passphrase, Some(None)) {
            let what = "Passphrase of the new key";
            return self.ask_secret(what, true, "--passphrase SOURCE", "ARTCAFE_PASSPHRASE_SOURCE").map(Some);
        }
        self.passphrase_source(args).map(|(source, option)| self.read_source(&source, option)).transpose()
    }

    /// Runs an operation that talks to the server.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        interrupt::watch();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| OpError::new(ErrorCode::Failed, "cannot start the runtime").because(error))?;
        Ok(runtime.block_on(future))
    }
}

/// The file's key id belongs to the identity that the file names, and to no other.
fn drop_foreign_key_id(session: &mut Session) {
    let from_file = matches!(session.settings.key_id, Some(Sourced { origin: Origin::File { .. }, .. }));
    if from_file && session.settings.file.as_ref().is_some_and(|file| !crate::ops::configure::names(file, session)) {
        session.settings.key_id = None;
    }
}

/// Whether a failure is what a key looks like that a rotation has just retired.
fn is_gone(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::KeyFileMissing | ErrorCode::KeySuperseded | ErrorCode::TokenMissing)
        || crate::ops::prove::is_dead(code)
}

fn can_ask(env: &Env, no_input: bool) -> bool {
    !no_input && env.can_ask()
}
