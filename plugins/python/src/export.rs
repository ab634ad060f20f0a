//! `export.python`: what IDEs must know of Python targets, for the document of `export`.
//!
//! Interpreters are asked what they are, which the host remembers. Environments are made only when libraries are asked
//! for.

use crate::constraints::Requirements;
use crate::environments::EnvironmentRequest;
use crate::interpreter::{self, Interpreter};
use crate::options;
use crate::requirements::{RequirementSet, project_name};
use plugin_api::products::{ExportFragment, GeneratedSources, PythonEnvironments};
use plugin_api::{
    Context, Error, LogLevel, Planning, Predicate, Product, ProductDecl, Result, RoundManager, Target, Task, TaskSpec,
};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Targets with Python code.
const CODE: [&str; 3] = ["python_library", "python_tests", "python_binary"];

/// Targets that are only requirements.
const REQUIREMENTS: &str = "python_requirement_library";

/// Says what only this backend knows.
pub(crate) struct ExportPython {
    environments: BTreeMap<String, String>,
}

impl Task for ExportPython {
    fn spec() -> TaskSpec {
        TaskSpec::new("ExportPython", "Tell IDEs of Python targets and interpreters.")
            .applies_to(Predicate::types(&[CODE[0], CODE[1], CODE[2], REQUIREMENTS]))
            .console()
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![ExportFragment::declaration()]
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        if planning.option_of("export", "libraries")?.as_bool() == Some(true) {
            round.optional::<GeneratedSources>();
            for program in ["python_binary", "python_tests"] {
                round.require_with::<PythonEnvironments>(&EnvironmentRequest::for_type(program))?;
            }
        }
        Ok(())
    }

    fn new(context: &Context) -> Result<Self> {
        let made = context.product::<PythonEnvironments>()?;
        let environments = made.iter().flat_map(|made| &made.environments);
        let directory = |(root, environment): (&plugin_api::Address, &plugin_api::products::PythonEnvironment)| {
            (root.to_string(), environment.directory.clone())
        };
        Ok(Self { environments: environments.map(directory).collect() })
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let mut fragment = ExportFragment::default();
        let mut interpreters = Interpreters::new(options::interpreter_constraints(context)?);
        let mut chroots: BTreeMap<String, String> = BTreeMap::new();
        for target in Self::own_targets(context)? {
            describe(&target, &mut fragment);
            if !CODE.contains(&target.type_name.as_str()) {
                continue;
            }
            let Some(interpreter) = interpreters.of(context, &target)? else { continue };
            let name = shown(interpreter);
            if let Some(directory) = self.environments.get(&target.address.to_string()) {
                chroots.entry(name.clone()).or_insert_with(|| directory.clone());
            }
            let keys = &mut fragment.target(&target.address).keys;
            keys.insert("python_interpreter".to_owned(), json!(name).to_string());
        }
        if let Some(setup) = interpreters.document(&chroots) {
            fragment.document.insert("python_setup".to_owned(), setup.to_string());
        }
        context.put(fragment)
    }
}

fn describe(target: &Target, fragment: &mut ExportFragment) {
    if target.type_name == REQUIREMENTS {
        let set = RequirementSet::of_targets([target]);
        let projects: BTreeSet<&str> = set.texts().map(|text| project_name(text).unwrap_or(text)).collect();
        let keys = &mut fragment.target(&target.address).keys;
        keys.insert("requirements".to_owned(), json!(projects).to_string());
        return;
    }
    fragment.add_roots(target);
    if target.type_name == "python_tests" {
        "TEST".clone_into(&mut fragment.target(&target.address).target_type);
    }
}

/// `CPython-3.11.7`
fn shown(interpreter: &Interpreter) -> String {
    let implementation = match interpreter.implementation.as_str() {
        "cpython" => "CPython",
        "pypy" => "PyPy",
        other => other,
    };
    format!("{implementation}-{}", interpreter.version)
}

/// The interpreters of targets: each set of constraints is searched for once.
struct Interpreters {
    defaults: Requirements,
    /// The one that was found for each set of constraints, if any.
    found: Vec<(Requirements, Option<Interpreter>)>,
}

impl Interpreters {
    fn new(defaults: Requirements) -> Self {
        Self { defaults, found: Vec::new() }
    }

    /// The interpreter of a target; a repository whose interpreter is not here can be looked at all the same.
    fn of(&mut self, context: &Context, target: &Target) -> Result<Option<&Interpreter>> {
        let mut requirements = self.defaults.clone();
        requirements
            .add(&target.field("compatibility").to_strings())
            .map_err(|error| Error::msg(format!("{}: {error}", target.location)))?;
        let known = self.found.iter().position(|(known, _)| *known == requirements);
        let index = match known {
            Some(index) => index,
            None => {
                let found = match interpreter::find(context, &requirements) {
                    Ok(interpreter) => Some(interpreter),
                    Err(error) if context.is_cancelled() => return Err(error),
                    Err(error) => {
                        context.log(LogLevel::Warn, format!("{}; `{}` has none", error.message, target.address))?;
                        None
                    }
                };
                self.found.push((requirements, found));
                self.found.len() - 1
            }
        };
        Ok(self.found[index].1.as_ref())
    }

    /// All that were found; the default is that of the lowest version.
    fn document(&self, chroots: &BTreeMap<String, String>) -> Option<Json> {
        let found: Vec<&Interpreter> = self.found.iter().filter_map(|(_, found)| found.as_ref()).collect();
        let default = found.iter().min_by(|a, b| a.version.compare(&b.version))?;
        let interpreters: Map<String, Json> = found
            .iter()
            .map(|interpreter| {
                let name = shown(interpreter);
                let chroot = chroots.get(&name).map(String::as_str).unwrap_or_default();
                (name.clone(), json!({ "binary": interpreter.path.to_string_lossy(), "chroot": chroot }))
            })
            .collect();
        Some(json!({ "default_interpreter": shown(default), "interpreters": interpreters }))
    }
}

#[cfg(test)]
mod tests;
