//! Every request × {kill before, kill after} in the client, and × everything that a network or a
//! server can do to it: lost, answer lost, 500 after the work, 504 and the work later, refusals, stale
//! lists. The requests of the fresh process that confirms are among them.

use std::collections::BTreeMap;
use std::time::Duration;

use artcafe::sandbox::Dialect;
use serde_json::Value;

use super::checker::{Checker, Expected};
use super::drive::{Case, Tally, go_on};
use super::files::{Point, enumerate, rotate_failing};
use super::machine::Machine;
use crate::support::http;
use crate::support::tier::share;

/// What happens to one request of one route.
const FAULTS: [&str; 8] = ["close-before", "close-after", "after:500", "late:0ms", "401", "402", "409", "429"];

/// What happens to a list: it shows the start, this once or from here on.
const STALE: [&str; 2] = ["stale:1h", "stale:1h+"];

/// Longer than the client looks for what it asked for.
const LATE: Duration = Duration::from_secs(25);

struct Scene {
    checker: Checker,
    machine: Machine,
    start: Value,
    name: String,
}

impl Scene {
    fn new(dialect: Dialect, format: &'static str) -> Self {
        let mut machine = Machine::new(dialect, format);
        machine.keep("start");
        machine.serve(&[]);
        let checker = Checker::start();
        let start = checker.picture(&machine);
        Self { checker, machine, start, name: format!("{dialect} {format}") }
    }

    /// The requests of one good rotation: the route, and which of its requests it is.
    fn requests(&mut self) -> Vec<(String, usize)> {
        self.machine.put_back("start");
        self.machine.serve(&[]);
        self.machine.forget_requests();
        self.machine.serve(&[]);
        self.machine.run(&["key", "rotate"], &[]).run.expect(0);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        self.machine
            .requests()
            .into_iter()
            .map(|(route, _)| {
                let number = seen.entry(route.clone()).or_default();
                *number += 1;
                (route, *number)
            })
            .collect()
    }

    /// Starts anew, with one fault.
    fn begin(&mut self, fault: &str) {
        self.machine.put_back("start");
        self.machine.forget_requests();
        self.machine.serve(&[fault.to_owned()]);
    }

    fn rotate(&self, route: &str, number: usize) {
        let ended = self.machine.run(&["key", "rotate", "--json"], &[]);
        assert_eq!(ended.signal, None, "{ended:?}");
        let met = self.machine.requests().iter().filter(|(met, _)| met == route).count();
        assert!(met >= number, "{route} number {number} was not sent: {ended:?}");
    }

    fn case(&self, label: String) -> Case<'_> {
        Case { checker: &self.checker, start: &self.start, label: format!("{}, {label}", self.name), exempt: &[] }
    }
}

fn every_request(dialect: Dialect, format: &'static str, faults: &[&str]) {
    let mut scene = Scene::new(dialect, format);
    let requests = share(&format!("{dialect} {format}, {faults:?} at each request"), scene.requests(), 6);
    let mut tally = Tally::default();
    for (route, number) in &requests {
        let is_list = route == "GET /ssh-keys";
        for fault in faults.iter().chain(STALE.iter().filter(|_| is_list && faults[0] == FAULTS[0])) {
            let spec = match fault.strip_suffix('+') {
                Some(fault) => format!("{route}={fault}@{number}"),
                None => format!("{route}={fault}@{number}x1"),
            };
            scene.begin(&spec);
            scene.rotate(route, *number);
            if fault.ends_with('+') {
                // What follows sees the truth again, the checker too.
                scene.machine.serve(&[]);
            }
            let Scene { checker, machine, start, name } = &mut scene;
            Case { checker, start, label: format!("{name}, {spec}"), exempt: &[] }
                .resume_and_abort(machine, &mut tally);
        }
    }
    tally.finish(&format!("{dialect}, {format}, {faults:?} at each request"), requests.len());
}

fn killed_at_every_request(dialect: Dialect, format: &'static str) {
    let mut scene = Scene::new(dialect, format);
    let points = enumerate(&mut scene.machine).into_iter().filter(|point| point.kind == "http");
    let points = share(&format!("{dialect} {format}, kill before and after each request"), points, 6);
    let tally = killed_at_each(&mut scene, &points, &[]);
    tally.finish(&format!("{dialect}, {format}, kill before and after each request"), points.len());
}

fn killed_at_each(scene: &mut Scene, points: &[Point], exempt: &[u8]) -> Tally {
    let mut tally = Tally::default();
    for point in points {
        scene.machine.put_back("start");
        scene.machine.serve(&[]);
        let ended = rotate_failing(&scene.machine, point, &format!("{}:kill", point.number));
        assert_eq!(ended.signal, Some(9), "{ended:?}");
        let Scene { checker, machine, start, name } = scene;
        Case { checker, start, label: format!("{name}, {} kill", point.label()), exempt }
            .resume_and_abort(machine, &mut tally);
    }
    tally
}

/// The old key is dead already, so an administrator's token authorizes: killed at each point of both kinds.
#[test]
fn killed_at_each_point_with_an_administrator() {
    let mut scene = Scene::new(Dialect::Documented, "yaml");
    scene.name += ", administrator";
    let path = format!("/api/v1/ssh-keys/{}/revoke", scene.start["key_id"].as_str().unwrap());
    let body = serde_json::json!({ "reason": "compromised" });
    let (status, _) = http::ask(scene.machine.url(), "POST", &path, Some(scene.machine.token()), &body);
    assert_eq!(status, 200);
    scene.start = scene.checker.picture(&scene.machine);
    assert_eq!(scene.start["active"], 0);
    scene.machine.stop();
    scene.machine.keep("start");
    scene.machine.with_administrator = true;
    let points = share("administrator, kill at each point", enumerate(&mut scene.machine), 10);
    // Before the new key is in force nothing authenticates, and no private key of an active one exists.
    let tally = killed_at_each(&mut scene, &points, &[1, 2]);
    tally.finish("documented, yaml, administrator, kill at each point", points.len());
}

/// The answer is a 504, and the work is done while the next command is at it, or after that.
fn work_comes_later(dialect: Dialect, format: &'static str) {
    let mut scene = Scene::new(dialect, format);
    let mutating: Vec<_> = scene
        .requests()
        .into_iter()
        .filter(|(route, _)| route.contains("/ssh-keys") && !route.starts_with("GET"))
        .collect();
    assert!(mutating.len() >= 2, "{mutating:?}");
    let mutating = share(&format!("{dialect} {format}, the work comes later"), mutating, 3);
    let mut tally = Tally::default();
    for (route, number) in &mutating {
        for flag in ["--resume", "--abort"] {
            let spec = format!("{route}=late:{}ms@{number}x1", LATE.as_millis());
            scene.begin(&spec);
            let sent = std::time::Instant::now();
            scene.rotate(route, *number);
            let first = scene.machine.run(&["key", "rotate", flag, "--json"], &[]);
            std::thread::sleep((LATE + Duration::from_millis(500)).saturating_sub(sent.elapsed()));
            // The one exception: a registration that is carried out when the rotation is long over makes a second record
            // of the key that is in use. Nobody is there to see it; the next rotation retires both.
            let comes_twice = flag == "--resume" && route == "POST /ssh-keys";
            let mut case = scene.case(format!("{spec}, {flag}"));
            case.exempt = if comes_twice { &[4] } else { &[] };
            case.check(&scene.machine, Expected::Standing, "after the late work", &mut tally);
            // A second command sees what came late; one that was content needs none.
            let Scene { checker, machine, start, name } = &mut scene;
            let label = format!("{name}, {spec}, {flag} first ended with {}", first.run.code);
            let case = Case { checker, start, label, exempt: &[] };
            let settled = if first.run.code == 0 { Ok(()) } else { go_on(machine, flag).map(|_| ()) };
            tally.combinations += 1;
            if let Err(error) = settled {
                tally.wrong.push(format!("{}: {error}", case.label));
            }
            if comes_twice {
                assert!(first.run.stdout.contains("registration_in_doubt"), "{first:?}");
                // The next second, whose name is free.
                std::thread::sleep(Duration::from_millis(1100));
                machine.run(&["key", "rotate"], &[]).run.expect(0);
            }
            let gone_forward = flag == "--resume" || route.contains("revoke") || route.starts_with("DELETE");
            let expected = if gone_forward { Expected::Retired } else { Expected::Before };
            case.check(machine, expected, "at the end", &mut tally);
        }
    }
    tally.finish(&format!("{dialect}, {format}, work that comes later"), mutating.len());
}

#[test]
fn requests_and_answers_are_lost() {
    every_request(Dialect::Documented, "yaml", &FAULTS[..4]);
}

#[test]
fn requests_and_answers_are_lost_as_built() {
    every_request(Dialect::AsBuilt, "json", &FAULTS[..4]);
}

#[test]
fn requests_are_refused() {
    every_request(Dialect::Documented, "yaml", &FAULTS[4..]);
}

#[test]
fn requests_are_refused_as_built() {
    every_request(Dialect::AsBuilt, "json", &FAULTS[4..]);
}

#[test]
fn killed_before_and_after_each_request() {
    killed_at_every_request(Dialect::Documented, "yaml");
}

#[test]
fn killed_before_and_after_each_request_as_built() {
    killed_at_every_request(Dialect::AsBuilt, "json");
}

#[test]
fn the_work_is_done_later_than_anybody_waits() {
    work_comes_later(Dialect::Documented, "yaml");
}

#[test]
fn the_work_is_done_later_than_anybody_waits_as_built() {
    work_comes_later(Dialect::AsBuilt, "json");
}
