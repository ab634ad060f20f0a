//! The live status line: what is running right now, on the last line of a terminal.

use crate::streams::Stream;
use std::collections::BTreeMap;

/// Goes to the first column and erases the line.
const ERASE: &str = "\r\x1b[2K";

/// The pieces of work that are running, and whether they are on the screen.
#[derive(Default)]
pub(crate) struct StatusLine {
    running: BTreeMap<u64, String>,
    is_shown: bool,
}

impl StatusLine {
    pub(crate) fn started(&mut self, id: u64, scope: &str, name: &str) {
        self.running.insert(id, format!("[{scope}] {name}"));
    }

    /// What ended, when it was running.
    pub(crate) fn finished(&mut self, id: u64) -> Option<String> {
        self.running.remove(&id)
    }

    /// Takes the line from the screen, so that something else can be written.
    pub(crate) fn hide(&mut self, stream: &mut Stream) {
        if std::mem::take(&mut self.is_shown) {
            stream.control(ERASE);
        }
    }

    /// Puts the line on the screen, cut to its width.
    pub(crate) fn show(&mut self, stream: &mut Stream, width: usize) {
        self.hide(stream);
        let Some(first) = self.running.values().next() else { return };
        let others = self.running.len() - 1;
        let text = if others == 0 { first.clone() } else { format!("{first} (and {others} more)") };
        // A line as wide as the terminal would break.
        let text: String =
            text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(width.saturating_sub(1)).collect();
        stream.start_line();
        stream.control(&text);
        self.is_shown = true;
    }
}
