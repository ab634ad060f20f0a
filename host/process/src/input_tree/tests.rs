//! Tests of input_tree.
