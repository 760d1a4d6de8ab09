//! The direction of imports, held by reading the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may import from the crate.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("main", ["cli", "env", "hardening"].as_slice()),
        (
            "cli",
            [
                "ops",
                "config",
                "sandbox",
                "env",
                "secret",
                "keys",
                "id",
                "schema",
                "checkpoint",
                "hardening",
                "interrupt",
            ]
            .as_slice(),
        ),
        (
            "ops",
            ["api", "keys", "config", "durable", "secret", "id", "checkpoint", "schema", "hardening", "interrupt"]
                .as_slice(),
        ),
        ("api", ["secret", "id", "checkpoint", "schema", "interrupt"].as_slice()),
        ("keys", ["durable", "secret", "checkpoint"].as_slice()),
        ("config", ["durable", "env", "id"].as_slice()),
        ("sandbox", [].as_slice()),
        ("durable", ["checkpoint", "interrupt"].as_slice()),
        ("secret", ["checkpoint"].as_slice()),
        ("env", [].as_slice()),
        ("id", [].as_slice()),
        ("schema", [].as_slice()),
        ("checkpoint", [].as_slice()),
        ("hardening", [].as_slice()),
        ("interrupt", ["checkpoint"].as_slice()),
    ])
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module that a file belongs to: the first part of its path below `src`.
fn module_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Every module of the crate that a line names.
fn named(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names: Vec<String> =
        code.match_indices("crate::").map(|(at, text)| word(&code[at + text.len()..])).collect();
    names.extend(code.match_indices("artcafe::").map(|(at, text)| word(&code[at + text.len()..])));
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn imports_go_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 60, "only {} files were found", files.len());
    let allowed = allowed();
    let mut wrong = Vec::new();
    for file in files {
        let below = file.strip_prefix(&root).unwrap();
        let module = module_of(below);
        if module == "lib" {
            continue;
        }
        let may = allowed.get(module.as_str()).unwrap_or_else(|| panic!("the table knows no module `{module}`"));
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for name in named(line) {
                let known = allowed.contains_key(name.as_str());
                if known && name != module && !may.contains(&name.as_str()) {
                    wrong.push(format!("src/{}:{}: `{module}` imports `{name}`", below.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_scan_sees_an_import() {
    assert_eq!(named("use crate::keys::PublicKey; // crate::ops"), ["keys"]);
    assert_eq!(named("    crate::config::nearest(crate::api::x)"), ["config", "api"]);
}

/// Crates that must not come back through a feature: `rsa` has an open timing advisory, the others
/// are a second copy of what rustls and aws-lc-rs do.
#[test]
fn no_second_crypto_stack() {
    // The lock file also names crates of features that are off, so the graph in use is asked for.
    let output = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--edges", "normal,build,dev"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"aws-lc-rs"));
    for banned in ["rsa", "ring", "openssl-sys", "native-tls"] {
        assert!(!names.contains(&banned), "`{banned}` is in the graph");
    }
}
