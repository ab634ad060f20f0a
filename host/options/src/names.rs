//! The names of one option in each source: flag, environment variable, config key.

use pants_model::OptionSpec;

/// The config section of a scope.
pub fn section_of(scope: &str) -> &str {
    if scope.is_empty() { GLOBAL_SECTION } else { scope }
}

/// The scope of a config section, as [`section_of`] names it.
pub fn scope_of_section(section: &str) -> &str {
    if section == GLOBAL_SECTION { "" } else { section }
}

/// The section of the global scope.
pub(crate) const GLOBAL_SECTION: &str = "GLOBAL";
/// The section whose keys count for every scope, at a rank of their own.
pub(crate) const DEFAULT_SECTION: &str = "DEFAULT";

/// What the variables of all options begin with.
pub(crate) const PREFIX: &str = "PANTS_";

/// The names that an option answers to, its own first.
pub(crate) fn names_of(spec: &OptionSpec) -> impl Iterator<Item = &str> {
    std::iter::once(spec.name.as_str()).chain(spec.aliases.iter().map(String::as_str))
}

/// The config key of an option: `worker_count`.
pub fn key_of(option: &str) -> String {
    option.replace('-', "_")
}

/// Whether a config key means an option: dashes and underscores are one.
pub(crate) fn is_key_of(key: &str, option: &str) -> bool {
    let dashed = |byte: u8| if byte == b'_' { b'-' } else { byte };
    key.len() == option.len() && key.bytes().map(dashed).eq(option.bytes())
}

/// The option that a config key means: dashes and underscores are one.
pub fn option_of_key(key: &str) -> String {
    key.replace('_', "-")
}

/// The qualified flag of an option, without leading dashes: `compile-javac-worker-count`.
pub(crate) fn qualified(scope: &str, option: &str) -> String {
    if scope.is_empty() { option.to_owned() } else { format!("{}-{option}", scope.replace('.', "-")) }
}

/// The option in a qualified flag of a scope, without making any name: there are thousands of scopes to try.
pub(crate) fn option_of_flag<'a>(flag: &'a str, scope: &str) -> Option<&'a str> {
    if scope.is_empty() {
        return Some(flag);
    }
    let is_same = |(have, wanted): (u8, u8)| have == if wanted == b'.' { b'-' } else { wanted };
    let (begin, rest) = flag.split_at_checked(scope.len())?;
    let is_begin = begin.bytes().zip(scope.bytes()).all(is_same);
    rest.strip_prefix('-').filter(|_| is_begin)
}

/// The environment variables of an option, the strongest first.
///
/// `PANTS_COMPILE_JAVAC_WORKER_COUNT`; for a global option `PANTS_GLOBAL_X`, then `PANTS_X`, then, for one whose name
/// begins with `pants-` already, the name alone (`PANTS_WORKDIR`).
pub(crate) fn environment_variables(scope: &str, option: &str) -> Vec<String> {
    let begin = variables_begin(scope);
    let option = upper(option);
    if !scope.is_empty() {
        return vec![begin + &option];
    }
    let mut names = vec![format!("PANTS_GLOBAL_{option}"), format!("PANTS_{option}")];
    if option.starts_with("PANTS_") {
        names.push(option);
    }
    names
}

/// What the variables of the options of a scope begin with: `PANTS_COMPILE_JAVAC_`.
pub(crate) fn variables_begin(scope: &str) -> String {
    if scope.is_empty() { PREFIX.to_owned() } else { format!("{PREFIX}{}_", upper(scope)) }
}

fn upper(text: &str) -> String {
    text.replace(['-', '.'], "_").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_has_one_name_per_source() {
        assert_eq!(qualified("compile.javac", "worker-count"), "compile-javac-worker-count");
        assert_eq!(qualified("", "level"), "level");
        assert_eq!(option_of_flag("compile-javac-worker-count", "compile.javac"), Some("worker-count"));
        assert_eq!(option_of_flag("compile-javac", "compile.javac"), None);
        assert_eq!(option_of_flag("level", ""), Some("level"));
        assert_eq!(environment_variables("compile.javac", "args"), ["PANTS_COMPILE_JAVAC_ARGS"]);
        assert_eq!(environment_variables("python-setup", "x"), ["PANTS_PYTHON_SETUP_X"]);
        assert_eq!(environment_variables("", "level"), ["PANTS_GLOBAL_LEVEL", "PANTS_LEVEL"]);
        assert_eq!(
            environment_variables("", "pants-workdir"),
            ["PANTS_GLOBAL_PANTS_WORKDIR", "PANTS_PANTS_WORKDIR", "PANTS_WORKDIR"]
        );
        assert_eq!(key_of("worker-count"), "worker_count");
        assert_eq!(option_of_key("worker_count"), "worker-count");
        for (scope, section) in [("", "GLOBAL"), ("compile.javac", "compile.javac")] {
            assert_eq!((section_of(scope), scope_of_section(section)), (section, scope));
        }
    }
}
