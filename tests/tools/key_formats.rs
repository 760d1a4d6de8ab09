//! Key files between this program and the others: who reads what whom writes.
//!
//! The table of `docs/key-formats.md` is what this test finds; when they differ it fails, and
//! `ARTCAFE_UPDATE=1 cargo test key_formats` writes the table anew for a person to judge.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in what it calls too")]

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use artcafe::durable;
use artcafe::keys::{
    Algorithm, KeyError, KeyFiles, KeyFormat, KeySpec, PrivateKey, PublicKey, consumers, inspect, read_private,
};
use artcafe::secret::SecretString;

use super::key_tools::{PASSPHRASE, Tool, must, python_verifies, run, text};

fn passphrase() -> SecretString {
    SecretString::new(PASSPHRASE.to_owned())
}

fn kinds() -> Vec<KeySpec> {
    let rsa = KeySpec::RSA_BITS.map(|bits| KeySpec::new(Algorithm::Rsa, Some(bits)).unwrap());
    rsa.into_iter().chain([KeySpec::new(Algorithm::Ed25519, None).unwrap()]).collect()
}

/// What we write, as the others see it: one cell for each tool, or `None` where we write no such file.
fn read_by_others(key: &PrivateKey, format: KeyFormat, encrypted: bool, directory: &Path) -> Option<Vec<&'static str>> {
    let secret = encrypted.then(passphrase);
    let bytes = match key.encode(format, secret.as_ref(), "a comment") {
        Ok(bytes) => bytes,
        Err(KeyError::Unsupported { .. }) => return None,
        Err(error) => panic!("{format} {encrypted}: {error}"),
    };
    let spec = key.spec();
    let files = KeyFiles::at(directory.join(format!("ours-{}-{}-{format}-{encrypted}", spec.algorithm, spec.bits)));
    // Without the public file: `ssh-keygen` would look there instead of opening the private one.
    durable::create_new(&files.private, bytes.expose(), 0o600).unwrap();
    let cells: Vec<_> =
        Tool::ALL.map(|tool| if tool.reads(&files.private, encrypted, &key.public()) { "yes" } else { "no" }).to_vec();
    assert!(cells.contains(&"yes"), "nobody reads {}", files.private.display());
    Some(cells)
}

/// A key that a tool made, in the file in which it made it.
struct Theirs {
    tool: Tool,
    generated: PathBuf,
    public: PublicKey,
}

impl Theirs {
    fn generate(tool: Tool, spec: KeySpec, directory: &Path) -> Self {
        let generated = tool.generate(spec, directory);
        let read = PrivateKey::decode(read_private(&generated).unwrap().expose(), None).unwrap();
        assert_eq!(read.key.spec(), spec);
        assert!(tool.reads(&generated, false, &read.key.public()));
        Self { tool, generated, public: read.key.public() }
    }
}

/// What another tool writes, as we see it.
fn read_by_us(theirs: &Theirs, algorithm: Algorithm, format: KeyFormat, encrypted: bool) -> &'static str {
    let Some(file) = theirs.tool.writes(&theirs.generated, algorithm, format, encrypted) else { return "–" };
    let bytes = read_private(&file).unwrap();
    let seen = inspect(bytes.expose()).unwrap();
    assert_eq!((seen.format, seen.encrypted), (format, encrypted), "{}", file.display());
    match PrivateKey::decode(bytes.expose(), encrypted.then(passphrase).as_ref()) {
        Ok(read) => {
            assert_eq!((read.format, read.encrypted), (format, encrypted), "{}", file.display());
            assert_eq!(read.key.public(), theirs.public, "{}", file.display());
            "yes"
        }
        Err(KeyError::Unsupported { what, .. }) if what.contains("Proc-Type") => "refused",
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

fn matrix() -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut table = String::from(
        "| key | format | passphrase | `ssh-keygen` reads ours | `openssl` reads ours | Python reads ours \
         | we read `ssh-keygen`'s | we read `openssl`'s | we read Python's |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    thread::scope(|scope| {
        let kinds: Vec<_> = kinds()
            .into_iter()
            .map(|spec| {
                scope.spawn({
                    let directory = directory.path();
                    move || rows(spec, directory)
                })
            })
            .collect();
        table.extend(kinds.into_iter().map(|rows| rows.join().unwrap()));
    });
    table
}

/// The rows of one kind of key.
fn rows(spec: KeySpec, directory: &Path) -> String {
    let ours = PrivateKey::generate(spec).unwrap();
    let theirs = Tool::ALL.map(|tool| Theirs::generate(tool, spec, directory));
    let mut rows = String::new();
    for (format, encrypted) in KeyFormat::ALL.into_iter().flat_map(|format| [(format, false), (format, true)]) {
        let passphrase = if encrypted { "yes" } else { "no" };
        let mut cells = vec![format!("{} {}", spec.algorithm, spec.bits), format.to_string(), passphrase.to_owned()];
        let others = read_by_others(&ours, format, encrypted, directory).unwrap_or_else(|| vec!["–"; 3]);
        let us = theirs.iter().map(|theirs| read_by_us(theirs, spec.algorithm, format, encrypted));
        cells.extend(others.into_iter().chain(us).map(str::to_owned));
        rows.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    rows
}

fn framework() -> String {
    let mut table = String::from(
        "| part of the framework | rsa, openssh | rsa, pem or pkcs1 | ed25519 | with a passphrase |\n|---|---|---|---|---|\n",
    );
    let cell = |index: usize, algorithm, format, encrypted| {
        let part = consumers(algorithm, format, encrypted)[index];
        if part.loads { "yes".to_owned() } else { format!("no: {}", part.why) }
    };
    for (index, part) in consumers(Algorithm::Rsa, KeyFormat::Pem, false).iter().enumerate() {
        let openssh = cell(index, Algorithm::Rsa, KeyFormat::Openssh, false);
        let pem = cell(index, Algorithm::Rsa, KeyFormat::Pem, false);
        assert_eq!(pem, cell(index, Algorithm::Rsa, KeyFormat::Pkcs1, false), "the two share a column");
        let ed25519 = cell(index, Algorithm::Ed25519, KeyFormat::Openssh, false);
        let encrypted = cell(index, Algorithm::Rsa, KeyFormat::Openssh, true);
        table.push_str(&format!("| `{}` | {openssh} | {pem} | {ed25519} | {encrypted} |\n", part.name));
    }
    table
}

/// Compares the part of the document between two markers, or writes it.
fn check_document(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/key-formats.md");
    let document = fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let start = document.find(&begin).unwrap() + begin.len();
    let length = document[start..].find(&end).unwrap();
    if document[start..start + length] == *found {
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "a switch of the test, not of the program")]
    let update = std::env::var_os("ARTCAFE_UPDATE").is_some_and(|value| value == "1");
    assert!(update, "docs/key-formats.md differs from what was found; ARTCAFE_UPDATE=1 writes it anew:\n{found}");
    let document = format!("{}{found}{}", &document[..start], &document[start + length..]);
    durable::replace(&path, document.as_bytes(), 0o644).unwrap();
}

#[test]
fn the_document_tells_who_reads_what() {
    let (matrix, framework) = (matrix(), framework());
    check_document("matrix", &matrix);
    check_document("framework", &framework);
}

#[test]
fn others_verify_our_signatures() {
    let directory = tempfile::tempdir().unwrap();
    let message = "challenge ".repeat(50).into_bytes();
    for spec in [KeySpec::new(Algorithm::Rsa, Some(2048)).unwrap(), KeySpec::new(Algorithm::Ed25519, None).unwrap()] {
        let key = PrivateKey::generate(spec).unwrap();
        let signature = key.sign(&message).unwrap();
        assert!(python_verifies(&key.public(), &message, signature.expose()));
        assert!(!python_verifies(&key.public(), &message[1..], signature.expose()));
        if spec.algorithm == Algorithm::Rsa {
            let file = |name: &str, bytes: &[u8]| {
                let path = directory.path().join(name);
                durable::create_new(&path, bytes, 0o600).unwrap();
                path
            };
            let private = file("private", key.encode(KeyFormat::Pem, None, "").unwrap().expose());
            let public = file("public", &must("openssl", &["pkey", "-in", text(&private), "-pubout"]));
            let (signature, good, bad) =
                (file("signature", signature.expose()), file("good", &message), file("bad", &message[1..]));
            let verifies = |message: &Path| {
                let arguments =
                    ["dgst", "-sha256", "-verify", text(&public), "-signature", text(&signature), text(message)];
                run("openssl", &arguments).status.success()
            };
            assert!(verifies(&good));
            assert!(!verifies(&bad));
        }
    }
}

#[test]
fn the_pair_on_disk_is_one_for_ssh_keygen() {
    let directory = tempfile::tempdir().unwrap();
    for spec in [KeySpec::new(Algorithm::Rsa, Some(2048)).unwrap(), KeySpec::new(Algorithm::Ed25519, None).unwrap()] {
        let key = PrivateKey::generate(spec).unwrap();
        let files = KeyFiles::at(directory.path().join(spec.algorithm.to_string()));
        let private = key.encode(KeyFormat::Openssh, None, "me@host with words").unwrap();
        files.write(&private, &key.public().line("me@host with words")).unwrap();
        let listed = |path: &Path| String::from_utf8(must("ssh-keygen", &["-l", "-f", text(path)])).unwrap();
        let expected = format!(
            "{} {} me@host with words ({})\n",
            spec.bits,
            key.public().openssh_fingerprint(),
            spec.algorithm.to_string().to_uppercase()
        );
        assert_eq!(listed(&files.public), expected);
        fs::remove_file(&files.public).unwrap();
        assert_eq!(listed(&files.private), expected);
    }
}
