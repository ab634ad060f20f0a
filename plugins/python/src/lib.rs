//! pants-backend-python.
