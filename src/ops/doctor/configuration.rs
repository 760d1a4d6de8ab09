//! The configuration: there, valid, without secrets, of the present, and for one identity alone.
//!
//! Owns the checks of files that a person writes. Never shows a value that may be a secret, and changes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{ConfigFile, Key, Origin, Paths, Problem, ValidateContext};
use crate::ops::doctor::finding::{Finding, Sheet};
use crate::ops::doctor::{Check, Patient, version_control};
use crate::ops::error::{ErrorCode, OpError};
use crate::ops::rotate::{self, Direction};
use crate::ops::session::Session;
use crate::ops::{prove, superseded};

/// Findings of `config validate` that other checks stand for.
const ELSEWHERE: [&str; 7] = [
    "secret_in_file",
    "key_file_missing",
    "key_file_unreadable",
    "endpoint_not_https",
    "mode_world_writable",
    "mode_loose",
    "foreign_owner",
];

/// What needs the settings as a whole.
const OF_SETTINGS: &[Check] = &[
    Check::Identity,
    Check::SupersededConfiguration,
    Check::OpenRotation,
    Check::EndpointSecure,
    Check::EndpointBinding,
];

pub(super) fn look(sheet: &mut Sheet, patient: &Patient, paths: &Paths) {
    let all: Vec<(PathBuf, ConfigFile)> = super::configurations(paths)
        .into_iter()
        .filter_map(|path| ConfigFile::load(&path).ok().flatten().map(|file| (path, file)))
        .collect();
    presence(sheet, patient, paths);
    validity(sheet, patient, paths);
    sheet.put(Check::HardCodedCredentials, hard_coded(&all));
    sheet.put(Check::VersionControl, version_control::look(patient, paths, &all));
    sheet.put(Check::Environments, environments(&all));
    match &patient.session {
        Ok(session) => of_settings(sheet, session, patient),
        Err(_) => sheet.block(OF_SETTINGS, sheet.obstacle(&[Check::Home]).unwrap_or(Check::ConfigurationValid)),
    }
}

fn presence(sheet: &mut Sheet, patient: &Patient, paths: &Paths) {
    let path = paths.config.value.display();
    let finding = match std::fs::metadata(&paths.config.value) {
        Ok(_) => Finding::ok(format!("`{path}`")),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Finding::error(format!("`{path}` cannot be looked at: {error}")).hint("check the directories above it")
        }
        Err(_) => match &patient.session {
            Ok(session) if session.agent().is_ok() && session.tenant().is_ok() => {
                Finding::note(format!("there is none at `{path}`; variables name agent and tenant"))
            }
            _ => {
                let by = match &paths.config.origin {
                    Origin::Default => String::new(),
                    origin => format!(", which {origin} names"),
                };
                Finding::error(format!("there is no configuration at `{path}`{by}"))
                    .hint("make one: `artcafe setup`; `artcafe config profiles` lists the others")
            }
        },
    };
    sheet.put(Check::Configuration, finding);
}

fn validity(sheet: &mut Sheet, patient: &Patient, paths: &Paths) {
    let file = match ConfigFile::load(&paths.config.value) {
        Ok(file) => file,
        Err(error) => {
            let error = OpError::from(error);
            let check = if error.code == ErrorCode::PermissionDenied { Check::Home } else { Check::ConfigurationValid };
            sheet.put(check, Finding::failed(&error));
            return sheet.block(&[Check::ConfigurationValid], check);
        }
    };
    let problems: Vec<Problem> = file.map_or_else(Vec::new, |file| {
        let context = ValidateContext { paths, user: patient.user };
        file.validate(context).into_iter().filter(|problem| !ELSEWHERE.contains(&problem.code)).collect()
    });
    let worst = problems.iter().find(|problem| problem.is_error()).or(problems.first());
    let finding = match (worst, &patient.session) {
        (Some(problem), _) => {
            let more = match problems.len() - 1 {
                0 => String::new(),
                more => format!(" (and {more} more)"),
            };
            let words = format!("{problem}{more}");
            let finding = if problem.is_error() { Finding::error(words) } else { Finding::warning(words) };
            finding.hint(format!("{}; `artcafe config validate` shows every problem", problem.hint))
        }
        // The file is in order, so it is a flag or variable.
        (None, Err(error)) if error.code != ErrorCode::PermissionDenied => Finding::failed(error),
        (None, _) => Finding::ok("nothing is wrong in it"),
    };
    sheet.put(Check::ConfigurationValid, finding);
}

fn hard_coded(all: &[(PathBuf, ConfigFile)]) -> Finding {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for (path, file) in all {
        for (key, position) in file.secrets() {
            let advice = crate::config::secret_advice(&key);
            found.push((format!("`{key}` in line {} of `{}`", position.line, path.display()), advice));
        }
        for (number, line) in (1..).zip(file.text().lines()) {
            if has_credentials(line) {
                let words = format!("a URL with a password in line {number} of `{}`", path.display());
                found.push((words, "take user and password out of the URL, and give them by an environment variable"));
            }
        }
    }
    match found.as_slice() {
        [] => Finding::ok("there are none"),
        [(_, advice), ..] => {
            let words: Vec<&str> = found.iter().map(|(words, _)| words.as_str()).collect();
            Finding::warning(format!("a secret stands in a configuration: {}", words.join(", "))).hint(*advice)
        }
    }
}

/// Whether a line holds a URL with user and password.
fn has_credentials(line: &str) -> bool {
    line.match_indices("://").any(|(at, mark)| {
        let rest = &line[at + mark.len()..];
        let authority = rest.split(['/', '?', '#', '"', '\'', ' ', '\t']).next().unwrap_or_default();
        // `${NAME}` stands for a value that is elsewhere.
        authority.rsplit_once('@').is_some_and(|(user, _)| {
            user.split_once(':').is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
        })
    })
}

/// Who a configuration is about.
pub(super) type Named = (Option<String>, Option<String>, Option<String>);

pub(super) fn identity_of(file: &ConfigFile) -> Named {
    let text = |key| file.text_of(key).map(|found| found.value);
    let endpoint = text(Key::Endpoint).and_then(|text| text.parse::<crate::config::Endpoint>().ok());
    (endpoint.map(|endpoint| endpoint.origin().to_owned()), text(Key::TenantId), text(Key::AgentId))
}

fn environments(all: &[(PathBuf, ConfigFile)]) -> Finding {
    let mut seen: BTreeMap<Named, &Path> = BTreeMap::new();
    for (path, file) in all {
        let named = identity_of(file);
        let Some(agent) = named.2.clone() else { continue };
        if let Some(first) = seen.insert(named, path) {
            return Finding::warning(format!(
                "`{}` and `{}` are both for agent `{}`",
                first.display(),
                path.display(),
                crate::id::ServerText::new(&agent)
            ))
            .hint(
                "keep one of them, and a configuration of its own for each environment: `artcafe setup --profile NAME`",
            );
        }
    }
    match all.len() {
        0 => Finding::ok("there is no configuration"),
        1 => Finding::ok("one configuration; others would be profiles"),
        count => Finding::ok(format!("{count} configurations, each for an identity of its own")),
    }
}

fn of_settings(sheet: &mut Sheet, session: &Session, patient: &Patient) {
    let settings = &session.settings;
    match (session.agent(), session.tenant()) {
        (Ok(agent), Ok(tenant)) => {
            sheet.put(Check::Identity, Finding::ok(format!("agent `{agent}` of tenant `{tenant}`")));
        }
        _ if sheet.obstacle(&[Check::Configuration]).is_some() => sheet.block(&[Check::Identity], Check::Configuration),
        (Err(error), _) | (_, Err(error)) => sheet.put(Check::Identity, Finding::failed(&error)),
    }
    if sheet.obstacle(&[Check::Identity]).is_some() {
        sheet.block(&[Check::SupersededConfiguration], Check::Identity);
    } else {
        let finding = match superseded::refusal(session) {
            Some(error) => Finding::failed(&error),
            None => Finding::ok("it names the key that is current, as far as this machine remembers"),
        };
        sheet.put(Check::SupersededConfiguration, finding);
    }
    sheet.put(Check::OpenRotation, open_rotation(session, patient));
    let endpoint = &settings.endpoint;
    let is_open = !endpoint.value.is_https() && !endpoint.value.is_loopback();
    let secure = match session.client() {
        Err(error) if error.code == ErrorCode::EndpointInsecure => Finding::failed(&error),
        _ if is_open => Finding::warning(format!("{} has no encryption, which was allowed", endpoint.value.origin()))
            .hint("use https wherever the network is not your own"),
        _ if endpoint.value.is_https() => Finding::ok(endpoint.value.origin()),
        _ => Finding::ok(format!("{} is this machine", endpoint.value.origin())),
    };
    sheet.put(Check::EndpointSecure, secure);
    let binding = match prove::refuse_new_endpoint(session) {
        Ok(()) if session.allow_new_endpoint => Finding::ok("another endpoint was allowed"),
        Ok(()) => Finding::ok("it was, or nothing is remembered of it"),
        Err(error) if error.code == ErrorCode::NewEndpoint => Finding::failed(&error),
        // A key or memory that cannot be read is told elsewhere.
        Err(_) => Finding::skipped("the key or the memory of its registration cannot be read"),
    };
    sheet.put(Check::EndpointBinding, binding);
}

fn open_rotation(session: &Session, patient: &Patient) -> Finding {
    match rotate::open(&session.settings.paths) {
        Ok(None) => Finding::ok("none is open"),
        Err(error) => Finding::failed(&error),
        Ok(Some(journal)) => match journal.fix(patient.now) {
            Some(fix) => {
                Finding::warning(journal.words()).hint("go on with it: `artcafe key rotate --resume`").fix(fix)
            }
            None if journal.direction == Direction::Back => {
                Finding::warning(journal.words()).hint("go on with undoing it: `artcafe key rotate --abort`")
            }
            None => Finding::note(journal.words()).hint("nothing is to be done before the grace period is over"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_seen_and_nothing_else() {
        for line in ["proxy: http://u:p@h:3128", "x: \"amqp://me:secret@host/v\"", "a: b://c:d@e f"] {
            assert!(has_credentials(line), "{line}");
        }
        for line in
            ["endpoint: https://api.artcafe.ai", "x: http://u@h", "x: http://h/a:b@c", "x: http://u:${P}@h", "u:p@h"]
        {
            assert!(!has_credentials(line), "{line}");
        }
    }
}
