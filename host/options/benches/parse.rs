//! How long an invocation takes to be understood: `cargo bench -p pants-options`.
//!
//! The scopes are as many as three backends have: instances of subsystems for each task, most options set by nobody.

use divan::{Bencher, black_box};
use pants_model::{OptionKind, OptionSpec, ScopeSpec, Value};
use pants_options::{Bootstrap, Invocation, bootstrap, parse};
use std::collections::BTreeMap;
use std::sync::Arc;

fn main() {
    divan::main();
}

/// An invocation in a repository with some config, some variables and some flags.
struct World {
    _dir: tempfile::TempDir,
    invocation: Invocation,
    scopes: Vec<ScopeSpec>,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temp directory");
        let config = "[GLOBAL]\nlevel = 'debug'\n[subsystem-1]\noption-1 = ['a']\n[phase-1.goal-1]\noption-2 = ['b']\n";
        std::fs::write(dir.path().join("pants.toml"), config).expect("a file");
        let environment = [("PANTS_PANTSRC", "false"), ("PANTS_SUBSYSTEM_2_OPTION_1", "x"), ("PANTS_COLORS", "true")];
        let environment: BTreeMap<_, _> = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let args = ["--subsystem-1-phase-1-goal-1-option-3=c", "phase-1", "src::"].map(str::to_owned).to_vec();
        let invocation = Invocation { args, environment: Arc::new(environment), cwd: dir.path().to_path_buf() };
        Self { _dir: dir, invocation, scopes: scopes() }
    }

    fn bootstrap(&self) -> Bootstrap {
        bootstrap(&self.invocation).expect("all is right")
    }
}

/// 60 goals of 20 phases with 8 options each, 10 subsystems with 15 options each, and 100 instances.
fn scopes() -> Vec<ScopeSpec> {
    let option = |number| {
        let default = Value::strings(["-encoding", "UTF-8"]);
        OptionSpec::new(&format!("option-{number}"), OptionKind::StringList, default, "It does something.")
    };
    let scope = |name: String, options: usize| ScopeSpec {
        name,
        options: (1..=options).map(option).collect(),
        backend: "pants.backend.bench".to_owned(),
        ..ScopeSpec::default()
    };
    let mut scopes = Vec::new();
    for number in 1..=10 {
        scopes.push(scope(format!("subsystem-{number}"), 15));
    }
    for phase in 1..=20 {
        scopes.push(ScopeSpec { is_goal: true, ..scope(format!("phase-{phase}"), 2) });
        for goal in 1..=3 {
            scopes.push(ScopeSpec { is_goal: true, ..scope(format!("phase-{phase}.goal-{goal}"), 8) });
        }
        let instances = 1..=5;
        scopes.extend(instances.map(|number| ScopeSpec {
            instance_of: Some(format!("subsystem-{number}")),
            ..scope(format!("subsystem-{number}.phase-{phase}.goal-1"), 0)
        }));
    }
    scopes
}

#[divan::bench]
fn bootstrap_options(bencher: Bencher) {
    let world = World::new();
    bencher.bench(|| black_box(world.bootstrap()));
}

#[divan::bench]
fn all_options(bencher: Bencher) {
    let world = World::new();
    let bootstrap = world.bootstrap();
    bencher.bench(|| parse(black_box(&world.invocation), &bootstrap, &world.scopes).expect("all is right"));
}
