//! Tests of nailgun.
