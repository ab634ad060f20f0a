//! Tests of output_files.
