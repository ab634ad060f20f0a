//! pants-build-files.
