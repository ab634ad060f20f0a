//! pants-backend-jvm.
