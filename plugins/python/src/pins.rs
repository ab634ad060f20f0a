//! The tools of this backend, at exact versions, with the hashes of every file the registry holds for them.
//!
//! The files under `pins/` are what `uv pip compile --universal --generate-hashes --python-version 3.9` wrote: no URL
//! stands in them, so any registry that serves the same bytes will do, and any that serves others is refused.

/// uv and pex, for `pip install --require-hashes`.
pub(crate) const TOOLS: &str = include_str!("pins/tools.txt");

/// pytest with what it needs, on every supported interpreter and platform.
///
/// Its versions are preferences of a lock, not constraints: a requirement of the repository that excludes one of them
/// wins over it, and the hashes of the others stay as they stand here.
pub(crate) const PYTEST: &str = include_str!("pins/pytest.txt");

/// pytest-cov with coverage, for tests whose coverage is measured; the rest of what it needs stands in [`PYTEST`].
pub(crate) const COVERAGE: &str = include_str!("pins/coverage.txt");

/// The requirement on a package that a pins file makes, one line for each environment marker: `pytest==9.2.0 ; ..`.
pub(crate) fn requirements_on<'a>(pins: &'a str, package: &str) -> Vec<&'a str> {
    pins.lines()
        .filter(|line| !line.starts_with(char::is_whitespace))
        .filter(|line| line.split("==").next() == Some(package))
        .map(|line| line.trim_end_matches('\\').trim_end())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_package_is_pinned_for_every_interpreter() {
        assert_eq!(requirements_on(TOOLS, "uv").len(), 1);
        assert_eq!(requirements_on(TOOLS, "pex").len(), 1);
        let pytest = requirements_on(PYTEST, "pytest");
        assert_eq!(pytest.len(), 2, "{pytest:?}");
        assert!(pytest.iter().all(|line| line.contains("python_full_version")), "{pytest:?}");
        assert_eq!(requirements_on(COVERAGE, "pytest-cov").len(), 1);
    }

    #[test]
    fn every_pin_has_hashes_and_no_pin_has_a_place() {
        for pins in [TOOLS, PYTEST, COVERAGE] {
            let packages = pins.lines().filter(|line| line.contains("==")).count();
            let hashed = pins.lines().filter(|line| line.contains("==") && line.ends_with('\\')).count();
            assert_eq!(packages, hashed);
            assert!(!pins.contains("://"));
        }
    }
}
