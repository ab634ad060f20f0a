//! Events to screen, to a log file, to JSON, to memory: the only crate that writes what a user sees.
//!
//! A run tells what happens as a stream of [`Event`](pants_model::Event)s; each sink here renders the same stream its
//! own way. This crate decides nothing: it does not know what a goal is, which result is good, or when a run is over,
//! and it neither opens files nor asks the terminal. Writers, width, colours and the clock are given to it, because the
//! one who renders may be a daemon and the terminal somebody else's.

mod clock;
mod lines;
mod streams;

mod status;

mod console_sink;
mod fan_out;
mod json_sink;
mod log_sink;
mod recording_sink;

pub use clock::{Clock, ClockReading};
pub use console_sink::{ConsoleOptions, ConsoleSink};
pub use fan_out::FanOut;
pub use json_sink::JsonSink;
pub use lines::render_diagnostic;
pub use log_sink::LogSink;
pub use recording_sink::RecordingSink;
