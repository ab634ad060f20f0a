//! Keeps events, for tests and for telling them again to another sink.

use pants_model::{Event, EventSink};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps every event in the order of arrival.
#[derive(Debug, Default)]
pub struct RecordingSink(Mutex<Vec<Event>>);

impl RecordingSink {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of what was recorded so far.
    pub fn events(&self) -> Vec<Event> {
        self.lock().clone()
    }

    /// What was recorded so far, which is then forgotten.
    pub fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.lock())
    }

    /// Tells everything recorded to another sink.
    pub fn replay(&self, sink: &dyn EventSink) {
        for event in self.events() {
            sink.emit(event);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Event>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventSink for RecordingSink {
    fn emit(&self, event: Event) {
        self.lock().push(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pants_model::RunEnding;

    #[test]
    fn a_record_can_be_told_again() {
        let (record, copy) = (RecordingSink::new(), RecordingSink::new());
        record.emit(Event::Output(b"a".to_vec()));
        record.emit(Event::RunFinished { ending: RunEnding::Success });
        record.replay(&copy);
        assert_eq!(copy.take(), record.events());
        assert!(copy.events().is_empty());
    }
}
