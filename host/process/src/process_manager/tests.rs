//! Tests of process_manager.
