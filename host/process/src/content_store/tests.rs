//! Tests of content_store.
