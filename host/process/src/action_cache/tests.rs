//! Tests of action_cache.
