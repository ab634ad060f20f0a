//! What `/proc` tells of processes, and the stage on which a long run takes place.
//!
//! A stage is a process that all others of a run are below, whatever they do: it adopts who lost his parent, daemons
//! included (a subreaper), and waits for them as `init` would. So nothing that a run left behind can hide.

use rustix::process::{Pid, WaitOptions, set_child_subreaper, wait};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Child;

/// A process.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) parent: u32,
    pub(crate) session: u32,
    /// The words of its command line.
    pub(crate) words: Vec<String>,
}

/// All processes that have not ended.
pub(crate) fn processes() -> BTreeMap<u32, Process> {
    let entries = std::fs::read_dir("/proc").expect("there is /proc");
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    ids.filter_map(|id| Some((id, process(id)?))).collect()
}

/// Whether there is such a process and it has not ended.
pub(crate) fn is_there(id: u32) -> bool {
    process(id).is_some()
}

fn process(id: u32) -> Option<Process> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in parentheses and may hold some: state, parent, group and session come after the last one.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    let (parent, session) = (fields.next()?.parse().ok()?, fields.nth(1)?.parse().ok()?);
    let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let words = line.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    let words = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    Some(Process { id, parent, session, words })
}

/// Whether a process executes this program.
pub(crate) fn is_run_by(id: u32, program: &Path) -> bool {
    let same = |exe: PathBuf| program.canonicalize().is_ok_and(|program| program == exe);
    std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(same)
}

/// Whether a process works in this directory.
pub(crate) fn is_in(id: u32, directory: &Path) -> bool {
    std::fs::read_link(format!("/proc/{id}/cwd")).is_ok_and(|found| found == directory)
}

/// The bytes that a process has resident.
pub(crate) fn resident(id: u32) -> Option<u64> {
    Some(field(id, "VmRSS:")?.trim_end_matches(" kB").parse::<u64>().ok()? << 10)
}

/// The threads of a process.
pub(crate) fn threads(id: u32) -> Option<u64> {
    field(id, "Threads:")?.parse().ok()
}

/// The open files of a process.
pub(crate) fn descriptors(id: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{id}/fd")).ok()?.count())
}

fn field(id: u32, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().to_owned())
}

/// The process that adopts all others of a run.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    id: u32,
}

impl Stage {
    /// Makes this process one.
    pub(crate) fn build() -> Self {
        set_child_subreaper(Some(rustix::process::getpid())).expect("any process may adopt");
        Self { id: std::process::id() }
    }

    /// The one that this process was started by.
    pub(crate) fn of_parent() -> Self {
        let parent = rustix::process::getppid().map_or(1, number);
        Self { id: parent }
    }

    /// Waits for the end of a child, and meanwhile for all who were adopted. Gives whether the child succeeded.
    pub(crate) fn wait_for(self, child: &Child) -> bool {
        loop {
            match wait(WaitOptions::empty()) {
                Ok(Some((pid, status))) if number(pid) == child.id() => {
                    return status.exit_status() == Some(0);
                }
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => panic!("cannot wait for children: {error}"),
            }
        }
    }

    /// Waits for those who have ended by now.
    pub(crate) fn reap(self) {
        while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
    }

    /// Who is on the stage: all below it but this process and its own children, which it knows.
    pub(crate) fn others(self) -> BTreeMap<u32, Process> {
        let mut all = processes();
        let me = std::process::id();
        let is_on_stage = |process: &Process| {
            let mut at = process;
            while at.id != me && at.parent != self.id {
                match all.get(&at.parent) {
                    Some(parent) => at = parent,
                    None => return false,
                }
            }
            at.id != me
        };
        let found: Vec<u32> = all.values().filter(|process| is_on_stage(process)).map(|process| process.id).collect();
        all.retain(|id, _| found.contains(id));
        all
    }

    /// Who is on the stage but is not below one of these.
    pub(crate) fn others_but(self, roots: &[u32]) -> Vec<Process> {
        let others = self.others();
        let is_below = |process: &Process| {
            let mut at = Some(process);
            while let Some(process) = at {
                if roots.contains(&process.id) {
                    return true;
                }
                at = others.get(&process.parent);
            }
            false
        };
        others.values().filter(|process| !is_below(process)).cloned().collect()
    }
}

/// The plain number of a process id.
fn number(pid: Pid) -> u32 {
    pid.as_raw_nonzero().get().unsigned_abs()
}
