//! pants-options.
