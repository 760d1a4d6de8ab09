//! The text of the two units.
//!
//! Owns what stands in them, and the line by which a file that nobody has changed is known again. What
//! always holds: every path is absolute and quoted, and no secret is in them.

use aws_lc_rs::digest;

use crate::config::duration;
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::service::escape::{path, text_of, word};
use crate::ops::service::{Scope, Selection, ServiceOptions};

const MARK: &str = "# sha256 of the lines below: ";

/// What keeps the service from anything that a rotation does not do. All of it works in a user manager as well,
/// which can take no capability away. A command of `rotation.post_switch` runs under the same rules.
const HARDENING: &str = "\
NoNewPrivileges=yes
ProtectSystem=strict
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
";

/// What only the system's manager can do.
const SYSTEM_HARDENING: &str = "\
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
";

/// The service: asks whether there is something to do, then does it.
pub(super) fn service(options: &ServiceOptions) -> Result<String, OpError> {
    let mut text = format!("[Unit]\nDescription={}\n", description(options));
    if options.scope == Scope::System {
        text.push_str("Wants=network-online.target\nAfter=network-online.target\n");
    }
    // A timer must not be stopped for good by a day on which the server was down.
    text.push_str("StartLimitIntervalSec=0\n\n[Service]\nType=oneshot\n");
    for (name, value) in &options.variables {
        text.push_str(&format!("Environment={}\n", word(&format!("{name}={value}"))?));
    }
    if let Some(user) = options.user {
        text.push_str(&format!("User={user}\n"));
    }
    text.push_str(&format!("ExecCondition={}\n", command(options, &["key", "needs-rotation"])?));
    let accepts: &[&str] = if options.accept_agent_record { &["--accept-agent-record"] } else { &[] };
    let words = [&["key", "rotate", "--if-due"][..], accepts].concat();
    text.push_str(&format!("ExecStart={}\n", command(options, &words)?));
    text.push_str(HARDENING);
    // A private /tmp would hide what lies there.
    if !options.writable.iter().any(|path| path.starts_with("/tmp") || path.starts_with("/var/tmp")) {
        text.push_str("PrivateTmp=yes\n");
    }
    if options.scope == Scope::System {
        text.push_str(SYSTEM_HARDENING);
    }
    for directory in &options.writable {
        text.push_str(&format!("ReadWritePaths={}\n", path(directory)?));
    }
    Ok(marked(options, &format!("{}.service", options.name), &text))
}

/// The timer.
pub(super) fn timer(options: &ServiceOptions) -> String {
    let text = format!(
        "[Unit]\nDescription={}, by the clock\n\n[Timer]\nOnCalendar={}\nPersistent=true\nRandomizedDelaySec={}\n\n[Install]\nWantedBy=timers.target\n",
        description(options),
        options.on_calendar.replace('%', "%%"),
        duration::text(options.splay)
    );
    marked(options, &format!("{}.timer", options.name), &text)
}

fn description(options: &ServiceOptions) -> String {
    match &options.selection {
        Selection::Default => "Replace the key of the ArtCafe.ai agent in time".to_owned(),
        Selection::Profile(name) => format!("Replace the key of the ArtCafe.ai agent in time (profile {name})"),
        Selection::Config(_) => "Replace the key of an ArtCafe.ai agent in time".to_owned(),
    }
}

/// The program with its arguments; the colon keeps systemd from reading `$` as a variable.
fn command(options: &ServiceOptions, words: &[&str]) -> Result<String, OpError> {
    let text = text_of(&options.program)?;
    if text.contains(['"', '\'', '\\']) {
        return Err(OpError::new(
            ErrorCode::Usage,
            format!("systemd starts no program whose path has quotes or backslashes, such as `{text}`"),
        )
        .hint("install artcafe in another directory"));
    }
    let program = word(&format!(":{text}"))?;
    let mut line = vec![program, "--no-input".to_owned()];
    match &options.selection {
        Selection::Default => {}
        Selection::Profile(name) => line.extend(["--profile".to_owned(), word(name.as_str())?]),
        Selection::Config(file) => line.extend(["--config".to_owned(), path(file)?]),
    }
    line.extend(words.iter().map(|word| (*word).to_owned()));
    Ok(line.join(" "))
}

/// With the head that says whose it is.
fn marked(options: &ServiceOptions, unit: &str, text: &str) -> String {
    let edit = match options.scope {
        Scope::User => "systemctl --user edit",
        Scope::System => "systemctl edit",
    };
    format!(
        "# Written by `artcafe service install`, which replaces it only as long as nobody changes it.\n# To change something: `{edit} {unit}`\n{MARK}{}\n{text}",
        hash(text)
    )
}

/// Whether a file is as `service install` wrote it, whatever the options were.
pub(super) fn is_as_written(text: &str) -> bool {
    let Some((_, rest)) = text.split_once(MARK) else { return false };
    rest.split_once('\n').is_some_and(|(found, body)| found == hash(body))
}

fn hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn options() -> ServiceOptions {
        ServiceOptions {
            scope: Scope::User,
            unit_dir: PathBuf::from("/u"),
            name: "artcafe-rotate".to_owned(),
            program: PathBuf::from("/opt/a 100%/$x/artcafe"),
            selection: Selection::Config(PathBuf::from("/c d/x.yaml")),
            variables: vec![("ARTCAFE_HOME".to_owned(), "/h 5%".to_owned())],
            user: None,
            writable: vec![PathBuf::from("/h 5%"), PathBuf::from("/k")],
            on_calendar: "daily".to_owned(),
            splay: jiff::SignedDuration::from_hours(1),
            accept_agent_record: false,
        }
    }

    #[test]
    fn odd_paths_are_quoted() {
        let text = service(&options()).unwrap();
        for line in [
            r#"ExecCondition=":/opt/a 100%%/$x/artcafe" --no-input --config "/c d/x.yaml" key needs-rotation"#,
            r#"Environment="ARTCAFE_HOME=/h 5%%""#,
            r#"ReadWritePaths="/h 5%%""#,
            "ReadWritePaths=/k",
            "PrivateTmp=yes",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("network-online"), "{text}");
    }

    #[test]
    fn a_program_that_systemd_would_not_start_is_refused() {
        for path in ["/opt/a\"b/artcafe", "/opt/it's/artcafe", "/opt/a\\b/artcafe"] {
            let options = ServiceOptions { program: PathBuf::from(path), ..options() };
            assert!(service(&options).is_err(), "{path}");
        }
    }

    #[test]
    fn what_lies_in_tmp_stays_visible() {
        let mut options = options();
        options.writable.push(PathBuf::from("/tmp/x"));
        assert!(!service(&options).unwrap().contains("PrivateTmp"));
    }

    #[test]
    fn a_changed_file_is_known() {
        let text = timer(&options());
        assert!(is_as_written(&text));
        assert!(!is_as_written(&text.replace("daily", "weekly")));
        assert!(!is_as_written(&format!("{text}# mine\n")));
        assert!(!is_as_written("[Timer]\n"));
    }
}
