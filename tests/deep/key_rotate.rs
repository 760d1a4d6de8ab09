//! `key rotate`: the way forward, the way back, and a kill at every named point of both.

use super::support::scenes::key_rotate::*;
use super::support::tier::share;
use artcafe::sandbox::Dialect;
use std::fs;

/// Points of the way forward, in the order in which a rotation meets them.
const FORWARD: [&str; 15] = [
    "planned",
    "generate.before_write",
    "generate.after_write",
    "generated",
    "register.before_request",
    "register.after_request",
    "registered",
    "proven",
    "switch.before_write",
    "switch.after_write",
    "switched",
    "confirmed",
    "retire.before_request",
    "retire.after_request",
    "retire.between_files",
];

/// From here on a request to retire the old key may have left.
const NO_WAY_BACK: [&str; 3] = ["retire.before_request", "retire.after_request", "retire.between_files"];

fn each_point() -> impl Iterator<Item = (Dialect, &'static str)> {
    Dialect::ALL.into_iter().flat_map(|dialect| FORWARD.map(|point| (dialect, point)))
}

#[test]
fn a_kill_at_any_point_loses_nothing_and_can_be_gone_on_with() {
    for (dialect, point) in share("kills, then --resume", each_point(), 1) {
        let (server, env) = proven(dialect, &[]);
        killed_at(&env, point, &["key", "rotate"]);
        identity_stands(&env, point);
        assert!(active(&records(&server, &env)) <= 2, "{point}");
        let report = env.run(&["key", "rotate", "--resume", "--json"]).expect(0).data();
        assert_eq!(report["phase"], "retired", "{point}");
        identity_stands(&env, point);
        let records = records(&server, &env);
        assert_eq!(active(&records), 1, "{point}: {records:?}");
        assert_eq!(journals(&env), 0, "{point}");
        assert_eq!(fs::read_dir(env.path(".ssh")).unwrap().count(), 4, "{point}: {:?}", identity(&env));
        assert!(fs::read_to_string(env.config()).unwrap().contains("auth: # mine\n  custom: kept\n"), "{point}");
    }
}

#[test]
fn a_kill_at_any_point_can_be_undone_to_exactly_the_state_before() {
    for (dialect, point) in share("kills, then --abort", each_point(), 1) {
        let (server, env) = proven(dialect, &[]);
        let before = identity(&env);
        killed_at(&env, point, &["key", "rotate"]);
        let run = env.run(&["key", "rotate", "--abort", "--json"]);
        if NO_WAY_BACK.contains(&point) {
            assert_eq!(run.expect(5).code_name(), "DIFFERS", "{point}");
            identity_stands(&env, point);
            assert_eq!(active(&records(&server, &env)), 1, "{point}");
        } else if point == "register.before_request" {
            // No record was seen, and none can be told from one that is still under way.
            assert_eq!(run.expect(6).code_name(), "PARTLY_DONE", "{point}");
            identity_stands(&env, point);
            assert_eq!(active(&records(&server, &env)), 1, "{point}");
            continue;
        } else {
            run.expect(0);
            assert_eq!(identity(&env), before, "{point}");
            let records = records(&server, &env);
            assert_eq!((records.len(), active(&records)), (1, 1), "{point}: {records:?}");
            identity_stands(&env, point);
        }
        assert_eq!(journals(&env), 0, "{point}");
    }
}
