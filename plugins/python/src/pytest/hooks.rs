//! What pytest has no argument for: a plugin for it, written for one run.

use plugin_api::tasks::Shard;
use plugin_api::{Context, Error, Result};

/// The name of the plugin's module, unlike any of a repository.
pub(super) const MODULE: &str = "_pants_hooks";

/// The text of the plugin; `None` when there is nothing for it to do.
pub(super) fn text(shard: Option<Shard>, chroot: Option<&str>) -> Option<String> {
    let mut text = String::from("import os\nimport pytest\n");
    let bare = text.len();
    if let Some(Shard { number, count }) = shard {
        // After `-k` and `-m`: shards are parts of what would run without them.
        text.push_str(&format!(
            "\n\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(config, items):\n    \
             others = [item for index, item in enumerate(items) if index % {count} != {number}]\n    \
             items[:] = items[{number}::{count}]\n    config.hook.pytest_deselected(items=others)\n"
        ));
    }
    if let Some(directory) = chroot {
        // Programs that a test starts import from the same places.
        text.push_str(&format!(
            "\n\ndef pytest_sessionstart(session):\n    \
             paths = os.environ[\"PYTHONPATH\"].split(os.pathsep)\n    \
             os.environ[\"PYTHONPATH\"] = os.pathsep.join(map(os.path.abspath, paths))\n    \
             os.chdir({})\n",
            serde_json::Value::from(directory)
        ));
    }
    (text.len() > bare).then_some(text)
}

/// Writes the plugin into a directory, unless it says so already.
pub(super) fn write(context: &Context, directory: &str, text: &str) -> Result<()> {
    let path = context.absolute(directory).join(format!("{MODULE}.py"));
    if std::fs::read_to_string(&path).is_ok_and(|present| present == text) {
        return Ok(());
    }
    std::fs::create_dir_all(context.absolute(directory))
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| Error::from(error).context(format!("cannot write `{}`", path.display())))
}
