//! Takes what a backend registers, and changes nothing yet: a backend that fails half-way leaves no trace.

use super::log::log_object;
use super::macros::MacroAdapter;
use super::tasks::TaskTypeAdapter;
use crate::convert;
use crate::error::PluginFault;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::sabi_types::RMut;
use abi_stable::std_types::RSlice;
use pants_build_files::Macro;
use pants_engine::{GoalSpec, PhaseSpec, PluginTag, TaskError, TaskErrorKind};
use pants_model::{ObjectSpec, OptionSpec, ScopeSpec, TargetTypeSpec};
use plugin_api::abi::{
    self, AbiRegistrar, AbiRegistrar_TO, AbiResult, BackendModule_Ref, CallbackBox, LogObject, TaskTypeObject,
};
use plugin_api::{Error, ErrorKind, OptionDecl, wire};
use std::sync::Arc;

/// All that a backend registers, in the host's nouns.
#[derive(Default)]
pub(crate) struct Registration {
    pub phases: Vec<PhaseSpec>,
    pub goals: Vec<GoalSpec>,
    pub target_types: Vec<TargetTypeSpec>,
    pub objects: Vec<ObjectSpec>,
    pub macros: Vec<RegisteredMacro>,
    pub scopes: Vec<ScopeSpec>,
    /// Phases with options of theirs.
    pub phase_options: Vec<(String, Vec<OptionSpec>)>,
}

/// A BUILD macro.
pub(crate) struct RegisteredMacro {
    pub name: String,
    pub description: String,
    pub body: Arc<dyn Macro>,
}

/// Lets a backend register, and converts what it registered.
pub(crate) fn collect(module: BackendModule_Ref, tag: &PluginTag) -> Result<Registration, PluginFault> {
    let mut scratch = Scratch { plugin: tag.name.as_str().into(), ..Scratch::default() };
    let object = AbiRegistrar_TO::from_ptr(RMut::new(&mut scratch), TD_Opaque);
    module.register()(object).into_result().map_err(|error| register_fault(abi::decode_error(&error)))?;
    scratch.convert(tag)
}

fn register_fault(error: Error) -> PluginFault {
    match error.kind {
        ErrorKind::Panicked => PluginFault::RegisterPanicked { place: error.place.into(), message: error.message },
        _ => PluginFault::Register { message: convert::error_text(&error) },
    }
}

#[derive(Default)]
struct Scratch {
    plugin: Arc<str>,
    document: wire::Registration,
    tasks: Vec<(wire::GoalDoc, TaskTypeObject)>,
    macros: Vec<(wire::MacroDoc, CallbackBox)>,
}

impl AbiRegistrar for Scratch {
    fn log_sink(&self) -> LogObject {
        log_object(&self.plugin)
    }

    fn call(&mut self, op: u32, document: RSlice<'_, u8>) -> AbiResult<()> {
        abi::guard(|| {
            if op != wire::REGISTER {
                return Err(super::serve::unsupported(op, "to the registrar of this host"));
            }
            self.document = wire::decode(document.as_slice())?;
            Ok(())
        })
    }

    fn add_task(&mut self, document: RSlice<'_, u8>, task: TaskTypeObject) -> AbiResult<()> {
        abi::guard(|| {
            self.tasks.push((wire::decode(document.as_slice())?, task));
            Ok(())
        })
    }

    fn add_macro(&mut self, document: RSlice<'_, u8>, callback: CallbackBox) -> AbiResult<()> {
        abi::guard(|| {
            self.macros.push((wire::decode(document.as_slice())?, callback));
            Ok(())
        })
    }
}

impl Scratch {
    fn convert(self, tag: &PluginTag) -> Result<Registration, PluginFault> {
        let backend = &tag.name;
        let wire::Registration { phases, target_types, objects, scopes, phase_options } = self.document;
        let mut registration = Registration {
            phases: phases
                .into_iter()
                .map(|phase| PhaseSpec { name: phase.name, description: phase.description })
                .collect(),
            target_types: target_types.into_iter().map(|spec| convert::model_target_type(spec, backend)).collect(),
            objects: objects.into_iter().map(|spec| convert::model_object_type(spec, backend)).collect(),
            scopes: scopes.into_iter().map(|scope| scope_spec(scope, backend)).collect(),
            phase_options: phase_options.into_iter().map(|scope| (scope.name, options(scope.options))).collect(),
            ..Registration::default()
        };
        for (document, object) in self.tasks {
            registration.goals.push(goal_spec(document, object, tag)?);
        }
        for (document, callback) in self.macros {
            let wire::MacroDoc { name, description } = document;
            registration.macros.push(RegisteredMacro { name, description, body: Arc::new(MacroAdapter(callback)) });
        }
        Ok(registration)
    }
}

fn scope_spec(scope: wire::ScopeDoc, backend: &str) -> ScopeSpec {
    ScopeSpec {
        name: scope.name,
        description: scope.description,
        options: options(scope.options),
        older_names: scope.older_names,
        backend: backend.to_owned(),
        ..ScopeSpec::default()
    }
}

fn options(declared: Vec<OptionDecl>) -> Vec<OptionSpec> {
    declared.into_iter().map(convert::model_option).collect()
}

fn goal_spec(document: wire::GoalDoc, object: TaskTypeObject, tag: &PluginTag) -> Result<GoalSpec, PluginFault> {
    let wire::GoalDoc { phase, name, placement, group, depends_on_phases } = document;
    let task = TaskTypeAdapter::new(object, tag.name.as_str().into(), group.is_some()).map_err(spec_fault)?;
    Ok(GoalSpec {
        phase,
        name,
        task: Arc::new(task),
        placement: convert::model_placement(placement),
        group,
        depends_on_phases,
        plugin: tag.clone(),
    })
}

fn spec_fault(error: TaskError) -> PluginFault {
    match (error.kind, error.place) {
        (TaskErrorKind::Panicked, Some(place)) => PluginFault::RegisterPanicked { place, message: error.message },
        (_, _) => PluginFault::Register { message: error.message },
    }
}
