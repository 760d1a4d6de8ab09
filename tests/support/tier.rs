//! The three tiers of the tests, and the share of a large number of cases that each one runs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rand::prelude::*;
use rand::rand_core::UnwrapErr;
use rand::rngs::{SmallRng, SysRng};

/// Which tests a target holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Run before each commit; needs no program beside the toolchain.
    Everyday,
    /// With real programs beside ours.
    Tools,
    /// Every failure at every point.
    Deep,
}

#[expect(clippy::disallowed_methods, reason = "switches of the tests, not of the program")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether all cases are to be run: `ARTCAFE_DEEP=all`.
pub(crate) fn is_whole() -> bool {
    variable("ARTCAFE_DEEP").is_some_and(|value| value == "all")
}

/// The seed of the share: `ARTCAFE_DEEP_SEED`, else a new one for each run.
pub(crate) fn seed() -> u64 {
    static SEED: std::sync::OnceLock<u64> = std::sync::OnceLock::new();
    *SEED.get_or_init(|| {
        variable("ARTCAFE_DEEP_SEED")
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| UnwrapErr(SysRng).random_range(1..1_000_000))
    })
}

/// A share of some cases, in their order: a tenth every day, one in `deep` in the deep tier, all with
/// `ARTCAFE_DEEP=all`. At least one. What was chosen is printed.
pub(crate) fn share<T>(label: &str, cases: impl IntoIterator<Item = T>, deep: usize) -> Vec<T> {
    let cases: Vec<T> = cases.into_iter().collect();
    let part = match crate::TIER {
        Tier::Deep if is_whole() => 1,
        Tier::Deep => deep,
        Tier::Everyday | Tier::Tools => 10,
    };
    let total = cases.len();
    let count = total.div_ceil(part);
    // The label, so that two tests with equally many cases choose apart.
    let salt = label.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut random = SmallRng::seed_from_u64(seed().wrapping_add(salt));
    let chosen: BTreeSet<usize> = (0..total).sample(&mut random, count).into_iter().collect();
    eprintln!("{label}: {count} of {total} cases, ARTCAFE_DEEP_SEED={}", seed());
    cases.into_iter().enumerate().filter(|(number, _)| chosen.contains(number)).map(|(_, case)| case).collect()
}

/// Fails where a file of a tier is not part of its target.
#[track_caller]
pub(crate) fn assert_listed(tier: &str) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(tier);
    let listed = fs::read_to_string(directory.join("main.rs")).unwrap();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_module = path.is_dir() || path.extension().is_some_and(|extension| extension == "rs");
        assert!(
            !is_module || name == "main" || listed.contains(&format!("mod {name};\n")),
            "tests/{tier}/{name} is not listed in main.rs"
        );
    }
}
