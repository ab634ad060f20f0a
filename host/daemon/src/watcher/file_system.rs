//! Which file systems tell of changes.
//!
//! A network file system tells of what this machine does and of nothing that others do; one in user space may tell of
//! nothing. What is laid over other file systems (overlayfs) and what lives in memory (tmpfs) is fine.

use std::io;
use std::path::Path;

/// What is known of the file system that a directory is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileSystem {
    /// Whatever changes it is told of.
    Local,
    /// Changes may come from elsewhere; the kind, for the user.
    Remote(&'static str),
}

/// Tells the file system of a path; a field of the watcher's settings, so that tests need no network.
pub(crate) type FileSystemOf = fn(&Path) -> io::Result<FileSystem>;

/// The file system that a path is on.
pub(crate) fn file_system_of(path: &Path) -> io::Result<FileSystem> {
    #[cfg(target_os = "linux")]
    return Ok(by_magic(rustix::fs::statfs(path)?.f_type.cast_unsigned() as u32));
    #[cfg(not(target_os = "linux"))]
    return path.metadata().map(|_| FileSystem::Local);
}

/// By the number that `statfs` gives.
#[cfg(target_os = "linux")]
fn by_magic(magic: u32) -> FileSystem {
    const REMOTE: &[(u32, &str)] = &[
        (0x0000_6969, "NFS"),
        (0x0000_517B, "SMB"),
        (0xFE53_4D42, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0x0102_1997, "9p"),
        (0x6573_5546, "FUSE"),
        (0x5346_414F, "AFS"),
        (0x6B41_4653, "AFS"),
        (0x7375_7245, "Coda"),
        (0x00C3_6400, "Ceph"),
        (0x0BD0_0BD0, "Lustre"),
        (0x4750_4653, "GPFS"),
        (0x0116_1970, "GFS2"),
        (0x7461_636F, "OCFS2"),
        (0x0000_564C, "NCP"),
        (0x786F_4256, "VirtualBox"),
        (0xBACB_ACBC, "VMware"),
        (0x7C7C_6673, "Parallels"),
    ];
    let known = REMOTE.iter().find(|(of, _)| *of == magic);
    known.map_or(FileSystem::Local, |(_, kind)| FileSystem::Remote(kind))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_their_number_and_local_ones_are_not() {
        let remote = [(0x6969, "NFS"), (0xFF53_4D42, "CIFS"), (0x0102_1997, "9p"), (0x6573_5546, "FUSE")];
        for (magic, kind) in remote {
            assert_eq!(by_magic(magic), FileSystem::Remote(kind));
        }
        let (ext4, tmpfs, overlay, btrfs) = (0xEF53, 0x0102_1994, 0x794C_7630, 0x9123_683E);
        for magic in [ext4, tmpfs, overlay, btrfs] {
            assert_eq!(by_magic(magic), FileSystem::Local);
        }
    }
}
