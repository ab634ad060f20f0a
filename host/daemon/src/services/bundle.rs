//! All services of a daemon: started in order, paused, resumed and ended together; the death of one is the end of all.

use super::service::{Letter, Next, Service};
use super::state::{Call, Phase, ServiceState};
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Takes letters to services; clones are the same post.
#[derive(Clone, Default)]
pub struct Post(Arc<Mutex<Vec<LetterBox>>>);

type LetterBox = (&'static str, Arc<ServiceState>);

impl Post {
    /// A post that delivers to nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves a letter at a service. It is lost if there is none of this name.
    pub fn send(&self, to: &str, letter: Letter) {
        let state = self.boxes().iter().find(|(name, _)| *name == to).map(|(_, state)| state.clone());
        match state {
            Some(state) => state.deliver(letter),
            None => tracing::debug!(to, ?letter, "a letter to no service"),
        }
    }

    fn boxes(&self) -> MutexGuard<'_, Vec<LetterBox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Services that run.
pub struct Services {
    running: Vec<Running>,
}

struct Running {
    name: &'static str,
    state: Arc<ServiceState>,
    thread: JoinHandle<()>,
}

/// Told when a service has died, and why; on the thread of the service.
type OnDeath = Arc<dyn Fn(&str) + Send + Sync>;

impl Services {
    /// Sets all services up and starts them, in this order. The reason why one cannot be is a fragment for users; then
    /// none runs.
    ///
    /// `on_death` is told once why the daemon must end, for each service that fails or panics.
    pub fn start(
        services: Vec<Box<dyn Service>>,
        post: &Post,
        on_death: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, String> {
        let on_death: OnDeath = Arc::new(on_death);
        let mut services = services;
        for service in &mut services {
            post.boxes().push((service.name(), Arc::default()));
            service.set_up().map_err(|reason| of_service(service.name(), &reason))?;
        }
        let mut started = Self { running: Vec::new() };
        for service in services {
            let name = service.name();
            let state = post.boxes().iter().find(|(known, _)| *known == name).map(|(_, state)| state.clone());
            let state = state.expect("every service was given a box");
            match spawn(service, state.clone(), on_death.clone()) {
                Ok(thread) => started.running.push(Running { name, state, thread }),
                Err(error) => {
                    started.terminate(Duration::from_secs(1));
                    return Err(of_service(name, &error.to_string()));
                }
            }
        }
        Ok(started)
    }

    /// Each service and its state.
    pub fn states(&self) -> Vec<(&'static str, Arc<ServiceState>)> {
        self.running.iter().map(|running| (running.name, running.state.clone())).collect()
    }

    /// Each service and how it stands with it.
    pub fn phases(&self) -> Vec<(&'static str, Phase)> {
        self.running.iter().map(|running| (running.name, running.state.phase())).collect()
    }

    /// Lets all services pause, and waits for it; `false` when one does not come to it in time.
    pub fn pause(&self, timeout: Duration) -> bool {
        self.running.iter().for_each(|running| running.state.mark_pausing());
        let deadline = Instant::now() + timeout;
        let left = || deadline.saturating_duration_since(Instant::now());
        self.running.iter().all(|running| running.state.await_paused(left()))
    }

    /// Lets all services go on.
    pub fn resume(&self) {
        self.running.iter().for_each(|running| running.state.resume());
    }

    /// Ends all services, the last one first, and waits for them; gives the names of those that do not end in time.
    pub fn terminate(self, timeout: Duration) -> Vec<&'static str> {
        self.running.iter().for_each(|running| running.state.terminate());
        let deadline = Instant::now() + timeout;
        let mut remaining = Vec::new();
        for Running { name, state, thread } in self.running.into_iter().rev() {
            if !state.await_ended(deadline.saturating_duration_since(Instant::now())) {
                remaining.push(name);
            } else if thread.join().is_err() {
                // Its service cannot panic outside of where that is caught.
                tracing::error!(service = name, "its thread has panicked");
            }
        }
        remaining
    }
}

fn spawn(mut service: Box<dyn Service>, state: Arc<ServiceState>, on_death: OnDeath) -> io::Result<JoinHandle<()>> {
    let name = service.name();
    std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        let ended = catch_unwind(AssertUnwindSafe(|| serve(&mut *service, &state)));
        let reason = match ended {
            Ok(Ok(())) => None,
            Ok(Err(reason)) => Some(reason),
            Err(panic) => Some(format!("it has panicked: {}", message(&*panic))),
        };
        if let Some(reason) = reason {
            on_death(&of_service(name, &reason));
        }
        drop(service);
        state.end();
    })
}

/// The loop of a service.
fn serve(service: &mut dyn Service, state: &ServiceState) -> Result<(), String> {
    let mut letters = Vec::new();
    loop {
        let patience = match service.tick(Instant::now(), &letters)? {
            Next::In(time) => Some(time),
            Next::OnLetter => None,
        };
        letters = match state.next_call(patience) {
            Call::Work(letters) => letters,
            Call::Pause => {
                service.pause();
                let goes_on = state.maybe_pause();
                service.resume();
                if !goes_on {
                    return Ok(());
                }
                Vec::new()
            }
            Call::End => return Ok(()),
        };
    }
}

fn of_service(name: &str, reason: &str) -> String {
    format!("the {name} service failed: {reason}")
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it said nothing")
}
