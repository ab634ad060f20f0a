//! Tests of worker_pool.
