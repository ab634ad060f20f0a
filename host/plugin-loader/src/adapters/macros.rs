//! BUILD macros of plugins.

use super::serve::{Serve, lend, unsupported};
use crate::convert;
use abi_stable::std_types::ROption;
use pants_build_files::{Macro, MacroContext};
use pants_model::Value;
use plugin_api::abi::{self, CallbackBox};
use plugin_api::{Error, wire};
use serde::Serialize;

/// A macro of a plugin as the evaluator calls it.
pub(super) struct MacroAdapter(pub(super) CallbackBox);

impl Macro for MacroAdapter {
    fn invoke(
        &self,
        context: &mut dyn MacroContext,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Result<Value, String> {
        let call = wire::MacroCall {
            args: args.iter().map(convert::wire_value).collect(),
            kwargs: kwargs.iter().map(|(name, value)| (name.clone(), convert::wire_value(value))).collect(),
        };
        let value = self.call(context, &call).map_err(|error| convert::error_text(&error))?;
        Ok(convert::model_value(value))
    }
}

impl MacroAdapter {
    fn call(&self, context: &mut dyn MacroContext, call: &wire::MacroCall) -> Result<plugin_api::Value, Error> {
        let request = wire::encode(call)?;
        let answer = lend(&mut MacroServer(context), |context| {
            let context = ROption::RSome(context);
            self.0.invoke(wire::CALLBACK_MACRO, context, request.as_slice().into()).into_result()
        });
        wire::decode(&answer.map_err(|error| abi::decode_error(&error))?)
    }
}

/// Answers what a macro asks; every read goes through the recording context.
struct MacroServer<'a>(&'a mut dyn MacroContext);

impl Serve for MacroServer<'_> {
    fn serve(&mut self, op: u32, request: &[u8]) -> Result<Vec<u8>, Error> {
        match op {
            wire::MACRO_REL_PATH => wire::encode(self.0.rel_path()),
            wire::MACRO_READ_FILE => answer(self.0.read_file(&wire::decode::<String>(request)?)),
            wire::MACRO_GLOB => answer(self.0.glob(&convert::model_globs(wire::decode(request)?))),
            wire::MACRO_ENV => wire::encode(&self.0.env(&wire::decode::<String>(request)?)),
            wire::MACRO_CREATE_TARGET => {
                let wire::CreateTarget { type_name, fields } = wire::decode(request)?;
                let fields = fields.into_iter().map(|(name, value)| (name, convert::model_value(value))).collect();
                answer(self.0.create_target(&type_name, fields))
            }
            op => Err(unsupported(op, "in a macro")),
        }
    }
}

fn answer<T: Serialize>(result: Result<T, String>) -> Result<Vec<u8>, Error> {
    wire::encode(&result.map_err(Error::msg)?)
}
