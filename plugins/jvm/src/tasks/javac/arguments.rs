//! The options for javac that do not follow from the graph: those that everybody gets, and sets that targets switch on.

use crate::graph;
use plugin_api::{
    Context, Error, LogLevel, OptionKind, OptionRank, OptionRegistrar, OptionValue, Planning, Result, Target, Value,
};
use std::collections::BTreeSet;

const WARNING_ARGS: &[&str] = &[
    "-deprecation",
    "-Xlint:all",
    "-Xlint:-serial",
    "-Xlint:-path",
    // These are about jars and options that nobody in the repository wrote.
    "-Xlint:-classfile",
    "-Xlint:-options",
    "-Xlint:-processing",
];

/// The set that the field `fatal_warnings` switches on.
const FATAL_WARNINGS: &str = "fatal_warnings";

/// The options that say what sets there are, and which of them targets have that do not say.
const ENABLED: &str = "compiler-option-sets-enabled-args";
const DISABLED: &str = "compiler-option-sets-disabled-args";
const DEFAULTS: &str = "default-compiler-option-sets";
/// The option of Java for the same.
const OF_JAVA: &str = "compiler-option-sets";

/// Declares the options of `[compile.javac]` that this module reads.
pub(super) fn register_options(options: &mut OptionRegistrar) {
    options.list("args", &["-encoding", "UTF-8"], "Options for javac.").fingerprinted();
    options.bool("warnings", true, "Whether javac warns.").fingerprinted();
    options.list("warning-args", WARNING_ARGS, "Options for javac when it warns.").fingerprinted().advanced();
    options
        .list("no-warning-args", &["-nowarn", "-Xlint:none"], "Options for javac when it does not warn.")
        .alias("quiet-args")
        .fingerprinted()
        .advanced();
    options.bool("debug-symbols", false, "Whether classes carry what debuggers need.").fingerprinted();
    options
        .list("debug-symbol-args", &["-g:lines,source,vars"], "Options for javac with debug symbols.")
        .fingerprinted()
        .advanced();
    let dict = |entries: Vec<(Value, Value)>| Value::Dict(entries);
    let fatal = vec![(FATAL_WARNINGS.into(), Value::strings(["-Werror"]))];
    options
        .option(ENABLED, OptionKind::Dict, dict(fatal), "Options for javac by the set that brings them.")
        .fingerprinted()
        .advanced();
    options
        .option(DISABLED, OptionKind::Dict, dict(Vec::new()), "Options for javac by the set that keeps them away.")
        .fingerprinted()
        .advanced();
    options.list(DEFAULTS, &[], "The sets of targets for which nothing else says so.").fingerprinted().advanced();
}

/// Declares the option of `[java]` that this module reads.
pub(in crate::tasks) fn register_java_options(options: &mut OptionRegistrar) {
    options
        .list(
            OF_JAVA,
            &[],
            "The sets of `[compile.javac] compiler-option-sets-*-args` that targets have. A flag counts for all targets, a \
             config file for those that have no `compiler_option_sets`.",
        )
        .fingerprinted()
        .advanced();
}

/// What the options say.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    always: Vec<String>,
    enabled: Vec<(String, Vec<String>)>,
    disabled: Vec<(String, Vec<String>)>,
    /// The sets of targets that do not say.
    defaults: Vec<String>,
    /// The sets of all targets, whatever they say.
    forced: Option<Vec<String>>,
}

/// Refuses what cannot be meant, before anything is built.
pub(super) fn check(planning: &Planning) -> Result<()> {
    let (enabled, disabled) = (planning.option_value(ENABLED)?, planning.option_value(DISABLED)?);
    let mut known: BTreeSet<String> = BTreeSet::new();
    for option in [&enabled, &disabled] {
        known.extend(sets(option)?.into_iter().map(|(name, _)| name));
    }
    for option in [planning.option_value(DEFAULTS)?, planning.option_value_of(graph::SCOPE, OF_JAVA)?] {
        if let Some(name) = option.value.to_strings().into_iter().find(|name| !known.contains(name)) {
            let error = Error::msg(format!("{}: there is no set of compiler options `{name}`", option.source));
            return Err(error.hint(format!("those that are defined: {}", shown(&known))));
        }
    }
    Ok(())
}

fn shown(names: &BTreeSet<String>) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Sets by name, each with its options.
fn sets(option: &OptionValue) -> Result<Vec<(String, Vec<String>)>> {
    let set = |(name, options): (String, Value)| match &options {
        Value::Str(one) => Ok((name, vec![one.clone()])),
        Value::List(texts) if texts.iter().all(|text| text.as_str().is_some()) => Ok((name, options.to_strings())),
        _ => Err(Error::msg(format!("{}: `{name}` must be a list of options", option.source))),
    };
    option.value.to_entries().into_iter().map(set).collect()
}

impl Arguments {
    pub(super) fn load(context: &Context) -> Result<Self> {
        let value = |name: &str| context.option_of(context.scope(), name);
        let mut always = context.list_option("args")?;
        let warnings = if context.flag("warnings")? { "warning-args" } else { "no-warning-args" };
        always.extend(context.list_option(warnings)?);
        if context.flag("debug-symbols")? {
            always.extend(context.list_option("debug-symbol-args")?);
        }
        // Sources beside classes on the classpath are not ours to compile.
        always.push("-implicit:none".to_owned());
        let of_java = context.option_of(graph::SCOPE, OF_JAVA)?;
        let mut defaults = of_java.value.to_strings();
        let forced = (of_java.rank == OptionRank::Flag).then(|| defaults.clone());
        if defaults.is_empty() {
            defaults = context.list_option(DEFAULTS)?;
        }
        let (enabled, disabled) = (sets(&value(ENABLED)?)?, sets(&value(DISABLED)?)?);
        Ok(Self { always, enabled, disabled, defaults, forced })
    }

    /// The options for a target.
    pub(super) fn of(&self, target: &Target) -> Vec<String> {
        let wanted = self.sets_of(target);
        let enabled = self.enabled.iter().filter(|(name, _)| wanted.contains(name));
        let disabled = self.disabled.iter().filter(|(name, _)| !wanted.contains(name));
        let by_sets = enabled.chain(disabled).flat_map(|(_, options)| options);
        self.always.iter().chain(by_sets).filter_map(|option| for_javac(option)).collect()
    }

    /// Says which sets targets name that nobody defined: they bring nothing.
    pub(super) fn warn_of_undefined_sets(&self, context: &Context, targets: &[Target]) -> Result<()> {
        let known: BTreeSet<&str> = self.enabled.iter().chain(&self.disabled).map(|(name, _)| &**name).collect();
        let mut told = BTreeSet::new();
        for target in targets {
            for name in own_sets(target).unwrap_or_default() {
                if !known.contains(&*name) && told.insert(name.clone()) {
                    let line = format!("{}: `compiler_option_sets`: `{name}` is defined nowhere", target.location);
                    context.log(LogLevel::Warn, line)?;
                }
            }
        }
        Ok(())
    }

    /// The sets of a target.
    fn sets_of(&self, target: &Target) -> BTreeSet<String> {
        let own = || own_sets(target).unwrap_or_else(|| self.defaults.clone());
        let mut sets: BTreeSet<String> = self.forced.clone().unwrap_or_else(own).into_iter().collect();
        match target.field(FATAL_WARNINGS).as_bool() {
            Some(true) => drop(sets.insert(FATAL_WARNINGS.to_owned())),
            Some(false) => drop(sets.remove(FATAL_WARNINGS)),
            None => {}
        }
        sets
    }
}

/// The sets that a target names; `None` when it says nothing.
fn own_sets(target: &Target) -> Option<Vec<String>> {
    match target.field("compiler_option_sets") {
        Value::None => None,
        Value::Dict(entries) => Some(entries.iter().filter_map(|(name, _)| name.as_str()).map(str::to_owned).collect()),
        names => Some(names.to_strings()),
    }
}

/// An option as javac takes it. Zinc, which compiled Java and Scala in Pants v1, had them marked for the one or the other.
fn for_javac(option: &str) -> Option<String> {
    match option.strip_prefix("-C") {
        Some(marked) => Some(marked.to_owned()),
        None if option.starts_with("-S") => None,
        None => Some(option.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugin_api::Address;

    fn arguments(defaults: &[&str], forced: Option<&[&str]>) -> Arguments {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let set = |name: &str, options: &[&str]| (name.to_owned(), texts(options));
        Arguments {
            always: texts(&["-C-Xlint", "-S-Xlint", "-parameters"]),
            enabled: vec![set(FATAL_WARNINGS, &["-Werror"]), set("other", &["-other"])],
            disabled: vec![set("other", &["-no-other"])],
            defaults: texts(defaults),
            forced: forced.map(texts),
        }
    }

    #[test]
    fn sets_bring_options_and_keep_others_away() {
        let check = |arguments: Arguments, fields: &[(&str, Value)], expect: &str| {
            let mut target = Target::new(Address::new("a", "b"), "java_library");
            target.fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            assert_eq!(arguments.of(&target).join(" "), format!("-Xlint -parameters {expect}"), "{fields:?}");
        };
        let sets = |names: &[&str]| ("compiler_option_sets", Value::strings(names.iter().copied()));
        check(arguments(&[], None), &[], "-no-other");
        check(arguments(&["other"], None), &[], "-other");
        check(arguments(&["other"], None), &[sets(&[])], "-no-other");
        check(arguments(&["other"], None), &[sets(&["fatal_warnings"])], "-Werror -no-other");
        check(arguments(&[], None), &[("fatal_warnings", true.into())], "-Werror -no-other");
        check(arguments(&["fatal_warnings"], None), &[("fatal_warnings", false.into())], "-no-other");
        check(arguments(&[], Some(&["other"])), &[sets(&["fatal_warnings"])], "-other");
    }
}
