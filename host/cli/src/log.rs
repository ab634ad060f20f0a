//! Where `tracing` goes: to standard error, at the level that `--level` asks for.

use pants_options::Bootstrap;
use tracing::Level;

/// Installs the subscriber. What the host logs for its own developers shows at `debug` and `trace` only.
pub(crate) fn install(bootstrap: &Bootstrap) {
    let level = match bootstrap.values.value("", "level").as_str() {
        Some("trace") => Level::TRACE,
        Some("debug") => Level::DEBUG,
        Some("error") => Level::ERROR,
        _ => Level::WARN,
    };
    let subscriber =
        tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false).finish();
    if tracing::subscriber::set_global_default(subscriber).is_err() {
        // Nobody else in this process installs one; were it so, that one stays.
        tracing::debug!("a subscriber was installed before");
    }
}
