//! The documents say what is true: their links lead somewhere, their examples parse, their tables are complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use artcafe::config::Key;
use artcafe::env::VARIABLES;
use artcafe::ops::ErrorCode;
use artcafe::ops::error::EXIT_CODES;
use artcafe::sandbox::{Dialect, Fault, PLANS};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Markdown file for readers, with its text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].iter().map(|name| root().join(name)).collect();
    for folder in ["docs", "docs/contributing", "docs/contributing/decisions"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    assert!(paths.len() > 7, "documents are missing: {paths:?}");
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(&path).unwrap())).collect()
}

/// The lines outside fenced blocks, with their numbers.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            lines.push((number, line));
        }
    }
    lines
}

/// The anchors of a document's headings, as forges make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let slug = |heading: &str| {
        let kept =
            heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
        kept.trim().replace(' ', "-")
    };
    prose(text)
        .into_iter()
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| slug(line.trim_start_matches('#')))
        .collect()
}

/// What the links and pictures of a line lead to.
fn targets(line: &str) -> Vec<&str> {
    let markdown = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let html = line.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    markdown.chain(html).collect()
}

#[test]
fn every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    let mut count = 0;
    for (path, text) in documents() {
        for (number, line) in prose(&text) {
            for target in targets(line) {
                if target.contains("://") {
                    continue;
                }
                count += 1;
                let place = format!("{}:{number}: {target}", path.display());
                let (file, anchor) =
                    target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
                let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
                assert!(file.exists(), "{place}: no such file");
                if let Some(anchor) = anchor {
                    let headings = anchors(&fs::read_to_string(&file).unwrap());
                    assert!(headings.contains(anchor), "{place}: no such heading in {headings:?}");
                }
            }
        }
    }
    assert!(count > 20, "only {count} links were found");
}

/// The lines of the `sh` blocks, those that end in a backslash joined with the next.
fn shell_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let (mut inside, mut open) = (false, false);
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with("```") {
            inside = line == "```sh";
            open = false;
        } else if inside {
            let (part, goes_on) = line.strip_suffix('\\').map_or((line, false), |part| (part, true));
            match lines.last_mut().filter(|_| open) {
                Some((_, whole)) => whole.push_str(part),
                None => lines.push((number, part.to_owned())),
            }
            open = goes_on;
        }
    }
    lines
}

/// Splits a line into simple commands of words, as a shell would: quotes, backslashes, comments; an
/// operator ends a command, a redirection and what it leads to are left out.
fn simple_commands(line: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut skip = false;
    let mut characters = line.chars().peekable();
    let finish = |word: &mut Option<String>, skip: &mut bool, commands: &mut Vec<Vec<String>>| {
        if let Some(word) = word.take()
            && !std::mem::take(skip)
        {
            commands.last_mut().unwrap().push(word);
        }
    };
    while let Some(character) = characters.next() {
        match character {
            '\'' => {
                let word = word.get_or_insert_default();
                word.extend(characters.by_ref().take_while(|next| *next != '\''));
            }
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(next) = characters.next().filter(|next| *next != '"') {
                    word.push(if next == '\\' { characters.next().unwrap() } else { next });
                }
            }
            '\\' => word.get_or_insert_default().push(characters.next().unwrap()),
            '#' if word.is_none() => break,
            '<' | '>' => {
                // A number right before it is a descriptor.
                word = word.filter(|word| !word.chars().all(|digit| digit.is_ascii_digit()));
                finish(&mut word, &mut skip, &mut commands);
                skip = true;
            }
            '|' | '&' | ';' => {
                finish(&mut word, &mut skip, &mut commands);
                commands.push(Vec::new());
            }
            blank if blank.is_whitespace() => finish(&mut word, &mut skip, &mut commands),
            other => word.get_or_insert_default().push(other),
        }
    }
    finish(&mut word, &mut skip, &mut commands);
    commands.retain(|words| !words.is_empty());
    commands
}

/// Parses every `artcafe` command of a line, those inside others included; answers how many.
fn check_line(place: &str, line: &str) -> usize {
    let mut count = 0;
    for inner in line.split("$(").skip(1) {
        count += check_line(place, inner.split(')').next().unwrap());
    }
    for mut words in simple_commands(line) {
        let assignment = |word: &String| {
            word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        };
        words.drain(..words.iter().take_while(|word| assignment(word)).count());
        if words.starts_with(&["cargo".to_owned(), "run".to_owned()]) {
            let Some(dashes) = words.iter().position(|word| word == "--") else { continue };
            words.splice(..=dashes, ["artcafe".to_owned()]);
        }
        match words.first().map(String::as_str) {
            Some("artcafe") => {}
            Some("sh") if words.get(1).is_some_and(|flag| flag == "-c") => {
                count += check_line(place, &words[2]);
                continue;
            }
            _ => continue,
        }
        count += 1;
        if let Err(error) = artcafe::cli::command().try_get_matches_from(&words)
            && error.exit_code() != 0
        {
            panic!("{place}: {words:?}\n{error}");
        }
        for pair in words.windows(2).filter(|pair| pair[0] == "--fault") {
            if let Err(error) = pair[1].parse::<Fault>() {
                panic!("{place}: {error}");
            }
        }
        if let Some(dashes) = words.iter().position(|word| word == "--") {
            let rest: Vec<String> =
                words[dashes + 1..].iter().map(|word| format!("'{}'", word.replace('\'', "'\\''"))).collect();
            count += check_line(place, &rest.join(" ").replace("'artcafe'", "artcafe"));
        }
    }
    count
}

#[test]
fn every_example_parses() {
    let mut count = 0;
    for (path, text) in documents() {
        for (number, line) in shell_lines(&text) {
            count += check_line(&format!("{}:{number}", path.display()), &line);
        }
    }
    assert!(count > 60, "only {count} commands were found");
}

#[test]
fn a_shell_line_is_split_as_a_shell_does() {
    let split = |line: &str| simple_commands(line);
    assert_eq!(split("a 'b c' \"d \\\" e\" f\\ g # h"), [["a", "b c", "d \" e", "f g"]]);
    assert_eq!(split("a < in > out b && c | d"), [vec!["a", "b"], vec!["c"], vec!["d"]]);
    assert_eq!(split("a ''"), [["a", ""]]);
    assert_eq!(split("a fd:3 3< b 2>c 4 > d"), [["a", "fd:3", "4"]]);
    assert!(split("# nothing").is_empty());
    assert_eq!(check_line("x", "A=b artcafe sandbox exec -- sh -c 'artcafe status && artcafe auth test'"), 3);
    assert_eq!(check_line("x", "curl -H \"Authorization: Bearer $(artcafe auth token)\" x"), 1);
    assert_eq!(check_line("x", "cargo run --release -- sandbox exec -- artcafe status"), 2);
    assert!(std::panic::catch_unwind(|| check_line("x", "artcafe sandbox exec -- artcafe staus")).is_err());
    assert!(std::panic::catch_unwind(|| check_line("x", "artcafe sandbox serve --fault 'x=nonsense'")).is_err());
}

/// The rows of a document's tables, as cells.
/// The commands and flags that stand between backticks in a line, each as its words.
fn named_commands(line: &str) -> Vec<Vec<&str>> {
    let code = line.split('`').skip(1).step_by(2);
    code.filter_map(|code| Some(code.strip_prefix("artcafe ")?.split_whitespace().collect())).collect()
}

/// The word of a command that does not exist.
fn unknown_word<'a>(words: &[&'a str]) -> Option<&'a str> {
    let mut command = artcafe::cli::command();
    for word in words {
        let flag = word.strip_prefix("--").map(|flag| flag.split('=').next().unwrap_or(flag));
        if let Some(flag) = flag {
            let is_flag = |argument: &clap::Arg| {
                argument.get_long() == Some(flag) || argument.get_all_aliases().is_some_and(|all| all.contains(&flag))
            };
            let root = artcafe::cli::command();
            let is_known = command.get_arguments().any(is_flag) || root.get_arguments().any(is_flag);
            match flag {
                "" => return None,
                "help" | "version" => {}
                _ if is_known => {}
                _ => return Some(word),
            }
        } else if !command.has_subcommands() {
            continue;
        } else if let Some(found) = command.find_subcommand(word).cloned() {
            command = found;
        } else if word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            // What a command takes beside its subcommands is no such word.
            return command.get_positionals().next().is_none().then_some(*word);
        }
    }
    None
}

#[test]
fn every_command_that_the_prose_names_exists() {
    assert_eq!(unknown_word(&["key", "rotate", "--grace", "1h"]), None);
    assert_eq!(unknown_word(&["key", "turn"]), Some("turn"));
    assert_eq!(unknown_word(&["key", "rotate", "--quickly"]), Some("--quickly"));
    let mut count = 0;
    for (path, text) in documents() {
        for (number, line) in prose(&text) {
            for words in named_commands(line) {
                count += 1;
                assert_eq!(unknown_word(&words), None, "{}:{number}: artcafe {}", path.display(), words.join(" "));
            }
        }
    }
    assert!(count > 100, "{count}");
}

fn rows(text: &str) -> Vec<Vec<&str>> {
    text.lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// The guide's sections; its text is the platform's and not in this repository.
const GUIDE: &[&str] = &[
    "Multi-tenant concepts",
    "Tenant registration",
    "Agent registration",
    "SSH key management",
    "Tenant isolation",
    "Web portal",
    "Security recommendations",
    "Operational recommendations",
    "Scaling recommendations",
];

#[test]
fn every_instruction_of_the_guide_is_served_or_has_a_reason() {
    let text = read("docs/guide-coverage.md");
    let (mut served, mut others) = (0, 0);
    for section in GUIDE {
        let body = text.split(&format!("\n## {section}\n")).nth(1).unwrap_or_else(|| panic!("no section {section}"));
        let rows = rows(body.split("\n## ").next().unwrap());
        assert!(rows.len() > 2, "{section}: {rows:?}");
        for row in rows.iter().skip(1).filter(|row| !row[0].starts_with("---")) {
            let [instruction, answer] = row[..] else { panic!("{section}: {row:?}") };
            let is_named = !named_commands(answer).is_empty() || answer.contains(".md") || answer.contains('`');
            let elsewhere = ["the portal's alone", "the agent's own code", "the server's", "private keys"];
            let is_elsewhere = elsewhere.iter().any(|start| answer.starts_with(start));
            // What is not served here says why.
            assert!(is_named || is_elsewhere && answer.contains(": "), "{section}: {instruction}: {answer}");
            *(if is_elsewhere { &mut others } else { &mut served }) += 1;
        }
    }
    assert!(served > 25 && others > 5, "{served} {others}");
}

#[test]
fn every_error_code_is_explained_with_its_exit_code() {
    let text = read("docs/troubleshooting.md");
    for code in ErrorCode::ALL {
        let cell = format!("<a id=\"{0}\"></a>`{0}`", code.as_str());
        let row = rows(&text).into_iter().find(|row| row[0] == cell);
        let row = row.unwrap_or_else(|| panic!("docs/troubleshooting.md has no row for {cell}"));
        assert_eq!(row[1], code.exit_code().to_string(), "{cell}");
        assert!(row.len() == 4 && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
    for row in rows(&text).iter().filter(|row| row[0].starts_with("<a id=")) {
        let known = ErrorCode::ALL.iter().any(|code| row[0].ends_with(&format!("`{}`", code.as_str())));
        assert!(known, "{row:?} is no code of the program's");
    }
}

#[test]
fn the_readme_has_the_programs_exit_codes() {
    let text = read("README.md");
    let section = text.split("## Exit codes").nth(1).unwrap().split("\n## ").next().unwrap();
    let written: Vec<(u8, String)> =
        rows(section).iter().filter_map(|row| Some((row[0].parse().ok()?, row[1].to_owned()))).collect();
    let real: Vec<(u8, String)> = EXIT_CODES.iter().map(|(code, about)| (*code, (*about).to_owned())).collect();
    assert_eq!(written, real);
}

#[test]
fn every_variable_that_is_named_exists() {
    let read = VARIABLES.iter().map(|variable| variable.name);
    let known: BTreeSet<&str> = read
        .chain(artcafe::ops::rotate::HOOK_VARIABLES)
        .chain(["ARTCAFE_ACCESS_TOKEN", "ARTCAFE_TOKEN_FILE"])
        .collect();
    for (path, text) in documents() {
        for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            // Switches of the tests, which the program does not read.
            let is_tests = word.starts_with("ARTCAFE_TEST_")
                || ["ARTCAFE_UPDATE", "ARTCAFE_DEEP", "ARTCAFE_DEEP_SEED"].contains(&word);
            if word.starts_with("ARTCAFE_") && !is_tests {
                assert!(known.contains(word), "{}: there is no variable {word}", path.display());
            }
        }
    }
}

#[test]
fn every_key_dialect_and_plan_is_documented() {
    let configuration = read("docs/configuration.md");
    for key in Key::ALL {
        assert!(configuration.contains(&format!("| `{key}` |")), "docs/configuration.md has no row for {key}");
    }
    let sandbox = read("docs/sandbox.md");
    for name in Dialect::ALL.map(Dialect::name).into_iter().chain(PLANS) {
        assert!(sandbox.contains(&format!("`{name}`")), "docs/sandbox.md does not name {name}");
    }
}

#[test]
fn help_explains_every_code() {
    let env = super::support::TestEnv::new();
    for code in ErrorCode::ALL {
        let text = env.run(&["help", code.as_str()]).expect(0).stdout;
        assert!(text.starts_with(&format!("{}, exit code {}\n", code.as_str(), code.exit_code())), "{text}");
        assert!(text.contains("What to do: "), "{text}");
    }
}
