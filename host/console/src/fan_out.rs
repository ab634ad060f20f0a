//! One stream of events to several sinks.

use pants_model::{Event, EventSink};
use std::sync::Arc;

/// Gives every event to each sink, in their order.
pub struct FanOut(Vec<Arc<dyn EventSink>>);

impl FanOut {
    /// A sink before these sinks.
    pub fn new(sinks: Vec<Arc<dyn EventSink>>) -> Self {
        Self(sinks)
    }
}

impl EventSink for FanOut {
    fn emit(&self, event: Event) {
        if let Some((last, others)) = self.0.split_last() {
            for sink in others {
                sink.emit(event.clone());
            }
            last.emit(event);
        }
    }

    fn has_reader(&self) -> bool {
        self.0.iter().any(|sink| sink.has_reader())
    }
}
