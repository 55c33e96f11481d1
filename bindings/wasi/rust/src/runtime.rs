//! One instance and its tasks: turns, events, the end.
//!
//! ```text
//! spawn, cancel ... -> turn -> events: settled, operations, reports -> turn when it says ... -> close
//! ```
//! Law: a task's outcome is read the moment it settles, and its handle given back, so what is done costs the wasm
//! nothing.
use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::Trap;

use crate::error::{Error, Result};
use crate::guest::{f, i, Guest, Value};
use crate::program::Options;
use crate::remote::Remote;

const SETTLED: u32 = 1;
const STARTED: u32 = 2;
const REPORT: u32 = 4;
const DESCRIPTOR: u32 = 5;
/// Descriptors are waited for inside the guest, where no doorbell is heard.
const SLICE: Duration = Duration::from_millis(5);
const ENOMEM: u32 = -5i32 as u32;
const EHOST: u32 = -8i32 as u32;
const DONE: u32 = 3;
const EDISCARDED: i32 = -12;
const TIMED_OUT: &str = "timed out";

/// Counts the tasks of all runtimes: one of another's is unknown, not somebody else.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A task's name, good for ever: no two tasks have the same, whichever runtime's they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Task(u64);

/// How a task stands, or ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The C status (wasyncio.h): 0 or positive, or negative; -14 while it is not done.
    pub status: i32,
    pub value: Value,
    pub reason: String,
    pub name: String,
    /// Its own deadline of spawn_with cancelled it.
    pub timed_out: bool,
    done: bool, // the status tells less: a task may return -14
}

enum Owner {
    Task(u64),
    Deadline(u64),
}

struct Record {
    handle: u32,
    timer: u32,
    timed_out: bool,
    asked: String, // why it should stop, as the latest request said
    outcome: Option<Outcome>,
}

pub struct Runtime {
    guest: Guest,
    remote: Remote,
    options: Options,
    tasks: HashMap<u64, Record>,
    owners: HashMap<u32, Owner>,
    alive: u32,
    changed: bool,
    descriptors: HashSet<u32>, // that C waits for
    panic: Option<Box<dyn Any + Send>>, // of a host function, in this turn
    _ticking: Arc<()>,
}

impl Runtime {
    pub(crate) fn new(guest: Guest, remote: Remote, options: Options, ticking: Arc<()>) -> Runtime {
        let (tasks, owners) = (HashMap::new(), HashMap::new());
        Runtime {
            guest, remote, options, tasks, owners, alive: 0, changed: false, panic: None,
            descriptors: HashSet::new(), _ticking: ticking,
        }
    }

    /// For other threads.
    pub fn remote(&self) -> Remote { self.remote.clone() }

    // ---- tasks

    /// Starts the WA_TASK of that name.
    pub fn spawn(&mut self, function: &str, input: impl Into<Value>) -> Result<Task> {
        self.spawn_with(function, input, "", None)
    }

    /// The same with a name for reports (empty: "task-N"), and a deadline.
    pub fn spawn_with(
        &mut self, function: &str, input: impl Into<Value>, name: &str, timeout: Option<Duration>,
    ) -> Result<Task> {
        let entry = self.guest.lend("wax_find", &[], function)? as u32;
        if entry == 0 {
            return Err(Error::Misuse(format!("no task is named '{function}'")));
        }
        // First of all: where a deadline can't be had, there is to be no task.
        let timer = match timeout {
            Some(timeout) => self.guest.pointer("wax_timer", &[f(timeout.as_secs_f64() * 1e3)])?,
            None => 0,
        };
        let started = self.start(entry, &input.into(), name);
        if started.is_err() && timer != 0 {
            self.guest.call("wax_release", &[i(timer)])?;
        }
        let handle = started?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        self.owners.insert(handle, Owner::Task(id));
        if timer != 0 {
            self.owners.insert(timer, Owner::Deadline(id));
        }
        self.tasks.insert(id, Record { handle, timer, timed_out: false, asked: String::new(), outcome: None });
        Ok(Task(id))
    }

    fn start(&mut self, entry: u32, input: &Value, name: &str) -> Result<u32> {
        let [kind, data, size, number] = self.guest.operands(input)?;
        let label = if name.is_empty() { Ok(0) } else { self.guest.own(name.as_bytes()) };
        if label.is_err() && data.i32() != Some(0) {
            self.guest.call("wax_free", &[data])?;
        }
        let label = label?;
        let handle = self.guest.pointer("wax_spawn", &[i(entry), kind, data, size, number, i(label), i(0), i(0)]);
        if label != 0 {
            self.guest.call("wax_free", &[i(label)])?;
        }
        handle
    }

    fn record(&self, task: Task) -> Result<&Record> {
        let unknown = || Error::Misuse(format!("{task:?} is not of this runtime, or was forgotten"));
        self.tasks.get(&task.0).ok_or_else(unknown)
    }

    /// Asks it to stop: its await returns WA_ECANCELED. False if it is done already.
    pub fn cancel(&mut self, task: Task, reason: &str) -> Result<bool> {
        let record = self.record(task)?;
        if record.outcome.is_some() {
            return Ok(false);
        }
        let handle = record.handle;
        self.changed = true;
        let status = match self.guest.lend("wax_cancel", &[i(handle)], reason) {
            // No memory for the words: it comes without.
            Err(Error::Misuse(_)) => self.guest.call("wax_cancel", &[i(handle), i(0)])?,
            other => other?,
        };
        let asked = self.guest.check(status)? == 1;
        if let Some(record) = self.tasks.get_mut(&task.0).filter(|_| asked) {
            record.asked = reason.to_string();
        }
        Ok(asked)
    }

    /// How it stands. Once it is done the runtime keeps this until `forget`.
    pub fn outcome(&mut self, task: Task) -> Result<Outcome> {
        let record = self.record(task)?;
        match &record.outcome {
            Some(outcome) => Ok(outcome.clone()),
            None => {
                let handle = record.handle;
                self.read(handle, false, "")
            }
        }
    }

    /// A task whose outcome nobody wants any more: only once it is done.
    pub fn forget(&mut self, task: Task) {
        if self.tasks.get(&task.0).is_some_and(|record| record.outcome.is_some()) {
            self.tasks.remove(&task.0);
        }
    }

    /// Also of what was forgotten, and so of what was never this runtime's.
    pub fn done(&self, task: Task) -> bool {
        self.tasks.get(&task.0).is_none_or(|record| record.outcome.is_some())
    }

    // ---- turns

    /// Runs what is ready, for at most the budget. In how long the next turn is due; None: only an answer or another
    /// thread can make anything ready.
    pub fn turn(&mut self) -> Result<Option<Duration>> {
        // A request or an event that fails keeps no other from being heard of.
        let mut failed = Ok(());
        for (task, reason) in self.remote.take() {
            if !self.done(task) {
                failed = failed.and(self.cancel(task, &reason).map(drop));
            }
        }
        let state = match self.guest.guarded("wax_turn", &[]) {
            Ok(state) => state.unwrap_i32() as u32,
            Err(trap) => return failed.and(self.recover(trap)),
        };
        let next_ms = self.guest.f64(state);
        let (events, count) = (self.guest.u32(state + 8), self.guest.u32(state + 12));
        self.alive = self.guest.u32(state + 16);
        self.changed = false;
        if self.guest.bytes(events, count.saturating_mul(16)).len() as u64 != 16 * u64::from(count) {
            return Err(Error::Broken("wax_turn: its events are not in the memory".into()));
        }
        let events: Vec<[u32; 3]> = (0..count)
            .map(|n| events + 16 * n)
            .map(|at| [self.guest.u32(at), self.guest.u32(at + 4), self.guest.u32(at + 8)])
            .collect();
        for [kind, id, payload] in events {
            failed = failed.and(self.event(kind, id, payload));
        }
        if let Some(panic) = self.panic.take() {
            resume_unwind(panic);
        }
        failed?;
        Ok(match next_ms {
            _ if self.changed || self.remote.rang() => Some(Duration::ZERO),
            ms if ms < 0.0 => None,
            ms => Some(Duration::try_from_secs_f64(ms / 1e3).unwrap_or_default()),
        })
    }

    /// Turns, and sleeps between them, until these tasks are done; without any, until no task is left.
    /// Refused for a task of another runtime, or one that was forgotten.
    pub fn run(&mut self, tasks: &[Task]) -> Result<()> {
        for task in tasks {
            self.record(*task)?;
        }
        loop {
            let due = self.turn()?;
            if tasks.iter().all(|task| self.done(*task)) && (!tasks.is_empty() || self.alive == 0) {
                return Ok(());
            }
            if due != Some(Duration::ZERO) {
                self.wait(due)?;
            }
        }
    }

    /// Until somebody rings, a descriptor is ready, or so much time has passed; None: no limit.
    fn wait(&mut self, limit: Option<Duration>) -> Result<()> {
        if self.descriptors.is_empty() {
            self.remote.wait(limit);
            return Ok(());
        }
        let slice = limit.map_or(SLICE, |limit| limit.min(SLICE));
        let woken = self.guest.call("wax_poll", &[f(slice.as_secs_f64() * 1e3)])?;
        self.guest.check(woken)?; // it uses no interest up: events say what changes
        Ok(())
    }

    fn event(&mut self, kind: u32, id: u32, payload: u32) -> Result<()> {
        match (kind, self.owners.remove(&id)) {
            (SETTLED, Some(Owner::Task(task))) => self.ended(task)?,
            (SETTLED, Some(Owner::Deadline(task))) => {
                self.guest.call("wax_release", &[i(id)])?;
                if let Some(record) = self.tasks.get_mut(&task) {
                    (record.timer, record.timed_out) = (0, true);
                    self.cancel(Task(task), TIMED_OUT)?;
                }
            }
            (STARTED, _) => self.answer(id, payload)?,
            (REPORT, owner) => {
                let (kind, text) = (self.guest.u32(payload), self.guest.text(self.guest.u32(payload + 24)));
                match &mut self.options.on_report {
                    Some(listener) => listener(kind, &text),
                    None => eprintln!("{text}"),
                }
                match owner {
                    Some(owner) => drop(self.owners.insert(id, owner)),
                    None => drop(self.guest.call("wax_release", &[i(id)])?), // C's own task; or there is none
                }
            }
            (DESCRIPTOR, owner) => {
                owner.map(|owner| self.owners.insert(id, owner)); // a descriptor's number is no handle
                if payload == 0 {
                    self.descriptors.remove(&id);
                } else {
                    self.descriptors.insert(id);
                }
            }
            _ => (),
        }
        Ok(())
    }

    fn ended(&mut self, task: u64) -> Result<()> {
        let Some(record) = self.tasks.get(&task) else { return Ok(()) };
        let (handle, timer, timed_out, asked) = (record.handle, record.timer, record.timed_out, record.asked.clone());
        let outcome = self.read(handle, timed_out, &asked)?;
        self.guest.call("wax_release", &[i(handle)])?;
        if self.owners.remove(&timer).is_some() {
            self.guest.call("wax_release", &[i(timer)])?;
        }
        self.tasks.insert(task, Record { handle: 0, timer: 0, timed_out, asked: String::new(), outcome: Some(outcome) });
        Ok(())
    }

    /// The info record. asked: the reason, if C returned WA_ECANCELED by itself: no await had told it one.
    fn read(&mut self, handle: u32, timed_out: bool, asked: &str) -> Result<Outcome> {
        let at = self.guest.pointer("wax_info", &[i(handle)])?;
        let guest = &self.guest;
        let status = guest.u32(at + 4) as i32;
        let mut reason = guest.text(guest.u32(at + 28));
        let cancelling = guest.u32(at + 12) as i32;
        if status == -1 && reason.is_empty() && cancelling > 0 {
            reason = asked.to_string();
        }
        Ok(Outcome {
            status,
            value: guest.value(guest.u32(at + 16), guest.u32(at + 20), guest.u32(at + 24), guest.f64(at + 40)),
            timed_out: timed_out && status == -1 && reason == TIMED_OUT, // and nobody else's request
            reason,
            name: guest.text(guest.u32(at + 32)),
            done: guest.u32(at) == DONE,
        })
    }

    fn answer(&mut self, id: u32, at: u32) -> Result<()> {
        let guest = &self.guest;
        let name = guest.text(guest.u32(at));
        let input = guest.value(guest.u32(at + 4), guest.u32(at + 8), guest.u32(at + 12), guest.f64(at + 16));
        let answer = match self.options.host.get_mut(&name) {
            Some(function) => catch_unwind(AssertUnwindSafe(|| function(input))).unwrap_or_else(|panic| {
                self.panic = Some(panic); // goes on when all events have been heard of
                Err(format!("the host function '{name}' panicked"))
            }),
            None => Err(format!("the host has no function '{name}'")),
        };
        let (status, value) = answer.map_or_else(|text| (EHOST, Value::Text(text)), |value| (0, value));
        let (status, operands) = match self.guest.operands(&value) {
            Err(Error::Misuse(why)) => match self.guest.operands(&Value::Text(why)) {
                Ok(operands) => (EHOST, operands), // too large for the guest
                Err(_) => (ENOMEM, self.guest.operands(&Value::Nothing)?), // not even for the sentence
            },
            other => (status, other?),
        };
        let [kind, data, size, number] = operands;
        self.guest.call("wax_settle", &[i(id), i(status), kind, data, size, number])?;
        self.changed = true;
        Ok(())
    }

    /// The trap has ended the task that was running; everything else goes on.
    fn recover(&mut self, trap: wasmtime::Error) -> Result<Option<Duration>> {
        let kind = match trap.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => 1,
            Some(Trap::Interrupt) => 3,
            Some(_) => 0,
            None => 2,
        };
        match self.guest.call("wax_recover", &[i(kind)])? {
            0 => Err(Error::Broken(format!("the wasm trapped outside of its tasks: {trap:#}"))),
            _ => {
                self.alive = self.alive.max(1); // nobody has counted yet, and its end is an event of the next turn
                Ok(Some(Duration::ZERO))
            }
        }
    }

    // ---- the end

    /// What is alive: tasks, futures, timers, operations, handles, stacks, bytes.
    pub fn counts(&mut self) -> Result<[u32; 7]> {
        let at = self.guest.call("wax_counts", &[])? as u32;
        Ok(std::array::from_fn(|n| self.guest.u32(at + 4 * n as u32)))
    }

    /// Cancels every task and gives them so long to clean up; what is left is ended without, and has WA_EDISCARDED.
    /// Returns how many those were. A runtime that is dropped frees its instance, and no task cleans up.
    pub fn close(&mut self, grace: Duration) -> Result<u32> {
        let end = Instant::now().checked_add(grace);
        loop {
            self.guest.call("wax_shutdown", &[])?;
            let due = self.turn()?;
            let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(Instant::now()));
            if self.alive == 0 || left.is_zero() {
                break;
            }
            if due != Some(Duration::ZERO) {
                self.wait(Some(due.map_or(left, |due| due.min(left))))?;
            }
        }
        let left: Vec<_> = self.tasks.iter().filter(|(_, record)| record.outcome.is_none()).map(|(id, _)| Task(*id)).collect();
        let left: Vec<_> = left.into_iter().map(|task| Ok((task, self.outcome(task)?))).collect::<Result<_>>()?;
        let discarded = self.guest.call("wax_discard", &[])? as u32;
        for (task, pending) in left {
            if let Some(record) = self.tasks.get_mut(&task.0) {
                record.outcome = Some(Outcome { status: EDISCARDED, done: true, ..pending });
            }
        }
        Ok(discarded)
    }
}

impl Outcome {
    pub fn pending(&self) -> bool { !self.done }
    pub fn cancelled(&self) -> bool { self.status == -1 && !self.timed_out }
}
