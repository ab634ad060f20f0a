//! From what a source gave to a value of the option's kind.
//!
//! A source gives a text (flag, variable, quoted config value) or a config value; either becomes changes: set, append,
//! remove, update. The changes of one source are applied together by [`apply`], so that within one source a removal
//! wins over additions, whatever their order; a later source may add again what an earlier one removed.

mod error;

mod kind;

mod change;

pub use error::ValueError;
pub(crate) use kind::{is_dict, is_list, member_of, metavar, wrong_kind};

pub(crate) use change::{Change, Raw, apply, changes};

#[cfg(test)]
mod tests;
