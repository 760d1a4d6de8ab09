//! Bars for what is used of a limit.
//!
//! Owns when there are any: on a terminal alone, since a program that reads a pipe wants the numbers. Blocks need a
//! terminal of UTF-8 that may be coloured; any other one gets ASCII.

use crate::cli::output::{Output, Style};
use crate::env::Env;

/// How many cells a bar has.
const CELLS: usize = 20;

/// What bars are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bars {
    None,
    Ascii,
    Blocks,
}

impl Bars {
    /// What standard output can show.
    pub(super) fn on(env: &Env, output: &Output) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env.var(name)).unwrap_or_default();
        let is_utf8 = locale.to_ascii_lowercase().replace('-', "").contains("utf8");
        match (env.stdout_is_terminal, output.has_color() && is_utf8) {
            (false, _) => Self::None,
            (true, false) => Self::Ascii,
            (true, true) => Self::Blocks,
        }
    }

    /// One bar; nothing where there are none.
    pub(super) fn draw(self, output: &Output, percentage: f64, style: Style) -> Option<String> {
        // Anything that is used shows, and what is not used up is not full.
        let share = (percentage / 100.0 * CELLS as f64).round().clamp(0.0, CELLS as f64) as usize;
        let filled = match percentage {
            0.0 => 0,
            some if some < 100.0 => share.clamp(1, CELLS - 1),
            _ => CELLS,
        };
        let (full, empty) = match self {
            Self::None => return None,
            Self::Ascii => ("#", "."),
            Self::Blocks => ("█", "░"),
        };
        let (bar, rest) = (full.repeat(filled), empty.repeat(CELLS - filled));
        Some(match self {
            Self::Ascii => format!("[{}{rest}]", output.paint(style, &bar)),
            _ => format!("{}{rest}", output.paint(style, &bar)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(terminal: bool, vars: &[(&str, &str)]) -> (Env, Output) {
        let mut env = vars.iter().fold(Env::made_up(&[], []), |env, (name, value)| env.with(name, value));
        env.stdout_is_terminal = terminal;
        let output = Output::new(&env, false, false, None);
        (env, output)
    }

    #[test]
    fn bars_are_what_the_terminal_can_show() {
        let on = |terminal, vars: &[(&str, &str)]| {
            let (env, output) = made(terminal, vars);
            Bars::on(&env, &output)
        };
        assert_eq!(on(true, &[("LANG", "C.UTF-8")]), Bars::Blocks);
        assert_eq!(on(true, &[("LANG", "C.UTF-8"), ("LC_ALL", "C")]), Bars::Ascii);
        assert_eq!(on(true, &[("LANG", "de_DE.utf8"), ("NO_COLOR", "1")]), Bars::Ascii);
        assert_eq!(on(true, &[]), Bars::Ascii);
        assert_eq!(on(false, &[("LANG", "C.UTF-8")]), Bars::None);
    }

    #[test]
    fn a_bar_is_neither_empty_nor_full_before_its_time() {
        let (_, output) = made(true, &[("NO_COLOR", "1")]);
        let drawn = |percentage| Bars::Ascii.draw(&output, percentage, Style::Good).unwrap();
        assert_eq!(drawn(0.0), "[....................]");
        assert_eq!(drawn(0.01), "[#...................]");
        assert_eq!(drawn(50.0), "[##########..........]");
        assert_eq!(drawn(99.9), "[###################.]");
        assert_eq!(drawn(100.0), "[####################]");
        assert_eq!(drawn(1e300), "[####################]");
    }
}
