//! How another thread gets a runtime's attention while C computes.
//!
//! ```text
//! any thread: cancel -> queue, flag
//! guest:      wa_checkpoint -> sched_yield, about once a millisecond -> INTR: end the turn
//! owner:      between two turns: take -> wax_cancel
//! ```
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crate::runtime::Task;

const INTR: i32 = 27; // WASI's errno

#[derive(Default)]
struct Doorbell {
    rung: AtomicBool,
    requests: Mutex<Vec<(Task, String)>>,
    wake: Condvar,
}

/// A runtime, as other threads see it.
#[derive(Clone, Default)]
pub struct Remote(Arc<Doorbell>);

impl Remote {
    /// Asks a task to stop. The runtime hears of it within about a millisecond, also while the task computes; of a task
    /// that is done already, or another runtime's, never.
    pub fn cancel(&self, task: Task, reason: &str) {
        self.0.requests.lock().unwrap().push((task, reason.to_string()));
        self.0.rung.store(true, Ordering::Release);
        self.0.wake.notify_one();
    }

    /// The host's side of sched_yield.
    pub(crate) fn answer(&self) -> i32 { if self.rang() { INTR } else { 0 } }

    /// Whether there are requests.
    pub(crate) fn rang(&self) -> bool { self.0.rung.load(Ordering::Acquire) }

    pub(crate) fn take(&self) -> Vec<(Task, String)> {
        let mut requests = self.0.requests.lock().unwrap();
        self.0.rung.store(false, Ordering::Release);
        std::mem::take(&mut *requests)
    }

    /// Sleeps until somebody rings; for at most so long, if there is a limit.
    pub(crate) fn wait(&self, limit: Option<Duration>) {
        let requests = self.0.requests.lock().unwrap();
        if !requests.is_empty() {
            return;
        }
        match limit {
            Some(limit) => drop(self.0.wake.wait_timeout(requests, limit).unwrap()),
            None => drop(self.0.wake.wait(requests).unwrap()),
        }
    }
}
