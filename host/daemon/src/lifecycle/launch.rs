//! `maybe_launch`: the daemon that a client needs, whether it runs already or has to be started.
//!
//! The common case reads four small files and takes no lock. Everything else happens under `.pids/.lock.pantsd`, so that ten
//! clients at once start one daemon: nine find it when the lock is theirs. An old daemon is never waited for: its metadata
//! is moved aside, it is told to take no more runs, and it ends when those that it has are over.

use super::birth;
use super::handle::{Handle, handle_of};
use super::identity::{DOCUMENT, Identity, differences};
use super::last_words;
use super::launch_error::LaunchError;
use super::leftovers::clear_away;
use super::setback::Setback;
use super::settings::Settings;
use super::site::{DRAIN, DRAINING, REPLACED, Site};
use pants_model::{Fingerprint, LogLevel};
use pants_process::{Cancel, KnownProcess, LockError, ManagedProcessError, ProcessManager, WorkdirLock};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How long a daemon may take to announce itself, unless somebody knows better (`FAIL_WAIT` of Pants v1).
pub const START_TIMEOUT: Duration = Duration::from_secs(10);

/// How long somebody else may take to start one.
const LOCK_TIMEOUT: Duration = Duration::from_secs(20);

/// What a client asks for.
pub struct Launch<'a> {
    /// What a new daemon is started with; another identity than that of the one that runs replaces it.
    pub settings: Settings,
    /// The environment of a new one.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// A daemon that refused a run, or gave no answer: it will not do, whatever its metadata says.
    pub unwanted: Option<Unwanted>,
    /// Takes one line about a daemon that is replaced, or had to end.
    pub tell: &'a dyn Fn(LogLevel, &str),
    /// How long a new one may take to announce itself.
    pub start_timeout: Duration,
    /// Stops all waiting.
    pub cancel: &'a Cancel,
}

/// A daemon that will not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwanted {
    /// Its process.
    pub pid: u32,
    /// Why, for the user.
    pub reason: String,
}

/// The daemon for a client: the one that runs, or a new one.
pub fn maybe_launch(launch: &Launch<'_>) -> Result<Handle, LaunchError> {
    let (site, wanted) = (&launch.settings.site, launch.settings.identity.fingerprint());
    let is_wanted = |handle: &Handle| launch.unwanted.as_ref().is_none_or(|unwanted| unwanted.pid != handle.pid);
    refuse_foreign(site)?;
    if let Some(handle) = current(site, &wanted)?.filter(is_wanted) {
        return Ok(handle);
    }
    if let Some(setback) = Setback::recent(site, &wanted, SystemTime::now()) {
        return Err(LaunchError::Failed(setback.reason));
    }
    let _lock = lock(site, launch.cancel)?;
    // Whoever had the lock before may have done what we came for, or have failed in it.
    if let Some(handle) = current(site, &wanted)?.filter(is_wanted) {
        return Ok(handle);
    }
    if let Some(setback) = Setback::recent(site, &wanted, SystemTime::now()) {
        return Err(LaunchError::Failed(setback.reason));
    }
    clear_away(site)?;
    if let Some(reason) = last_words::hear(site) {
        (launch.tell)(LogLevel::Warn, &format!("pantsd had to end: {reason}"));
    }
    replace(site, launch)?;
    let started = birth::start(&launch.settings, launch.environment, launch.start_timeout, launch.cancel, || {
        current(site, &wanted)
    });
    match &started {
        Ok(_) => Setback::forget(site),
        Err(LaunchError::Cancelled) => {}
        Err(error) => Setback::remember(site, &wanted, &error.to_string(), SystemTime::now()),
    }
    started
}

/// The daemon that takes runs, if one with this identity does.
pub fn running(site: &Site, identity: &Identity) -> Result<Option<Handle>, LaunchError> {
    refuse_foreign(site)?;
    current(site, &identity.fingerprint())
}

/// The daemon that takes runs, whatever it was started with.
pub fn found(site: &Site) -> Result<Option<Handle>, LaunchError> {
    refuse_foreign(site)?;
    let manager = site.manager();
    Ok(if manager.is_alive()? { handle_of(site, &manager)? } else { None })
}

/// The processes of those that take no more runs, and finish what they have.
pub fn finishing(site: &Site) -> Result<Vec<u32>, LaunchError> {
    let draining = site.managers()?.into_iter().filter(|manager| manager.name().starts_with(DRAINING));
    let running = draining.map(|manager| manager.running()).collect::<Result<Vec<_>, _>>()?;
    Ok(running.into_iter().flatten().map(|process| process.pid).collect())
}

/// The daemon that takes runs, if it is this one and alive.
fn current(site: &Site, wanted: &Fingerprint) -> Result<Option<Handle>, LaunchError> {
    let manager = site.manager();
    match manager.needs_restart(wanted) {
        Ok(false) => Ok(handle_of(site, &manager)?),
        Ok(true) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A daemon of somebody else cannot be used, nor may it be replaced.
fn refuse_foreign(site: &Site) -> Result<(), LaunchError> {
    let directory = site.manager().metadata_dir().to_owned();
    match fs::symlink_metadata(&directory) {
        Ok(metadata) if metadata.uid() != rustix::process::geteuid().as_raw() => {
            Err(LaunchError::Foreign { directory, uid: metadata.uid() })
        }
        _ => Ok(()),
    }
}

fn lock(site: &Site, cancel: &Cancel) -> Result<WorkdirLock, LaunchError> {
    let failed = |path: &Path, source| LaunchError::Directory { path: path.to_owned(), source };
    fs::create_dir_all(&site.subprocess_dir).map_err(|source| failed(&site.subprocess_dir, source))?;
    let who = format!("process {}", std::process::id());
    let mut holder = String::new();
    let waited = WorkdirLock::acquire_within(&site.lock_file(), &who, cancel, LOCK_TIMEOUT, &mut |who| {
        holder = who.to_owned();
    });
    match waited {
        Ok(Some(lock)) => Ok(lock),
        Ok(None) => Err(LaunchError::LockHeld(if holder.is_empty() { "another process".to_owned() } else { holder })),
        Err(LockError::Cancelled(_)) => Err(LaunchError::Cancelled),
        Err(LockError::HeldByOuterRun { holder }) => Err(LaunchError::LockHeld(holder)),
        Err(LockError::Io { path, source }) => Err(failed(&path, source)),
    }
}

/// Moves a daemon aside that runs and will not do. Under the lock.
fn replace(site: &Site, launch: &Launch<'_>) -> Result<(), LaunchError> {
    let old = site.manager();
    let Some(KnownProcess { pid, .. }) = old.running()? else { return Ok(()) };
    let reason = match &launch.unwanted {
        Some(unwanted) if unwanted.pid == pid => unwanted.reason.clone(),
        _ => why_another(&old, &launch.settings.identity)?,
    };
    (launch.tell)(LogLevel::Info, &format!("pantsd (pid {pid}) is replaced: {reason}"));
    let old = old.rename(&format!("{DRAINING}{pid}"))?;
    // For its log.
    old.write_metadata(REPLACED, &reason)?;
    old.signal(DRAIN)?;
    Ok(())
}

fn why_another(old: &ProcessManager, wanted: &Identity) -> Result<String, ManagedProcessError> {
    let document = old.read_metadata(DOCUMENT)?.unwrap_or_default();
    let found = Identity::from_document(&document).map(|old| differences(&old, wanted)).unwrap_or_default();
    Ok(if found.is_empty() { "it is of another version".to_owned() } else { found.join(", ") })
}
