//! The stock nailgun client of Debian (`apt-get install nailgun`) asks the daemon over TCP, and gets what a direct run
//! prints: stdout, stderr and the exit code. Without the daemon's leave it gets nothing.

use crate::support::{Answer, Pants, Repository};
use crate::{Closing, Scale};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Instant;

const CLIENT: &str = "ng-nailgun";

/// What is asked for.
const QUESTIONS: [&[&str]; 6] = [
    &["list", "::"],
    &["list", "src:a", "src:b"],
    &["dependees", "--transitive", "src:b"],
    &["list", "src:nobody"],
    &["lits", "::"],
    &["peek", "src:a"],
];

pub(crate) fn run(_: &Scale) -> Closing {
    if Command::new(CLIENT).arg("--nailgun-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return Closing::Skipped(format!("there is no `{CLIENT}` (apt-get install nailgun)"));
    }
    let open = Server::start("pantsd_allow_plain_nailgun = true\n");
    let mut faults = Vec::new();
    for args in QUESTIONS {
        let (plain, direct) = (open.ask(args), open.pants.clone().direct().run(args));
        if !plain.says_what(&direct) {
            faults.push(format!("{args:?}: {CLIENT} got {plain:?} where a direct run says {direct:?}"));
        }
    }
    open.pants.kill_daemon();
    let closed = Server::start("");
    let answer = closed.ask(&["list", "::"]);
    if answer.code == Some(0) || !answer.stdout.is_empty() {
        faults.push(format!("without leave and token it got {answer:?}"));
    }
    closed.pants.kill_daemon();
    let count = QUESTIONS.len();
    if faults.is_empty() {
        Closing::Shown(format!("{count} questions answered over TCP as directly, and none without a token"))
    } else {
        Closing::Missed(faults.join("\n"))
    }
}

/// A daemon that listens on a port of this machine.
struct Server {
    port: u16,
    pants: Pants,
    _repository: Repository,
}

impl Server {
    fn start(options: &str) -> Self {
        // Free a moment ago; nobody else on a machine for tests takes it in between.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let repository = Repository::new(&format!("[GLOBAL]\npantsd_pailgun_port = {port}\n{options}"));
        repository.write("src/BUILD", "target(name='a', dependencies=[':b'])\ntarget(name='b', description='Ä')\n");
        let pants = repository.pants();
        let answer = pants.run(&["list", "::"]);
        assert!(answer.is_quiet_success() && pants.daemon().is_some(), "{answer:?}\n{}", pants.log());
        Self { port, pants, _repository: repository }
    }

    fn ask(&self, args: &[&str]) -> Answer {
        // The client's environment becomes the run's.
        let like = self.pants.command(args);
        let mut command = Command::new(CLIENT);
        command.args(["pants", "--nailgun-server", "127.0.0.1", "--nailgun-port"]).arg(self.port.to_string());
        command.args(args).current_dir(self.pants.root()).env_clear();
        command.envs(like.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let child = command.spawn().expect("the client starts");
        Answer { took: start.elapsed(), ..Pants::finish(child, &format!("{CLIENT} {args:?}")) }
    }
}
