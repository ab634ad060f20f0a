//! pants-backend-codegen.
