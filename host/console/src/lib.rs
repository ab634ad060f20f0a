//! pants-console.
