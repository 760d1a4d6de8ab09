//! A key whose private half only an ssh-agent holds.
//!
//! Owns the talk with the agent: one connection for each question, every wait bounded, every size
//! checked. It asks for RSASSA-PKCS1-v1_5 with SHA-256 or for Ed25519 and for nothing else. What always
//! holds: a signature that leaves here was made by the algorithm that was asked for and verifies with
//! the public half that was named. It never unlocks an agent and never adds a key to one.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aws_lc_rs::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use ssh_key::public::KeyData;

use super::strict::quoted;
use super::{Algorithm, KeyError, KeySpec, PublicKey};
use crate::secret::SecretBytes;

/// A list of keys needs no person.
const LIST_TIME: Duration = Duration::from_secs(5);
/// A signature may: an agent can ask its user for every use of a key.
const SIGN_TIME: Duration = Duration::from_secs(60);
/// OpenSSH's own limit of a message.
const LARGEST: u32 = 256 * 1024;
/// More keys than any agent holds.
const MOST_KEYS: u32 = 2048;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
/// The flag for `rsa-sha2-256`; without one an RSA key signs with SHA-1.
const RSA_SHA2_256: u32 = 2;

/// A key that an ssh-agent holds.
#[derive(Debug, Clone)]
pub struct AgentKey {
    socket: PathBuf,
    public: PublicKey,
    algorithm: Algorithm,
}

/// Why an agent does not sign.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Nobody listens.
    #[error("no ssh-agent answers at `{socket}`", socket = socket.display())]
    NotThere {
        /// The socket.
        socket: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The agent was reached and went silent, or went away.
    #[error("the ssh-agent at `{socket}` gives no answer", socket = socket.display())]
    Silent {
        /// The socket.
        socket: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// A locked agent shows no key, as an empty one does.
    #[error("the ssh-agent shows no key at all: it is empty or locked")]
    Empty,
    /// It has keys, but not this one.
    #[error("the ssh-agent does not hold this key, only others ({count})")]
    OtherKeys {
        /// How many.
        count: u32,
    },
    /// It has the key and does not sign.
    #[error("the ssh-agent refuses to sign with the key")]
    Refused,
    /// What it answered cannot be right.
    #[error("the ssh-agent's answer makes no sense: {what}")]
    Malformed {
        /// What is wrong with it.
        what: &'static str,
    },
}

impl AgentError {
    /// What the user can do about it; the private key's file makes the command whole.
    pub fn hint(&self, private: Option<&Path>) -> String {
        let add = private.map_or_else(|| "ssh-add PATH".to_owned(), |path| format!("ssh-add {}", quoted(path)));
        match self {
            Self::NotThere { .. } => format!("start an agent: `eval \"$(ssh-agent)\"`, then give it the key: `{add}`"),
            Self::Silent { .. } => "see whether it answers others: `ssh-add -l`".to_owned(),
            Self::Empty => format!("give it the key: `{add}`; if it is locked, unlock it first: `ssh-add -X`"),
            Self::OtherKeys { .. } => format!("give it the key: `{add}`"),
            Self::Refused => "agree where it asks, or unlock it: `ssh-add -X`; `ssh-add -L` lists its keys".to_owned(),
            Self::Malformed { .. } => {
                format!("use another agent, such as OpenSSH's: `eval \"$(ssh-agent)\"`, then `{add}`")
            }
        }
    }
}

impl AgentKey {
    /// Looks for a key among those that the agent holds.
    pub fn find(socket: &Path, public: PublicKey) -> Result<Self, KeyError> {
        let Some(algorithm) = public.algorithm() else {
            return Err(KeyError::unsupported(
                format!("signing with a `{}` key", public.key_type()),
                "use RSA or Ed25519",
            ));
        };
        let key = Self { socket: socket.to_path_buf(), public, algorithm };
        let answer = key.ask(&[REQUEST_IDENTITIES], LIST_TIME)?;
        let mut reader = Reader(
            answer.strip_prefix(&[IDENTITIES_ANSWER]).ok_or_else(|| refusal_or(&answer, "it is no list of keys"))?,
        );
        let count = reader.number()?;
        if count > MOST_KEYS {
            return Err(malformed("it claims to hold more keys than an agent can").into());
        }
        for _ in 0..count {
            let (blob, _comment) = (reader.text()?, reader.text()?);
            if blob == key.public.blob() {
                return Ok(key);
            }
        }
        Err(if count == 0 { AgentError::Empty } else { AgentError::OtherKeys { count } }.into())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// Algorithm and size.
    pub fn spec(&self) -> KeySpec {
        KeySpec { algorithm: self.algorithm, bits: self.public.bits() }
    }

    /// Has a message signed: RSASSA-PKCS1-v1_5 with SHA-256, or the 64 bytes of Ed25519.
    pub fn sign(&self, message: &[u8]) -> Result<SecretBytes, KeyError> {
        let (flags, expected) = match self.algorithm {
            Algorithm::Rsa => (RSA_SHA2_256, b"rsa-sha2-256".as_slice()),
            Algorithm::Ed25519 => (0, b"ssh-ed25519".as_slice()),
        };
        let mut request = vec![SIGN_REQUEST];
        add_text(&mut request, self.public.blob())?;
        add_text(&mut request, message)?;
        request.extend_from_slice(&flags.to_be_bytes());
        let answer = self.ask(&request, SIGN_TIME)?;
        let mut reader =
            Reader(answer.strip_prefix(&[SIGN_RESPONSE]).ok_or_else(|| refusal_or(&answer, "it is no signature"))?);
        let mut signature = Reader(reader.text()?);
        if signature.text()? != expected {
            return Err(malformed("it signed with another algorithm than was asked for").into());
        }
        self.checked(message, signature.text()?)
    }

    /// The signature as the server wants it, once it has been verified.
    fn checked(&self, message: &[u8], signature: &[u8]) -> Result<SecretBytes, KeyError> {
        let wrong = |_| KeyError::from(malformed("the signature is not this key's"));
        match self.public.data() {
            KeyData::Rsa(key) => {
                let numbers = [&key.n, &key.e].map(|number| number.as_positive_bytes().unwrap_or_default());
                // Some agents leave leading zeros out.
                let missing = numbers[0]
                    .len()
                    .checked_sub(signature.len())
                    .ok_or_else(|| malformed("the signature is too long"))?;
                let mut whole = vec![0; missing];
                whole.extend_from_slice(signature);
                RsaPublicKeyComponents { n: numbers[0], e: numbers[1] }
                    .verify(&RSA_PKCS1_2048_8192_SHA256, message, &whole)
                    .map_err(wrong)?;
                Ok(SecretBytes::new(whole))
            }
            KeyData::Ed25519(key) => {
                UnparsedPublicKey::new(&ED25519, key.as_ref().as_slice()).verify(message, signature).map_err(wrong)?;
                Ok(SecretBytes::new(signature.to_vec()))
            }
            _ => Err(KeyError::Signing),
        }
    }

    /// One question and its answer, all within this time.
    fn ask(&self, request: &[u8], time: Duration) -> Result<Vec<u8>, AgentError> {
        let until = Instant::now() + time;
        let silent = |source| AgentError::Silent { socket: self.socket.clone(), source };
        let mut stream = UnixStream::connect(&self.socket)
            .map_err(|source| AgentError::NotThere { socket: self.socket.clone(), source })?;
        let mut framed = Vec::new();
        add_text(&mut framed, request)?;
        stream.set_write_timeout(Some(time)).and_then(|()| stream.write_all(&framed)).map_err(silent)?;
        let mut length = [0; 4];
        read_until(&mut stream, &mut length, until).map_err(silent)?;
        let length = u32::from_be_bytes(length);
        if length == 0 || length > LARGEST {
            return Err(malformed("its length is not that of a message"));
        }
        let mut answer = vec![0; length as usize];
        read_until(&mut stream, &mut answer, until).map_err(silent)?;
        Ok(answer)
    }
}

/// Fills the buffer, or fails at that moment: one time-out for each byte could add up to hours.
fn read_until(stream: &mut UnixStream, mut buffer: &mut [u8], until: Instant) -> io::Result<()> {
    while !buffer.is_empty() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(buffer) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => buffer = buffer.get_mut(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // What the system calls a try that would block is our time that is over.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(io::ErrorKind::TimedOut.into()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn malformed(what: &'static str) -> AgentError {
    AgentError::Malformed { what }
}

/// A refusal where the agent says that it failed, else an answer that makes no sense.
fn refusal_or(answer: &[u8], what: &'static str) -> AgentError {
    if answer.first() == Some(&FAILURE) { AgentError::Refused } else { malformed(what) }
}

/// Adds a text with its length before it.
fn add_text(to: &mut Vec<u8>, text: &[u8]) -> Result<(), AgentError> {
    let length = u32::try_from(text.len()).ok().filter(|length| *length <= LARGEST);
    to.extend_from_slice(&length.ok_or_else(|| malformed("the question is too long"))?.to_be_bytes());
    to.extend_from_slice(text);
    Ok(())
}

/// What is left of an answer.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Result<u32, AgentError> {
        let (number, rest) = self.0.split_first_chunk::<4>().ok_or_else(|| malformed("it is cut off"))?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn text(&mut self) -> Result<&'a [u8], AgentError> {
        let length = self.number()? as usize;
        let (text, rest) = self.0.split_at_checked(length).ok_or_else(|| malformed("it is cut off"))?;
        self.0 = rest;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::keys::PrivateKey;

    fn text(text: &[u8]) -> Vec<u8> {
        let mut framed = Vec::new();
        add_text(&mut framed, text).unwrap();
        framed
    }

    /// A key that is found in an agent which then answers this to the next question.
    fn found(key: &PrivateKey, answer: Vec<u8>) -> (AgentKey, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("agent");
        let listener = UnixListener::bind(&socket).unwrap();
        let list = [&[IDENTITIES_ANSWER, 0, 0, 0, 1][..], &text(key.public().blob()), &text(b"a comment")].concat();
        std::thread::spawn(move || {
            for answer in [text(&list), answer] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut length = [0; 4];
                stream.read_exact(&mut length).unwrap();
                let mut request = vec![0; u32::from_be_bytes(length) as usize];
                stream.read_exact(&mut request).unwrap();
                stream.write_all(&answer).unwrap();
            }
        });
        (AgentKey::find(&socket, key.public()).unwrap(), folder)
    }

    #[test]
    fn only_a_good_signature_of_the_right_algorithm_is_passed_on() {
        let key = PrivateKey::generate(KeySpec::new(Algorithm::Ed25519, None).unwrap()).unwrap();
        let good = key.sign(b"challenge").unwrap().expose().clone();
        let other = key.sign(b"another").unwrap().expose().clone();
        let signed = |name: &[u8], signature: &[u8]| {
            text(&[&[SIGN_RESPONSE][..], &text(&[text(name), text(signature)].concat())].concat())
        };
        let sign = |answer| {
            let (agent, _folder) = found(&key, answer);
            agent.sign(b"challenge")
        };
        assert_eq!(sign(signed(b"ssh-ed25519", &good)).unwrap().expose(), &good);
        for (answer, words) in [
            (signed(b"ssh-rsa", &good), "another algorithm"),
            (signed(b"ssh-ed25519", &other), "not this key's"),
            (signed(b"ssh-ed25519", &good[..63]), "not this key's"),
            (text(&[FAILURE]), "refuses to sign"),
            (text(&[6]), "no signature"),
            (text(&[SIGN_RESPONSE, 0, 0, 0, 9, 1]), "cut off"),
            (vec![0; 4], "length"),
            (vec![255; 4], "length"),
            (vec![0, 0, 0, 9, SIGN_RESPONSE], "gives no answer"),
        ] {
            let error = sign(answer).unwrap_err().to_string();
            assert!(error.contains(words), "{words}: {error}");
        }
    }
}
