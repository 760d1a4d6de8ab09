//! A healthy identity of its own server and home, and what `doctor` says of it.

use std::any::Any;
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use artcafe::sandbox::{Dialect, Options};
use serde_json::Value;

use crate::support::fake::{Fake, Request};
use crate::support::files::chmod;
use crate::support::{AGENT, Run, Server, TestEnv};

/// Another agent of the tenant.
pub(crate) const OTHER_AGENT: &str = "prod-data-processor-02";

/// The status of every check, by id.
pub(crate) type Vector = BTreeMap<String, String>;

/// What has to go on while `doctor` looks.
pub(crate) type Kept = Option<Box<dyn Any>>;

/// A server, a home, and an agent that was set up.
pub(crate) struct World {
    pub(crate) server: Arc<Server>,
    pub(crate) env: TestEnv,
    /// What stands before the server.
    _front: Option<Fake>,
}

impl World {
    /// Nothing is wrong.
    pub(crate) fn healthy() -> Self {
        Self::of(Dialect::Documented)
    }

    pub(crate) fn of(dialect: Dialect) -> Self {
        Self::empty(dialect).set_up()
    }

    /// The same at a server of another kind.
    pub(crate) fn on(server: Server) -> Self {
        Self::at(server).set_up()
    }

    fn set_up(self) -> Self {
        self.give_key();
        let _ = self.env.run(&["setup", "--agent-id", AGENT, "--json"]).expect(0);
        self
    }

    /// A machine on which nothing was done yet.
    pub(crate) fn empty(dialect: Dialect) -> Self {
        let agents = vec![OTHER_AGENT.to_owned()];
        Self::at(Server::start_with(Options { dialect, agents, ..Options::default() }))
    }

    fn at(server: Server) -> Self {
        let mut env = TestEnv::with(&server);
        env.set("ARTCAFE_RETRIES", "0");
        Self { server: Arc::new(server), env, _front: None }
    }

    /// A healthy identity, whose server is then answered for by `change`, where that answers.
    pub(crate) fn fronted(change: impl Fn(&Request, &Server) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let mut world = Self::empty(Dialect::Documented);
        let (server, is_on) = (Arc::clone(&world.server), Arc::new(AtomicBool::new(false)));
        let switch = Arc::clone(&is_on);
        let front = Fake::start(move |request| {
            let changed = is_on.load(Ordering::SeqCst).then(|| change(request, &server)).flatten();
            changed.unwrap_or_else(|| request.forward(&server))
        });
        world.env.set("ARTCAFE_API_ENDPOINT", front.url());
        world._front = Some(front);
        world.give_key();
        let _ = world.env.run(&["setup", "--agent-id", AGENT, "--json"]).expect(0);
        switch.store(true, Ordering::SeqCst);
        world
    }

    /// Another endpoint, at which the key may be proved.
    pub(crate) fn move_to(&mut self, endpoint: &str) {
        self.env.set("ARTCAFE_ALLOW_NEW_ENDPOINT", "1");
        self.env.set("ARTCAFE_API_ENDPOINT", endpoint);
    }

    /// The long key that the guide asks for, where a new one would be made.
    pub(crate) fn give_key(&self) {
        let _ = self.env.run(&["key", "generate"]).expect(0);
        chmod(&self.env.path(".ssh"), 0o700);
    }

    /// A machine that is too busy to get it done in time is asked again.
    pub(crate) fn doctor(&self) -> Run {
        let look = || self.env.run(&["doctor", "--json"]);
        let is_late = |run: &Run| run.stdout.contains("no answer within 4.8 s");
        (0..2).map(|_| look()).find(|run| !is_late(run)).unwrap_or_else(look)
    }

    #[track_caller]
    pub(crate) fn vector(&self) -> Vector {
        vector(&self.doctor())
    }

    #[expect(clippy::disallowed_methods, reason = "breaks a file on purpose")]
    pub(crate) fn write(&self, below: &str, text: &str) {
        let path = self.env.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, below: &str) -> String {
        fs::read_to_string(self.env.path(below)).unwrap()
    }

    /// Changes the configuration's text.
    pub(crate) fn edit_config(&self, change: impl FnOnce(String) -> String) {
        self.write(".artcafe/config.yaml", &change(self.read(".artcafe/config.yaml")));
    }

    /// Changes what this machine remembers.
    pub(crate) fn edit_memory(&self, change: impl FnOnce(&mut Value)) {
        let mut memory: Value = serde_json::from_str(&self.read(".artcafe/state/registrations.json")).unwrap();
        change(&mut memory);
        self.write(".artcafe/state/registrations.json", &memory.to_string());
    }
}

/// The statuses of a diagnosis, whose exit code has to go with them.
#[track_caller]
pub(crate) fn vector(run: &Run) -> Vector {
    let data = run.data();
    let found: Vector = data["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (check["id"].as_str().unwrap().to_owned(), check["status"].as_str().unwrap().to_owned()))
        .collect();
    let has = |status: &str| found.values().any(|found| found == status);
    let code = if has("error") {
        1
    } else if has("warning") {
        7
    } else {
        0
    };
    assert_eq!(run.code, code, "{data:#}");
    assert_eq!(data["healthy"], code == 0);
    found
}

/// Nothing but this check turned; what it makes pointless may be skipped.
pub(crate) fn only(before: &Vector, after: &Vector, check: &str, status: &str) -> Result<(), String> {
    let mut wrong = Vec::new();
    if before.get(check).is_none_or(|before| before == status) {
        wrong.push(format!("{check} was {:?} before", before.get(check)));
    }
    for (id, now) in after {
        let was = &before[id];
        let is_right = if id == check { now == status } else { now == was || now == "skipped" };
        if !is_right {
            wrong.push(format!("{id}: {was} → {now}"));
        }
    }
    if after.len() != before.len() {
        wrong.push(format!("{} checks instead of {}", after.len(), before.len()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join(", ")) }
}

/// The checks that ended like this.
pub(crate) fn ended<'a>(data: &'a Value, status: &str) -> Vec<&'a str> {
    let checks = data["checks"].as_array().unwrap();
    checks.iter().filter(|check| check["status"] == status).map(|check| check["id"].as_str().unwrap()).collect()
}
