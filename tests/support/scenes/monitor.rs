//! The page of `monitor`, checked by promtool in the tier that has it.

use crate::support::Run;
use crate::support::tier::Tier;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// In the tools tier, expects that promtool finds nothing wrong with a page.
pub(crate) fn promtool(page: &str) {
    if crate::TIER != Tier::Tools {
        return;
    }
    let mut command = Command::new("promtool");
    command.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).expect(0);
    assert_eq!(run.all(), "", "{page}");
}
