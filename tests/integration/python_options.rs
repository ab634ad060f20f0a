//! The options of the Python backend, on the real tools: each does what it says, and no more runs again than must.

use crate::support::{Output, Pants, Repository, real_python};
use std::process::Command;

const TESTS: &str = "tests/python/shop:shop";
const APP: &str = "src/python/shop:app";
const REPORT: &str = ".pants.d/test/pytest/tests.python.shop.shop/TEST-tests.python.shop.shop.xml";

/// A shop with three tests, unlike any other, since caches are shared.
fn shop() -> Repository {
    let repository = Repository::new(
        r#"
        //- src/python/shop/BUILD
python_library(name='shop', sources=['__init__.py', 'cart.py'])
python_binary(name='app', source='main.py', dependencies=[':shop'])
        //- src/python/shop/__init__.py
        //- src/python/shop/cart.py
def total(prices):
    if not prices:
        return 0
    return sum(prices)
        //- src/python/shop/main.py
import sys
print(sys.argv[1:])
        //- tests/python/shop/BUILD
python_tests(name='shop', sources=['test_cart.py'], dependencies=['src/python/shop', ':prices'])
files(name='prices', sources=['prices.txt'])
        //- tests/python/shop/prices.txt
3
        //- tests/python/shop/test_cart.py
import os
from shop.cart import total

def test_sum():
    assert total([1, 2]) == 3

def test_prices():
    assert total([int(open("tests/python/shop/prices.txt").read())]) == 3

def test_place():
    assert os.environ.get("PLACE") in (None, "files") or os.path.exists("pants.toml")
    assert os.environ.get("PLACE") != "files" or os.listdir() == ["tests"]
    "#,
    );
    let mark = repository.mark();
    for file in ["src/python/shop/cart.py", "tests/python/shop/test_cart.py"] {
        repository.append(file, &format!("\nCOPY = \"{mark}\"\n"));
    }
    repository
}

fn pants(repository: &Repository, args: &[&str]) -> Pants {
    repository.pants(args).with_real_tools()
}

fn run(repository: &Repository, args: &[&str]) -> Output {
    pants(repository, args).run()
}

/// Runs the tests with these flags and says whether the result came from a cache.
fn is_cached(repository: &Repository, flags: &[&str]) -> bool {
    let said = run(repository, &[&["test"], flags, &[TESTS]].concat()).success();
    said.contains("SUCCESS (cached)")
}

/// The names of the tests in the report of the last run.
fn tested(repository: &Repository) -> Vec<String> {
    let report = repository.read(REPORT);
    let names = report.split("<testcase ").skip(1).filter_map(|case| case.split(" name=\"").nth(1)?.split('"').next());
    names.map(str::to_owned).collect()
}

#[test]
fn shards_are_all_the_tests_and_no_test_twice() {
    let repository = shop();
    assert!(!is_cached(&repository, &["--test-pytest-test-shard=0/2"]));
    assert_eq!(tested(&repository), ["test_sum", "test_place"]);
    assert!(!is_cached(&repository, &["--test-pytest-test-shard=1/2"]), "another shard is another result");
    assert_eq!(tested(&repository), ["test_prices"]);
    assert!(is_cached(&repository, &["--test-pytest-test-shard=0/2"]));
    assert!(!is_cached(&repository, &["--test-pytest-test-shard=3/4"]), "an empty shard is no failure");
    assert!(tested(&repository).is_empty());
}

#[test]
fn arguments_reach_pytest_and_reports_reach_people() {
    let repository = shop();
    repository.write("pants.toml", "[pytest]\nargs = \"-k 'sum or prices'\"\njunit_xml_dir = \"reports\"\n");
    assert!(!is_cached(&repository, &[]));
    assert_eq!(tested(&repository), ["test_sum", "test_prices"]);
    let copy = "reports/TEST-tests.python.shop.shop.xml";
    assert_eq!(repository.read(copy), repository.read(REPORT));
    assert!(!repository.read(copy).contains("file=\""), "{}", repository.read(copy));

    assert!(is_cached(&repository, &["--test-pytest-junit-xml-dir=elsewhere"]), "a copy is no reason to test again");
    assert!(repository.exists("elsewhere/TEST-tests.python.shop.shop.xml"));
    assert!(is_cached(&repository, &["--python-setup-resolver-jobs=3"]), "nor is the way that packages are fetched");

    let flags = ["--test-pytest-passthrough-args=--deselect='nothing here'", "--pytest-junit-family=xunit1"];
    let said = run(&repository, &[&["test"], &flags[..], &[TESTS, "--", "-k", "place"]].concat()).success();
    assert!(!said.contains("cached"), "{said}");
    assert_eq!(tested(&repository), ["test_place"]);
    assert!(repository.read(copy).contains("file=\""), "xunit1 names files: {}", repository.read(copy));
}

#[test]
fn coverage_is_measured_once_and_told_in_any_form() {
    let repository = shop();
    let measure = "--test-pytest-coverage=auto";
    assert!(!is_cached(&repository, &[measure]));
    let report = "dist/coverage/tests.python.shop.shop/coverage.xml";
    let said = repository.read(report);
    assert!(said.contains("filename=\"src/python/shop/cart.py\""), "{said}");
    assert!(said.contains("condition-coverage=\"50% (1/2)\""), "one branch is not tested: {said}");
    assert!(!said.contains("test_cart.py"), "{said}");
    assert!(repository.exists("dist/coverage/tests.python.shop.shop/html/index.html"));

    let console = ["test", measure, "--test-pytest-coverage-reports=['console']", TESTS];
    let told = run(&repository, &console);
    assert!(told.stderr.contains("src/python/shop/cart.py"), "{told:?}");
    assert!(told.success().contains("SUCCESS (cached)"), "another report is no reason to test again");

    let elsewhere = ["--test-pytest-coverage-include-test-sources", "--test-pytest-coverage-output-dir=coverage"];
    assert!(!is_cached(&repository, &[&[measure], &elsewhere[..]].concat()));
    let said = repository.read("coverage/tests.python.shop.shop/coverage.xml");
    assert!(said.contains("filename=\"tests/python/shop/test_cart.py\""), "{said}");
    let nothing = run(&repository, &["test", "--test-pytest-coverage=tests/python", TESTS]);
    assert!(nothing.stderr.contains("no coverage was measured by `tests/python/shop:shop`"), "{nothing:?}");
    assert!(!nothing.success().contains("cached"), "another subject, another result");
}

#[test]
fn a_profile_is_of_this_run() {
    let repository = shop();
    for _ in 0..2 {
        assert!(!is_cached(&repository, &["--test-pytest-profile=profiles/shop"]));
    }
    let show = "import pstats, sys; pstats.Stats(sys.argv[1]).print_stats('total')";
    let file = repository.root().join("profiles/shop.tests.python.shop.shop");
    let output = Command::new(real_python()).args(["-c", show]).arg(file).output().expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("cart.py:1(total)"), "{said}");
}

#[test]
fn a_chroot_holds_files_and_variables_and_modules_come_from_outside() {
    let repository = shop();
    let files = ["--test-pytest-chroot", "--test-extra-env-vars=['PLACE=files']"];
    assert!(!is_cached(&repository, &files));
    assert!(is_cached(&repository, &files));
    let said = run(&repository, &["test", "--test-extra-env-vars=['PLACE=files']", TESTS]).failure(1);
    assert!(said.contains("test_place"), "the build root holds more: {said}");

    repository.write("tools/prices.py", "PRICE = 3\n");
    repository.edit("tests/python/shop/test_cart.py", "import os\n", "import os\nimport prices\n");
    let _ = run(&repository, &["test", TESTS]).failure(1);
    for directory in ["tools", repository.root().join("tools").to_str().expect("its name is text")] {
        let path = format!("--test-pytest-extra-pythonpath=['{directory}']");
        assert!(!is_cached(&repository, &[&path]), "{directory}");
        assert!(is_cached(&repository, &[&path]), "{directory}");
    }
    repository.write("tools/prices.py", "PRICE = 4\n");
    assert!(!is_cached(&repository, &["--test-pytest-extra-pythonpath=['tools']"]), "its content counts");
}

#[test]
fn tests_that_hang_are_ended_by_the_older_scope_too() {
    let repository = shop();
    repository
        .append("tests/python/shop/test_cart.py", "\n\ndef test_hangs():\n    import time\n    time.sleep(600)\n");
    repository.write("pants.toml", "[pytest]\ntimeout_default = 1\n");
    let said = run(&repository, &["test", TESTS]).failure(1);
    assert!(said.contains("pytest timed out after 1s"), "{said}");
    // One of the task's own wins: the maximum is below the default.
    let said = run(&repository, &["test", "--test-pytest-timeout-default=9", "--pytest-timeout-maximum=5", TESTS]);
    let said = said.failure(1);
    assert!(said.contains("--test-pytest-timeout-default: `9` is above the maximum, which is `5`"), "{said}");
}

#[test]
fn wrong_values_are_told_with_their_place_before_anything_runs() {
    let repository = shop();
    let check = |config: &str, expect: &str| {
        repository.write("pants.toml", config);
        let output = repository.run(&["test", TESTS]);
        assert!(output.stderr.starts_with(&format!("error: {expect}")), "{output:?}");
        assert!(!output.stderr.contains("[resolve.requirements]"), "nothing ran: {output:?}");
        let _ = output.failure(1);
    };
    check("[test.pytest]\ntest_shard = \"3/2\"\n", "pants.toml:2 [test.pytest] test_shard: `3/2` is no shard");
    check(
        "[pytest]\nargs = [\"-x\", \"--junitxml=a\"]\n",
        "pants.toml:2 [pytest] args: `--junitxml=a` is not for users to set",
    );
    check("[python-setup]\nresolver_jobs = 0\n", "pants.toml:2 [python-setup] resolver_jobs: `0` is less than one job");
    check(
        "[python-setup]\n\ninterpreter_search_paths = [\"<PYEN>\"]\n",
        "pants.toml:3 [python-setup] interpreter_search_paths: `<PYEN>` stands for nothing",
    );
    check(
        "[python-setup]\ninterpreter_constraints = [\"CPython>>3\"]\n",
        "pants.toml:2 [python-setup] interpreter_constraints: `CPython>>3` is not an interpreter constraint",
    );
}

#[test]
fn a_program_gets_its_arguments_from_the_phase_the_task_and_the_end() {
    let repository = shop();
    let said = run(&repository, &["run", "--run-args=a 'b c'", "--run-py-passthrough-args=d", APP, "--", "e"]);
    assert_eq!(said.success(), "['a', 'b c', 'd', 'e']\n");
    repository.write("pants.toml", "[run]\nargs = [\"x y\"]\n[run.py]\nargs = [\"z\"]\n");
    assert_eq!(run(&repository, &["run", APP]).success(), "['z']\n", "the scope of the task is closer");
}

#[test]
fn interpreters_come_from_where_the_option_says() {
    let repository = shop();
    let empty = repository.home().join("empty");
    std::fs::create_dir_all(&empty).expect("a directory");
    let program = repository.only_program("python3", &real_python());
    let run = |paths: &str| {
        let search = format!("--python-setup-interpreter-search-paths={paths}");
        pants(&repository, &["run", &search, APP]).env("PATH", &empty).run()
    };
    let said = run("['<PATH>', '<PEXRC>']").failure(1);
    assert!(said.contains("no Python interpreter"), "{said}");
    assert_eq!(run(&format!("['{}']", program.display())).success(), "[]\n");
    std::fs::write(repository.home().join(".pexrc"), format!("PEX_PYTHON_PATH={}\n", program.display()))
        .expect("a file");
    assert_eq!(run("['<PEXRC>']").success(), "[]\n");
}

/// Makes wheels of a project whose name no other repository has, and a program that tells which one it got.
fn with_wheels(repository: &Repository, versions: &[&str]) -> String {
    let project = format!("thing_{}", repository.mark());
    let make = r#"
import sys, zipfile
directory, name, version = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
    f"{name}.py": "",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(f"{directory}/{name}-{version}-py3-none-any.whl", "w") as wheel:
    for file, text in files.items():
        wheel.writestr(file, text)
"#;
    let wheels = repository.root().join("wheels");
    std::fs::create_dir_all(&wheels).expect("a directory");
    for version in versions {
        let mut command = Command::new(real_python());
        let status = command.args(["-c", make]).arg(&wheels).args([project.as_str(), version]).status();
        assert!(status.expect("python3 runs").success());
    }
    repository.write(
        "3rdparty/BUILD",
        &format!("python_requirement_library(name='thing', requirements=[python_requirement('{project}>=0.9')])\n"),
    );
    repository.edit("src/python/shop/BUILD", "dependencies=[':shop']", "dependencies=[':shop', '3rdparty:thing']");
    repository.write(
        "src/python/shop/main.py",
        &format!("import importlib.metadata\nprint(importlib.metadata.version('{project}'))\n"),
    );
    project
}

#[test]
fn versions_are_chosen_as_the_options_say_from_where_they_say() {
    let repository = shop();
    let project = with_wheels(&repository, &["0.9", "1.0", "1.1rc1"]);
    let chosen = |flags: &[&str]| {
        let repos = ["run", "--python-repos-repos=['wheels']"];
        run(&repository, &[&repos[..], flags, &[APP]].concat())
    };
    let said = run(&repository, &["run", APP]).failure(1);
    assert!(said.contains(&project.replace('_', "-")), "no registry has it: {said}");
    let (always, never) = ("--python-setup-resolver-allow-prereleases", "--no-python-setup-resolver-allow-prereleases");
    assert_eq!(chosen(&[]).success(), "1.0\n");
    assert_eq!(chosen(&[always]).success(), "1.1rc1\n");
    repository.edit("3rdparty/BUILD", ">=0.9", ">1.0");
    assert_eq!(chosen(&[]).success(), "1.1rc1\n", "there is nothing else");
    let said = chosen(&[never]).failure(1);
    assert!(said.contains(&project), "{said}");
    repository.edit("3rdparty/BUILD", ">1.0", ">=0.9");

    repository.write("constraints.txt", &format!("{project}<1.0\n"));
    let constraints = "--python-setup-requirement-constraints=constraints.txt";
    assert_eq!(chosen(&[constraints]).success(), "0.9\n");
    repository.write("constraints.txt", &format!("{project}<1.1a0\n"));
    assert_eq!(chosen(&[constraints]).success(), "1.0\n", "what the file says counts, not its name");
    let said = chosen(&["--python-setup-requirement-constraints=missing.txt"]).failure(1);
    assert!(said.contains("--python-setup-requirement-constraints") && said.contains("missing.txt"), "{said}");

    let kept = ["--python-setup-resolver-jobs=1", "--python-setup-resolver-cache-dir=uv-cache", constraints];
    let said = chosen(&kept);
    assert!(!said.stderr.contains("lock Python requirements"), "how it is resolved changes no lock: {said:?}");
    repository.write("constraints.txt", &format!("{project}<0.95\n"));
    assert_eq!(chosen(&kept).success(), "0.9\n");
    assert!(repository.exists("uv-cache/CACHEDIR.TAG"), "uv keeps what it fetched there");
}

#[test]
fn a_pex_says_which_run_made_it_and_runs_all_the_same() {
    let repository = shop();
    repository.git(&["init", "-q"]);
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "all"]);
    let show = "import json, sys, zipfile; \
                made = json.loads(zipfile.ZipFile(sys.argv[1]).read('PEX-INFO'))['build_properties']; \
                print(sorted(made), len(made.get('revision', '')))";
    let pex = repository.root().join("dist/app.pex");
    let said = |command: &mut Command| {
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let _ = run(&repository, &["binary", APP]).success();
    let without = said(Command::new(real_python()).args(["-c", show]).arg(&pex));
    assert!(!without.contains("run_id"), "{without}");
    let _ = run(&repository, &["binary", "--binary-py-include-run-information", APP]).success();
    let with = said(Command::new(real_python()).args(["-c", show]).arg(&pex));
    for name in ["'machine'", "'run_id'", "'timestamp'", "'revision'", " 40"] {
        assert!(with.contains(name), "{name} in {with}");
    }
    assert_eq!(said(Command::new(&pex).arg("a")), "['a']\n");
}

#[test]
fn a_pex_prints_warnings_and_is_called_as_the_options_say() {
    let repository = shop();
    let show = "import json, sys, zipfile; \
                print(json.loads(zipfile.ZipFile(sys.argv[1]).read('PEX-INFO'))['emit_warnings'])";
    let warns = |file: &str| {
        let path = repository.root().join("dist").join(file);
        let output = Command::new(real_python()).args(["-c", show]).arg(path).output().expect("python3 runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let _ = run(&repository, &["binary", APP]).success();
    assert_eq!(warns("app.pex"), "True");
    let flags = ["--no-python-binary-pex-emit-warnings", "--binary-py-output-file-extension=.zip"];
    let _ = run(&repository, &[&["binary"], &flags[..], &[APP]].concat()).success();
    assert_eq!(warns("app.zip"), "False");
    repository.edit("src/python/shop/BUILD", "source='main.py'", "source='main.py', emit_warnings=True");
    let _ = run(&repository, &[&["binary"], &flags[..], &[APP]].concat()).success();
    assert_eq!(warns("app.zip"), "True", "the target knows better");
}
