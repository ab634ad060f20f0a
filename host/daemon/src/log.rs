//! Where `tracing` goes: to the console and the log file of each run, at the level that its `--level` asks for.
//!
//! What the host logs for its own developers shows at `debug` and `trace` only; warnings and errors are for users.
//!
//! A process may carry out several runs at once, and no user is told of another's. So a run has a span, and what is logged
//! inside it is for that run alone. Invariant: whoever starts a thread for a run enters [`Span::current`] of the starting
//! thread on it. What is logged outside of every run (by a service of the daemon) is for whoever listens to the process;
//! where nobody does, in direct mode, it is for the one run that there is. A plugin may have threads of its own, of which
//! nobody knows what for: what it logs there is told to every run, as long as there are any.

use pants_model::LogLevel;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Span, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// Takes a line, or several.
type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// Those who listen.
static LISTENERS: RwLock<Vec<Listener>> = RwLock::new(Vec::new());
static NEXT: AtomicU64 = AtomicU64::new(0);

struct Listener {
    id: u64,
    concern: Concern,
    level: Level,
    tell: Tell,
}

/// What a listener is told of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Concern {
    /// What is logged in the span of a run, by the id of the span.
    Run(Option<u64>),
    /// What is logged outside of all of them.
    Process,
}

/// Gives what is logged from now on to whoever listens.
pub fn install() {
    if tracing::subscriber::set_global_default(Registry::default().with(ToListeners)).is_err() {
        // Nobody else in this process installs one; were it so, that one stays.
        tracing::debug!("a subscriber was installed before");
    }
}

/// Listens to a new run, which is what happens in the span of the answer, until that is dropped. `tell` must not log.
pub(crate) fn listen(level: LogLevel, tell: Tell) -> Listening {
    let level = match level {
        LogLevel::Trace => Level::TRACE,
        LogLevel::Debug => Level::DEBUG,
        LogLevel::Info | LogLevel::Warn => Level::WARN,
        LogLevel::Error => Level::ERROR,
    };
    let id = add(level, Concern::Run(None), tell);
    // Spans exist from the first listener on, so this one is real.
    let span = tracing::error_span!("run");
    let concern = Concern::Run(span.id().map(|id| id.into_u64()));
    listeners().iter_mut().filter(|listener| listener.id == id).for_each(|listener| listener.concern = concern);
    Listening { id, span }
}

/// Listens to what belongs to no run, information included, until the answer is dropped. `tell` must not log.
pub fn listen_to_the_process(tell: Tell) -> Listening {
    Listening { id: add(Level::INFO, Concern::Process, tell), span: Span::none() }
}

fn add(level: Level, concern: Concern, tell: Tell) -> u64 {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    listeners().push(Listener { id, concern, level, tell });
    tracing::callsite::rebuild_interest_cache();
    id
}

fn listeners() -> RwLockWriteGuard<'static, Vec<Listener>> {
    LISTENERS.write().unwrap_or_else(PoisonError::into_inner)
}

/// Somebody listens.
#[must_use = "dropping it ends the listening"]
pub struct Listening {
    id: u64,
    span: Span,
}

impl Listening {
    /// The span of the run that is listened to.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        listeners().retain(|listener| listener.id != self.id);
        tracing::callsite::rebuild_interest_cache();
    }
}

struct ToListeners;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ToListeners {
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(loudest())
    }

    fn enabled(&self, metadata: &tracing::Metadata<'_>, _context: Context<'_, S>) -> bool {
        *metadata.level() <= loudest()
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let level = *event.metadata().level();
        // Spans of libraries stand inside that of the run.
        let outermost = context.event_scope(event).and_then(|scope| scope.from_root().next());
        let place = match outermost {
            Some(span) => Place::Span(span.id().into_u64()),
            None if event.metadata().target().starts_with(PLUGINS) => Place::ThreadOfPlugin,
            None => Place::Elsewhere,
        };
        let concerned = concerned_by(place);
        // Whoever is told may take its time.
        for (of_listener, tell) in concerned.into_iter().filter(|(of_listener, _)| level <= *of_listener) {
            tell(&if of_listener <= Level::WARN { as_message(event) } else { in_detail(event) });
        }
    }
}

/// What passes on what plugins log, as a target of events.
const PLUGINS: &str = "pants_plugin_loader";

/// Where something is logged.
#[derive(Clone, Copy)]
enum Place {
    /// In this span, and in no other around it.
    Span(u64),
    /// On a thread that a plugin started.
    ThreadOfPlugin,
    Elsewhere,
}

/// Who is to be told of what happens somewhere: the first of those who should be that there are.
fn concerned_by(place: Place) -> Vec<(Level, Tell)> {
    let listeners = LISTENERS.read().unwrap_or_else(PoisonError::into_inner);
    let with = |is_concerned: &dyn Fn(Concern) -> bool| -> Vec<(Level, Tell)> {
        let concerned = listeners.iter().filter(|listener| is_concerned(listener.concern));
        concerned.map(|listener| (listener.level, listener.tell.clone())).collect()
    };
    let first = match place {
        Place::Span(span) => with(&|concern| concern == Concern::Run(Some(span))),
        Place::ThreadOfPlugin => with(&|concern| concern != Concern::Process),
        Place::Elsewhere => Vec::new(),
    };
    let of_process = with(&|concern| concern == Concern::Process);
    [first, of_process].into_iter().find(|found| !found.is_empty()).unwrap_or_else(|| with(&|_| true))
}

fn loudest() -> LevelFilter {
    let listeners = LISTENERS.read().unwrap_or_else(PoisonError::into_inner);
    listeners.iter().map(|listener| LevelFilter::from_level(listener.level)).max().unwrap_or(LevelFilter::OFF)
}

/// For users, to whom the module says nothing: `warning: ...`, as all other messages.
fn as_message(event: &Event<'_>) -> String {
    let is_error = *event.metadata().level() == Level::ERROR;
    format!("{}: {}", if is_error { "error" } else { "warning" }, Text::of(event))
}

/// For developers.
fn in_detail(event: &Event<'_>) -> String {
    format!("{:>5} {}: {}", event.metadata().level(), event.metadata().target(), Text::of(event))
}

/// The message of an event, and its fields behind it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn of(event: &Event<'_>) -> Self {
        let mut text = Self::default();
        event.record(&mut text);
        text
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.expect("a string takes everything");
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.message, self.fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What somebody is told.
    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<Vec<String>>>);

    impl Told {
        fn tell(&self) -> Tell {
            let lines = self.0.clone();
            Arc::new(move |line| lines.lock().expect("nobody panicked").push(line.to_owned()))
        }

        fn lines(&self) -> Vec<String> {
            std::mem::take(&mut *self.0.lock().expect("nobody panicked"))
        }
    }

    /// Listeners are for the whole process, and so one test after the other.
    fn logging(body: impl FnOnce()) {
        static ALONE: Mutex<()> = Mutex::new(());
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        tracing::subscriber::with_default(Registry::default().with(ToListeners), body);
    }

    #[test]
    fn users_are_told_messages_and_developers_all_of_it() {
        logging(|| {
            let told = Told::default();
            let _users = listen(LogLevel::Info, told.tell());
            let _developers = listen(LogLevel::Debug, told.tell());
            tracing::warn!(path = "a/b", "going on without a cache index");
            tracing::debug!("a detail");
            let module = module_path!();
            let expect = [
                "warning: going on without a cache index path=\"a/b\"".to_owned(),
                format!(" WARN {module}: going on without a cache index path=\"a/b\""),
                format!("DEBUG {module}: a detail"),
            ];
            assert_eq!(told.lines(), expect);
        });
    }

    #[test]
    fn a_run_is_told_of_itself_and_of_no_other_and_the_process_of_the_rest() {
        logging(|| {
            let (first, second, process) = (Told::default(), Told::default(), Told::default());
            let of_first = listen(LogLevel::Info, first.tell());
            let of_second = listen(LogLevel::Info, second.tell());
            let of_process = listen_to_the_process(process.tell());
            of_first.span().in_scope(|| {
                tracing::warn!("a");
                let span = Span::current();
                let dispatch = tracing::dispatcher::get_default(Clone::clone);
                std::thread::scope(|scope| {
                    scope.spawn(|| {
                        tracing::dispatcher::with_default(&dispatch, || {
                            span.in_scope(|| tracing::warn!("on a thread"))
                        });
                    });
                });
                tracing::error_span!("of a library").in_scope(|| tracing::warn!("in a library"));
            });
            of_second.span().in_scope(|| tracing::warn!("b"));
            tracing::warn!("of nobody");
            assert_eq!(first.lines(), ["warning: a", "warning: on a thread", "warning: in a library"]);
            assert_eq!(second.lines(), ["warning: b"]);
            assert_eq!(process.lines(), [format!(" WARN {}: of nobody", module_path!())]);
            tracing::warn!(target: "pants_plugin_loader::log", "on a thread of a plugin");
            let of_plugin = ["warning: on a thread of a plugin"];
            assert_eq!([first.lines(), second.lines()], [of_plugin, of_plugin]);
            assert!(process.lines().is_empty());
            drop((of_first, of_process));
            tracing::warn!("in direct mode");
            assert_eq!(second.lines(), ["warning: in direct mode"]);
        });
    }
}
