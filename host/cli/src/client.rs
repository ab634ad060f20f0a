//! The client's world, read once from this process; and what is answered without a run.

use jiff::Zoned;
use pants_daemon::{ClientWorld, Failure, Terminals};
use pants_options::{HelpKind, HelpRequest, HelpStyle, Invocation, VERSION, global_scope, help_of, render_help};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

const DEFAULT_WIDTH: usize = 80;

/// Reads the world of this process.
#[expect(clippy::disallowed_methods, reason = "this is where the environment and the directory are read")]
pub(crate) fn here() -> Result<ClientWorld, Failure> {
    let args = std::env::args_os().skip(1).map(|arg| {
        let shown = arg.to_string_lossy().into_owned();
        arg.into_string().map_err(|_| Failure::user(format!("the argument `{shown}` is not UTF-8")))
    });
    let args = args.collect::<Result<Vec<_>, _>>()?;
    let environment: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    let cwd = std::env::current_dir()
        .map_err(|error| Failure::user(format!("the current directory cannot be found: {error}")))?;
    let exe = std::env::current_exe().and_then(|path| path.canonicalize());
    let exe = exe.map_err(|error| Failure::internal(format!("the program cannot find itself: {error}")))?;
    Ok(ClientWorld {
        width: terminal_width().or_else(|| columns(&environment)).unwrap_or(DEFAULT_WIDTH),
        invocation: Invocation { args, environment: Arc::new(environment), cwd },
        exe_dir: exe.parent().map(PathBuf::from).unwrap_or_default(),
        pid: std::process::id(),
        terminals: Terminals {
            stdin: io::stdin().is_terminal(),
            stdout: io::stdout().is_terminal(),
            stderr: io::stderr().is_terminal(),
        },
        run_id: run_id(),
        started: SystemTime::now(),
    })
}

/// Whether the version is all that is asked for: that needs no build root.
pub(crate) fn asks_for_the_version(world: &ClientWorld) -> bool {
    world.invocation.args.first().is_some_and(|arg| ["--version", "-V"].contains(&arg.as_str()))
}

/// Whether the manual page is asked for: `pants help --man`.
pub(crate) fn asks_for_the_manual(world: &ClientWorld) -> bool {
    world.invocation.args == ["help", "--man"]
}

/// Whether help in general is all that is asked for.
pub(crate) fn asks_for_help(world: &ClientWorld) -> bool {
    world.invocation.args.len() == 1 && help_of(&world.invocation.args).is_some_and(|kind| kind != HelpKind::Goals)
}

/// Shows what is known of the command line where there is no repository, and so no backend.
pub(crate) fn show_help(world: &ClientWorld) -> ExitCode {
    let kind = help_of(&world.invocation.args).unwrap_or(HelpKind::Basic);
    let is_coloured = world.terminals.stdout && !world.has_variable("NO_COLOR");
    let style = HelpStyle { width: world.width, is_coloured };
    print(render_help(&HelpRequest { kind, scopes: Vec::new() }, &[global_scope()], style).as_bytes())
}

/// Shows the version, and below it the version of Pants v1 that the repository here, if any, was written for.
pub(crate) fn show_the_version(world: &ClientWorld) -> ExitCode {
    let mut text = format!("{VERSION}\n");
    if let Ok(bootstrap) = pants_options::bootstrap(&world.invocation)
        && let Some(version) = bootstrap.values.get("", "pants-version")
        && let Some(name) = version.value.as_str()
    {
        text.push_str(&format!("for a repository written for Pants {name} ({})\n", version.source));
    }
    print(text.as_bytes())
}

/// Shows a failure, and gives the exit code.
pub(crate) fn fail(failure: &Failure) -> ExitCode {
    failure.show(&mut io::stderr().lock()).into()
}

/// Prints before there is a console. A reader that has seen enough is no failure.
pub(crate) fn print(text: &[u8]) -> ExitCode {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => fail(&Failure::unwritable_output(error.kind())),
        _ => ExitCode::SUCCESS,
    }
}

/// `pants_run_YYYY_MM_DD_HH_MM_SS_mmm_<process id>`: what Pants v1 called its runs, unique in a build root.
fn run_id() -> String {
    let now = Zoned::now();
    let pid = std::process::id();
    format!("pants_run_{}_{:03}_{pid:x}", now.strftime("%Y_%m_%d_%H_%M_%S"), now.millisecond())
}

/// What a shell says of the width, for help that is read through a pager.
fn columns(environment: &BTreeMap<OsString, OsString>) -> Option<usize> {
    let columns = environment.get(OsStr::new("COLUMNS"))?.to_str()?.parse().ok()?;
    Some(columns).filter(|columns| *columns > 0)
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
