//! Key files that users have, beyond those that other tools write when nothing is asked for: each is
//! read, or refused for what it is, with advice that works.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in what it calls too")]

use std::path::Path;

use artcafe::keys::{Algorithm, KeyFormat, KeySpec, PrivateKey, PublicKey, read_private};
use artcafe::secret::SecretString;

use super::key_tools::{PASSPHRASE, Tool, must, text};

fn passphrase() -> SecretString {
    SecretString::new(PASSPHRASE.to_owned())
}

/// A command that makes a file, and the refusal that is expected, if any; `IN` is an RSA key of 2048
/// bits, `OUT` the file to be made.
const UNUSUAL: &[(&str, Option<&str>)] = &[
    ("openssl pkcs8 -topk8 -scrypt -in IN -out OUT -passout pass:correct-horse", None),
    ("openssl pkcs8 -topk8 -v2 aes-128-cbc -in IN -out OUT -passout pass:correct-horse", None),
    ("openssl pkcs8 -topk8 -v2 aes-192-cbc -v2prf hmacWithSHA512 -in IN -out OUT -passout pass:correct-horse", None),
    ("openssl pkcs8 -topk8 -v2 des3 -in IN -out OUT -passout pass:correct-horse", WEAK),
    ("openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in IN -out OUT -passout pass:correct-horse", WEAK),
    ("openssl pkcs8 -topk8 -v2prf hmacWithSHA1 -in IN -out OUT -passout pass:correct-horse", WEAK),
    ("openssl rsa -traditional -aes128 -in IN -out OUT -passout pass:correct-horse", Some("Proc-Type")),
    ("openssl pkey -in IN -out OUT -outform DER", Some("a binary (DER) file")),
    ("openssl pkey -in IN -out OUT -pubout", Some("a public key")),
    ("openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out OUT", Some("an RSA key of 1024 bits")),
    ("openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2056 -pkeyopt rsa_keygen_pubexp:3 -out OUT", None),
    ("openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_primes:3 -out OUT", Some("more than two primes")),
    ("openssl genpkey -quiet -algorithm RSA-PSS -out OUT", Some("only for PSS")),
    ("openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out OUT", Some("an ECDSA private key")),
    ("openssl ecparam -name prime256v1 -genkey -out OUT", Some("an ECDSA private key")),
    ("openssl genpkey -quiet -algorithm X25519 -out OUT", Some("cannot sign")),
    ("openssl genpkey -quiet -algorithm ED448 -out OUT", Some("an Ed448 private key")),
    ("ssh-keygen -q -t ed25519 -Z aes256-gcm@openssh.com -N correct-horse -f OUT", None),
    ("ssh-keygen -q -t ed25519 -Z aes128-gcm@openssh.com -N correct-horse -f OUT", None),
    ("ssh-keygen -q -t ed25519 -Z aes256-cbc -N correct-horse -f OUT", None),
    ("ssh-keygen -q -t ed25519 -Z aes128-ctr -a 40 -N correct-horse -f OUT", None),
    ("ssh-keygen -q -t ed25519 -Z chacha20-poly1305@openssh.com -N correct-horse -f OUT", None),
    ("ssh-keygen -q -t ed25519 -Z 3des-cbc -N correct-horse -f OUT", WEAK),
    ("ssh-keygen -q -t ecdsa -N correct-horse -f OUT", Some("an ECDSA private key")),
    ("ssh-keygen -q -t ecdsa -m PEM -f OUT -N correct-horse", Some("an ECDSA private key")),
    ("ssh-keygen -q -t dsa -N correct-horse -f OUT", Some("a DSA private key")),
];

const WEAK: Option<&str> = Some("the encryption of this file");

#[test]
fn unusual_files_are_read_or_named() {
    let directory = tempfile::tempdir().unwrap();
    let source = Tool::Openssl.generate(KeySpec::new(Algorithm::Rsa, Some(2048)).unwrap(), directory.path());
    for (number, (command, refusal)) in UNUSUAL.iter().enumerate() {
        let file = directory.path().join(number.to_string());
        let words: Vec<_> = command
            .split(' ')
            .map(|word| match word {
                "IN" => text(&source),
                "OUT" => text(&file),
                word => word,
            })
            .collect();
        must(words[0], &words[1..]);
        let read = PrivateKey::decode(read_private(&file).unwrap().expose(), Some(&passphrase()));
        match (read, refusal) {
            (Ok(_), None) => {}
            (Err(error), Some(expected)) => {
                assert!(error.to_string().contains(expected), "{command}: {error}");
                assert!(error.hint().is_some(), "{command}");
            }
            (read, _) => panic!("{command}: {read:?}"),
        }
    }
}

/// Does what a refusal advises, and reads the outcome.
fn follow(refused: &Path, advice: &str) -> PublicKey {
    let open = |file: &Path| PrivateKey::decode(read_private(file).unwrap().expose(), Some(&passphrase()));
    let hint = open(refused).unwrap_err().hint().unwrap();
    assert!(hint.contains(&format!("`{advice}`")), "{hint}");
    let new = refused.with_extension("new");
    let mut words: Vec<_> = advice
        .split(' ')
        .map(|word| match word {
            "PATH" => text(refused),
            "NEW" => text(&new),
            word => word,
        })
        .collect();
    let source = format!("pass:{PASSPHRASE}");
    match words[0] {
        "openssl" => words.extend(["-passin", &source, "-passout", &source]),
        _ => words.extend(["-q", "-P", PASSPHRASE, "-N", PASSPHRASE]),
    }
    must(words[0], &words[1..]);
    open(if words[0] == "openssl" { &new } else { refused }).unwrap().key.public()
}

#[test]
fn the_advice_of_a_refusal_works() {
    let directory = tempfile::tempdir().unwrap();
    let source = Tool::Openssl.generate(KeySpec::new(Algorithm::Rsa, Some(2048)).unwrap(), directory.path());
    let expected = PrivateKey::decode(read_private(&source).unwrap().expose(), None).unwrap().key.public();
    let pass = format!("pass:{PASSPHRASE}");

    let legacy = Tool::Openssl.writes(&source, Algorithm::Rsa, KeyFormat::Pkcs1, true).unwrap();
    assert_eq!(follow(&legacy, "openssl pkcs8 -topk8 -v2 aes-256-cbc -in PATH -out NEW"), expected);
    assert_eq!(follow(&legacy, "ssh-keygen -p -f PATH"), expected);

    for (name, scheme) in [("pbes1", ["-v1", "PBE-SHA1-3DES"]), ("des3", ["-v2", "des3"])] {
        let weak = directory.path().join(name);
        let arguments = ["pkcs8", "-topk8", "-in", text(&source), "-out", text(&weak), "-passout", &pass];
        must("openssl", &[&arguments[..], &scheme].concat());
        let advice = "openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -in PATH -out NEW";
        assert_eq!(follow(&weak, advice), expected);
    }

    let weak = directory.path().join("3des");
    must("ssh-keygen", &["-q", "-t", "ed25519", "-Z", "3des-cbc", "-N", PASSPHRASE, "-f", text(&weak)]);
    assert_eq!(follow(&weak, "ssh-keygen -p -Z aes256-ctr -f PATH").key_type(), "ssh-ed25519");
}
