//! The engine's context as a plugin sees it: every operation of the wire, answered.
//!
//! A handle: the engine closes its context when the task ends, and whatever the plugin asks afterwards is an error.

use super::payload::{PayloadAdapter, payload_object};
use super::planning::{option, options_of_scope, workspace_error};
use super::serve::unsupported;
use crate::convert;
use abi_stable::sabi_trait::TD_Opaque;
use abi_stable::std_types::{RArc, ROption, RSlice, RStr, RVec};
use pants_engine::{Context, GraphView, Job, TaskError};
use pants_model::Fingerprint;
use plugin_api::abi::{
    self, AbiContext, AbiContext_TO, AbiContribution, AbiResult, CallbackRef, ContextObject, PayloadObject,
};
use plugin_api::{Error, wire};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A context for a plugin.
pub(super) fn context_object(context: &Context, plugin: &Arc<str>) -> ContextObject {
    let shim = ContextShim { context: context.clone(), plugin: plugin.clone() };
    AbiContext_TO::from_ptr(RArc::new(shim), TD_Opaque)
}

struct ContextShim {
    context: Context,
    plugin: Arc<str>,
}

type Answer = Result<Vec<u8>, Error>;

impl AbiContext for ContextShim {
    fn call(&self, op: u32, request: RSlice<'_, u8>) -> AbiResult<RVec<u8>> {
        abi::guard(|| {
            host(self.context.ensure_open())?;
            self.answer(op, request.as_slice()).map(Into::into)
        })
    }

    fn call_with(&self, op: u32, request: RSlice<'_, u8>, callback: CallbackRef<'_>) -> AbiResult<RVec<u8>> {
        abi::guard(|| {
            let answer = match op {
                wire::PARALLEL => self.parallel(wire::decode(request.as_slice())?, usize::MAX, &callback),
                wire::PARALLEL_AT_MOST => {
                    let wire::LimitedJobs { jobs, at_most } = wire::decode(request.as_slice())?;
                    self.parallel(jobs, at_most, &callback)
                }
                wire::TOOL_DIR => self.tool_dir(request.as_slice(), &callback),
                op => Err(unsupported(op, "to this host, which is older")),
            };
            answer.map(Into::into)
        })
    }

    fn put_product(&self, name: RStr<'_>, version: u32, payload: PayloadObject) -> AbiResult<()> {
        abi::guard(|| {
            let payload = Arc::new(PayloadAdapter::new(payload, self.plugin.clone()));
            host(self.context.put_product(name.as_str(), version, payload))
        })
    }

    fn products(&self, name: RStr<'_>) -> AbiResult<RVec<AbiContribution>> {
        abi::guard(|| {
            host(self.context.ensure_open())?;
            let contributions = self.context.products(name.as_str()).into_iter().map(|contribution| {
                let (id, payload) = payload_object(&contribution.payload);
                AbiContribution { id, scope: contribution.scope.into(), version: contribution.version, payload }
            });
            Ok(contributions.collect())
        })
    }

    fn is_cancelled(&self) -> bool {
        self.context.cancel().is_cancelled()
    }
}

impl ContextShim {
    fn answer(&self, op: u32, request: &[u8]) -> Answer {
        match op {
            wire::INFO => self.info(),
            wire::OPTION => option(self.context.options(), &wire::decode(request)?),
            wire::OPTIONS_OF_SCOPE => options_of_scope(self.context.options(), &wire::decode::<String>(request)?),
            wire::ENVIRONMENT => self.environment(&wire::decode::<String>(request)?),
            wire::TARGET_ROOTS..=wire::INJECT_TARGET | wire::ALL_TARGETS | wire::EXPAND_GLOBS => {
                self.answer_about_targets(op, request)
            }
            wire::RUN
            | wire::INVALIDATED
            | wire::MARK_VALID
            | wire::FOREGROUND
            | wire::NAMED_CACHE
            | wire::REQUESTS => self.answer_about_work(op, request),
            wire::PRINT
            | wire::LOG
            | wire::TOOL_OUTPUT
            | wire::TEST_RESULT
            | wire::WORKUNIT_START
            | wire::WORKUNIT_END => self.answer_talk(op, request),
            op => Err(unsupported(op, "to this host, which is older")),
        }
    }

    fn info(&self) -> Answer {
        let context = &self.context;
        wire::encode(&wire::Info {
            build_root: convert::wire_path(context.build_root())?,
            workdir: self.relative(&context.workdir())?,
            dist_dir: self.relative(context.dist_dir())?,
            scope: context.scope().to_owned(),
            run_id: context.run_id().to_owned(),
            passthrough: context.passthrough().to_vec(),
            requested_phases: context.requested_phases().to_vec(),
            use_colors: context.options().value("", "colors").as_bool().unwrap_or(false),
        })
    }

    /// A path as plugins see it: relative to the build root where it is below it.
    fn relative(&self, path: &Path) -> Result<String, Error> {
        convert::wire_path(path.strip_prefix(self.context.build_root()).unwrap_or(path))
    }

    fn environment(&self, name: &str) -> Answer {
        let Some(value) = self.context.workspace().environment(name) else {
            return wire::encode(&None::<String>);
        };
        let text = value.into_string().map_err(|_| Error::msg(format!("the variable `{name}` is no UTF-8")))?;
        wire::encode(&Some(text))
    }

    fn answer_about_targets(&self, op: u32, request: &[u8]) -> Answer {
        let context = &self.context;
        match op {
            wire::TARGET_ROOTS => wire::encode(&convert::wire_targets(&context.target_roots())?),
            wire::TARGETS => wire::encode(&convert::wire_targets(&context.targets())?),
            wire::ALL_TARGETS => {
                host(context.load_all())?;
                wire::encode(&convert::wire_targets(&context.loaded_targets())?)
            }
            wire::TARGET => {
                let address = convert::model_address(&wire::decode(request)?);
                wire::encode(&context.target(&address).map(|target| convert::wire_target(&target)).transpose()?)
            }
            wire::RESOLVE => {
                let specs: Vec<String> = wire::decode(request)?;
                let addresses = host(context.resolve(&specs))?;
                wire::encode(&convert::wire_addresses(&addresses))
            }
            wire::EXPAND_GLOBS => {
                let wire::GlobsQuery { dir, globs } = wire::decode(request)?;
                let files = context.workspace().expand_globs(&dir, &convert::model_globs(globs));
                wire::encode(&convert::wire_paths(&files.map_err(workspace_error)?)?)
            }
            wire::INJECT_TARGET => {
                let wire::InjectTarget { target, dependencies, derived_from } = wire::decode(request)?;
                let dependencies = convert::model_addresses(&dependencies);
                let derived_from = convert::model_address(&derived_from);
                let injected = context.inject_target(convert::model_target(target), dependencies, &derived_from);
                wire::encode(&host(injected)?)
            }
            op => self.answer_graph_query(op, wire::decode(request)?),
        }
    }

    fn answer_graph_query(&self, op: u32, query: wire::GraphQuery) -> Answer {
        let wire::GraphQuery { addresses, view, is_transitive } = query;
        let addresses = convert::model_addresses(&addresses);
        let view = match view {
            plugin_api::GraphView::Build => GraphView::Build,
            plugin_api::GraphView::Declared => GraphView::Declared,
        };
        match op {
            wire::CLOSURE => wire::encode(&convert::wire_targets(&self.context.closure(&addresses, view))?),
            wire::DEPENDENCIES => {
                let all = addresses.iter().flat_map(|address| self.context.dependencies(address, view));
                wire::encode(&convert::wire_addresses(&all.collect::<Vec<_>>()))
            }
            wire::DEPENDEES => {
                // Who depends on something is known only when every BUILD file was read.
                host(self.context.load_all())?;
                wire::encode(&convert::wire_addresses(&self.context.dependees(&addresses, is_transitive)))
            }
            op => Err(unsupported(op, "to this host, which is older")),
        }
    }

    fn answer_about_work(&self, op: u32, request: &[u8]) -> Answer {
        let context = &self.context;
        match op {
            wire::RUN => {
                let process: plugin_api::Process = wire::decode(request)?;
                let is_streaming = process.stream_output;
                let process = self.process(process)?;
                let result = if is_streaming { context.run_streaming(&process) } else { context.run(&process) };
                wire::encode(&convert::wire_output(host(result)?))
            }
            wire::FOREGROUND => {
                let process = self.process(wire::decode(request)?)?;
                let foreground = host(context.expand_foreground(&process))?;
                wire::encode(&host(context.set_foreground(foreground))?)
            }
            wire::INVALIDATED => {
                let wire::InvalidateQuery { targets, options } = wire::decode(request)?;
                let targets = convert::model_addresses(&targets);
                let versioned = context.invalidated(&targets, &convert::model_invalidate_options(options));
                let root = context.build_root();
                let versioned = host(versioned)?.into_iter().map(|versioned| convert::wire_versioned(&versioned, root));
                wire::encode(&versioned.collect::<Result<Vec<_>, Error>>()?)
            }
            wire::MARK_VALID => {
                let versioned = convert::model_versioned(wire::decode(request)?, context.build_root())?;
                wire::encode(&host(context.mark_valid(&versioned))?)
            }
            wire::NAMED_CACHE => {
                let path = host(context.named_cache(&wire::decode::<String>(request)?))?;
                wire::encode(&convert::wire_path(&path)?)
            }
            wire::REQUESTS => {
                let requests = context.requests(&wire::decode::<String>(request)?).into_iter();
                let requests: Vec<_> = requests.map(|(scope, document)| wire::Request { scope, document }).collect();
                wire::encode(&requests)
            }
            op => Err(unsupported(op, "to this host, which is older")),
        }
    }

    /// A process with its inputs captured: what they hold now is what its key says.
    fn process(&self, process: plugin_api::Process) -> Result<pants_process::Process, Error> {
        let inputs: Vec<PathBuf> = process.inputs.iter().map(PathBuf::from).collect();
        let inputs = host(self.context.capture(&inputs))?;
        Ok(convert::model_process(process, inputs))
    }

    fn answer_talk(&self, op: u32, request: &[u8]) -> Answer {
        let context = &self.context;
        match op {
            wire::PRINT => context.print(wire::decode::<String>(request)?.as_bytes()),
            wire::LOG => {
                let wire::LogLine { level, message } = wire::decode(request)?;
                context.log(convert::model_log_level(level), &message);
            }
            wire::TOOL_OUTPUT => {
                context.tool_output(wire::decode::<String>(request)?.as_bytes());
            }
            wire::TEST_RESULT => context.emit(convert::model_test_report(wire::decode(request)?)),
            wire::WORKUNIT_START => return wire::encode(&context.start_workunit(&wire::decode::<String>(request)?)),
            wire::WORKUNIT_END => {
                let (id, is_success) = wire::decode(request)?;
                context.end_workunit(id, is_success);
            }
            op => return Err(unsupported(op, "to this host, which is older")),
        }
        wire::encode(&())
    }

    fn parallel(&self, jobs: wire::ParallelQuery, at_most: usize, callback: &CallbackRef<'_>) -> Answer {
        let jobs: Vec<Job> = jobs.into_iter().map(convert::model_job).collect();
        let work = |index: usize, context: &Context| {
            let request = wire::encode(&(index as u64)).map_err(|error| convert::task_error(error, &self.plugin))?;
            self.call_back(callback, wire::CALLBACK_JOB, context, &request)
        };
        let outcome = host(self.context.parallel_at_most(at_most, &jobs, &work))?;
        wire::encode(&convert::wire_jobs_outcome(outcome))
    }

    fn tool_dir(&self, request: &[u8], callback: &CallbackRef<'_>) -> Answer {
        let wire::ToolDirQuery { name, key } = wire::decode(request)?;
        let key = Fingerprint::of_bytes(key.as_bytes());
        let mut failed = None;
        let mut fill = |path: &Path| {
            let request = convert::wire_path(path).and_then(|path| wire::encode(&path));
            let filled = request
                .map_err(|error| convert::task_error(error, &self.plugin))
                .and_then(|request| self.call_back(callback, wire::CALLBACK_FILL, &self.context, &request));
            filled.map_err(|error| {
                let text = error.to_string();
                failed = Some(error);
                text
            })
        };
        let directory = self.context.tool_dir(&name, &key, &mut fill);
        // What the plugin said about its own failure says more than what the store made of it.
        let directory = directory.map_err(|error| convert::wire_error(failed.as_ref().unwrap_or(&error)))?;
        wire::encode(&convert::wire_path(&directory)?)
    }

    fn call_back(
        &self,
        callback: &CallbackRef<'_>,
        op: u32,
        context: &Context,
        request: &[u8],
    ) -> Result<(), TaskError> {
        let context = ROption::RSome(context_object(context, &self.plugin));
        let answer = callback.invoke(op, context, request.into()).into_result();
        answer.map(|_| ()).map_err(|error| convert::task_error(abi::decode_error(&error), &self.plugin))
    }
}

/// The engine's answer, or its error as a plugin sees it.
fn host<T>(answer: Result<T, TaskError>) -> Result<T, Error> {
    answer.map_err(|error| convert::wire_error(&error))
}
