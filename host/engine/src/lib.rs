//! pants-engine.
