//! Coverage: the agent of JaCoCo measures while tests run, and its command line turns what it measured into reports.
//!
//! What a JVM measured lies beside its reports, so a result from a cache brings it back. The reports are one process for
//! the run, after the tests: another choice of what is in them runs no test again.

use super::html;
use crate::programs::LOCALE;
use crate::targets::{COMPILED, TESTS};
use plugin_api::products::{JvmTool, JvmToolRequest, JvmTools};
use plugin_api::tasks::TestRun;
use plugin_api::{
    Address, CachePolicy, Context, Error, LogLevel, OptionKind, OptionRegistrar, OptionValue, Planning, Process,
    Result, RoundManager, Target, Tool, Value,
};
use regex::Regex;
use std::collections::BTreeSet;

/// The option scope of JaCoCo.
pub(crate) const SCOPE: &str = "jacoco";

/// The agent with all it needs in it, and the command line likewise.
const AGENT_COORDINATE: &str = "org.jacoco:org.jacoco.agent:0.8.14:runtime";
const CLI_COORDINATE: &str = "org.jacoco:org.jacoco.cli:0.8.14:nodeps";

/// Their names among the tools.
const AGENT: &str = "jacoco-agent";
const CLI: &str = "jacoco-cli";

/// The processors of Pants v1, of which one is here.
const PROCESSORS: [&str; 3] = ["cobertura", JACOCO, "scoverage"];
const JACOCO: &str = "jacoco";

/// What a JVM measured, in the directory of its reports.
const DATA: &str = "jacoco.exec";

/// Declares the options of [`SCOPE`].
pub(crate) fn register_scope_options(options: &mut OptionRegistrar) {
    let help = "Regular expressions for the addresses of the targets whose coverage is reported; without any, that of \
                all targets. Tests and generated code are never in it.";
    options.list("target-filters", &[], help);
    let help = "The agent that measures, as `org:name:rev:classifier`.";
    options.string("agent", AGENT_COORDINATE, help).advanced();
    let help = "The command line that makes reports, as `org:name:rev:classifier`.";
    options.string("cli", CLI_COORDINATE, help).advanced();
}

/// Declares the options of the task.
pub(super) fn register_options(options: &mut OptionRegistrar) {
    options.bool("coverage", false, "Measure the coverage of what the tests test.").fingerprinted();
    let processors = OptionKind::Choice(PROCESSORS.map(str::to_owned).to_vec());
    let help = "What measures it: only `jacoco` can. Implies `--coverage`.";
    options.option("coverage-processor", processors, Value::None, help).fingerprinted().advanced();
    let help = "Options for the JVM that makes the reports.";
    options.shell_list("coverage-jvm-options", &[], help).fingerprinted().advanced();
    let help = "Open the report; implies `--coverage`.";
    options.bool("coverage-open", false, help).fingerprinted();
    let help = "Report the coverage even if tests failed, although those cover less than they should.";
    options.bool("coverage-force", false, help).advanced();
}

/// Refuses what cannot be meant, before anything is built, and asks for the tools if coverage is wanted.
pub(super) fn prepare(planning: &Planning, round: &mut RoundManager) -> Result<()> {
    let Some(processor) = wanted(|name| planning.option_value(name))? else { return Ok(()) };
    check_processor(&processor)?;
    filters(&planning.option_value_of(SCOPE, "target-filters")?)?;
    for (key, option, main) in [(AGENT, "agent", ""), (CLI, "cli", "org.jacoco.cli.internal.Main")] {
        let coordinates = planning.option_of(SCOPE, option)?.to_strings();
        let request = JvmToolRequest { key: key.to_owned(), coordinates, main: main.to_owned() };
        round.require_with::<JvmTools>(&request)?;
    }
    Ok(())
}

/// The processor, which nobody need have named; `None` where no coverage is wanted.
fn wanted(option: impl Fn(&str) -> Result<OptionValue>) -> Result<Option<OptionValue>> {
    let processor = option("coverage-processor")?;
    let mut is_wanted = !processor.value.is_none();
    for flag in ["coverage", "coverage-open"] {
        is_wanted |= option(flag)?.value.as_bool() == Some(true);
    }
    Ok(is_wanted.then_some(processor))
}

fn check_processor(processor: &OptionValue) -> Result<()> {
    let reason = match processor.value.as_str() {
        None | Some(JACOCO) => return Ok(()),
        Some("scoverage") => "it is part of the Scala compiler, and Scala is not compiled here",
        Some(_) => "it does not read the classes of today's Java",
    };
    let name = processor.value.as_str().unwrap_or_default();
    Err(Error::msg(format!("{}: `{name}` cannot measure coverage here: {reason}", processor.source))
        .hint(format!("use `{JACOCO}`")))
}

fn filters(option: &OptionValue) -> Result<Vec<Regex>> {
    let parse = |text: &String| {
        Regex::new(text).map_err(|error| {
            let mut refused = Error::msg(format!("{}: `{text}` is no regular expression", option.source));
            refused.causes.extend(error.to_string().lines().map(str::to_owned));
            refused
        })
    };
    option.value.to_strings().iter().map(parse).collect()
}

/// How coverage is measured and told.
pub(super) struct Coverage {
    agent: JvmTool,
    cli: JvmTool,
    jdk: Tool,
    filters: Vec<Regex>,
    /// Where the filters stand.
    filters_source: String,
    jvm_options: Vec<String>,
    is_forced: bool,
    is_opened: bool,
}

/// A target with code that tests cover, and the jar of its classes.
pub(super) type Subject<'a> = (&'a Target, String);

impl Coverage {
    /// Reads the options; `None` when nothing is to be measured.
    pub(super) fn load(context: &Context, tools: &JvmTools) -> Result<Option<Self>> {
        if wanted(|name| context.option_of(context.scope(), name))?.is_none() {
            return Ok(None);
        }
        let tool = |key: &str| {
            let tool = tools.tools.get(key).filter(|tool| !tool.jars.is_empty()).cloned();
            tool.ok_or_else(|| Error::msg(format!("the tool `{key}` was not resolved")))
        };
        let target_filters = context.option_of(SCOPE, "target-filters")?;
        Ok(Some(Self {
            agent: tool(AGENT)?,
            cli: tool(CLI)?,
            jdk: Tool::new("jdk", &tools.java_home, &tools.java_identity),
            filters: filters(&target_filters)?,
            filters_source: target_filters.source,
            jvm_options: context.list_option("coverage-jvm-options")?,
            is_forced: context.flag("coverage-force")?,
            is_opened: context.flag("coverage-open")?,
        }))
    }

    /// The option of a JVM that measures, whose reports are there, as it sees them.
    pub(super) fn agent_option(&self, target: &Address, reports: &str) -> String {
        // Without an id of ours, the name of the machine would be part of the result.
        format!(
            "-javaagent:{{tool:{AGENT}}}/{}=destfile={reports}/{DATA},append=false,sessionid={}",
            self.agent.jars[0],
            target.id()
        )
    }

    /// The tool that such a JVM needs.
    pub(super) fn agent_tool(&self) -> Tool {
        Tool::new(AGENT, &self.agent.directory, &self.agent.identity)
    }

    /// Whether the coverage of a target is to be told.
    pub(super) fn is_subject(&self, target: &Target) -> bool {
        let type_name = &*target.type_name;
        let is_own_code = COMPILED.contains(&type_name) && !TESTS.contains(&type_name) && !is_generated(target);
        let address = target.address.to_string();
        is_own_code && (self.filters.is_empty() || self.filters.iter().any(|filter| filter.is_match(&address)))
    }

    /// Makes the reports of what was measured.
    pub(super) fn report(
        &self,
        context: &Context,
        runs: &[TestRun],
        failed: &[Address],
        subjects: &[Subject<'_>],
    ) -> Result<()> {
        if !failed.is_empty() && !self.is_forced {
            let text = "no coverage is reported, because tests failed; `--test-junit-coverage-force` reports it anyway";
            return context.log(LogLevel::Warn, text);
        }
        let mut data = Vec::new();
        for run in runs {
            data.extend(data_of(context, run)?);
        }
        if data.is_empty() {
            return context.log(LogLevel::Warn, "no coverage was measured");
        }
        if subjects.is_empty() {
            let text = match self.filters.is_empty() {
                true => "no coverage is reported: the tests depend on no code but their own".to_owned(),
                false => format!("{}: no target that the tests depend on matches", self.filters_source),
            };
            return context.log(LogLevel::Warn, text);
        }
        let made = format!("{}/coverage", context.workdir());
        super::remove_directory(context, &made)?;
        context.run_checked(&self.process(&data, subjects, &made))?;
        let shown = format!("{}/coverage/junit", context.dist_dir());
        context.publish_directory(&made, &shown)?;
        context.log(LogLevel::Info, format!("the coverage of the tests is in {shown}"))?;
        if self.is_opened {
            html::open(context, &format!("{shown}/html/index.html"))?;
        }
        Ok(())
    }

    /// The process that makes the reports, in a directory.
    fn process(&self, data: &[String], subjects: &[Subject<'_>], made: &str) -> Process {
        let jars: BTreeSet<&str> = subjects.iter().map(|(_, jar)| &**jar).collect();
        let sources =
            || subjects.iter().flat_map(|(target, _)| target.sources.iter().map(move |source| (target, source)));
        let roots: BTreeSet<&str> = sources().map(|(target, source)| target.source_root(source)).collect();
        let roots = roots.into_iter().map(|root| if root.is_empty() { "." } else { root });
        let outputs = ["coverage.xml", "coverage.csv", "html"].map(|name| format!("{made}/{name}"));
        let [xml, csv, page] = outputs.clone();
        let classpath: Vec<String> = self.cli.jars.iter().map(|jar| format!("{{tool:{CLI}}}/{jar}")).collect();
        Process::new(["{tool:jdk}/bin/java"], "coverage of the tests")
            .args(self.jvm_options.iter().cloned())
            .args(["-cp".to_owned(), classpath.join(":"), self.cli.main.clone()])
            .arg("report")
            .args(data.iter().cloned())
            .args(jars.iter().flat_map(|jar| ["--classfiles", jar]))
            .args(roots.flat_map(|root| ["--sourcefiles", root]))
            .args(["--encoding", "UTF-8", "--quiet"])
            .args(["--xml", &xml, "--csv", &csv, "--html", &page])
            .env(LOCALE.0, LOCALE.1)
            .inputs(data.iter().cloned())
            .inputs(jars)
            .inputs(sources().map(|(_, source)| source.clone()))
            .outputs(outputs)
            .tool(self.jdk.clone())
            .tool(Tool::new(CLI, &self.cli.directory, &self.cli.identity))
            .cache(CachePolicy::Success)
    }
}

fn is_generated(target: &Target) -> bool {
    target.is_synthetic || target.derived_from.is_some()
}

/// What the JVMs of a target measured: one beside its reports, or one for each batch.
fn data_of(context: &Context, run: &TestRun) -> Result<Vec<String>> {
    let reports = format!("{}/reports", run.results_dir);
    let mut directories = vec![reports.clone()];
    match std::fs::read_dir(context.absolute(&reports)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => {
            for entry in entries? {
                directories.push(format!("{reports}/{}", entry?.file_name().to_string_lossy()));
            }
        }
    }
    directories.sort();
    let data = directories.iter().map(|directory| format!("{directory}/{DATA}"));
    Ok(data.filter(|data| context.absolute(data).is_file()).collect())
}
