//! `run`: the program is the client, in the user's own terminal.

use super::check_twice;
use crate::support::{Pants, Repository, wait_for};
use rustix::process::Signal;

const PROGRAM: &str = "
//- app/BUILD
python_binary(name='app', sources=['main.py'])
//- app/main.py
import os, sys
print(sys.argv[1:], os.getcwd(), os.environ.get('NAME'), os.environ.get('PANTS_PARENT_BUILD_ID'), sys.stdin.isatty())
print(os.getpid() == int(open('pid').read()))
sys.stdout.flush()
if 'wait' in sys.argv:
    try:
        open('waiting', 'w').close()
        while True:
            os.read(0, 1)
    except KeyboardInterrupt:
        print('stopped')
        sys.exit(9)
print(input())
sys.exit(4)
";

/// The shell notes its process id, and becomes the binary.
fn program(repository: &Repository, args: &[&str]) -> Pants {
    let pants = repository.pants(&[&["run", "app", "--"], args].concat()).with_real_tools();
    pants.env("NAME", "somebody").within("/bin/sh", &["-c", "echo $$ > pid; exec \"$@\"", "sh"])
}

#[test]
fn arguments_environment_input_and_exit_code() {
    let scene = |repository: &Repository| {
        let output = program(repository, &["a b", "--c"]).stdin("from the client\n").run();
        format!("{}{:?}\n", output.stdout, output.code)
    };
    let said = check_twice(|| Repository::new(PROGRAM), scene);
    let expect = "['a b', '--c'] [ROOT] somebody None False\nTrue\nfrom the client\nSome(4)\n";
    assert_eq!(said, expect);
}

#[test]
fn ctrl_c_is_for_the_program() {
    let scene = |repository: &Repository| {
        let run = program(repository, &["wait"]).start_as_job();
        wait_for("the program", || repository.exists("waiting").then_some(()));
        repository.remove("waiting");
        run.signal_group(Signal::INT);
        let output = run.finish();
        format!("{}{:?}\n", output.stdout, output.code)
    };
    let said = check_twice(|| Repository::new(PROGRAM), scene);
    assert!(said.ends_with("stopped\nSome(9)\n"), "{said}");
}
