//! From the documents of the boundary to the host's nouns, and back, by hand.
//!
//! Host types are never made ABI-stable, and plugin-api names no host type; so each pair of types is written out here
//! once. Structs of the host are built field by field and destructured exhaustively where they leave: a new field does
//! not compile until somebody decides what it is on the other side.

mod declarations;
mod errors;
mod values;
mod work;

pub(crate) use declarations::{
    model_object_type, model_option, model_placement, model_product, model_target_type, model_task_spec,
};
pub(crate) use errors::{error_text, task_error, wire_error};
pub(crate) use values::{
    model_address, model_addresses, model_globs, model_target, model_value, wire_addresses, wire_option_value,
    wire_path, wire_paths, wire_target, wire_targets, wire_value,
};
pub(crate) use work::{
    model_invalidate_options, model_job, model_log_level, model_process, model_test_report, model_versioned,
    wire_jobs_outcome, wire_output, wire_versioned,
};
