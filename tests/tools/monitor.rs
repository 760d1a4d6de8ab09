//! `monitor`: numbers that Prometheus takes, each of them true.

use super::support::Run;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn promtool_accepts_the_alerts_and_each_of_them_fires() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/monitoring");
    for (action, file) in [("check", "alerts.yaml"), ("test", "alerts-test.yaml")] {
        let mut command = Command::new("promtool");
        command.args([action, "rules", file]).current_dir(&directory).stdin(Stdio::null());
        Run::of(command.output().unwrap()).expect(0);
    }
    let (alerts, test) =
        (fs::read_to_string(directory.join("alerts.yaml")), fs::read_to_string(directory.join("alerts-test.yaml")));
    let (alerts, test) = (alerts.unwrap(), test.unwrap());
    let document = fs::read_to_string(directory.join("../monitoring.md")).unwrap();
    let source = include_str!("../../src/ops/monitor/exposition.rs");
    for line in alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(test.contains(&format!("alertname=\"{line}\"")), "{line} is not tried");
    }
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        let is_name = |character: char| character.is_ascii_lowercase() || character == '_';
        text.split(|character| !is_name(character))
            .filter(|word| word.starts_with("artcafe_") && word.len() > 12)
            .map(str::to_owned)
            .collect()
    };
    let made = words(source);
    assert_eq!(words(&document), made, "the document and the program name different metrics");
    assert!(words(&alerts).is_subset(&made), "an alert is about a metric that nobody makes");
}
