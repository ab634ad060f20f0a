//! Tests of digest_index.
