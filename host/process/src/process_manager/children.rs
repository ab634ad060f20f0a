//! Starting a long-lived process, with hooks where Pants v1 had them.
//!
//! Pants forked, so its three hooks ran in one program. Threads and forks do not go together: here the child is another
//! program (the same file, executed anew), and `post_fork_child` is called by it, once it has become one of its own.

use super::descriptors::close_inherited;
use super::{ManagedProcessError, ProcessManager};
use crate::group::spawn_patiently;
use std::io;
use std::process::{Child, Command};

/// What is done around the birth of a long-lived process; each default does nothing.
pub trait ProcessHooks {
    /// In the parent, before the process is there: whatever fails here leaves none.
    fn pre_fork(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// In the process itself, when it leads a session of its own.
    fn post_fork_child(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// In the parent, when the process is there.
    fn post_fork_parent(&mut self, pid: u32) -> io::Result<()> {
        let _ = pid;
        Ok(())
    }
}

impl ProcessManager {
    /// Starts the process. It is not waited for, and no failure of a hook ends it.
    pub fn spawn(&self, command: &mut Command, hooks: &mut dyn ProcessHooks) -> Result<Child, ManagedProcessError> {
        hooks.pre_fork().map_err(|source| self.not_started(source))?;
        let child = spawn_patiently(command).map_err(|source| self.not_started(source))?;
        hooks.post_fork_parent(child.id()).map_err(|source| self.not_started(source))?;
        Ok(child)
    }

    /// Makes the calling process, which was just executed and has opened nothing yet, the head of a session that no terminal
    /// reaches, with nothing open but the standard streams.
    pub fn detach(&self, hooks: &mut dyn ProcessHooks) -> Result<(), ManagedProcessError> {
        match rustix::process::setsid() {
            // It heads a group already, as a shell with job control arranges: then it has a session, or will do without.
            Ok(_) | Err(rustix::io::Errno::PERM) => {}
            Err(error) => return Err(self.not_started(error.into())),
        }
        close_inherited().map_err(|source| self.not_started(source))?;
        hooks.post_fork_child().map_err(|source| self.not_started(source))
    }

    fn not_started(&self, source: io::Error) -> ManagedProcessError {
        ManagedProcessError::Spawn { name: self.name.clone(), source }
    }
}
