//! What lists held before, for stale reads. Keeps nothing unless a fault asks for it, and at most a bounded number
//! of states.

use super::faults::Age;
use super::store::{AgentRow, KeyRow, Store};
use std::collections::VecDeque;
use std::time::Instant;

/// More states than any rehearsal looks back.
const KEPT: usize = 1000;

/// The lists at one moment.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) keys: Vec<KeyRow>,
    pub(super) agents: Vec<AgentRow>,
}

/// The lists of the past, oldest first.
#[derive(Debug)]
pub(super) struct History {
    wanted: bool,
    requests: u64,
    states: VecDeque<(Instant, u64, State)>,
}

impl History {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, requests: 0, states: VecDeque::new() }
    }

    /// Remembers the lists after a request, or at the start; unchanged lists are not kept twice.
    pub(super) fn remember(&mut self, store: &Store) -> rusqlite::Result<()> {
        if !self.wanted {
            return Ok(());
        }
        let state = State { keys: store.all_keys()?, agents: store.all_agents()? };
        let changed =
            self.states.back().is_none_or(|(_, _, last)| last.keys != state.keys || last.agents != state.agents);
        if changed {
            self.states.push_back((Instant::now(), self.requests, state));
            if self.states.len() > KEPT {
                self.states.pop_front();
            }
        }
        self.requests = self.requests.saturating_add(1);
        Ok(())
    }

    /// The lists of a while ago; the oldest known ones where that is before the start.
    pub(super) fn at(&self, age: Age) -> Option<&State> {
        let old_enough = |(since, request, _): &&(Instant, u64, State)| match age {
            Age::Time(age) => since.elapsed() >= age,
            // `requests` counts the states seen: the start and one after every request.
            Age::Requests(count) => request.saturating_add(count) < self.requests,
        };
        self.states.iter().rev().find(old_enough).or_else(|| self.states.front()).map(|(_, _, state)| state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn add(store: &Store, id: &str) {
        store.insert_key(&KeyRow { id: id.to_owned(), ..KeyRow::default() }).unwrap();
    }

    #[test]
    fn looks_back_by_requests_and_by_time() {
        let store = Store::open(None).unwrap();
        let mut history = History::new(true);
        history.remember(&store).unwrap();
        add(&store, "1");
        history.remember(&store).unwrap();
        history.remember(&store).unwrap();
        add(&store, "2");
        history.remember(&store).unwrap();
        let keys = |age| history.at(age).unwrap().keys.len();
        assert_eq!(keys(Age::Requests(0)), 2);
        assert_eq!(keys(Age::Requests(1)), 1);
        assert_eq!(keys(Age::Requests(2)), 1);
        assert_eq!(keys(Age::Requests(3)), 0);
        assert_eq!(keys(Age::Requests(99)), 0);
        assert_eq!(keys(Age::Time(Duration::ZERO)), 2);
        assert_eq!(keys(Age::Time(Duration::from_secs(60))), 0);
    }

    #[test]
    fn keeps_nothing_unasked() {
        let mut history = History::new(false);
        history.remember(&Store::open(None).unwrap()).unwrap();
        assert!(history.at(Age::Requests(0)).is_none());
    }
}
