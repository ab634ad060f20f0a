//! `bootstrap.jvm-tools`: JVM tools by coordinate, for whoever asks.

use crate::jdk::Jdk;
use crate::third_party::declared::Jar;
use crate::third_party::jar_directory::sha256_of;
use crate::third_party::lock::LockedGroup;
use crate::third_party::managed::Pins;
use crate::third_party::resolver::{self, Resolver};
use plugin_api::products::{JvmTool, JvmToolRequest, JvmTools};
use plugin_api::{Context, Error, OptionRegistrar, Product, ProductDecl, Result, Task, TaskSpec};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Resolves the requested tools, each once for all repositories of the user.
pub(super) struct BootstrapJvmTools;

/// The name of the list of jars in the directory of a tool.
const LIST: &str = "tool.json";

/// What the artifacts that our own tasks ask for must be, whatever a repository says.
const KNOWN: &[(&str, &str)] = &[
    (
        "org.junit.platform:junit-platform-console-standalone:1.14.4",
        "7c6968cbcaf4301c729f202b23b7d736c5d88be625fc7d27ad5d746146a8bc28",
    ),
    ("org.jacoco:org.jacoco.agent:0.8.14:runtime", "3fb76eea65f81bd9415202bab34b6571728841dff1ab8e6bbe81adc2e299face"),
    ("org.jacoco:org.jacoco.cli:0.8.14:nodeps", "811c7f8c6b358c5d68a8973cfa867f6892be7a671b697a4b13c4b447e6daf75c"),
];

impl Task for BootstrapJvmTools {
    fn spec() -> TaskSpec {
        TaskSpec::new("BootstrapJvmTools", "Fetch the JVM tools that tasks ask for.")
            .fingerprinted_scope(resolver::SCOPE)
    }

    fn register_options(options: &mut OptionRegistrar) -> Result<()> {
        resolver::register_task_options(options);
        Ok(())
    }

    fn product_types() -> Vec<ProductDecl> {
        vec![JvmTools::declaration()]
    }

    fn new(_context: &Context) -> Result<Self> {
        Ok(Self)
    }

    fn execute(&mut self, context: &Context) -> Result<()> {
        let requests: Vec<(String, JvmToolRequest)> = context.requests::<JvmTools, _>()?;
        if requests.is_empty() {
            return Ok(());
        }
        let jdk = Jdk::of(context)?;
        let mut tools = JvmTools {
            java_home: jdk.home.to_string_lossy().into_owned(),
            java_identity: jdk.identity.clone(),
            ..JvmTools::default()
        };
        check_keys(&requests)?;
        for (scope, request) in requests {
            let tool = fetch(context, &jdk, &request).map_err(|error| Error {
                message: format!("the tool `{}` of {scope}: {error}", request.key),
                ..error
            })?;
            tools.tools.insert(request.key, tool);
        }
        context.put(tools)
    }
}

/// Refuses two tools under one key: one of the two tasks would run the other's.
fn check_keys(requests: &[(String, JvmToolRequest)]) -> Result<()> {
    for (index, (scope, request)) in requests.iter().enumerate() {
        let other = requests[..index].iter().find(|(_, other)| other.key == request.key && other != request);
        if let Some((first, _)) = other {
            let key = &request.key;
            return Err(Error::msg(format!("{first} and {scope} ask for different tools by the name `{key}`"))
                .hint("a task names its tools after itself, so that no other task's tool has the name"));
        }
    }
    Ok(())
}

fn fetch(context: &Context, jdk: &Jdk, request: &JvmToolRequest) -> Result<JvmTool> {
    let key = hex::encode(&Sha256::digest(request.coordinates.join("\n"))[..16]);
    let fill = |context: &Context, directory: &Path| fill(context, jdk, request, directory);
    let directory = context.tool_dir("jvm-tool", &key, fill)?;
    let list = std::fs::read(directory.join(LIST))?;
    let (jars, identity) = serde_json::from_slice(&list)?;
    Ok(JvmTool { directory: directory.to_string_lossy().into_owned(), jars, main: request.main.clone(), identity })
}

/// Fills the directory of a tool: its jars, and the list of them in classpath order with what they are.
fn fill(context: &Context, jdk: &Jdk, request: &JvmToolRequest, directory: &Path) -> Result<()> {
    let _shown = context.workunit(format!("fetch {}", request.coordinates.join(", ")))?;
    let jars = request.coordinates.iter().map(|coordinate| Jar::parse(coordinate)).collect::<Result<Vec<_>>>()?;
    let lock = Resolver::prepare(context, jdk)?.resolve(&jars, &Pins::default(), directory)?;
    let (names, identity) = contents(&jars, &lock, directory)?;
    std::fs::write(directory.join(LIST), serde_json::to_vec(&(names, identity))?)?;
    Ok(())
}

fn contents(jars: &[Jar], lock: &LockedGroup, directory: &Path) -> Result<(Vec<String>, String)> {
    let mut names: Vec<String> = Vec::new();
    let mut digest = Sha256::new();
    for file in jars.iter().flat_map(|jar| lock.files_of(jar)) {
        let expected = KNOWN.iter().find(|(coordinate, _)| *coordinate == file.key);
        let found = sha256_of(&directory.join(&file.path))?;
        if let Some((coordinate, expected)) = expected.filter(|(_, expected)| *expected != found) {
            let message = format!("jar `{coordinate}` has SHA-256 {found}, expected {expected}");
            return Err(Error::msg(message).hint("a repository or a mirror gives another file than Maven Central"));
        }
        if !names.contains(&file.path) {
            digest.update(format!("{} {found}\n", file.path));
            names.push(file.path);
        }
    }
    Ok((names, hex::encode(&digest.finalize()[..16])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_key_names_one_tool() {
        let request = |scope: &str, rev: &str| {
            let coordinates = vec![format!("a:b:{rev}")];
            (scope.to_owned(), JvmToolRequest { key: "lint".to_owned(), coordinates, main: "Main".to_owned() })
        };
        assert!(check_keys(&[request("lint.a", "1"), request("lint.b", "1")]).is_ok());
        let error = check_keys(&[request("lint.a", "1"), request("lint.b", "2")]).unwrap_err();
        assert_eq!(error.message, "lint.a and lint.b ask for different tools by the name `lint`");
    }
}
