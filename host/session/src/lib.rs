//! pants-session.
