//! Tells a registry that cannot be reached from one that was reached and said no.

use plugin_api::Error;

/// Phrases by which pip and uv say that they did not get through.
const UNREACHABLE: [&str; 9] = [
    "Connection refused",
    "Failed to establish a new connection",
    "Failed to fetch",
    "NewConnectionError",
    "Temporary failure in name resolution",
    "certificate verify failed",
    "dns error",
    "error sending request",
    "network was disabled",
];

/// Whether what a tool printed means that a registry could not be reached.
pub(crate) fn is_unreachable(printed: &str) -> bool {
    UNREACHABLE.iter().any(|phrase| printed.contains(phrase))
}

/// Puts the reason first when the registry could not be reached, and says what reaches the tools.
pub(crate) fn explain(error: Error, what: &str) -> Error {
    if !error.causes.iter().any(|line| is_unreachable(line)) {
        return error;
    }
    error
        .context(format!("cannot reach the package registry for {what}"))
        .hint("what was resolved before still works without it; HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, PIP_* and UV_* reach the tools")
        .hint("set `[python-repos] indexes` to use another registry")
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
