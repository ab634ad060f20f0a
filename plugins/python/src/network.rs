//! Tells a registry that cannot be reached from one that was reached and said no.

use plugin_api::Error;

/// Phrases by which pip and uv say that they did not get through.
const UNREACHABLE: [&str; 10] = [
    "Connection refused",
    "Failed to establish a new connection",
    "Failed to fetch",
    "NewConnectionError",
    "Temporary failure in name resolution",
    "certificate verify failed",
    "dns error",
    "error sending request",
    // All that pip says after it gave up; the pinned versions do exist.
    "(from versions: none)",
    "network was disabled",
];

/// Whether what a tool printed means that a registry could not be reached.
pub(crate) fn is_unreachable(printed: &str) -> bool {
    UNREACHABLE.iter().any(|phrase| printed.contains(phrase))
}

/// The error of a tool that got nothing from its registry, with what it printed.
pub(crate) fn unreachable(what: &str, printed: &str) -> Error {
    let mut error = Error::msg(format!("cannot reach the package registry for {what}"));
    error.causes.extend(printed.lines().map(|line| line.trim_end().to_owned()));
    error
        .hint("what was resolved before still works; HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, PIP_* and UV_* reach the tools")
        .hint("set `[python-repos] indexes` to use another registry")
}

/// Says so first when an error of a process means that the registry could not be reached.
pub(crate) fn explain(error: Error, what: &str) -> Error {
    let printed = error.causes.join("\n");
    if is_unreachable(&printed) { unreachable(what, &printed) } else { error }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_registry_that_was_not_reached_is_called_unreachable() {
        let failed = |line: &str| {
            let error = Error { causes: vec![line.to_owned()], ..Error::msg("uv exited with 2") };
            explain(error, "uv").message
        };
        let unreachable = "cannot reach the package registry for uv";
        assert_eq!(failed("error: Failed to fetch: x"), unreachable);
        assert_eq!(failed("  cause: dns error"), unreachable);
        assert_eq!(failed("error: No solution found when resolving dependencies"), "uv exited with 2");
    }
}
