//! The configuration's reader and editor: what is read does not panic, and an edit changes the one value that
//! it was asked to change.

#![no_main]

use std::path::Path;

use artcafe::config::{ConfigFile, Edit, KeyPath, Scalar, ValidateContext};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Where an edit is tried: known keys, a new section, a list, and what only looks like a number.
const PATHS: [&str; 8] = [
    "auth.agent_id",
    "auth.tenant_id",
    "auth.ssh_key.private_key_path",
    "api.endpoint",
    "llm.provider",
    "custom.section.value",
    "list.0",
    "a",
];

const VALUES: [&str; 8] = ["plain", "0123", "yes", "~/.ssh/key", "k: v # no", "'", "12", "null"];

fuzz_target!(|data: &[u8]| {
    let [choice, text @ ..] = data else { return };
    let name = if choice & 128 == 0 { "config.yaml" } else { "config.json" };
    let path = Path::new(name);
    let file = ConfigFile::from_bytes(path, text.to_vec());
    let Ok(paths) = artcafe::config::Paths::resolve(
        &artcafe::env::Env::made_up(&["artcafe"], [("HOME", "/nowhere")]),
        &artcafe::config::Flags::default(),
    ) else {
        return;
    };
    let problems = file.validate(ValidateContext::new(&paths));
    let Ok(mut edit) = Edit::new(&file) else {
        assert!(!problems.is_empty(), "a file that cannot be edited has no problem");
        return;
    };
    let target: KeyPath = PATHS[usize::from(choice & 7)].parse().expect("a path");
    let word = VALUES[usize::from(choice >> 3 & 7)];
    let before = root(&file);
    let wanted = Scalar::Text(word.to_owned());
    if edit.set(&target, wanted).is_ok() {
        let after = ConfigFile::from_bytes(path, edit.text().as_bytes().to_vec());
        if target.known().is_none() {
            let found = after.scalar(&target).map(|(scalar, _)| scalar);
            assert_eq!(found, Some(Scalar::Text(word.to_owned())), "{}", edit.text());
        }
        unchanged_beside(&before, &root(&after), &target, edit.text());
        // The same edit again is none.
        let Ok(mut again) = Edit::new(&after) else { panic!("an edited file cannot be edited: {}", edit.text()) };
        let _ = again.set(&target, Scalar::Text(word.to_owned()));
        assert!(!again.is_change(), "a second edit changed something");
    }
    if let Ok(mut edit) = Edit::new(&file)
        && edit.unset(&target).is_ok_and(|found| found)
    {
        let after = ConfigFile::from_bytes(path, edit.text().as_bytes().to_vec());
        assert!(after.value(&target).is_none(), "{}", edit.text());
        unchanged_beside(&before, &root(&after), &target, edit.text());
    }
    let _ = edit.diff();
});

/// Every top section by its name.
fn root(file: &ConfigFile) -> serde_json::Map<String, Value> {
    let names = ["auth", "api", "llm", "custom", "list", "a", "b", "timeout", "rotation"];
    names
        .iter()
        .filter_map(|name| {
            let path: KeyPath = name.parse().ok()?;
            Some(((*name).to_owned(), file.value(&path)?.0))
        })
        .collect()
}

/// The sections that the path does not lead into are as they were.
fn unchanged_beside(
    before: &serde_json::Map<String, Value>,
    after: &serde_json::Map<String, Value>,
    target: &KeyPath,
    text: &str,
) {
    let first = target.to_string().split('.').next().unwrap_or_default().to_owned();
    let rest = |map: &serde_json::Map<String, Value>| {
        map.iter().filter(|(name, _)| **name != first).map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    assert_eq!(rest(before), rest(after), "{text}");
}
