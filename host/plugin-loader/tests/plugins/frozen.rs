//! What a released minor said on the wire is said today.
//!
//! `tests/fixtures/plugin-api/<minor>/wire.txt` is what the wire looked like when that minor was released: operations,
//! documents, well-known products, the header. (The layouts behind them are compared by loading the plugins of that minor, see `versions`.)
//! A line may be added by a later minor, and none may go.

use crate::crates::{current_api, frozen_apis, minor};
use crate::wire_shape::Shapes;
use expect_test::expect_file;
use plugin_api::products::{
    CompileClasspath, ExportFragment, GeneratedSources, JvmToolRequest, JvmTools, PythonEnvironments,
    ResolvedLibraries, RuntimeClasspath,
};
use plugin_api::{Error, PluginHeader, Process, ProcessOutput, Product, TaskSpec, Value, wire};
use std::collections::BTreeSet;
use std::fs;
use std::mem::offset_of;
use std::path::Path;

/// Adds every document that crosses the boundary; what they hold comes with them.
fn add_documents(shapes: &mut Shapes) {
    macro_rules! add {
        ($($document:ty),* $(,)?) => {
            $(shapes.add::<$document>().unwrap_or_else(|error| panic!("{}: {error}", stringify!($document)));)*
        };
    }
    add!(
        wire::Info,
        wire::OptionQuery,
        wire::GraphQuery,
        wire::InjectTarget,
        wire::InvalidateQuery,
        wire::LogLine,
        wire::ToolDirQuery,
        wire::GlobsQuery,
        wire::Request,
        wire::CreateTarget,
        wire::MacroCall,
        wire::Registration,
        wire::GoalDoc,
        wire::MacroDoc,
        wire::RequirementsAnswer,
        wire::ProductTypesAnswer,
        wire::InvalidatedAnswer,
        wire::ParallelQuery,
        wire::LimitedJobs,
        wire::TestResultQuery,
    );
    add!(Error, Process, ProcessOutput, TaskSpec, Value, plugin_api::OptionValue, plugin_api::JobsOutcome);
    add!(RuntimeClasspath, CompileClasspath, ResolvedLibraries, JvmTools, JvmToolRequest, ExportFragment);
    add!(PythonEnvironments, GeneratedSources);
}

/// The wire as it is: one line each for an operation, a field or variant of a document, a product, a field of the header.
fn wire_today() -> BTreeSet<String> {
    let mut shapes = Shapes::default();
    add_documents(&mut shapes);
    let mut lines = shapes.lines();
    let source = fs::read_to_string(current_api().join("src/wire.rs")).unwrap();
    let operations = source.lines().filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(';'));
    lines.extend(operations.map(|operation| format!("operation {operation}")));
    macro_rules! header {
        ($($field:ident),*) => {
            $(lines.insert(format!("header {} at byte {}", stringify!($field), offset_of!(PluginHeader, $field)));)*
        };
    }
    macro_rules! products {
        ($($product:ty),*) => {
            $(lines.insert(format!("product {} version {}", <$product>::NAME, <$product>::VERSION));)*
        };
    }
    products!(RuntimeClasspath, CompileClasspath, ResolvedLibraries, JvmTools, PythonEnvironments, GeneratedSources);
    products!(ExportFragment);
    header!(
        magic,
        header_size,
        api_major,
        api_minor,
        api_patch,
        min_host_minor,
        flags,
        id,
        name,
        version,
        rustc,
        target
    );
    lines
}

fn lines_of(api: &Path) -> BTreeSet<String> {
    fs::read_to_string(api.join("wire.txt")).unwrap().lines().map(str::to_owned).collect()
}

/// To release a minor: copy plugin-api and the fixtures acme and hello into `tests/fixtures/plugin-api/<minor>/`, run
/// this with UPDATE_EXPECT=1 to get its `wire.txt`, and give plugin-api the next version with the next addition.
#[test]
fn what_a_released_minor_says_is_said_today() {
    let today = wire_today();
    for api in frozen_apis() {
        if !api.join("wire.txt").exists() {
            let text: String = today.iter().map(|line| format!("{line}\n")).collect();
            expect_file![api.join("wire.txt")].assert_eq(&text);
        }
        let released = lines_of(&api);
        let gone: Vec<&String> = released.difference(&today).collect();
        assert!(gone.is_empty(), "plugins of {} rely on what has changed: {gone:#?}", api.display());
        let added: Vec<&String> = today.difference(&released).collect();
        assert!(added.is_empty() || minor(&api) < minor(&current_api()), "a released minor has grown: {added:#?}");
    }
}

/// A document of an older side lacks the fields that were added later.
#[test]
fn what_was_added_to_a_document_has_a_default() {
    for api in frozen_apis() {
        add_documents(&mut Shapes::offering(&lines_of(&api)));
    }
}

#[test]
fn every_type_with_an_encoding_is_described() {
    let lines = wire_today();
    let is_described = |name: &str| {
        let starts = [".", "::", ":"].map(|separator| format!("{name}{separator}"));
        lines.iter().any(|line| starts.iter().any(|start| line.starts_with(start.as_str())))
    };
    for file in fs::read_dir(current_api().join("src")).unwrap() {
        let path = file.unwrap().path();
        let text = if path.is_file() { fs::read_to_string(&path).unwrap() } else { String::new() };
        let mut is_encoded = false;
        for line in text.lines() {
            let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            if let Some(name) = declared.and_then(|rest| rest.split([' ', '<', '(']).next()) {
                assert!(!is_encoded || is_described(name), "{}: `{name}` is missing here", path.display());
            }
            is_encoded = line.contains("Deserialize)]") || (is_encoded && line.starts_with("#["));
        }
    }
}
