//! What a task tells the user.

use super::Context;
use crate::sync::lock;
use crate::task_error::TaskError;
use pants_model::{Event, LogLevel};
use pants_process::Foreground;

/// Talking to the user.
impl Context {
    /// Emits any event.
    pub fn emit(&self, event: Event) {
        self.run_state().emit(event);
    }

    /// Prints to standard output: what a console task is for.
    pub fn print(&self, bytes: &[u8]) {
        self.emit(Event::Output(bytes.to_vec()));
    }

    /// Whether somebody still reads what is printed.
    pub fn has_reader(&self) -> bool {
        self.run_state().events.has_reader()
    }

    /// Says something to the user.
    pub fn log(&self, level: LogLevel, message: &str) {
        self.emit(Event::Log { level, scope: self.scope().to_owned(), message: message.to_owned() });
    }

    /// Shows what a tool said, as its own words.
    pub fn tool_output(&self, bytes: &[u8]) {
        self.emit(Event::ToolOutput { scope: self.scope().to_owned(), bytes: bytes.to_vec() });
    }

    /// Shows a piece of work until the guard is dropped.
    pub fn workunit(&self, name: &str) -> Workunit {
        Workunit { id: self.start_workunit(name), context: self.clone(), is_success: true }
    }

    /// Shows a piece of work until it is ended by its id.
    pub fn start_workunit(&self, name: &str) -> u64 {
        let id = self.run_state().next_workunit();
        self.emit(Event::WorkunitStarted { id, scope: self.scope().to_owned(), name: name.to_owned() });
        id
    }

    /// Ends a piece of work.
    pub fn end_workunit(&self, id: u64, is_success: bool) {
        self.emit(Event::WorkunitFinished { id, is_success });
    }

    /// Ends the run with a process in the user's own terminal, when everything else is done and unlocked.
    pub fn set_foreground(&self, process: Foreground) -> Result<(), TaskError> {
        self.ensure_open()?;
        let mut foreground = lock(&self.run_state().foreground);
        if let Some((other, _)) = &*foreground {
            let message = format!("`{}` and `{other}` both want to end the run in the terminal", self.scope());
            return Err(TaskError::failed(message).hint("ask for one target that can be run"));
        }
        *foreground = Some((self.scope().to_owned(), process));
        Ok(())
    }
}

/// A piece of work that is shown until this is dropped.
#[must_use = "the piece of work ends when this is dropped"]
pub struct Workunit {
    context: Context,
    id: u64,
    is_success: bool,
}

impl Workunit {
    /// Marks the piece of work as failed.
    pub fn fail(&mut self) {
        self.is_success = false;
    }
}

impl Drop for Workunit {
    fn drop(&mut self) {
        self.context.end_workunit(self.id, self.is_success && !std::thread::panicking());
    }
}
