//! BUILD files, evaluated through the room's public interface in a small repository.

use super::{hash, shape};
use pants_build_files::{
    AddressSpec, BuildFiles, EvaluateLimits, EvaluationStore, ImportsPolicy, Macro, MacroContext, SpecFilters, Stored,
    Symbols, WorkspaceConfig,
};
use pants_model::{
    Address, BuildGraph, Diagnostic, FieldKind, FieldRule, FieldSpec, ObjectSpec, TargetTypeSpec, Value,
};
use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex};

/// Diagnostics quote words of the case, and not the case.
const LONGEST_LINE: usize = 4_000;

/// The repository, in which a case is `a/BUILD`.
pub struct Evaluator {
    root: tempfile::TempDir,
    limits: EvaluateLimits,
    symbols: Arc<Symbols>,
}

impl Evaluator {
    /// One that evaluates, within limits that keep a case short.
    pub fn new() -> Self {
        let limits = EvaluateLimits { steps: 50_000, memory: 4 << 20, ..EvaluateLimits::default() };
        let root = tempfile::tempdir().expect("there is a temporary directory");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("it has one")).expect("the directory is ours");
            fs::write(path, text).expect("the directory is ours");
        };
        write("lib/BUILD", "target(name='lib')\ntarget(name='other', dependencies=['a:a'])\n");
        write("a/names.txt", "ann\n# bob\ncarl x\n");
        for file in ["a.java", "ATest.java", "b.py", "test_b.py", "deep/c.java", "deep/d.py", "ü.x", "x.txt"] {
            write(&format!("a/{file}"), "");
        }
        Self { root, limits, symbols: Arc::new(symbols()) }
    }

    /// One that ends at the first statement.
    pub fn that_only_parses() -> Self {
        let evaluator = Self::new();
        Self { limits: EvaluateLimits { steps: 0, ..evaluator.limits }, ..evaluator }
    }

    /// Evaluates a case; panics if what comes out cannot be.
    pub fn run(&self, case: &[u8]) -> Vec<u64> {
        let marker = b"#- prelude\n";
        let split = case.windows(marker.len()).position(|window| window == marker);
        let (build, prelude) = match split {
            Some(at) => (&case[..at], Some(&case[at + marker.len()..])),
            None => (case, None),
        };
        fs::write(self.root.path().join("a/BUILD"), build).expect("the directory is ours");
        if let Some(prelude) = prelude {
            fs::write(self.root.path().join("prelude.py"), prelude).expect("the directory is ours");
        }
        let store = Arc::new(Memory::default());
        let (graph, diagnostics) = self.load(prelude.is_some(), &store);
        self.check(&graph, &diagnostics);
        if diagnostics.is_empty() || case.len().is_multiple_of(4) {
            let (again, repeated) = self.load(prelude.is_some(), &store);
            assert_eq!(diagnostics, repeated, "what was stored says the same");
            assert!(graph.targets().eq(again.targets()), "what was stored declares the same");
        }
        shown(&graph, &diagnostics)
    }

    fn load(&self, has_prelude: bool, store: &Arc<Memory>) -> (Arc<BuildGraph>, Vec<Diagnostic>) {
        let mut config = WorkspaceConfig::new(self.root.path());
        config.pants_version = "1.30.4".to_owned();
        config.jobs = 1;
        config.limits = self.limits;
        config.build_file_imports = ImportsPolicy::Warn;
        config.environment = Arc::new([("USER".into(), "ann".into())].into_iter().collect());
        config.opaque_types = vec!["opaque_thing".to_owned()];
        if has_prelude {
            config.prelude_globs = vec!["prelude.py".to_owned()];
        }
        let build_files = BuildFiles::new(config, self.symbols.clone()).with_store(store.clone());
        let everything = [AddressSpec::Descendants(String::new())];
        let (_, diagnostics) = build_files.resolve(&everything, &SpecFilters::default());
        build_files.save_evaluations();
        (build_files.graph(), diagnostics)
    }

    /// How many lines a file has, at most.
    fn lines(&self, file: &str) -> usize {
        let file = fs::read(self.root.path().join(file)).unwrap_or_default();
        file.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1
    }

    /// What holds whatever the case is.
    fn check(&self, graph: &BuildGraph, diagnostics: &[Diagnostic]) {
        let is_strange = |char: char| char.is_control() && char != '\n';
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for diagnostic in diagnostics {
            let message = &diagnostic.message;
            assert!(!message.is_empty() && !message.contains(is_strange), "a message for people: {message:?}");
            // Hints may be meant to be pasted, and are whole.
            let shown = message.lines().chain(diagnostic.excerpt.iter().flat_map(|excerpt| excerpt.lines()));
            let longest = shown.map(str::len).max().unwrap_or_default();
            assert!(longest < LONGEST_LINE, "a line of {longest} bytes");
            let Some(location) = &diagnostic.location else { continue };
            let lines = *lines.entry(&*location.file).or_insert_with(|| self.lines(&location.file));
            assert!(location.line as usize <= lines, "line {} of {lines}", location.line);
        }
        for target in graph.targets() {
            let text = target.address.to_string();
            assert_eq!(Address::parse(&text, "").as_ref(), Ok(&target.address), "an address can be written");
            for source in &target.sources {
                let is_inside = !source.starts_with("..") && source.is_relative();
                assert!(is_inside && self.root.path().join(source).is_file(), "a source is a file: {source:?}");
            }
        }
    }
}

/// Evaluations that are kept for the second half of a case.
#[derive(Default)]
struct Memory(Mutex<HashMap<String, Vec<u8>>>);

impl EvaluationStore for Memory {
    fn load(&self, name: &str, most: usize) -> Stored {
        match self.0.lock().expect("nobody panics with it").get(name) {
            None => Stored::Nothing,
            Some(bytes) if bytes.len() > most => Stored::TooLong,
            Some(bytes) => Stored::Bytes(bytes.clone()),
        }
    }

    fn save(&self, name: &str, bytes: &[u8]) {
        self.0.lock().expect("nobody panics with it").insert(name.to_owned(), bytes.to_owned());
    }
}

/// What was special: the shapes of the messages, and of the targets' fields.
fn shown(graph: &BuildGraph, diagnostics: &[Diagnostic]) -> Vec<u64> {
    let mut shown: Vec<u64> = diagnostics.iter().map(|diagnostic| hash(&shape(&diagnostic.message))).collect();
    for target in graph.targets() {
        let fields = target.fields.iter();
        shown.extend(fields.map(|(name, value)| hash(&format!("{} {name} {}", target.type_name, value.kind_name()))));
        shown.push(hash(&format!("{} {}", target.type_name, target.sources.len().min(4))));
        shown.push(hash(&format!("{} {}", target.dependencies.len().min(4), target.modifiers.len().min(2))));
    }
    shown
}

/// `numbered(prefix, count=3)` makes targets.
struct Numbered;

impl Macro for Numbered {
    fn invoke(
        &self,
        ctx: &mut dyn MacroContext,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Result<Value, String> {
        let prefix = args.first().and_then(Value::as_str).ok_or("takes a prefix")?;
        let count = kwargs.iter().find(|(name, _)| name == "count").and_then(|(_, value)| value.as_int()).unwrap_or(1);
        for number in 0..count.clamp(0, 10) {
            ctx.create_target("target", vec![("name".to_owned(), Value::from(format!("{prefix}{number}")))])?;
        }
        ctx.read_file(prefix).map(Value::from)
    }
}

/// Symbols with fields of every kind, so that what real files write is looked at.
fn symbols() -> Symbols {
    let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<String>>();
    let field = |name: &str, kind: FieldKind| FieldSpec {
        name: name.to_owned(),
        kind,
        is_required: false,
        default: Value::None,
        help: String::new(),
    };
    let required = |name: &str, kind: FieldKind| FieldSpec { is_required: true, ..field(name, kind) };
    let either = FieldKind::OneOf(vec![FieldKind::Object(texts(&["jar"])), FieldKind::Address]);
    let fields = vec![
        field("provides", FieldKind::Any),
        field("platform", FieldKind::Choice(texts(&["java8", "java11"]))),
        field("exports", FieldKind::AddressList),
        field("strict_deps", FieldKind::Bool),
        field("args", FieldKind::StringList),
        field("timeout", FieldKind::Int),
        field("env", FieldKind::Dict),
        field("jars", FieldKind::ObjectList(texts(&["jar"]))),
        field("main", FieldKind::String),
        field("resources", FieldKind::Any),
        field("binary", FieldKind::Address),
        field("bundles", FieldKind::ListOf(Box::new(FieldKind::Object(texts(&["bundle"]))))),
        field("either", FieldKind::ListOf(Box::new(either))),
    ];
    let mut symbols = Symbols::new();
    let named = |name: &str, sources: Option<&[&str]>| TargetTypeSpec {
        name: name.to_owned(),
        fields: fields.clone(),
        default_sources: sources.map(texts),
        source_fields: texts(&["resources"]),
        third_party_field: Some("jars".to_owned()),
        rules: vec![FieldRule::AtMostOneOf(texts(&["main", "binary"])), FieldRule::NotTheName("main".to_owned())],
        backend: "fuzz".to_owned(),
        ..TargetTypeSpec::default()
    };
    for name in ["java_library", "scala_library", "junit_tests", "jvm_binary", "jvm_app", "unpacked_jars", "page"] {
        symbols.add_target_type(named(name, Some(&["*.java", "!*Test.java"]))).expect("the names differ");
    }
    for name in ["python_library", "python_tests", "python_binary"] {
        symbols.add_target_type(named(name, Some(&["*.py"]))).expect("the names differ");
    }
    for name in ["jar_library", "python_requirement_library"] {
        symbols.add_target_type(named(name, None)).expect("the names differ");
    }
    let jar = vec![
        required("org", FieldKind::String),
        required("name", FieldKind::String),
        field("rev", FieldKind::String),
        field("force", FieldKind::Bool),
        field("intransitive", FieldKind::Bool),
        field("excludes", FieldKind::ObjectList(texts(&["exclude"]))),
    ];
    let exclude = vec![required("org", FieldKind::String), field("name", FieldKind::String)];
    let requirement = vec![required("requirement", FieldKind::String), field("repository", FieldKind::Any)];
    let artifact =
        vec![field("org", FieldKind::String), field("name", FieldKind::String), field("repo", FieldKind::Any)];
    let objects = [("jar", jar), ("exclude", exclude), ("python_requirement", requirement), ("artifact", artifact)];
    for (name, fields) in objects {
        let coordinate = if name == "jar" { texts(&["org", "name", "rev"]) } else { Vec::new() };
        let spec = ObjectSpec {
            name: name.to_owned(),
            fields,
            coordinate,
            backend: "fuzz".to_owned(),
            ..ObjectSpec::default()
        };
        symbols.add_object(spec).expect("the names differ");
    }
    symbols.add_macro("numbered", "", "fuzz", Arc::new(Numbered)).expect("the names differ");
    symbols
}
