//! The programs that this tier runs are there.

use std::path::Path;
use std::process::Command;

#[test]
fn every_program_is_installed() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/tools");
    let text = std::fs::read_to_string(script).unwrap();
    let list = text.split('\'').nth(1).unwrap();
    let programs: Vec<(&str, &str)> = list.lines().filter_map(|line| line.split_once(' ')).collect();
    assert!(programs.len() > 10, "{list}");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let mut missing: Vec<String> = programs
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(program, package)| format!("{program} (Debian: {package})"))
        .collect();
    for module in ["cryptography", "bcrypt", "yaml"] {
        let found = Command::new("python3").args(["-c", &format!("import {module}")]).output();
        if !found.is_ok_and(|output| output.status.success()) {
            missing.push(format!("{module} for python3 (pip)"));
        }
    }
    assert!(missing.is_empty(), "missing: {}; `.ci/tools` installs them on Debian", missing.join(", "));
    eprintln!("{} programs and 3 Python packages are installed", programs.len());
}
