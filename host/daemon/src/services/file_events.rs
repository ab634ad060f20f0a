//! The life of the watcher: its news go to the scheduler, its trouble is the end of the daemon.

use super::bundle::Post;
use super::scheduler::SchedulerService;
use super::service::{Letter, Next, Service};
use crate::watcher::Watcher;
use std::sync::Arc;
use std::time::Instant;

/// Tells of news of the watcher, and of its end.
pub struct FileEventService {
    watcher: Arc<Watcher>,
    post: Post,
}

impl FileEventService {
    /// Where to write to it.
    pub const NAME: &'static str = "file event";

    /// One for this watcher, which writes letters by this post.
    pub fn new(watcher: Arc<Watcher>, post: Post) -> Self {
        Self { watcher, post }
    }
}

impl Service for FileEventService {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn set_up(&mut self) -> Result<(), String> {
        let post = self.post.clone();
        self.watcher.on_news(move || post.send(Self::NAME, Letter::FilesChanged));
        Ok(())
    }

    fn tick(&mut self, _: Instant, letters: &[Letter]) -> Result<Next, String> {
        if let Some(trouble) = self.watcher.trouble() {
            return Err(trouble.to_string());
        }
        if letters.contains(&Letter::FilesChanged) {
            self.post.send(SchedulerService::NAME, Letter::FilesChanged);
        }
        Ok(Next::OnLetter)
    }
}
