//! Tasks that run tests.

use crate::{
    Address, Context, Error, ErrorKind, GraphView, Job, JobsOutcome, OptionRegistrar, OptionValue, Planning, Predicate,
    Process, ProductDecl, Result, RoundManager, Target, Task, TaskSpec, TestReport, TestStatus,
};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The option that says how long a process may take to end.
const TERMINATE_WAIT: &str = "timeout-terminate-wait";

/// A task that runs the tests of each test target among the roots and all they depend on, each on its own: a root may be
/// a group of tests.
pub trait TestTask: Sized + Send + Sync + 'static {
    /// The name of its type, for `--explain`.
    const TYPE_NAME: &'static str;
    /// One sentence for help.
    const DESCRIPTION: &'static str;
    /// Another version, another result.
    const VERSION: u32 = 1;
    /// The subsystems of which it has an instance of its own. Since 1.1.
    const SUBSYSTEMS: &'static [&'static str] = &[];

    /// A scope whose `timeouts`, `timeout-default` and `timeout-maximum` count where nobody set the task's own. Since 1.1.
    const OLDER_SCOPE: Option<&'static str> = None;

    /// The targets it runs.
    fn is_test_target() -> Predicate;

    /// Declares options besides `--skip`, `--timeouts` and `--timeout-*`.
    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        let _ = options;
        Ok(())
    }

    /// The products it can produce.
    fn product_types() -> Vec<ProductDecl> {
        Vec::new()
    }

    /// Says which products it needs.
    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()>;

    /// Makes the instance.
    fn new(context: &Context) -> Result<Self>;

    /// Whether any test of a target was asked for; what was not is not reported either. Since 1.1.
    fn is_selected(&self, context: &Context, target: &Target) -> Result<bool> {
        let _ = (context, target);
        Ok(true)
    }

    /// Is told once, when all that was selected has run: which ran, and which of them failed. Since 1.1.
    fn conclude(&self, context: &Context, runs: &[TestRun], failed: &[Address]) -> Result<()> {
        let _ = (context, runs, failed);
        Ok(())
    }

    /// Runs the tests of one target. `Err` is for a tool that could not run; failing tests are an outcome.
    fn run_target(&self, context: &Context, run: &TestRun) -> Result<TestOutcome>;
}

/// One target to test.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// The target.
    pub target: Target,
    /// Where the JUnit XML report must be written, relative to the build root: an output of the process.
    pub report: String,
    /// A directory for results, relative to the build root.
    pub results_dir: String,
    /// When to end it.
    pub timeout: Option<Duration>,
}

impl TestRun {
    /// A process that has the time of the tests: it is asked to end after that, and killed when it has not ended as much
    /// later as the user says. Since 1.1.
    pub fn limit(&self, context: &Context, process: Process) -> Result<Process> {
        let Some(timeout) = self.timeout else { return Ok(process) };
        let process = process.timeout(timeout);
        let wait = context.option(TERMINATE_WAIT)?.as_int().and_then(|seconds| u64::try_from(seconds).ok());
        Ok(match wait {
            Some(seconds) => process.terminate_wait(Duration::from_secs(seconds)),
            None => process,
        })
    }
}

/// How the tests of one target ended.
#[derive(Clone, Debug, Default)]
pub struct TestOutcome {
    /// Whether all passed.
    pub is_success: bool,
    /// Whether the result came from a cache.
    pub is_cached: bool,
    /// Which tests failed and why, or why the tool did: shown to the user when it is no success.
    pub details: String,
}

/// A [`TestTask`] as a task.
pub struct Testing<T>(T);

impl<T: TestTask> Task for Testing<T> {
    fn spec() -> TaskSpec {
        let spec = TaskSpec::new(T::TYPE_NAME, T::DESCRIPTION)
            .applies_to(T::is_test_target())
            .version(T::VERSION)
            .takes_passthrough();
        T::SUBSYSTEMS.iter().fold(spec, |spec, subsystem| spec.subsystem(subsystem))
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        options.bool("skip", false, "Run no tests.");
        options.bool("timeouts", true, "Kill tests that run longer than their timeout.");
        options.int("timeout-default", 0, "The timeout, in seconds, of a target that gives none; 0 means none.");
        options.int("timeout-maximum", 0, "The highest timeout, in seconds, that a target may give; 0 means any.");
        options
            .optional_int(
                TERMINATE_WAIT,
                "How many seconds tests whose timeout is over have to end, before they are killed; when not given, as many \
                 as `--process-terminate-wait` gives every process.",
            )
            .advanced();
        T::register_options(options)
    }

    fn product_types() -> Vec<ProductDecl> {
        T::product_types()
    }

    fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
        check_timeouts::<T>(planning)?;
        T::prepare(planning, round)
    }

    fn new(context: &Context) -> Result<Self> {
        T::new(context).map(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        if context.flag("skip")? {
            return Ok(());
        }
        let predicate = T::is_test_target();
        let roots: Vec<Address> = context.target_roots()?.into_iter().map(|root| root.address).collect();
        let mut targets = context.closure(&roots, GraphView::Build)?;
        targets.retain(|target| predicate.matches(target));
        targets.sort_by(|a, b| a.address.cmp(&b.address));
        let runnable: HashSet<Address> = context.targets()?.into_iter().map(|target| target.address).collect();
        let (targets, blocked): (Vec<_>, Vec<_>) =
            targets.into_iter().partition(|target| runnable.contains(&target.address));
        for target in blocked {
            remove_report(context, &report_path(context, &target))?;
            report(context, &target, TestStatus::NotRun, None)?;
        }
        let mut selected = Vec::new();
        for target in targets {
            if self.0.is_selected(context, &target)? {
                selected.push(target);
            }
        }
        let runs = selected.into_iter().map(|target| test_run::<T>(context, target)).collect::<Result<Vec<_>>>()?;
        self.run_all(context, &runs)
    }
}

impl<T: TestTask> Testing<T> {
    fn run_all(&self, context: &Context, runs: &[TestRun]) -> Result<()> {
        let jobs: Vec<Job> = runs
            .iter()
            .map(|run| Job::for_target(format!("test {}", run.target.address), run.target.address.clone()))
            .collect();
        let failed = Mutex::new(Vec::new());
        let outcome = context.parallel(&jobs, |index, context| {
            let run = &runs[index];
            let outcome = self.0.run_target(context, run)?;
            let written = context.absolute(&run.report).exists().then(|| run.report.clone());
            let status = match (outcome.is_success, outcome.is_cached) {
                (true, true) => TestStatus::Cached,
                (true, false) => TestStatus::Success,
                (false, _) => TestStatus::Failure,
            };
            if !outcome.is_success && !outcome.details.is_empty() {
                context.tool_output(&outcome.details)?;
            }
            report(context, &run.target, status, written)?;
            if outcome.is_success {
                return Ok(());
            }
            failed.lock().unwrap_or_else(PoisonError::into_inner).push(run.target.address.clone());
            Err(Error::msg(format!("tests of `{}` failed", run.target.address)))
        })?;

        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_failed: HashSet<&Address> = failed.iter().collect();
        // A job that ended without a report of its own: the tool could not run, or the run was cancelled.
        for (run, state) in runs.iter().zip(&outcome.states) {
            if !matches!(state, crate::JobState::Done) && !is_failed.contains(&run.target.address) {
                report(context, &run.target, TestStatus::NotRun, None)?;
            }
        }
        self.0.conclude(context, runs, &failed)?;
        if let Some(error) = could_not_run(runs, &outcome, &failed) {
            return Err(error);
        }
        match failed.len() {
            0 if outcome.is_success() => Ok(()),
            0 => Err(Error::cancelled()),
            1 => Err(Error::msg(format!("tests of `{}` failed", failed[0])).failed_targets(failed)),
            count => Err(Error::msg(format!("tests of {count} targets failed")).failed_targets(failed)),
        }
    }
}

/// The error of the targets whose tool could not run, which is worse than a test that failed; names both.
fn could_not_run(runs: &[TestRun], outcome: &JobsOutcome, failed: &[Address]) -> Option<Error> {
    let mut broken = outcome
        .failures()
        .map(|(index, error)| (&runs[index].target.address, error))
        .filter(|(address, error)| error.kind != ErrorKind::Cancelled && !failed.contains(address));
    let message = |address: &Address| format!("the tests of `{address}` could not run");
    let (address, error) = broken.next()?;
    let mut all = error.clone().context(message(address)).failed_targets([address.clone()]);
    for (address, error) in broken {
        all.causes.push(format!("{}: {}", message(address), error.message));
        all.causes.extend(error.causes.iter().cloned());
        all.hints.extend(error.hints.iter().filter(|hint| !all.hints.contains(hint)).cloned().collect::<Vec<_>>());
        all.failed_targets.push(address.clone());
    }
    Some(all.failed_targets(failed.iter().cloned()))
}

fn test_run<T: TestTask>(context: &Context, target: Target) -> Result<TestRun> {
    let results_dir = results_dir(context, &target);
    std::fs::create_dir_all(context.absolute(&results_dir))?;
    let report = report_path(context, &target);
    remove_report(context, &report)?;
    let timeout = timeout::<T>(context, &target)?;
    Ok(TestRun { target, report, results_dir, timeout })
}

/// Refuses timeouts that cannot be meant, before anything is built.
fn check_timeouts<T: TestTask>(planning: &Planning) -> Result<()> {
    let given = |name: &str| closest::<T>(planning.scope(), name, |scope, name| planning.option_value_of(scope, name));
    let (default, maximum) = (given("timeout-default")?, given("timeout-maximum")?);
    for value in [&default, &maximum, &planning.option_value(TERMINATE_WAIT)?] {
        if let Some(seconds) = seconds(value).filter(|seconds| *seconds < 0) {
            return Err(Error::msg(format!("{}: `{seconds}` is no number of seconds", value.source)));
        }
    }
    match (seconds(&default), seconds(&maximum)) {
        (Some(wanted), Some(highest @ 1..)) if wanted > highest => {
            let message = format!("{}: `{wanted}` is above the maximum, which is `{highest}`", default.source);
            Err(Error::msg(message).hint(format!("the maximum is from {}", maximum.source)))
        }
        _ => Ok(()),
    }
}

/// An option of the task's own scope, or that of the older one where nobody set it.
fn closest<T: TestTask>(
    own: &str,
    name: &str,
    option_of: impl Fn(&str, &str) -> Result<OptionValue>,
) -> Result<OptionValue> {
    let option = option_of(own, name)?;
    Ok(match T::OLDER_SCOPE {
        Some(older) => option.or(option_of(older, name)?),
        None => option,
    })
}

fn seconds(option: &OptionValue) -> Option<i64> {
    option.value.as_int()
}

fn results_dir(context: &Context, target: &Target) -> String {
    format!("{}/{}", context.workdir(), target.address.id())
}

fn report_path(context: &Context, target: &Target) -> String {
    format!("{}/TEST-{}.xml", results_dir(context, target), target.address.id())
}

/// Removes the report of an earlier run: whoever ends without writing one has none. A cached result brings its own back.
fn remove_report(context: &Context, report: &str) -> Result<()> {
    match std::fs::remove_file(context.absolute(report)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::from(error).context(format!("cannot remove the old report `{report}`")))
        }
        _ => Ok(()),
    }
}

fn timeout<T: TestTask>(context: &Context, target: &Target) -> Result<Option<Duration>> {
    let given = |name: &str| closest::<T>(context.scope(), name, |scope, name| context.option_of(scope, name));
    if given("timeouts")?.value.as_bool() == Some(false) {
        return Ok(None);
    }
    let maximum = seconds(&given("timeout-maximum")?).unwrap_or(0);
    let seconds = match target.field("timeout").as_int() {
        Some(seconds) => seconds,
        None => seconds(&given("timeout-default")?).unwrap_or(0),
    };
    let capped = if maximum > 0 && seconds > maximum {
        let address = &target.address;
        let warning = format!("the timeout of `{address}` ({seconds}s) is above the maximum and is set to {maximum}s");
        context.log(crate::LogLevel::Warn, warning)?;
        maximum
    } else {
        seconds
    };
    Ok(u64::try_from(capped).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
}

fn report(context: &Context, target: &Target, status: TestStatus, report: Option<String>) -> Result<()> {
    context.report_test(&TestReport { address: target.address.clone(), status, report })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestContext;

    /// Fails for `fails`, cannot run for those that start with `breaks`.
    struct ByName;

    impl TestTask for ByName {
        const TYPE_NAME: &'static str = "ByName";
        const DESCRIPTION: &'static str = "Ends as the target is called.";

        fn is_test_target() -> Predicate {
            Predicate::Any
        }

        fn prepare(_planning: &Planning, _round: &mut RoundManager) -> Result<()> {
            Ok(())
        }

        fn new(_context: &Context) -> Result<Self> {
            Ok(Self)
        }

        fn run_target(&self, _context: &Context, run: &TestRun) -> Result<TestOutcome> {
            match run.target.address.name() {
                name if name.starts_with("breaks") => Err(Error::msg(format!("no tool for {name}"))),
                name => Ok(TestOutcome { is_success: name != "fails", ..TestOutcome::default() }),
            }
        }
    }

    #[test]
    fn every_target_that_could_not_run_is_told_and_every_failed_one_named() {
        let root = std::env::temp_dir().join(format!("plugin-api-test-task-{}", std::process::id()));
        let world = TestContext::new("test.by-name");
        world.build_root(&root);
        for name in ["breaks", "breaks-too", "fails", "passes"] {
            let results = root.join(format!(".pants.d/test/by-name/src.{name}"));
            std::fs::create_dir_all(&results).unwrap();
            std::fs::write(results.join(format!("TEST-src.{name}.xml")), "of an earlier run").unwrap();
            world.target(Target::new(Address::new("src", name), "tests"));
        }
        let error = world.run::<Testing<ByName>>().unwrap_err();
        std::fs::remove_dir_all(root).unwrap();
        assert!(world.reports().iter().all(|told| told.report.is_none()), "the reports are of an earlier run");
        assert_eq!(error.message, "the tests of `src:breaks` could not run");
        assert_eq!(
            error.causes,
            ["no tool for breaks", "the tests of `src:breaks-too` could not run: no tool for breaks-too"]
        );
        let failed: Vec<&str> = error.failed_targets.iter().map(Address::name).collect();
        assert_eq!(failed, ["breaks", "breaks-too", "fails"]);
    }
}
