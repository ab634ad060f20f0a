//! The work directory on another disk: `.pants.d` as a link into `pants_physical_workdir_base`.

use crate::error::SessionError;
use crate::request::Request;
use pants_model::{Diagnostic, Fingerprint};
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const OPTION: &str = "pants-physical-workdir-base";

/// Makes the work directory the link that the option asks for, if it asks for one. A directory that is in the way stays:
/// what it holds is the user's to move or to remove.
pub(crate) fn link(request: &Request) -> Result<(), SessionError> {
    let base = request.bootstrap.values.value("", OPTION).as_str().filter(|base| !base.is_empty());
    let Some(base) = base.map(|base| request.bootstrap.expanded(base)) else { return Ok(()) };
    let (workdir, physical) = (request.bootstrap.workdir(), physical(request, &base));
    let failed = |hint: Option<String>| {
        move |error: io::Error| {
            let problem = format!("`{}` cannot become a link to it: {error}", request.bootstrap.workdir().display());
            let diagnostic = request.bootstrap.about_value(OPTION, &problem);
            SessionError::Repository(vec![Diagnostic { hints: hint.into_iter().collect(), ..diagnostic }])
        }
    };
    std::fs::create_dir_all(&physical).map_err(failed(None))?;
    match std::fs::symlink_metadata(&workdir) {
        Err(error) if error.kind() == ErrorKind::NotFound => point(&workdir, &physical).map_err(failed(None)),
        Err(error) => Err(failed(None)(error)),
        Ok(metadata) if !metadata.is_symlink() => {
            let hint = format!("remove `{}`, or move what it holds to `{}`", workdir.display(), physical.display());
            Err(failed(Some(hint))(io::Error::other("it is a directory already")))
        }
        Ok(_) if std::fs::read_link(&workdir).is_ok_and(|target| target == physical) => Ok(()),
        Ok(_) => std::fs::remove_file(&workdir).and_then(|()| point(&workdir, &physical)).map_err(failed(None)),
    }
}

/// The directory of this build root below the base: the base may serve many.
fn physical(request: &Request, base: &Path) -> PathBuf {
    let root = Fingerprint::of_bytes(request.bootstrap.build_root.as_os_str().as_bytes()).short();
    let workdir = request.bootstrap.workdir();
    base.join(root).join(workdir.file_name().unwrap_or(OsStr::new(".pants.d")))
}

/// Another run may do the same at the same time.
fn point(workdir: &Path, physical: &Path) -> io::Result<()> {
    if let Some(parent) = workdir.parent() {
        std::fs::create_dir_all(parent)?;
    }
    match std::os::unix::fs::symlink(physical, workdir) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && workdir.is_symlink() => Ok(()),
        pointed => pointed,
    }
}
