//! Points at which a test makes this process fail, as a crash, a full disk or a broken one would.
//!
//! Owns the switches `ARTCAFE_TEST_…`, which nothing else reads. Every mutating system call of
//! `durable` and every request of `api` announces itself here, and every step of a protocol has a
//! name. All of it exists in debug builds alone: a release build compiles each point to nothing, which
//! a check proves. Without a switch a point changes nothing. Must stay small, since what is tested is
//! the program and not this.

#[cfg(debug_assertions)]
pub use switches::{TestKeys, divide_waits, forbid_starts, take_keys_from};
pub use switches::{file, http, panic_at, prepared_key, reach, start, sync, wait};

#[cfg(debug_assertions)]
mod switches {
    use std::cell::{Cell, RefCell};
    use std::fs::OpenOptions;
    use std::io::{self, Write as _};
    use std::path::{Path, PathBuf};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::time::Duration;

    /// What is to happen at a point.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Fate {
        /// The process kills itself, so that nothing runs after it: no destructor, no flush, no unlock.
        Kill,
        /// The operation is not done and fails with this error number.
        Fail(rustix::io::Errno),
        /// The process gets this signal, as from outside, and goes on.
        Signal(rustix::process::Signal),
    }

    /// The switches, read once.
    struct Switches {
        /// `ARTCAFE_TEST_KILL_AT=NAME`: dies at the named point.
        kill_at: Option<String>,
        /// `ARTCAFE_TEST_POINTS=FILE`: each numbered point met is appended as a line.
        points: Option<PathBuf>,
        /// `ARTCAFE_TEST_MUTE=N`: point N is not written down, as if its call had no hook.
        mute: Option<u64>,
        /// `ARTCAFE_TEST_FAIL=N:kill|eio|enospc|int|term`, or `N+:…` for every point from N on.
        fail: Option<(u64, bool, Fate)>,
        /// `ARTCAFE_TEST_SKIP_FSYNC=K`: the K-th fsync, of a file or a directory, is left out.
        skip_fsync: Option<u64>,
        /// `ARTCAFE_TEST_PANIC_AT=NAME`: panics at the named point.
        panic_at: Option<String>,
        /// `ARTCAFE_TEST_KEYS=FOLDER:TAKEN`: new RSA keys come from here.
        keys: Option<TestKeys>,
        /// `ARTCAFE_TEST_WAITS=N`: each wait takes the N-th part of its time.
        waits: Option<u32>,
    }

    /// Key pairs that were made before, so that a test does not search for primes.
    #[derive(Debug, Clone)]
    pub struct TestKeys {
        /// A directory with `rsaBITS.pem`, PEM keys one after the other.
        pub folder: PathBuf,
        /// A directory that gets an empty file for each key that was used.
        pub taken: PathBuf,
    }

    impl TestKeys {
        /// The form of `ARTCAFE_TEST_KEYS`.
        pub fn parse(text: &str) -> Option<Self> {
            let (folder, taken) = text.split_once(':')?;
            Some(Self { folder: folder.into(), taken: taken.into() })
        }

        /// The next key that no process of this test has used.
        fn take(&self, bits: u32) -> Option<Vec<u8>> {
            const END: &str = "-----END PRIVATE KEY-----\n";
            let text = std::fs::read_to_string(self.folder.join(format!("rsa{bits}.pem"))).ok()?;
            let free = |number: usize| {
                let mark = self.taken.join(format!("{bits}-{number}"));
                OpenOptions::new().write(true).create_new(true).open(mark).is_ok()
            };
            text.split_inclusive(END).enumerate().find(|(number, _)| free(*number)).map(|(_, key)| key.into())
        }
    }

    static SWITCHES: OnceLock<Switches> = OnceLock::new();
    static MET: AtomicU64 = AtomicU64::new(0);
    static SYNCED: AtomicU64 = AtomicU64::new(0);
    static STARTS_ARE_FORBIDDEN: AtomicBool = AtomicBool::new(false);

    thread_local! {
        static KEYS: RefCell<Option<TestKeys>> = const { RefCell::new(None) };
        static WAITS: Cell<u32> = const { Cell::new(1) };
    }

    fn switches() -> &'static Switches {
        #[expect(clippy::disallowed_methods, reason = "switches of tests, absent from release builds")]
        let read = |name: &str| std::env::var(name).ok();
        SWITCHES.get_or_init(|| Switches {
            kill_at: read("ARTCAFE_TEST_KILL_AT"),
            points: read("ARTCAFE_TEST_POINTS").map(PathBuf::from),
            mute: read("ARTCAFE_TEST_MUTE").and_then(|text| text.parse().ok()),
            fail: read("ARTCAFE_TEST_FAIL").as_deref().and_then(parse_fail),
            skip_fsync: read("ARTCAFE_TEST_SKIP_FSYNC").and_then(|text| text.parse().ok()),
            panic_at: read("ARTCAFE_TEST_PANIC_AT"),
            keys: read("ARTCAFE_TEST_KEYS").as_deref().and_then(TestKeys::parse),
            waits: read("ARTCAFE_TEST_WAITS").and_then(|text| text.parse().ok()).filter(|divisor| *divisor > 0),
        })
    }

    fn parse_fail(text: &str) -> Option<(u64, bool, Fate)> {
        let (number, fate) = text.split_once(':')?;
        let fate = match fate {
            "kill" => Fate::Kill,
            "eio" => Fate::Fail(rustix::io::Errno::IO),
            "enospc" => Fate::Fail(rustix::io::Errno::NOSPC),
            "int" => Fate::Signal(rustix::process::Signal::INT),
            "term" => Fate::Signal(rustix::process::Signal::TERM),
            _ => return None,
        };
        Some((number.trim_end_matches('+').parse().ok()?, number.ends_with('+'), fate))
    }

    fn die() {
        send(rustix::process::Signal::KILL);
    }

    fn send(signal: rustix::process::Signal) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), signal);
    }

    /// Numbers a point, writes it down, and says what is to happen at it.
    fn meet(kind: &str, operation: &str, on: &dyn std::fmt::Display) -> Option<Fate> {
        let switches = switches();
        let number = MET.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(path) = switches.points.as_ref().filter(|_| switches.mute != Some(number)) {
            // One write a point: a trace of system calls shows it right before the call that it announces.
            let line = format!("{number} {kind} {operation} {on}\n");
            let _ =
                OpenOptions::new().append(true).create(true).open(path).and_then(|mut f| f.write_all(line.as_bytes()));
        }
        let (first, and_later, fate) = switches.fail?;
        // A disk that is full lets names go all the same.
        let frees = and_later && ["unlink", "truncate"].contains(&operation);
        if frees || number != first && !(and_later && number > first) {
            return None;
        }
        match fate {
            Fate::Kill => die(),
            Fate::Signal(signal) => send(signal),
            Fate::Fail(_) => {}
        }
        Some(fate)
    }

    /// A mutating system call on a path is next; an error stands for the call's own.
    pub fn file(operation: &str, path: &Path) -> io::Result<()> {
        match meet("file", operation, &path.display()) {
            Some(Fate::Fail(number)) => Err(number.into()),
            _ => Ok(()),
        }
    }

    /// From here on each wait of this thread takes that part of its time; at least 1.
    pub fn divide_waits(divisor: u32) {
        WAITS.set(divisor);
    }

    /// How long a wait for a server or another process takes.
    pub fn wait(time: Duration) -> Duration {
        time / switches().waits.unwrap_or_else(|| WAITS.get())
    }

    /// From here on this thread takes new RSA keys from there.
    pub fn take_keys_from(keys: Option<TestKeys>) {
        KEYS.with(|own| *own.borrow_mut() = keys);
    }

    /// A new RSA key is wanted: one that a test prepared, in PEM.
    pub fn prepared_key(bits: u32) -> Option<Vec<u8>> {
        KEYS.with_borrow(|own| own.as_ref().and_then(|keys| keys.take(bits)))
            .or_else(|| switches().keys.as_ref().and_then(|keys| keys.take(bits)))
    }

    /// From here on this process starts no other one, serves nobody and watches nothing: each start fails, as where a
    /// program is missing. For a test that runs commands by the thousand within itself.
    pub fn forbid_starts() {
        STARTS_ARE_FORBIDDEN.store(true, Ordering::Relaxed);
    }

    /// Another process is started next, or a server within this one, or a watch without an end.
    pub fn start() -> io::Result<()> {
        match STARTS_ARE_FORBIDDEN.load(Ordering::Relaxed) {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(()),
        }
    }

    /// An fsync is next; says whether it is to be done.
    pub fn sync(operation: &str, path: &Path) -> io::Result<bool> {
        file(operation, path)?;
        let number = SYNCED.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(switches().skip_fsync != Some(number))
    }

    /// A request is next (`before`), or its outcome is known to this process and to nobody else (`after`).
    pub fn http(when: &str, route: &str) {
        meet("http", when, &route);
    }

    /// A named point in a protocol.
    pub fn reach(name: &str) {
        if switches().kill_at.as_deref() == Some(name) {
            die();
        }
    }

    /// A named point at which the program may break off by a mistake of its own.
    #[expect(clippy::panic, reason = "what a panic leads to is what the test looks at")]
    pub fn panic_at(name: &str) {
        if switches().panic_at.as_deref() == Some(name) {
            panic!("a test asked for this");
        }
    }
}

#[cfg(not(debug_assertions))]
mod switches {
    use std::io;
    use std::path::Path;

    /// Nothing in a release build.
    #[inline(always)]
    pub fn file(_operation: &str, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Nothing in a release build: what is to be started is started.
    #[inline(always)]
    pub fn start() -> io::Result<()> {
        Ok(())
    }

    /// Nothing in a release build: a wait takes its time.
    #[inline(always)]
    pub fn wait(time: std::time::Duration) -> std::time::Duration {
        time
    }

    /// Nothing in a release build: every key is made.
    #[inline(always)]
    pub fn prepared_key(_bits: u32) -> Option<Vec<u8>> {
        None
    }

    /// Nothing in a release build: every fsync is done.
    #[inline(always)]
    pub fn sync(_operation: &str, _path: &Path) -> io::Result<bool> {
        Ok(true)
    }

    /// Nothing in a release build.
    #[inline(always)]
    pub fn http(_when: &str, _route: &str) {}

    /// Nothing in a release build.
    #[inline(always)]
    pub fn reach(_name: &str) {}

    /// Nothing in a release build.
    #[inline(always)]
    pub fn panic_at(_name: &str) {}
}
