//! pants-daemon.
