//! What the lines and the head say about each other.
//!
//! A line whose hash is named by another line or by the head is vouched for: it is as it was written, and
//! so are its number and the hash that it names. Everything else follows from that.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::action::Action;
use super::super::head::HeadFile;
use super::super::history::History;
use super::super::line::{Line, NO_LINE, hash};
use super::finding::Finding;

/// The lines with what can be concluded of each.
pub(super) struct Evidence<'a> {
    history: &'a History,
    /// The hashes that something names.
    vouched: HashSet<&'a str>,
    /// The number that each line was written with, as far as it can be told.
    numbers: Vec<Option<u64>>,
    /// The line of each number.
    place_of: HashMap<u64, usize>,
}

impl<'a> Evidence<'a> {
    /// Reads it off the whole history.
    pub(super) fn of(history: &'a History) -> Self {
        let mut vouched: HashSet<&str> =
            history.lines.iter().filter_map(|placed| placed.line.as_ref()).map(|line| line.prev.as_str()).collect();
        if let HeadFile::Says(head) = &history.head {
            vouched.insert(&head.last);
        }
        let mut evidence =
            Self { history, vouched, numbers: vec![None; history.lines.len()], place_of: HashMap::new() };
        evidence.number();
        evidence
    }

    fn line(&self, place: usize) -> Option<&'a Line> {
        self.history.lines[place].line.as_ref()
    }

    fn hash(&self, place: usize) -> &'a str {
        &self.history.lines[place].hash
    }

    fn is_vouched(&self, place: usize) -> bool {
        self.vouched.contains(self.hash(place))
    }

    fn take(&mut self, place: usize, number: u64) {
        if *self.place_of.entry(number).or_insert(place) == place {
            self.numbers[place] = Some(number);
        }
    }

    /// Gives each line its number: what a vouched line says; else what it says, if that fits its
    /// neighbours; else the one that is left between them.
    fn number(&mut self) {
        let places = 0..self.history.lines.len();
        for place in places.clone() {
            if let Some(line) = self.line(place).filter(|_| self.is_vouched(place)) {
                self.take(place, line.seq);
            }
        }
        let following: Vec<Option<u64>> =
            places.clone().map(|place| self.numbers[place + 1..].iter().flatten().next().copied()).collect();
        for place in places {
            if self.numbers[place].is_some() {
                continue;
            }
            let before = self.numbers[..place].iter().rev().flatten().next().copied().unwrap_or(0);
            let fits = |number: &u64| *number > before && following[place].is_none_or(|after| *number < after);
            match self.line(place).map(|line| line.seq).filter(fits) {
                Some(number) if self.is_plausible(place, number) => self.take(place, number),
                // Repeated on purpose or by accident: it keeps no number.
                None if self.line(place).is_some_and(|line| self.is_copy(place, line.seq)) => {}
                _ => self.take(place, before + 1),
            }
        }
    }

    /// The last line's number has no neighbour above it but the head.
    fn is_plausible(&self, place: usize, number: u64) -> bool {
        let is_last = place + 1 == self.history.lines.len();
        match &self.history.head {
            HeadFile::Says(head) if is_last => {
                number <= head.count || self.line(place).is_some_and(|line| line.prev == head.last)
            }
            _ => true,
        }
    }

    fn is_copy(&self, place: usize, number: u64) -> bool {
        self.place_of.get(&number).is_some_and(|other| self.hash(*other) == self.hash(place))
    }

    /// All that is wrong.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let mut findings = self.lines();
        findings.extend(self.order());
        findings.extend(self.gaps());
        if self.history.torn > 0 {
            findings.push(Finding::Torn { place: self.history.lines.len() + 1, bytes: self.history.torn });
        }
        findings.extend(self.head());
        findings
    }

    /// What is wrong with single lines.
    fn lines(&self) -> Vec<Finding> {
        let mut findings = BTreeMap::new();
        for place in 0..self.history.lines.len() {
            let number = self.numbers[place];
            let Some(line) = self.line(place) else {
                findings.insert(place, Finding::Unreadable { place: place + 1, number });
                continue;
            };
            let Some(number) = number else {
                let finding = if self.is_copy(place, line.seq) {
                    Finding::Repeated { place: place + 1, number: line.seq }
                } else {
                    Finding::Inserted { place: place + 1 }
                };
                findings.insert(place, finding);
                continue;
            };
            let changed = |place: usize| Finding::Changed { place: place + 1, number: self.numbers[place] };
            if number != line.seq || number == 1 && line.prev != NO_LINE {
                findings.insert(place, changed(place));
            } else if let Some(&next) = self.place_of.get(&(number + 1)) {
                if let Some(after) = self.line(next).filter(|after| after.prev != self.hash(place)) {
                    if self.is_vouched(place) && self.is_vouched(next) {
                        let number = number + 1;
                        findings.entry(next).or_insert(Finding::Unlinked { place: next + 1, number });
                    } else if self.is_vouched(place) || self.only_names_wrongly(next, after, place) {
                        findings.entry(next).or_insert(changed(next));
                    } else {
                        findings.entry(place).or_insert(changed(place));
                    }
                }
            } else if let HeadFile::Says(head) = &self.history.head
                && head.count == number
                && head.last != self.hash(place)
            {
                findings.entry(place).or_insert(changed(place));
            }
            if line.what == Action::HeadReplaced.name() {
                let reason = line.reason.clone().unwrap_or_default();
                findings.entry(place).or_insert(Finding::HeadReplaced { place: place + 1, number, reason });
            }
        }
        findings.into_values().collect()
    }

    /// Whether a line is as it was written but for the hash that it names.
    fn only_names_wrongly(&self, place: usize, line: &Line, before: usize) -> bool {
        let bytes = &self.history.bytes[self.history.lines[place].range.clone()];
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let quoted = format!("\"prev\":\"{}\"}}", line.prev);
        text.strip_suffix(&quoted).is_some_and(|rest| {
            let as_written = format!("{rest}\"prev\":\"{}\"}}", self.hash(before));
            self.vouched.contains(hash(as_written.as_bytes()).as_str())
        })
    }

    /// Lines that do not stand where they were written.
    fn order(&self) -> Option<Finding> {
        let there: Vec<(usize, u64)> =
            self.numbers.iter().enumerate().filter_map(|(place, number)| Some((place, (*number)?))).collect();
        let mut sorted: Vec<u64> = there.iter().map(|(_, number)| *number).collect();
        sorted.sort_unstable();
        let moved: Vec<(usize, u64)> =
            there.iter().zip(&sorted).filter(|((_, is), wanted)| is != *wanted).map(|(found, _)| *found).collect();
        match moved.as_slice() {
            [] => None,
            [(place, number), (other_place, other_number)] => Some(Finding::Swapped {
                place: place + 1,
                number: *number,
                other_place: other_place + 1,
                other_number: *other_number,
            }),
            [(first, _), .., (last, _)] => Some(Finding::Reordered { first_place: first + 1, last_place: last + 1 }),
            // One line alone cannot be out of order.
            [_] => None,
        }
    }

    /// Numbers that no line has.
    fn gaps(&self) -> Vec<Finding> {
        let mut present: Vec<u64> = self.place_of.keys().copied().collect();
        present.sort_unstable();
        let mut findings = Vec::new();
        let mut last = 0;
        for number in present {
            if number > last + 1 {
                findings.push(Finding::Missing { first: last + 1, last: number - 1 });
            }
            last = number;
        }
        if let HeadFile::Says(head) = &self.history.head
            && head.count > last
            && !self.head_names_the_end()
        {
            findings.push(Finding::Cut { first: last + 1, last: head.count });
        }
        findings
    }

    fn last(&self) -> Option<(u64, usize)> {
        self.place_of.iter().map(|(number, place)| (*number, *place)).max()
    }

    /// Whether the head has the last line's hash, whatever number it gives it.
    fn head_names_the_end(&self) -> bool {
        match (&self.history.head, self.last()) {
            (HeadFile::Says(head), Some((_, place))) => head.last == self.hash(place),
            _ => false,
        }
    }

    /// Whether the file has one line more than the head knows.
    pub(super) fn head_one_behind(&self) -> bool {
        let count = match &self.history.head {
            HeadFile::Says(head) => head.count,
            HeadFile::Missing => 0,
            HeadFile::Unreadable => return false,
        };
        self.last().is_some_and(|(number, _)| number == count + 1)
    }

    /// What is wrong with the head, beyond a cut end and a changed last line.
    fn head(&self) -> Option<Finding> {
        let (last, place) = self.last()?;
        match &self.history.head {
            HeadFile::Missing if self.head_one_behind() && self.history.lines.len() == 1 => None,
            HeadFile::Missing => Some(Finding::HeadMissing),
            HeadFile::Unreadable => Some(Finding::HeadUnreadable),
            HeadFile::Says(head) if head.count != last && self.head_names_the_end() => {
                Some(Finding::HeadChanged { head: head.count, last })
            }
            HeadFile::Says(head) if head.count >= last => None,
            HeadFile::Says(head) => {
                let follows = self.line(place).is_none_or(|line| line.prev == head.last);
                // The last line may be named as changed in the very hash that it names.
                let is_crash = last == head.count + 1 && (follows || self.is_before(last, &head.last));
                (!is_crash).then_some(Finding::HeadBehind { head: head.count, last })
            }
        }
    }

    /// Whether the line before this number has this hash.
    fn is_before(&self, number: u64, named: &str) -> bool {
        let before = number.checked_sub(1).and_then(|number| self.place_of.get(&number));
        before.is_some_and(|place| self.hash(*place) == named)
    }
}
