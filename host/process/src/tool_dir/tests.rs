//! Tests of tool_dir.
