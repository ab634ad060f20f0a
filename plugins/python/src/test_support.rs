//! What the tests of several modules need: targets, and a world in memory with this backend's options.

use plugin_api::products::{PythonEnvironment, PythonEnvironments};
use plugin_api::testing::TestContext;
use plugin_api::{Address, Location, Object, Process, ProcessOutput, Target, Value};
use std::path::Path;

/// A target with sources in its directory.
pub(crate) fn target(address: &str, type_name: &str, sources: &[&str], dependencies: &[&str]) -> Target {
    let mut target = Target::new(parse(address), type_name);
    target.sources = sources.iter().map(|source| format!("{}/{source}", target.address.dir())).collect();
    target.dependencies = dependencies.iter().map(|address| parse(address)).collect();
    target.location = Location { file: format!("{}/BUILD", target.address.dir()), line: 1, column: 1 };
    target
}

/// A `python_requirement_library` with one requirement.
pub(crate) fn requirement(address: &str, text: &str) -> Target {
    let mut library = target(address, "python_requirement_library", &[], &[]);
    let object = Object {
        symbol: "python_requirement".to_owned(),
        fields: vec![("requirement".to_owned(), Value::from(text))],
        location: library.location.clone(),
    };
    library.fields.push(("requirements".to_owned(), Value::List(vec![Value::Object(object)])));
    library
}

/// An address; a test that misspells one fails.
pub(crate) fn parse(address: &str) -> Address {
    Address::parse(address).expect("the test gives an address")
}

/// A world with the defaults of this backend's scopes, and files on disk below `root`.
pub(crate) fn world(scope: &str, root: &Path, targets: &[Target]) -> TestContext {
    let world = TestContext::new(scope);
    world.build_root(root);
    for target in targets {
        world.target(target.clone());
        for source in &target.sources {
            write(root, source, "");
        }
    }
    let none = || Value::List(Vec::new());
    world.option_of("python-setup", "interpreter-constraints", ["CPython>=3.9"]);
    world.option_of("python-setup", "interpreter-search-paths", ["bin"]);
    world.option_of("python-setup", "requirement-constraints", Value::None);
    for unset in ["resolver-allow-prereleases", "resolver-jobs", "resolver-cache-dir"] {
        world.option_of("python-setup", unset, Value::None);
    }
    world.option_of("python-repos", "indexes", none());
    world.option_of("python-repos", "repos", none());
    world.option_of("pytest", "version", Value::None);
    world.option_of("pytest", "pytest-plugins", none());
    world.option_of("pytest", "args", none());
    world.option_of("pytest", "junit-family", "xunit2");
    for unset in ["junit-xml-dir", "timeout-default", "timeout-maximum"] {
        world.option_of("pytest", unset, Value::None);
    }
    world.option_of("pytest", "timeouts", true);
    world.option_of("python-binary", "pex-emit-warnings", true);
    // Inherited from the phases.
    world.option_of("test.pytest", "extra-env-vars", none());
    world.option_of("run.py", "args", none());
    write(root, "bin/python3", "");
    let interpreter = root.join("bin/python3");
    world.fake_tool(move |process| fake_tool(process, &interpreter));
    world
}

/// An interpreter that answers the probe; a pip that installs uv; every other tool succeeds without a word.
pub(crate) fn fake_tool(process: &Process, interpreter: &Path) -> plugin_api::Result<ProcessOutput> {
    let mut output = ProcessOutput::default();
    if process.argv[0] == "{tool:candidate}" {
        let path = interpreter.display();
        output.stdout = format!(
            r#"{{"implementation":"cpython","version":"3.11.7","executable":"{path}","platform":"linux-x86_64","has_venv":true}}"#
        )
        .into_bytes();
    }
    let tool = |name: &str| process.tools.iter().find(|tool| tool.name == name).map(|tool| tool.path.clone());
    if process.argv.iter().any(|argument| argument == "pip")
        && let Some(target) = tool("target")
    {
        write(&target, "bin/uv", "");
    }
    Ok(output)
}

/// Environments as `resolve.requirements` leaves them.
pub(crate) fn environments(roots: &[&str], requirements: &[&str]) -> PythonEnvironments {
    let environment = PythonEnvironment {
        directory: "/environment".to_owned(),
        identity: "cpython 3.11.7".to_owned(),
        requirements: requirements.iter().map(|text| (*text).to_owned()).collect(),
    };
    PythonEnvironments { environments: roots.iter().map(|root| (parse(root), environment.clone())).collect() }
}

/// Writes a file below a directory.
pub(crate) fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("a joined path has a parent")).expect("it can be made");
    std::fs::write(path, text).expect("it can be written");
}

/// A message with its causes, a line each.
pub(crate) fn text_of(error: &plugin_api::Error) -> String {
    let mut text = format!("{}\n", error.message);
    for cause in &error.causes {
        text.push_str(&format!("  {cause}\n"));
    }
    text
}
