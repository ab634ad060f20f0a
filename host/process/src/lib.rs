//! pants-process.
