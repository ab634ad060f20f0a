//! What tasks do: processes, jobs, invalidation, reports.

use super::errors::wire_error;
use super::values::{model_address, wire_address, wire_path};
use pants_engine as engine;
use pants_model as model;
use pants_model::Fingerprint;
use pants_process as process;
use plugin_api as api;
use std::path::Path;
use std::time::Duration;

/// A process of a plugin, with the tree that its inputs were captured into.
pub(crate) fn model_process(wanted: api::Process, inputs: process::InputTree) -> process::Process {
    process::Process {
        argv: wanted.argv,
        env: wanted.env,
        passthrough_env: wanted.passthrough_env,
        working_directory: wanted.working_directory,
        inputs,
        output_paths: wanted.output_paths,
        tools: wanted.tools.into_iter().map(model_tool).collect(),
        named_caches: wanted.named_caches,
        stdin: wanted.stdin,
        timeout: given_millis(wanted.timeout_ms),
        terminate_wait: given_millis(wanted.terminate_wait_ms),
        worker: wanted.worker.map(|worker| process::WorkerSpec {
            argv: worker.argv,
            env: worker.env,
            tools: worker.tools.into_iter().map(model_tool).collect(),
        }),
        cache: match wanted.cache {
            api::CachePolicy::Never => process::CachePolicy::Never,
            api::CachePolicy::Success => process::CachePolicy::Success,
            api::CachePolicy::Always => process::CachePolicy::Always,
        },
        locality: match wanted.locality {
            api::Locality::Any => process::Locality::Any,
            api::Locality::LocalOnly => process::Locality::LocalOnly,
        },
        description: wanted.description,
    }
}

/// A length of time, where 0 stands for none.
fn given_millis(millis: u64) -> Option<Duration> {
    (millis != 0).then(|| Duration::from_millis(millis))
}

/// A tool is what its author says it is: the text of the identity stands for the bytes.
fn model_tool(tool: api::Tool) -> process::Tool {
    process::Tool { name: tool.name, path: tool.path, digest: Fingerprint::of_bytes(tool.identity.as_bytes()) }
}

/// The result of a process.
pub(crate) fn wire_output(result: process::ProcessResult) -> api::ProcessOutput {
    let process::ProcessResult { exit, stdout, stderr, origin, elapsed } = result;
    api::ProcessOutput {
        exit: match exit {
            process::Exit::Code(code) => api::Exit::Code(code),
            process::Exit::Signal(signal) => api::Exit::Signal(signal),
            process::Exit::TimedOut(after) => api::Exit::TimedOut(millis(after)),
        },
        stdout,
        stderr,
        origin: match origin {
            process::ResultOrigin::Ran => api::ResultOrigin::Ran,
            process::ResultOrigin::Memory | process::ResultOrigin::LocalCache => api::ResultOrigin::Cached,
        },
        elapsed_ms: millis(elapsed),
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// A job of a task.
pub(crate) fn model_job(job: api::Job) -> engine::Job {
    engine::Job {
        name: job.name,
        dependencies: job.dependencies,
        size: job.size,
        target: job.target.as_ref().map(model_address),
    }
}

/// How jobs ended, in the order they were given.
pub(crate) fn wire_jobs_outcome(outcome: engine::JobsOutcome) -> api::JobsOutcome {
    let states = outcome.states.into_iter().map(|state| match state {
        engine::JobState::Done => api::JobState::Done,
        engine::JobState::Failed(error) => api::JobState::Failed(wire_error(&error)),
        engine::JobState::Cancelled => api::JobState::Cancelled,
    });
    api::JobsOutcome { states: states.collect() }
}

/// A target at one state; plugins know paths relative to the build root.
pub(crate) fn wire_versioned(versioned: &engine::Versioned, build_root: &Path) -> Result<api::Versioned, api::Error> {
    let engine::Versioned { address, fingerprint, is_valid, results_dir, why } = versioned;
    Ok(api::Versioned {
        address: wire_address(address),
        fingerprint: fingerprint.to_hex(),
        is_valid: *is_valid,
        results_dir: wire_path(results_dir.strip_prefix(build_root).unwrap_or(results_dir))?,
        why: why.clone(),
    })
}

/// A target that a plugin says it was carried out for.
pub(crate) fn model_versioned(versioned: api::Versioned, build_root: &Path) -> Result<engine::Versioned, api::Error> {
    let fingerprint = Fingerprint::from_hex(&versioned.fingerprint)
        .ok_or_else(|| api::Error::msg(format!("`{}` is marked valid without a fingerprint", versioned.address)))?;
    Ok(engine::Versioned {
        address: model_address(&versioned.address),
        fingerprint,
        is_valid: versioned.is_valid,
        results_dir: build_root.join(versioned.results_dir),
        why: versioned.why,
    })
}

/// What [`engine::Context::invalidated`] compares.
pub(crate) fn model_invalidate_options(options: api::InvalidateOptions) -> engine::InvalidateOptions {
    engine::InvalidateOptions { transitive: options.is_transitive, extra: options.extra }
}

/// A test result.
pub(crate) fn model_test_report(report: api::TestReport) -> model::Event {
    model::Event::TestResult {
        address: model_address(&report.address),
        status: match report.status {
            api::TestStatus::Success => model::TestStatus::Success,
            api::TestStatus::Cached => model::TestStatus::Cached,
            api::TestStatus::Failure => model::TestStatus::Failure,
            api::TestStatus::NotRun => model::TestStatus::NotRun,
        },
        report: report.report,
    }
}

/// A level on the wire: 1 error to 5 trace.
pub(crate) fn model_log_level(level: u8) -> model::LogLevel {
    match level {
        0 | 1 => model::LogLevel::Error,
        2 => model::LogLevel::Warn,
        3 => model::LogLevel::Info,
        4 => model::LogLevel::Debug,
        _ => model::LogLevel::Trace,
    }
}
