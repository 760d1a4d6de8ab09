//! The configuration file on disk: read, resolved, validated, edited, saved.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the functions that the tests share are tests as well")]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use artcafe::config::{
    ConfigError, ConfigFile, Edit, Flags, Format, Key, KeyPath, Origin, Paths, Problem, Scalar, Settings, Severity,
    ValidateContext, backup, fresh,
};
use artcafe::durable;
use artcafe::env::Env;

/// A home directory of its own.
struct Home {
    directory: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        durable::create_private_dir(path.parent().unwrap()).unwrap();
        durable::replace(&path, text.as_ref(), 0o600).unwrap();
        path
    }

    fn env(&self, vars: &[(&str, &str)]) -> Env {
        let home = self.directory.path().to_str().unwrap();
        let mut all = [("HOME", home); 8];
        assert!(vars.len() < all.len());
        all[1..=vars.len()].copy_from_slice(vars);
        Env::made_up(&[], all)
    }

    fn resolve(&self, vars: &[(&str, &str)], flags: &Flags) -> Result<Settings, ConfigError> {
        Settings::resolve(&self.env(vars), flags)
    }

    fn validate(&self, path: &Path) -> Vec<Problem> {
        let paths = Paths::resolve(&self.env(&[]), &Flags::default()).unwrap();
        let user = Env::effective_user();
        ConfigFile::load(path).unwrap().unwrap().validate(ValidateContext { paths: &paths, user })
    }
}

const CONFIG: &str = ".artcafe/config.yaml";

fn path(text: &str) -> KeyPath {
    text.parse().unwrap()
}

fn text(value: &str) -> Scalar {
    Scalar::Text(value.to_owned())
}

fn file(name: &str, content: &str) -> ConfigFile {
    ConfigFile::from_bytes(Path::new(name), content.as_bytes().to_vec())
}

fn edited(name: &str, before: &str, key: &str, value: &str) -> String {
    let mut edit = Edit::new(&file(name, before)).unwrap_or_else(|error| panic!("{before:?}: {error}"));
    let key = path(key);
    edit.set(&key, Scalar::parse_cli(value, &key)).unwrap_or_else(|error| panic!("{before:?}: {error}"));
    edit.text().to_owned()
}

fn without(name: &str, before: &str, key: &str) -> String {
    let mut edit = Edit::new(&file(name, before)).unwrap();
    assert!(edit.unset(&path(key)).unwrap_or_else(|error| panic!("{before:?}: {error}")));
    edit.text().to_owned()
}

#[test]
fn a_yaml_value_is_replaced_and_nothing_else() {
    for (before, key, value, after) in [
        // Comments, blanks, quotes, order, unknown keys.
        (
            "# top\nauth:   # who\n    agent_id:   old   # mine\n    x: 1\n\n# end\n",
            "auth.agent_id",
            "new",
            "# top\nauth:   # who\n    agent_id:   new   # mine\n    x: 1\n\n# end\n",
        ),
        ("auth: {agent_id: 'old', z: [1, 2]}\n", "auth.agent_id", "new", "auth: {agent_id: 'new', z: [1, 2]}\n"),
        ("auth:\n  agent_id: \"old\"\n", "auth.agent_id", "new", "auth:\n  agent_id: \"new\"\n"),
        // A bare word that another reader would misread gets quotes.
        ("auth:\n  agent_id: old\n", "auth.agent_id", "0123", "auth:\n  agent_id: \"0123\"\n"),
        ("auth:\n  agent_id: old\n", "auth.agent_id", "no", "auth:\n  agent_id: \"no\"\n"),
        ("auth:\n  agent_id: 12345\n", "auth.agent_id", "12345", "auth:\n  agent_id: \"12345\"\n"),
        // Line ends, byte order mark, no final line break, document marks.
        ("auth:\r\n  agent_id: old\r\n", "auth.agent_id", "new", "auth:\r\n  agent_id: new\r\n"),
        ("\u{feff}auth:\n  agent_id: old", "auth.agent_id", "new", "\u{feff}auth:\n  agent_id: new"),
        ("---\nauth:\n  agent_id: old\n...\n", "auth.agent_id", "new", "---\nauth:\n  agent_id: new\n...\n"),
        // Values of other kinds.
        ("messaging:\n  batch_size: 10 # ten\n", "messaging.batch_size", "20", "messaging:\n  batch_size: 20 # ten\n"),
        ("a: [1, {b: x}]\n", "a.1.b", "w", "a: [1, {b: w}]\n"),
        ("a: .nan\nb: x\n", "b", "w", "a: .nan\nb: w\n"),
        ("? auth\n: agent_id: old\n", "auth.agent_id", "new", "? auth\n: agent_id: new\n"),
        // Keys in quotes, and an alias that is replaced by a value of its own.
        ("\"auth\":\n  'agent_id': old\n", "auth.agent_id", "new", "\"auth\":\n  'agent_id': new\n"),
        ("b: &n old\nauth:\n  agent_id: *n\n", "auth.agent_id", "new", "b: &n old\nauth:\n  agent_id: \"new\"\n"),
    ] {
        assert_eq!(edited("c.yaml", before, key, value), after, "{before:?}");
    }
}

#[test]
fn a_missing_yaml_value_is_added() {
    for (before, key, value, after) in [
        ("", "auth.agent_id", "new", "auth:\n  agent_id: \"new\"\n"),
        ("# only this\n", "auth.agent_id", "new", "# only this\nauth:\n  agent_id: \"new\"\n"),
        ("auth:\n  agent_id: a\n", "auth.tenant_id", "t", "auth:\n  agent_id: a\n  tenant_id: \"t\"\n"),
        (
            "auth:\n    agent_id: a\nz: 1\n",
            "auth.tenant_id",
            "t",
            "auth:\n    agent_id: a\n    tenant_id: \"t\"\nz: 1\n",
        ),
        ("auth: {agent_id: a}\n", "auth.tenant_id", "t", "auth: {agent_id: a, tenant_id: \"t\"}\n"),
        ("auth:\r\n  agent_id: a\r\n", "auth.tenant_id", "t", "auth:\r\n  agent_id: a\r\n  tenant_id: \"t\"\r\n"),
        ("auth:\n  agent_id:\n", "auth.agent_id", "new", "auth:\n  agent_id: \"new\"\n"),
        ("llm:\n", "llm.extra.depth", "3", "llm:\n  extra:\n    depth: 3\n"),
        // Digits are an index in a list, and a name anywhere else.
        ("a:\n  - x\n", "a.0", "w", "a:\n  - w\n"),
        ("b: 1\n", "a.0", "w", "b: 1\na:\n  '0': \"w\"\n"),
    ] {
        assert_eq!(edited("c.yaml", before, key, value), after, "{before:?}");
    }
    // Whatever the layout, the meaning is right: these are proved by the second reading.
    for before in ["auth:\n  agent_id: a", "auth: # todo\n  # own line\n  agent_id: a\n", "%YAML 1.2\n---\nauth: {}\n"]
    {
        let after = edited("c.yaml", before, "auth.tenant_id", "t");
        assert_eq!(file("c.yaml", &after).scalar(&path("auth.tenant_id")).unwrap().0, text("t"), "{after:?}");
    }
}

#[test]
fn a_yaml_value_is_removed_and_nothing_else() {
    for (before, key, after) in [
        ("a: 1\nllm:\n  provider: x\n  model: y # m\nz: 1\n", "llm.model", "a: 1\nllm:\n  provider: x\nz: 1\n"),
        ("a: 1\nllm:\n  provider: x\nz: 1\n", "llm", "a: 1\nz: 1\n"),
        ("a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n"),
        ("a: 1\r\nb: 2\r\n", "b", "a: 1\r\n"),
    ] {
        assert_eq!(without("c.yaml", before, key), after, "{before:?}");
    }
    let after = without("c.yaml", "auth:\n  ssh_key:\n    key_id: k\n", "auth.ssh_key.key_id");
    assert!(file("c.yaml", &after).scalar(&path("auth.ssh_key.key_id")).is_none(), "{after}");
    let mut edit = Edit::new(&file("c.yaml", "a: 1\n")).unwrap();
    assert!(!edit.unset(&path("b.c")).unwrap() && !edit.is_change());
}

#[test]
fn what_would_touch_another_value_is_refused_and_nothing_is_changed() {
    for (before, key, value) in [
        // The value is shared by an anchor.
        ("auth:\n  agent_id: &n old\nb: *n\n", "auth.agent_id", "new"),
        ("d: &d\n  agent_id: old\nauth: *d\n", "auth.agent_id", "new"),
        // A section, a list, a value where a section would have to be.
        ("auth:\n  agent_id: {a: 1}\n", "auth.agent_id", "new"),
        ("auth: [1]\n", "auth.agent_id", "new"),
        ("auth: word\n", "auth.agent_id", "new"),
        ("word\n", "auth.agent_id", "new"),
        ("a: [1]\n", "a.5", "x"),
    ] {
        let mut edit = Edit::new(&file("c.yaml", before)).unwrap();
        let outcome = edit.set(&path(key), text(value)).map(drop);
        match outcome {
            Err(ConfigError::CannotEdit { reason, .. }) => assert!(!reason.is_empty(), "{before:?}"),
            Ok(()) => {
                // Only by giving the key a value of its own, the other staying what it was.
                assert_eq!(file("c.yaml", edit.text()).scalar(&path("b")).unwrap().0, text("old"), "{}", edit.text());
                continue;
            }
            Err(other) => panic!("{before:?}: {other}"),
        }
        assert_eq!(edit.text(), before);
        assert!(!edit.is_change());
    }
    let mut edit = Edit::new(&file("c.yaml", "d: &d {agent_id: a}\nauth:\n  <<: *d\n")).unwrap();
    assert!(matches!(edit.unset(&path("auth.agent_id")), Err(ConfigError::CannotEdit { .. })));
    let overridden = edited("c.yaml", "d: &d {agent_id: a}\nauth:\n  <<: *d\n  x: 1\n", "auth.agent_id", "new");
    assert_eq!(file("c.yaml", &overridden).scalar(&path("auth.agent_id")).unwrap().0, text("new"));
}

#[test]
fn what_is_no_valid_file_is_not_edited() {
    for broken in
        ["a: b: c\n", "a:\n  b: 1\n c: 2\n", "a: 1\na: 2\n", "a: @x\n", "a: *x\n", "\ta: 1\n", "a: 1\n---\nb: 1\n"]
    {
        let error = Edit::new(&file("c.yaml", broken)).unwrap_err();
        assert!(matches!(&error, ConfigError::Invalid { problems, .. } if !problems.is_empty()), "{broken:?}");
        assert!(error.hint().is_some());
    }
    for broken in ["{\"a\": 1,}", "{\"a\": 1, \"a\": 2}", "{"] {
        assert!(matches!(Edit::new(&file("c.json", broken)), Err(ConfigError::Invalid { .. })), "{broken}");
    }
    assert!(matches!(
        Edit::new(&ConfigFile::from_bytes(Path::new("c.yaml"), b"a: \xff\n".to_vec())),
        Err(ConfigError::Invalid { .. })
    ));
}

#[test]
fn json_keeps_its_layout() {
    let four = "{\n    \"z\": 1.50,\n    \"auth\": {\n        \"agent_id\": \"old\"\n    },\n    \"list\": [1,2]\n}\n";
    for (before, key, value, after) in [
        (four, "auth.agent_id", "new", four.replace("old", "new")),
        (four, "auth.tenant_id", "t", four.replace("\"old\"", "\"old\",\n        \"tenant_id\": \"t\"")),
        (
            four,
            "api.endpoint",
            "https://x.example",
            four.replace("[1,2]", "[1,2],\n    \"api\": {\n        \"endpoint\": \"https://x.example\"\n    }"),
        ),
        ("{\"a\":1,\"b\":2}", "c.d", "3", "{\"a\":1,\"b\":2,\"c\":{\"d\": 3}}".to_owned()),
        ("{ \"a\": 1 }", "a", "true", "{ \"a\": true }".to_owned()),
        ("", "auth.agent_id", "a", "{\n  \"auth\": {\n    \"agent_id\": \"a\"\n  }\n}\n".to_owned()),
        ("{}\n", "a", "1", "{\n  \"a\": 1\n}\n".to_owned()),
        (
            "{\r\n\t\"auth\": null\r\n}",
            "auth.agent_id",
            "a",
            "{\r\n\t\"auth\": {\r\n\t\t\"agent_id\": \"a\"\r\n\t}\r\n}".to_owned(),
        ),
        ("{\"a\": \"\\u00e4\", \"b\": 1e400}", "a", "x", String::new()),
    ] {
        if after.is_empty() {
            // A number beyond what can be read: refused as it stands, never rewritten.
            assert!(Edit::new(&file("c.json", before)).is_err());
            continue;
        }
        assert_eq!(edited("c.json", before, key, value), after, "{before}");
    }
    assert_eq!(without("c.json", four, "z"), four.replace("\"z\": 1.50,\n    ", ""));
    assert_eq!(without("c.json", four, "list"), four.replace(",\n    \"list\": [1,2]", ""));
    assert_eq!(without("c.json", four, "auth.agent_id"), four.replace("{\n        \"agent_id\": \"old\"\n    }", "{}"));
}

#[test]
fn the_tenant_is_changed_in_each_spelling_that_the_file_has() {
    let both = "auth:\n  tenant_id: a\n  organization_id: a\n";
    assert_eq!(edited("c.yaml", both, "auth.tenant_id", "b"), both.replace(": a", ": b"));
    let one = "auth:\n  organization_id: a\n";
    assert_eq!(edited("c.yaml", one, "auth.tenant_id", "b"), "auth:\n  organization_id: b\n");
    assert_eq!(edited("c.yaml", one, "auth.tenant_id", "a"), one);
    assert_eq!(edited("c.yaml", "auth:\n  tenant_id: a\n", "auth.organization_id", "b"), "auth:\n  tenant_id: b\n");
}

#[test]
fn a_bad_value_never_reaches_the_file() {
    let mut edit = Edit::absent(Path::new("/nowhere/c.yaml"));
    for (key, value) in [
        ("auth.agent_id", "a/b"),
        ("auth.organization_id", ""),
        ("auth.ssh_key.key_type", "root"),
        ("api.endpoint", "https://user:hunter2@x.example"),
        ("auth.ssh_key.private_key_path", ""),
    ] {
        let error = edit.set(&path(key), text(value)).unwrap_err();
        assert!(matches!(error, ConfigError::BadValue { .. }), "{key}: {error}");
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
    assert!(matches!(edit.set(&path("auth.agent_id"), Scalar::Integer(1)), Err(ConfigError::BadValue { .. })));
    assert!(!edit.is_change());
}

#[test]
fn a_difference_covers_secrets() {
    let before = "llm:\n  api_key: hunter2\n  model: a\nauth: {token: \"hunter3\"}\nk: |\n  -----BEGIN PRIVATE KEY-----\n  hunter4\n";
    let mut edit = Edit::new(&file("c.yaml", before)).unwrap();
    edit.set(&path("llm.model"), text("b")).unwrap().set(&path("llm.api_key"), text("hunter5")).unwrap();
    let shown: Vec<_> = edit.diff().iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
    let all = shown.join("\n");
    assert!(all.contains("\n-  model: a\n") && all.contains("\n+  model: b\n"), "{all}");
    assert!(all.ends_with("\n k: [hidden]\n [hidden]\n [hidden]"), "{all}");
    assert!(all.contains("-  api_key: [hidden]"), "{all}");
    assert!(!all.contains("hunter"), "{all}");

    // A file that cannot be read is covered line by line.
    let broken = file(
        "c.yaml",
        "a: b: c\napi_key: hunter2\nk: |\n  -----BEGIN PRIVATE KEY-----\n  hunter3\n  -----END PRIVATE KEY-----\nz: 1\n",
    );
    let edit = Edit::replacing(Path::new("c.yaml"), Some(&broken), "z: 1\n".to_owned()).unwrap();
    let all: Vec<_> = edit.diff().iter().map(|line| format!("{}{}", line.sign, line.text)).collect();
    assert_eq!(all[..2], ["-a: b: c", "-api_key: [hidden]"]);
    assert_eq!(all.last().unwrap(), " z: 1");
    assert!(!all.join("").contains("hunter"), "{all:?}");
}

#[test]
fn saving_follows_a_link_and_keeps_owner_and_mode() {
    let home = Home::new();
    let target = home.write("dotfiles/real.yaml", "auth:\n  agent_id: old\n");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    let owner = if Env::effective_user() == 0 { 65_534 } else { Env::effective_user() };
    std::os::unix::fs::chown(&target, Some(owner), None).unwrap();
    let link = home.path("config.yaml");
    symlink("dotfiles/real.yaml", &link).unwrap();

    let mut edit = Edit::new(&ConfigFile::load(&link).unwrap().unwrap()).unwrap();
    edit.set(&path("auth.agent_id"), text("new")).unwrap();
    assert!(edit.save().unwrap());
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), "auth:\n  agent_id: new\n");
    let metadata = fs::metadata(&target).unwrap();
    assert_eq!((metadata.uid(), metadata.mode() & 0o7777), (owner, 0o640));
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    let home = Home::new();
    let path_of = home.write(CONFIG, "auth:\n  agent_id: \"same\"   # c\n");
    let state = |path: &Path| {
        let metadata = fs::metadata(path).unwrap();
        (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
    };
    let before = state(&path_of);
    let mut edit = Edit::new(&ConfigFile::load(&path_of).unwrap().unwrap()).unwrap();
    edit.set(&path("auth.agent_id"), text("same")).unwrap();
    assert!(!edit.is_change() && !edit.save().unwrap());
    edit.set(&path("auth.agent_id"), text("other")).unwrap().set(&path("auth.agent_id"), text("same")).unwrap();
    assert!(!edit.save().unwrap());
    assert_eq!(state(&path_of), before);
    assert!(edit.diff().iter().all(|line| line.sign == ' '));
}

#[test]
fn somebody_elses_change_in_between_is_not_lost() {
    let home = Home::new();
    let path_of = home.write(CONFIG, "auth:\n  agent_id: old\n");
    let mut edit = Edit::new(&ConfigFile::load(&path_of).unwrap().unwrap()).unwrap();
    edit.set(&path("auth.agent_id"), text("new")).unwrap();
    home.write(CONFIG, "auth:\n  agent_id: theirs\n");
    assert!(matches!(edit.save(), Err(ConfigError::ChangedMeanwhile { .. })));
    assert_eq!(fs::read_to_string(&path_of).unwrap(), "auth:\n  agent_id: theirs\n");

    let mut edit = Edit::absent(&home.path("new.yaml"));
    edit.set(&path("auth.agent_id"), text("new")).unwrap();
    home.write("new.yaml", "a: 1\n");
    assert!(matches!(edit.save(), Err(ConfigError::ChangedMeanwhile { .. })));
    assert_eq!(fs::read_to_string(home.path("new.yaml")).unwrap(), "a: 1\n");
    let left: Vec<_> = fs::read_dir(home.directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_new_file_is_private_and_so_is_its_directory() {
    let home = Home::new();
    let path_of = home.path(".artcafe/profiles/prod.json");
    let entries = [(Key::AgentId, "a".to_owned()), (Key::TenantId, "t".to_owned())];
    let edit = Edit::replacing(&path_of, None, fresh(Format::of(&path_of), &entries)).unwrap();
    assert!(edit.is_change() && edit.save().unwrap());
    assert_eq!(fs::metadata(&path_of).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(fs::metadata(home.path(".artcafe")).unwrap().mode() & 0o7777, 0o700);
    let flags = Flags { profile: Some("prod".parse().unwrap()), ..Flags::default() };
    let settings = home.resolve(&[], &flags).unwrap();
    assert_eq!(settings.agent_id.unwrap().value.as_str(), "a");
    assert_eq!(settings.tenant_id.unwrap().origin, Origin::File { path: path_of, line: 4, column: 18 });
}

#[test]
fn a_corrupt_file_can_be_replaced_as_a_whole_after_a_backup() {
    let home = Home::new();
    let path_of = home.write(CONFIG, "a: b: c\n");
    let file = ConfigFile::load(&path_of).unwrap().unwrap();
    assert!(matches!(home.resolve(&[], &Flags::default()), Err(ConfigError::Invalid { .. })));
    assert_eq!(fs::read_to_string(&path_of).unwrap(), "a: b: c\n");

    let copy = backup(&path_of, "20261124T093000Z").unwrap();
    assert_eq!(copy, home.path(".artcafe/config.yaml.20261124T093000Z.bak"));
    assert_eq!(fs::metadata(&copy).unwrap().mode() & 0o7777, 0o600);
    let second = backup(&path_of, "20261124T093000Z").unwrap();
    assert_ne!(second, copy);
    let text = fresh(Format::Yaml, &[(Key::AgentId, "a".to_owned())]);
    assert!(Edit::replacing(&path_of, Some(&file), text).unwrap().save().unwrap());
    assert_eq!(home.resolve(&[], &Flags::default()).unwrap().agent_id.unwrap().value.as_str(), "a");
    assert_eq!(fs::read_to_string(&copy).unwrap(), "a: b: c\n");
}

#[test]
fn the_order_of_the_layers_is_flag_variable_file_default() {
    let home = Home::new();
    let settings = home.resolve(&[], &Flags::default()).unwrap();
    assert!(settings.file.is_none() && settings.agent_id.is_none());
    assert_eq!(settings.endpoint.value.origin(), "https://api.artcafe.ai");
    assert_eq!(settings.private_key_path.value, home.path(".ssh/artcafe_agent"));

    let config = home.write(
        CONFIG,
        "auth:\n  agent_id: from-file\n  organization_id: from-file\n  ssh_key: {private_key_path: ~/k, key_type: access, key_id: k1}\n\
         api: {endpoint: 'http://localhost:1/api/v1/'}\n",
    );
    let settings = home.resolve(&[], &Flags::default()).unwrap();
    let place = |line, column| Origin::File { path: config.clone(), line, column };
    assert_eq!(settings.agent_id.unwrap().origin, place(2, 13));
    assert_eq!(settings.tenant_id.unwrap().origin, place(3, 20));
    assert_eq!(settings.private_key_path.value, home.path("k"));
    assert_eq!(settings.key_type.value.as_str(), "access");
    assert_eq!(settings.key_id.unwrap().value.as_str(), "k1");
    assert_eq!(settings.endpoint.value.origin(), "http://localhost:1");

    let variables = [
        ("ARTCAFE_AUTH_AGENT_ID", "from-variable"),
        ("ARTCAFE_ORGANIZATION_ID", "from-variable"),
        ("ARTCAFE_TIMEOUT", "2.5"),
    ];
    let settings = home.resolve(&variables, &Flags::default()).unwrap();
    assert_eq!(settings.agent_id.as_ref().unwrap().value.as_str(), "from-variable");
    assert_eq!(settings.tenant_id.as_ref().unwrap().origin, Origin::Variable("ARTCAFE_ORGANIZATION_ID"));
    assert_eq!(settings.timeout.value.as_millis(), 2500);

    let flags = Flags { agent_id: Some("from-flag".into()), retries: Some(0), ..Flags::default() };
    let settings = home.resolve(&variables, &flags).unwrap();
    let entries = settings.entries();
    assert_eq!(entries[0], ("auth.agent_id", Some("from-flag".to_owned()), Origin::Flag("--agent-id")));
    assert_eq!(entries.last().unwrap(), &("retries", Some("0".to_owned()), Origin::Flag("--retries")));
}

#[test]
fn a_configuration_in_the_working_directory_is_not_found_by_itself() {
    let home = Home::new();
    let settings = home.resolve(&[], &Flags::default()).unwrap();
    let here = std::env::current_dir().unwrap();
    assert!(!settings.paths.config.value.starts_with(&here));
}

#[test]
fn bad_flags_and_variables_say_which() {
    let home = Home::new();
    let bad = |vars: &[(&str, &str)], flags: Flags| home.resolve(vars, &flags).unwrap_err().to_string();
    assert!(bad(&[("ARTCAFE_AGENT_ID", "a/b")], Flags::default()).starts_with("`ARTCAFE_AGENT_ID`: agent id"));
    assert!(
        bad(&[("ARTCAFE_API_ENDPOINT", "https://u:hunter2@x")], Flags::default()).ends_with("it contains credentials")
    );
    assert!(bad(&[], Flags { timeout: Some("0".into()), ..Flags::default() }).starts_with("`--timeout`: "));
    assert!(bad(&[], Flags { timeout: Some("nan".into()), ..Flags::default() }).starts_with("`--timeout`: "));
    assert!(bad(&[], Flags { retries: Some(11), ..Flags::default() }).starts_with("`--retries`: "));
    assert!(bad(&[("ARTCAFE_RETRIES", "many")], Flags::default()).starts_with("`ARTCAFE_RETRIES`: "));
    let two = [("ARTCAFE_TENANT_ID", "a"), ("ARTCAFE_ORGANIZATION_ID", "b")];
    assert!(matches!(home.resolve(&two, &Flags::default()), Err(ConfigError::Conflict { .. })));
    // A flag settles it.
    assert!(home.resolve(&two, &Flags { tenant_id: Some("c".into()), ..Flags::default() }).is_ok());
    let same = [("ARTCAFE_TENANT_ID", "a"), ("ARTCAFE_ORGANIZATION_ID", "a")];
    assert_eq!(
        home.resolve(&same, &Flags::default()).unwrap().tenant_id.unwrap().origin,
        Origin::Variable("ARTCAFE_TENANT_ID")
    );
}

#[test]
fn every_problem_is_found_in_one_go() {
    let home = Home::new();
    let config = home.write(
        CONFIG,
        "auth:\n  agent_id: 12345\n  tenant_id: a\n  organization_id: b\n  token: hunter2\n  tenantid: x\n  ssh_key:\n    \
         private_key_path: keys/mine\n    key_type: root\n    key_id: a/b\n    key_type: agent\n\
         api:\n  endpoint: http://api.example\n  colour: red\nllm:\n  api_key: hunter3\n  provider: other\nagent_id: y\nmine: 1\n",
    );
    fs::set_permissions(&config, fs::Permissions::from_mode(0o644)).unwrap();
    let problems = home.validate(&config);
    let found: Vec<_> = problems
        .iter()
        .map(|problem| {
            (problem.severity, problem.code, problem.line, problem.column, problem.key.as_deref().unwrap_or(""))
        })
        .collect();
    use Severity::{Error, Warning};
    assert_eq!(
        found,
        [
            (Warning, "mode_loose", 1, 1, ""),
            (Error, "wrong_type", 2, 13, "auth.agent_id"),
            (Error, "tenant_conflict", 4, 20, "auth.organization_id"),
            (Warning, "secret_in_file", 5, 10, "auth.token"),
            (Error, "unknown_key", 6, 3, "auth.tenantid"),
            (Error, "key_file_missing", 8, 23, "auth.ssh_key.private_key_path"),
            (Warning, "relative_path", 8, 23, "auth.ssh_key.private_key_path"),
            (Error, "bad_value", 9, 15, "auth.ssh_key.key_type"),
            (Error, "bad_value", 10, 13, "auth.ssh_key.key_id"),
            (Error, "duplicate_key", 11, 5, "auth.ssh_key.key_type"),
            (Error, "endpoint_not_https", 13, 13, "api.endpoint"),
            (Warning, "unknown_key", 14, 3, "api.colour"),
            (Warning, "secret_in_file", 16, 12, "llm.api_key"),
            (Warning, "bad_value", 17, 13, "llm.provider"),
            (Error, "unknown_key", 18, 1, "agent_id"),
            (Warning, "unknown_key", 19, 1, "mine"),
        ]
    );
    for problem in &problems {
        assert!(!problem.hint.is_empty() && !problem.message.is_empty(), "{problem:?}");
        assert!(!format!("{problem:?}").contains("hunter"), "{problem:?}");
        assert_eq!(problem.path, config);
    }
    let hint = |code, line| &problems.iter().find(|problem| (problem.code, problem.line) == (code, line)).unwrap().hint;
    assert_eq!(hint("unknown_key", 6), "did you mean `auth.tenant_id`?");
    assert_eq!(hint("unknown_key", 18), "did you mean `auth.agent_id`?");
    assert!(problems[2].message.contains("line 3") && problems[2].message.contains("line 4"), "{}", problems[2]);

    // Only what makes the identity unusable stops other commands.
    let Err(ConfigError::Invalid { problems, .. }) = home.resolve(&[], &Flags::default()) else { panic!() };
    let lines: Vec<_> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 4, 9, 10, 11]);
}

#[test]
fn a_good_file_has_no_problems() {
    let home = Home::new();
    home.write(".ssh/artcafe_agent", "x");
    // What the platform's own script writes, in its order, in YAML without quotes.
    let config = home.write(
        CONFIG,
        "api:\n  endpoint: https://api.artcafe.ai\n  version: v1\n  websocket_endpoint: wss://api.artcafe.ai/ws\nauth:\n  \
         agent_id: prod-data-processor-01\n  ssh_key:\n    key_type: agent\n    private_key_path: ~/.ssh/artcafe_agent\n  \
         tenant_id: 7e1c1d9e-3b0f-4b86-9c40-6b0a3f0f7c11\nllm:\n  model: gpt-4\n  provider: openai\nlogging:\n  format: standard\n  \
         level: INFO\nmessaging:\n  heartbeat_interval: 30\n  provider: artcafe_pubsub\n",
    );
    assert_eq!(home.validate(&config), []);
    home.resolve(&[], &Flags::default()).unwrap();
}

#[test]
fn a_broken_file_is_one_problem_with_its_place() {
    let home = Home::new();
    for (name, content, line) in [
        ("b.yaml", &b"auth:\n  agent_id: a\n tenant_id: b\n"[..], 3),
        ("b.json", b"{\n \"auth\": {},\n}", 3),
        ("u.yaml", b"a: 1\nb: \xff\n", 2),
        ("t.yaml", b"\tauth: 1\n", 1),
    ] {
        let problems = home.validate(&home.write(name, content));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].code, problems[0].line), ("syntax", line), "{problems:?}");
    }
    let world = home.write("w.yaml", "a: 1\n");
    fs::set_permissions(&world, fs::Permissions::from_mode(0o602)).unwrap();
    assert_eq!(home.validate(&world)[0].code, "mode_world_writable");
    for (content, code) in [
        ("auth: 5\n", "wrong_type"),
        ("- a\n", "wrong_type"),
        ("auth:\n  agent_id: \n", "empty_value"),
        ("auth:\n  agent_id: 12:30\n", "bad_value"),
        ("auth:\n  agent_id: 0123\n", "ambiguous_text"),
        ("auth:\n  agent_id: 2026-01-01\n", "ambiguous_text"),
        ("auth:\n  agent_id: no\n", "ambiguous_text"),
        ("auth:\n  agent_id: [a]\n", "wrong_type"),
        ("api:\n  endpoint: api.artcafe.ai\n", "bad_value"),
        // A directory, and a path through a file.
        ("auth: {ssh_key: {private_key_path: /}}\n", "key_file_unreadable"),
        ("auth: {ssh_key: {private_key_path: ~/w.yaml/key}}\n", "key_file_unreadable"),
    ] {
        let problems = home.validate(&home.write("x.yaml", content));
        assert_eq!(
            problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
            [code],
            "{content:?}: {problems:?}"
        );
    }
}

#[test]
fn a_file_of_aliases_that_grows_without_end_is_refused_quickly() {
    let home = Home::new();
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..20 {
        let previous = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{previous}]\n"));
    }
    home.write(CONFIG, &bomb);
    let start = std::time::Instant::now();
    let error = home.resolve(&[], &Flags::default()).unwrap_err();
    assert!(matches!(error, ConfigError::Invalid { .. }), "{error}");
    assert!(start.elapsed() < std::time::Duration::from_secs(3), "{:?}", start.elapsed());
}

#[test]
fn the_rotation_policy_is_resolved_and_checked() {
    use artcafe::config::duration;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.yaml");
    let resolve = |text: &str, vars: &[(&str, &str)]| {
        fs::write(&path, text).unwrap();
        let mut all = vec![("HOME", "/nowhere"), ("ARTCAFE_CONFIG", path.to_str().unwrap())];
        all.extend_from_slice(vars);
        match all.as_slice() {
            [a, b] => Settings::resolve(&Env::made_up(&[], [*a, *b]), &Flags::default()),
            [a, b, c] => Settings::resolve(&Env::made_up(&[], [*a, *b, *c]), &Flags::default()),
            other => panic!("{other:?}"),
        }
    };
    let lengths = |settings: Settings| {
        let rotation = settings.rotation;
        [rotation.after, rotation.max_age, rotation.post_switch_timeout].map(|found| duration::text(found.value))
    };
    assert_eq!(lengths(resolve("{}\n", &[]).unwrap()), ["30d", "90d", "1m"]);
    let text =
        "rotation:\n  after: 7d\n  max_age: \"336h\"\n  grace: 90m\n  post_switch: systemctl --user restart agent\n";
    let settings = resolve(text, &[("ARTCAFE_ROTATION_AFTER", "1h")]).unwrap();
    assert_eq!(settings.rotation.after.origin, Origin::Variable("ARTCAFE_ROTATION_AFTER"));
    assert_eq!(settings.rotation.grace.as_ref().unwrap().value.as_secs(), 5400);
    assert_eq!(settings.rotation.post_switch.as_ref().unwrap().value, "systemctl --user restart agent");
    let entry = |name: &str| settings.entries().into_iter().find(|(key, ..)| *key == name).unwrap().1;
    assert_eq!(entry("rotation.max_age").unwrap(), "14d");
    assert_eq!(entry("rotation.grace").unwrap(), "90m");
    assert_eq!(lengths(settings), ["1h", "14d", "1m"]);
    for (text, vars, wanted) in [
        ("rotation:\n  after: 30\n", &[][..], "number"),
        ("rotation:\n  max_age: 0d\n", &[], "no time at all"),
        ("rotation: 5\n", &[], "section"),
        ("{}\n", &[("ARTCAFE_ROTATION_MAX_AGE", "soon")], "ARTCAFE_ROTATION_MAX_AGE"),
    ] {
        let error = resolve(text, vars).unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains(wanted), "{text}: {said}");
    }
    let findings = |text: &str| {
        fs::write(&path, text).unwrap();
        let env = Env::made_up(&[], [("HOME", "/nowhere"), ("ARTCAFE_CONFIG", path.to_str().unwrap())]);
        let paths = artcafe::config::Paths::resolve(&env, &Flags::default()).unwrap();
        let file = ConfigFile::load(&path).unwrap().unwrap();
        let problems = file.validate(ValidateContext { paths: &paths, user: 0 });
        problems.iter().map(|problem| format!("{} {}", problem.code, problem.hint)).collect::<Vec<_>>()
    };
    assert!(
        findings("rotation:\n  after: 91d\n  max_age: 90d\n").iter().any(|found| found.starts_with("rotation_window"))
    );
    assert!(
        findings("rotation:\n  max-age: 9d\n").contains(&"unknown_key did you mean `rotation.max_age`?".to_owned())
    );
}
