//! pants-cli.
