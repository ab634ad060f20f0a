//! Whether a run uses the daemon: from what is known before any plugin, at the price of a few look-ups.

use pants_model::OptionSource;
use pants_options::{Bootstrap, Invocation};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// Whether a run uses the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This process carries it out.
    Direct(DirectReason),
    /// The daemon does, when there can be one.
    Daemon,
}

/// Why a run is carried out by the process that was started for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectReason {
    /// `--no-pantsd`, or its like in a file.
    SwitchedOff(OptionSource),
    /// `CI` is set, and nobody said otherwise: a machine that is thrown away keeps nothing warm.
    ContinuousIntegration,
    /// It is part of another run, which may be waiting for it in the daemon.
    Nested,
    /// `--concurrent`.
    Concurrent,
    /// It ends the daemon and removes what it works on (`clean-all`).
    CleanAll,
    /// An argument or a variable names something that is open in this process and in no other.
    OwnDescriptor(String),
}

impl fmt::Display for DirectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SwitchedOff(source) => write!(f, "`pantsd` is off ({source})"),
            Self::ContinuousIntegration => f.write_str("`CI` is set"),
            Self::Nested => f.write_str("it is part of another run"),
            Self::Concurrent => f.write_str("`concurrent` is on"),
            Self::CleanAll => f.write_str("`clean-all` leaves no daemon"),
            Self::OwnDescriptor(text) => write!(f, "`{text}` can be read by this process alone"),
        }
    }
}

/// Decides for one run.
pub fn decide(invocation: &Invocation, bootstrap: &Bootstrap) -> Decision {
    let Invocation { args, environment, cwd: _ } = invocation;
    let is_on = |option: &str| bootstrap.values.value("", option).as_bool().unwrap_or(false);
    let source = bootstrap.values.get("", "pantsd").map_or(OptionSource::Default, |value| value.source.clone());
    let reason = if !is_on("pantsd") {
        Some(DirectReason::SwitchedOff(source))
    } else if source == OptionSource::Default && is_set(environment, "CI") {
        Some(DirectReason::ContinuousIntegration)
    } else if bootstrap.values.value("", "parent-build-id").as_str().is_some_and(|id| !id.is_empty()) {
        Some(DirectReason::Nested)
    } else if is_on("concurrent") {
        Some(DirectReason::Concurrent)
    } else if args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "clean-all") {
        Some(DirectReason::CleanAll)
    } else {
        own_descriptor(args, environment).map(DirectReason::OwnDescriptor)
    };
    reason.map_or(Decision::Daemon, Decision::Direct)
}

fn is_set(environment: &BTreeMap<OsString, OsString>, name: &str) -> bool {
    environment.get(OsStr::new(name)).is_some_and(|value| !value.is_empty())
}

/// What a shell hands over as a path that only this process can open: `<(..)`, `/dev/stdin`.
fn own_descriptor(args: &[String], environment: &BTreeMap<OsString, OsString>) -> Option<String> {
    let variables = environment.iter().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PANTS_"));
    let values = variables.filter_map(|(_, value)| value.to_str());
    args.iter().map(String::as_str).chain(values).find_map(descriptor_in)
}

fn descriptor_in(text: &str) -> Option<String> {
    const PLACES: [&str; 6] = ["/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/fd/", "/proc/self/"];
    // A value stands alone, behind `=` or `@`, in quotes, or as a member of a list.
    let words = text.split(|char: char| "=@,[]()'\" ".contains(char));
    let mut named = words.filter(|word| PLACES.iter().any(|place| word.starts_with(place)));
    named.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[track_caller]
    fn check(variables: &[(&str, &str)], args: &[&str], config: &str, expect: &str) {
        let directory = tempfile::tempdir().expect("tests have a temporary directory");
        std::fs::write(directory.path().join("pants.toml"), config).expect("the directory is ours");
        let environment = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let invocation = Invocation { args, environment: Arc::new(environment), cwd: directory.path().to_owned() };
        let bootstrap = pants_options::bootstrap(&invocation).expect("nothing is wrong");
        let shown = match decide(&invocation, &bootstrap) {
            Decision::Daemon => "daemon".to_owned(),
            Decision::Direct(reason) => reason.to_string(),
        };
        assert_eq!(shown, expect, "{variables:?} {args:?}", args = invocation.args);
    }

    #[test]
    fn a_run_uses_the_daemon_unless_there_is_a_reason() {
        check(&[], &["list", "::"], "", "daemon");
        check(&[], &["--no-pantsd", "list"], "", "`pantsd` is off (--no-pantsd)");
        check(&[("PANTS_PANTSD", "false")], &["list"], "", "`pantsd` is off (PANTS_PANTSD)");
        check(
            &[],
            &["list"],
            "[GLOBAL]\nenable_pantsd = false\n",
            "`pantsd` is off (pants.toml:2 [GLOBAL] enable_pantsd)",
        );
        check(&[], &["--concurrent", "list"], "", "`concurrent` is on");
        check(&[], &["clean-all", "compile"], "", "`clean-all` leaves no daemon");
        check(&[], &["run", "a:b", "--", "clean-all"], "", "daemon");
    }

    #[test]
    fn ci_is_a_default_that_anybody_overrides() {
        check(&[("CI", "true")], &["list"], "", "`CI` is set");
        check(&[("CI", "")], &["list"], "", "daemon");
        check(&[("CI", "1")], &["--pantsd", "list"], "", "daemon");
        check(&[("CI", "1")], &["list"], "[GLOBAL]\npantsd = true\n", "daemon");
    }

    #[test]
    fn a_run_inside_a_run_does_not_wait_for_itself() {
        check(&[("PANTS_PARENT_BUILD_ID", "pants_run_1")], &["list"], "", "it is part of another run");
        check(&[("PANTS_PARENT_BUILD_ID", "")], &["list"], "", "daemon");
    }

    #[test]
    fn what_only_this_process_can_read_stays_with_it() {
        let direct = |text: &str| format!("`{text}` can be read by this process alone");
        check(&[], &["--spec-file=/dev/stdin", "list"], "", &direct("/dev/stdin"));
        check(&[], &["--spec-file=/dev/fd/63", "list"], "", &direct("/dev/fd/63"));
        check(&[], &["--spec-file=['/proc/self/fd/0']", "list"], "", &direct("/proc/self/fd/0"));
        check(&[("PANTS_SPEC_FILE", "/dev/stdin")], &["list"], "", &direct("/dev/stdin"));
        check(&[("INPUT", "/dev/stdin")], &["list", "src/dev/stdin"], "", "daemon");
    }
}
