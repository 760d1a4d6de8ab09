//! Every secret of a test leaves a mark, and when its home ends, everything that was printed and left is searched.
//!
//! The server tells which tokens, challenges and signatures went over the wire; the passphrases are those that a
//! command was told to read; the private keys are those that stand in the home. Each is looked for in pieces of
//! 16 bytes, raw and in base64 (at each alignment), hex and URL encoding, so that a part of one is found as well.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::Value;

use super::Run;
use super::trace::{Search, Started};

/// What kind of secret it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Administrator,
    ApiKey,
    Token,
    Challenge,
    Signature,
    Passphrase,
    PrivateKey,
}

/// The secrets that one server has seen.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<BTreeSet<(Kind, String)>>);

/// Every running server's, by its address.
static SERVERS: Mutex<Option<HashMap<String, Weak<Known>>>> = Mutex::new(None);

impl Known {
    pub(crate) fn add(&self, kind: Kind, secret: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((kind, secret.to_owned()));
    }

    pub(crate) fn all(&self) -> Vec<(Kind, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// What a request and its answer hold.
    pub(crate) fn hear(&self, request: &[u8], answer: &[u8]) {
        let text = |body: &[u8], name: &str| {
            let body: Value = serde_json::from_slice(body).ok()?;
            Some(body.get(name)?.as_str()?.to_owned())
        };
        for (kind, found) in [
            (Kind::Signature, text(request, "response")),
            (Kind::Challenge, text(answer, "challenge")),
            (Kind::Token, text(answer, "token")),
            (Kind::PrivateKey, text(answer, "private_key")),
            (Kind::Administrator, text(answer, "admin_token")),
            (Kind::ApiKey, text(answer, "api_key")),
        ] {
            if let Some(found) = found.filter(|found| found.len() >= 32) {
                self.add(kind, &found);
            }
        }
    }

    /// Makes it known under the server's address.
    pub(crate) fn of_server(self: &Arc<Self>, url: &str) {
        let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
        servers.get_or_insert_default().insert(url.to_owned(), Arc::downgrade(self));
    }
}

/// What one home has to do with secrets.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    servers: RefCell<Vec<Arc<Known>>>,
    own: Known,
    /// The command's words, and what it printed.
    printed: RefCell<Vec<(String, String)>>,
    /// What the runs started.
    started: RefCell<Vec<Started>>,
    /// Files that the test wrote itself.
    written: RefCell<BTreeSet<PathBuf>>,
}

impl Watch {
    /// The home works with the server of this address, if it is one of ours.
    pub(crate) fn meet(&self, url: &str) {
        let servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = servers.as_ref().and_then(|servers| servers.get(url)?.upgrade()) {
            self.servers.borrow_mut().push(known);
        }
    }

    /// A secret of the home alone.
    pub(crate) fn add(&self, kind: Kind, secret: &str) {
        self.own.add(kind, secret);
    }

    /// A file that the test wrote itself.
    pub(crate) fn wrote(&self, path: &Path) {
        self.written.borrow_mut().insert(path.to_path_buf());
    }

    /// A run of the program: its words, its variables, its input, and what it printed.
    pub(crate) fn ran(&self, args: &[&str], vars: &[(String, String)], input: Option<&str>, run: &Run) {
        let named = args.iter().filter_map(|word| word.strip_prefix("env:"));
        for name in named {
            for (_, value) in vars.iter().filter(|(known, _)| known == name) {
                self.passphrase(value);
            }
        }
        // Topics are what a command reads there that is no secret.
        if let Some(input) = input.filter(|_| args.contains(&"-") && args.first() != Some(&"topic")) {
            self.passphrase(input.trim_end());
        }
        self.printed.borrow_mut().push((args.join(" "), run.all()));
    }

    /// What a run started.
    pub(crate) fn started(&self, started: Started) {
        self.started.borrow_mut().push(started);
    }

    /// Forgets what was printed and started so far.
    pub(crate) fn forget_outputs(&self) {
        self.printed.borrow_mut().clear();
        self.started.borrow_mut().clear();
    }

    fn passphrase(&self, value: &str) {
        // A word that is in every path or message says nothing.
        if value.len() >= 12 && !self.secrets().iter().any(|(_, secret)| secret == value) {
            self.add(Kind::Passphrase, value);
        }
    }

    fn secrets(&self) -> Vec<(Kind, String)> {
        let mut secrets = self.own.all();
        for server in self.servers.borrow().iter() {
            secrets.extend(server.all());
        }
        secrets
    }

    /// Every place below the home, and every output, that holds a secret which does not belong there.
    pub(crate) fn findings(&self, home: &Path) -> Vec<String> {
        let mut files = Vec::new();
        files_below(home, &mut files);
        let files: Vec<(PathBuf, Vec<u8>)> =
            files.into_iter().filter_map(|path| fs::read(&path).ok().map(|bytes| (path, bytes))).collect();
        let mut marks = Marks::default();
        for (kind, secret) in self.secrets() {
            match kind {
                Kind::PrivateKey => marks.add_private_key(secret.as_bytes()),
                kind => marks.add(kind, &secret),
            }
        }
        for (_, bytes) in files.iter().filter(|(_, bytes)| is_private_key(bytes)) {
            marks.add_private_key(bytes);
        }
        let mut found = Vec::new();
        for (args, text) in self.printed.borrow().iter() {
            for kind in marks.found_in(text.as_bytes()) {
                if !may_print(kind, args) {
                    found.push(format!("{kind:?} in the output of `{args}`"));
                }
            }
        }
        let mut search = Search::new(&marks);
        for started in self.started.borrow().iter() {
            found.extend(started.findings(&mut search));
        }
        for (path, bytes) in &files {
            if self.written.borrow().contains(path) {
                continue;
            }
            for kind in marks.found_in(bytes) {
                if !may_hold(kind, path, bytes) {
                    found.push(format!("{kind:?} in {}", path.display()));
                }
            }
        }
        found
    }
}

/// The commands whose data is a token, or which run others.
pub(super) fn may_print(kind: Kind, args: &str) -> bool {
    let runs_a_command = |word: &str| word == "exec" || word == "ci";
    kind == Kind::Token && (args.starts_with("auth token") || args.split(' ').any(runs_a_command))
}

/// The secret's own files.
pub(super) fn may_hold(kind: Kind, path: &Path, bytes: &[u8]) -> bool {
    match kind {
        Kind::Administrator => path.ends_with(".artcafe/credentials.json") || path.ends_with("credentials.json"),
        // The file that it was to be saved to, whatever its name is, holds nothing else.
        Kind::ApiKey => {
            std::str::from_utf8(bytes).is_ok_and(|text| text.starts_with("art_") && text.lines().count() == 1)
        }
        Kind::Token => path.parent().is_some_and(|parent| parent.ends_with("state/tokens")),
        Kind::PrivateKey => is_private_key(bytes),
        Kind::Challenge | Kind::Signature | Kind::Passphrase => false,
    }
}

pub(super) fn is_private_key(bytes: &[u8]) -> bool {
    bytes.starts_with(b"-----BEGIN ") && bytes.windows(16).any(|window| window == b"PRIVATE KEY-----")
}

pub(super) fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => files_below(&path, found),
            Ok(metadata) if metadata.is_file() && metadata.len() < 4 << 20 => found.push(path),
            _ => {}
        }
    }
}

/// How much of a secret has to be seen.
const PIECE: usize = 16;

/// The pieces that are looked for.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pieces: HashMap<[u8; PIECE], Kind>,
    /// One bit for the first three bytes of each piece: what is nowhere the beginning of one is passed over at once.
    beginnings: Vec<u64>,
    /// What is too short to be cut up.
    short: Vec<(Kind, Vec<u8>)>,
}

impl Marks {
    /// A secret in every form.
    pub(crate) fn add(&mut self, kind: Kind, secret: &str) {
        let secret = match kind {
            // Tokens of one tenant share most of their claims; without its signature one is worth nothing.
            Kind::Administrator | Kind::Token => secret.rsplit('.').next().unwrap_or(secret),
            _ => secret,
        };
        self.form(kind, secret.as_bytes());
        self.form(kind, url_encoded(secret).as_bytes());
        self.bytes(kind, secret.as_bytes());
        if let (Kind::Signature, Ok(raw)) = (kind, STANDARD.decode(secret)) {
            self.bytes(kind, &raw);
        }
    }

    /// The part of a key file that no public half holds.
    pub(crate) fn add_private_key(&mut self, file: &[u8]) {
        let text = String::from_utf8_lossy(file);
        let body: String = text.lines().filter(|line| !line.contains("-----") && !line.contains(':')).collect();
        let Ok(bytes) = STANDARD.decode(body.trim()) else { return };
        let secret = if bytes.len() < 100 {
            // PKCS#8 of Ed25519 ends with the seed.
            bytes.get(bytes.len().saturating_sub(32)..)
        } else if let Some(at) =
            bytes.windows(4).rposition(|window| window == [0, 0, 0, 64]).filter(|_| bytes.len() < 600)
        {
            bytes.get(at + 4..at + 36)
        } else {
            // The primes and their inverses; the modulus comes before, a comment after.
            bytes.get(bytes.len() * 2 / 3..bytes.len() * 9 / 10)
        };
        if let Some(secret) = secret {
            self.bytes(Kind::PrivateKey, secret);
        }
    }

    fn bytes(&mut self, kind: Kind, secret: &[u8]) {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.form(kind, hex.as_bytes());
        self.form(kind, hex.to_uppercase().as_bytes());
        for shift in 0..3 {
            let shifted: Vec<u8> = [&[0_u8; 2][..shift], secret].concat();
            for engine in [&STANDARD, &URL_SAFE] {
                let text = engine.encode(&shifted);
                let text = text.trim_end_matches('=').as_bytes();
                // The first letters and the last one also hold a part of what stands beside it.
                self.form(kind, text.get(3..text.len().saturating_sub(1)).unwrap_or_default());
            }
        }
    }

    fn form(&mut self, kind: Kind, form: &[u8]) {
        if form.len() < PIECE {
            self.short.push((kind, form.to_vec()));
            return;
        }
        if self.beginnings.is_empty() {
            self.beginnings = vec![0; 1 << 18];
        }
        let last = form.len() - PIECE;
        for chunk in form.chunks_exact(PIECE).chain([&form[last..]]) {
            let (word, bit) = beginning(chunk);
            self.beginnings[word] |= bit;
            self.pieces.insert(chunk.try_into().unwrap(), kind);
        }
    }

    fn may_begin(&self, window: &[u8]) -> bool {
        let (word, bit) = beginning(window);
        self.beginnings.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// The kinds of which a piece is there.
    pub(crate) fn found_in(&self, text: &[u8]) -> BTreeSet<Kind> {
        let mut found: BTreeSet<Kind> = self
            .short
            .iter()
            .filter(|(_, form)| form.len() >= 8 && text.windows(form.len()).any(|window| window == form.as_slice()))
            .map(|(kind, _)| *kind)
            .collect();
        // A line of a PEM file may cut a piece in two: the breaks are left out for a second look.
        let joined: Vec<u8> = text.iter().copied().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        for text in [text, &joined] {
            for word in text.split(|byte| !(byte.is_ascii_graphic() || *byte == b' ')) {
                for window in word.windows(PIECE).filter(|window| self.may_begin(window)) {
                    let piece: [u8; PIECE] = window.try_into().unwrap();
                    found.extend(self.pieces.get(&piece));
                }
            }
            if !text.contains(&b'\n') {
                break;
            }
        }
        found
    }
}

/// Where the bit of a piece's beginning is.
fn beginning(piece: &[u8]) -> (usize, u64) {
    let number = usize::from(piece[0]) | usize::from(piece[1]) << 8 | usize::from(piece[2]) << 16;
    (number >> 6, 1 << (number & 63))
}

pub(crate) fn url_encoded(secret: &str) -> String {
    secret
        .bytes()
        .map(|byte| match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            true => (byte as char).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
