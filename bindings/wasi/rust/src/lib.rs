//! C tasks in a wasm, run and cancelled from Rust, in wasmtime.
//!
//! ```no_run
//! # fn main() -> wasyncio::Result<()> {
//! use wasyncio::{Options, Program};
//!
//! let program = Program::from_file("tasks.wasm")?;              // compiled once, for any number of runtimes
//! let mut runtime = program.start(Options::default())?;
//! let task = runtime.spawn("crawl", "https://example.org")?;
//! let remote = runtime.remote();                                // for other threads, also while C computes
//! std::thread::spawn(move || remote.cancel(task, "enough"));
//! runtime.run(&[task])?;                                        // turns, and sleeps between them
//! println!("{:?}", runtime.outcome(task)?.status);
//! # Ok(())
//! # }
//! ```
mod error;
mod guest;
mod program;
mod remote;
mod runtime;

pub use error::{Error, Result};
pub use guest::Value;
pub use program::{HostFunction, Options, Program};
pub use remote::Remote;
pub use runtime::{Outcome, Runtime, Task};
