//! The other programs that read and write key files, run for real.
//!
//! Owns how `ssh-keygen`, `openssl` and Python's `cryptography` are called, one way to read a file
//! and one to write it each. A tool that is not installed fails the test with what to install.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in what it calls too")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use artcafe::durable;
use artcafe::keys::{Algorithm, KeyFormat, KeySpec, PublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const PASSPHRASE: &str = "correct-horse";

/// One of the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    SshKeygen,
    Openssl,
    Python,
}

impl Tool {
    pub(crate) const ALL: [Self; 3] = [Self::SshKeygen, Self::Openssl, Self::Python];

    /// Whether the tool reads the file; what it reads must be this public key.
    pub(crate) fn reads(self, file: &Path, encrypted: bool, expected: &PublicKey) -> bool {
        match self {
            Self::SshKeygen => {
                let output =
                    run("ssh-keygen", &["-y", "-P", if encrypted { PASSPHRASE } else { "" }, "-f", text(file)]);
                if output.status.success() {
                    let line = String::from_utf8(output.stdout).unwrap();
                    assert!(expected.is_line(&line), "ssh-keygen reads another key from {}", file.display());
                }
                output.status.success()
            }
            Self::Openssl => {
                let pass = format!("pass:{PASSPHRASE}");
                let output =
                    run("openssl", &["pkey", "-in", text(file), "-passin", &pass, "-pubout", "-outform", "DER"]);
                if output.status.success() {
                    let fingerprint = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&output.stdout)));
                    assert_eq!(fingerprint, expected.platform_fingerprint().unwrap(), "openssl reads another key");
                }
                output.status.success()
            }
            Self::Python => {
                let passphrase = encrypted.then_some(PASSPHRASE);
                let answer = python(&json!({"do": "read", "file": text(file), "passphrase": passphrase}));
                if let Some(line) = answer["line"].as_str() {
                    assert!(expected.is_line(line), "Python reads another key from {}", file.display());
                }
                answer["line"].is_string()
            }
        }
    }

    /// Makes a key of its own, from which [`Tool::writes`] makes files.
    pub(crate) fn generate(self, spec: KeySpec, directory: &Path) -> PathBuf {
        let file = directory.join(format!("{self:?}-{}-{}", spec.algorithm, spec.bits));
        let bits = spec.bits.to_string();
        match self {
            Self::SshKeygen => {
                let algorithm = spec.algorithm.to_string();
                let mut arguments =
                    vec!["-q", "-t", &algorithm, "-N", "", "-C", "made by ssh-keygen", "-f", text(&file)];
                if spec.algorithm == Algorithm::Rsa {
                    arguments.extend(["-b", &bits]);
                }
                must("ssh-keygen", &arguments);
            }
            Self::Openssl => {
                let option = format!("rsa_keygen_bits:{bits}");
                let mut arguments = vec!["genpkey", "-quiet", "-out", text(&file), "-algorithm", "ED25519"];
                if spec.algorithm == Algorithm::Rsa {
                    arguments.pop();
                    arguments.extend(["RSA", "-pkeyopt", &option]);
                }
                must("openssl", &arguments);
            }
            Self::Python => {
                let bits = (spec.algorithm == Algorithm::Rsa).then_some(spec.bits);
                python(&json!({"do": "generate", "file": text(&file), "bits": bits}));
            }
        }
        file
    }

    /// Writes a key that the tool generated in a format; `None` where it offers no such file.
    pub(crate) fn writes(
        self,
        generated: &Path,
        algorithm: Algorithm,
        format: KeyFormat,
        encrypted: bool,
    ) -> Option<PathBuf> {
        let file = PathBuf::from(format!("{}-{format}-{encrypted}", text(generated)));
        let passphrase = if encrypted { PASSPHRASE } else { "" };
        let pass = format!("pass:{PASSPHRASE}");
        match self {
            Self::SshKeygen => {
                durable::create_new(&file, &fs::read(generated).unwrap(), 0o600).unwrap();
                let mut arguments = vec!["-q", "-p", "-P", "", "-N", passphrase, "-f", text(&file)];
                match format {
                    KeyFormat::Openssh => {}
                    KeyFormat::Pem => arguments.extend(["-m", "PKCS8"]),
                    KeyFormat::Pkcs1 => arguments.extend(["-m", "PEM"]),
                }
                must("ssh-keygen", &arguments);
                // For Ed25519 it writes its own format, whatever is asked for.
                let asked = (format == KeyFormat::Openssh) == starts_with(&file, "-----BEGIN OPENSSH");
                asked.then_some(file)
            }
            Self::Openssl => {
                let mut arguments = match (format, algorithm) {
                    (KeyFormat::Pem, _) => vec!["pkcs8", "-topk8"],
                    (KeyFormat::Pkcs1, Algorithm::Rsa) => vec!["rsa", "-traditional"],
                    (KeyFormat::Openssh, _) | (KeyFormat::Pkcs1, Algorithm::Ed25519) => return None,
                };
                arguments.extend(["-in", text(generated), "-out", text(&file)]);
                match (format, encrypted) {
                    (KeyFormat::Pem, true) => arguments.extend(["-passout", &pass]),
                    (KeyFormat::Pem, false) => arguments.push("-nocrypt"),
                    (_, true) => arguments.extend(["-aes256", "-passout", &pass]),
                    (_, false) => {}
                }
                must("openssl", &arguments);
                Some(file)
            }
            Self::Python => {
                let request = json!({
                    "do": "write", "from": text(generated), "file": text(&file), "format": format,
                    "passphrase": encrypted.then_some(PASSPHRASE),
                });
                python(&request)["written"].as_bool().unwrap().then_some(file)
            }
        }
    }
}

pub(crate) fn starts_with(file: &Path, start: &str) -> bool {
    fs::read(file).unwrap().starts_with(start.as_bytes())
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a program that may fail.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| {
        panic!("cannot run `{program}` ({error}): install it (Debian: openssh-client, openssl)")
    })
}

/// Runs a program that must succeed; gives what it printed.
pub(crate) fn must(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = run(program, arguments);
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Whether Python's `cryptography` takes a signature.
pub(crate) fn python_verifies(public: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let request = json!({
        "do": "verify", "line": public.line(""), "message": STANDARD.encode(message), "signature": STANDARD.encode(signature),
    });
    python(&request)["verified"].as_bool().unwrap()
}

/// Answers requests, a JSON object on each line, with others. Only what the library itself refuses is an
/// answer; everything else ends with a traceback.
const SCRIPT: &str = r#"
import base64, json, sys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization as s
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
import bcrypt

def load(path, passphrase=None, trusted=False):
    data = open(path, "rb").read()
    loader = s.load_ssh_private_key if b"OPENSSH" in data.split(b"\n")[0] else s.load_pem_private_key
    return loader(data, passphrase and passphrase.encode(), unsafe_skip_rsa_key_validation=trusted)

def save(path, key, style, passphrase=None):
    encryption = s.BestAvailableEncryption(passphrase.encode()) if passphrase else s.NoEncryption()
    data = key.private_bytes(s.Encoding.PEM, style, encryption)
    open(path, "wb").write(data)

def answer_to(request):
    answer = {}
    if request["do"] == "read":
        try:
            public = load(request["file"], request["passphrase"]).public_key()
            answer["line"] = public.public_bytes(s.Encoding.OpenSSH, s.PublicFormat.OpenSSH).decode()
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            answer["refused"] = str(error)
    elif request["do"] == "generate":
        key = rsa.generate_private_key(65537, request["bits"]) if request["bits"] else ed25519.Ed25519PrivateKey.generate()
        save(request["file"], key, s.PrivateFormat.PKCS8)
    elif request["do"] == "write":
        styles = {"pem": s.PrivateFormat.PKCS8, "openssh": s.PrivateFormat.OpenSSH, "pkcs1": s.PrivateFormat.TraditionalOpenSSL}
        try:
            save(request["file"], load(request["from"], trusted=True), styles[request["format"]], request["passphrase"])
            answer["written"] = True
        except (ValueError, UnsupportedAlgorithm):
            answer["written"] = False
    elif request["do"] == "verify":
        key = s.load_ssh_public_key(request["line"].encode())
        arguments = [base64.b64decode(request["signature"]), base64.b64decode(request["message"])]
        if isinstance(key, rsa.RSAPublicKey):
            arguments += [padding.PKCS1v15(), hashes.SHA256()]
        try:
            key.verify(*arguments)
            answer["verified"] = True
        except InvalidSignature:
            answer["verified"] = False
    return answer

for line in sys.stdin:
    print(json.dumps(answer_to(json.loads(line))), flush=True)
"#;

/// One interpreter for all requests, since starting it and loading the library takes longest. It ends
/// with the test process, when its input closes.
static PYTHON: Mutex<Option<(Child, BufReader<ChildStdout>)>> = Mutex::new(None);

fn python(request: &Value) -> Value {
    let mut running = PYTHON.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut child, mut answers) = running.take().unwrap_or_else(start_python);
    let mut answer = String::new();
    let sent = writeln!(child.stdin.as_mut().unwrap(), "{request}");
    answers.read_line(&mut answer).unwrap();
    if sent.is_err() || answer.is_empty() {
        let complaint = child.wait_with_output().unwrap().stderr;
        let complaint = String::from_utf8_lossy(&complaint);
        panic!("Python failed; if it lacks a module, run `python3 -m pip install cryptography bcrypt`:\n{complaint}");
    }
    *running = Some((child, answers));
    serde_json::from_str(&answer).unwrap()
}

fn start_python() -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run `python3` ({error}): install Python 3"));
    let answers = BufReader::new(child.stdout.take().unwrap());
    (child, answers)
}
