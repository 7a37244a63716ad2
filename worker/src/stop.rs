//! How a handler ends before its end: by `?`, with a problem, an answer that is made already, or a failure of ours.
//! `routes` turns each into what the reader gets.

use crate::problem::Problem;
use worker::{Error, Response};

/// What a handler gives: its answer, or why it stopped before it had one.
pub type Handled<T = Response> = Result<T, Stop>;

/// Why a handler stopped.
#[derive(Debug)]
pub enum Stop {
    /// The caller is told this, as a page or as JSON.
    Problem(Problem),
    /// The caller gets this answer: a page that says it better than a problem would.
    Answer(Response),
    /// The platform failed, or one of our objects. What it was stands in the log only.
    Fault(Error),
}

impl Stop {
    /// The same with the problem changed, if it is one.
    pub fn map_problem(self, change: impl FnOnce(Problem) -> Problem) -> Self {
        match self {
            Self::Problem(problem) => Self::Problem(change(problem)),
            Self::Answer(_) | Self::Fault(_) => self,
        }
    }

    /// What it is without a page around it, for when the page itself could not be made.
    pub fn bare(self) -> worker::Result<Response> {
        match self {
            Self::Problem(problem) => problem.response(),
            Self::Answer(answer) => Ok(answer),
            Self::Fault(error) => Err(error),
        }
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Response> for Stop {
    fn from(answer: Response) -> Self {
        Self::Answer(answer)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}
