//! Answers what the class side of a task asks while the plan grows.

use super::serve::{Serve, unsupported};
use crate::convert;
use pants_engine::{Planning, WorkspaceError};
use pants_model::OptionValues;
use plugin_api::{Error, wire};
use std::collections::BTreeMap;

/// Planning, as a plugin may look at it.
pub(super) struct PlanningServer<'a>(pub(super) &'a Planning<'a>);

impl Serve for PlanningServer<'_> {
    fn serve(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>, Error> {
        let planning = self.0;
        match op {
            wire::INFO => wire::encode(&wire::Info {
                build_root: convert::wire_path(planning.build_root())?,
                scope: planning.scope().to_owned(),
                passthrough: planning.passthrough().to_vec(),
                requested_phases: planning.requested_phases().to_vec(),
                ..wire::Info::default()
            }),
            wire::OPTION => option(planning.options(), &wire::decode(request)?),
            wire::OPTIONS_OF_SCOPE => options_of_scope(planning.options(), &wire::decode::<String>(request)?),
            wire::TARGET_ROOTS => wire::encode(&convert::wire_targets(&planning.target_roots())?),
            wire::RESOLVE => {
                let specs: Vec<String> = wire::decode(request)?;
                let addresses = planning.workspace().resolve(&specs).map_err(workspace_error)?;
                wire::encode(&convert::wire_addresses(&addresses))
            }
            op => Err(unsupported(op, "while planning")),
        }
    }
}

/// The value of an option with its origin; asking for one that nobody registered is a mistake of the task.
pub(super) fn option(options: &OptionValues, query: &wire::OptionQuery) -> Result<Vec<u8>, Error> {
    let wire::OptionQuery { scope, name } = query;
    let option = options.get(scope, name);
    let missing = || Error::msg(format!("option `{name}` of scope `{scope}` is not registered"));
    wire::encode(&convert::wire_option_value(option.ok_or_else(missing)?))
}

/// All options of a scope, by name.
pub(super) fn options_of_scope(options: &OptionValues, scope: &str) -> Result<Vec<u8>, Error> {
    let options: BTreeMap<&str, plugin_api::OptionValue> =
        options.scope(scope).map(|(name, option)| (name, convert::wire_option_value(option))).collect();
    wire::encode(&options)
}

/// What is wrong in the repository, in the words of the first diagnostic.
pub(super) fn workspace_error(error: WorkspaceError) -> Error {
    convert::wire_error(&error.into())
}
