//! What can go wrong with a call. How a task ended is no error of the host's: it is the task's `Outcome`.
use std::fmt;

#[derive(Debug)]
pub enum Error {
    /// This is no wasm that holds the runtime.
    Load(String),
    /// A wrong call; the sentence names the argument and what was expected.
    Misuse(String),
    /// The wasm trapped outside of its tasks: this runtime is over.
    Broken(String),
}
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Load(text) | Error::Misuse(text) | Error::Broken(text) => f.write_str(text),
        }
    }
}
impl std::error::Error for Error {}
