//! Which run made a `.pex`, for whoever finds the file later.

use crate::toolchain::Toolchain;
use plugin_api::{Context, Process, Result, Target};

/// Writes a copy of a pex with another PEX-INFO. What stands before the archive, its `#!`, is kept.
const COPY: &str = r#"
import json, os, platform, subprocess, sys, time, zipfile
source, target, run = sys.argv[1:]
git = subprocess.run(["git", "rev-parse", "HEAD"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) \
    if any(os.access(os.path.join(place, "git"), os.X_OK) for place in os.get_exec_path()) else None
made = {
    "run_id": run,
    "timestamp": int(time.time()),
    "machine": platform.node(),
    "revision": git.stdout.strip() if git and git.returncode == 0 else None,
}
with zipfile.ZipFile(source) as old:
    entries = old.infolist()
    with open(source, "rb") as file:
        start = file.read(min(entry.header_offset for entry in entries))
    with open(target, "wb") as file:
        file.write(start)
    with zipfile.ZipFile(target, "a") as new:
        for entry in entries:
            content = old.read(entry)
            if entry.filename == "PEX-INFO":
                info = json.loads(content)
                info.setdefault("build_properties", {}).update(made)
                content = json.dumps(info, sort_keys=True)
            new.writestr(entry, content)
os.chmod(target, os.stat(source).st_mode)
"#;

/// Makes a copy of a pex that says which run made it; answers where it is.
pub(super) fn included(context: &Context, tools: &Toolchain, target: &Target, pex: &str) -> Result<String> {
    let copy = format!("{pex}.of-run");
    let process =
        Process::new(["{tool:python-tools}/bin/python", "-I", "-c", COPY], format!("sign {}", target.address))
            .args([pex, &copy, context.run_id()])
            .inputs([pex])
            .outputs([copy.clone()])
            .tool(tools.tool.clone())
            .passthrough_env(&["PATH"])
            .local_only();
    context.run_checked(&process)?;
    Ok(copy)
}
