//! Runs two futures at once, of which only the first must finish.
//!
//! A start asks the store's own object while its first call to BigCommerce is under way. In sequence, the two would
//! add up; and a silent store object must not hold up a start whose answer does not depend on it:
//!
//! ```text
//! main  |-- GET order --|-- POST session --|      400 ms
//! side  |-- ask owner --|                          90 ms   -> Some(owner's word), no time lost
//! side  |-- ask owner ------------------------------ ...   -> None: the caller may await it, or let it go
//! ```

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// Runs `main` to its end, and `side` beside it. Returns the output of `main`, and that of `side` if it has finished
/// by then. If it has not (None), the caller may go on awaiting `side`; if it has, `side` must not be polled again.
pub async fn beside<M: Future, S: Future>(main: M, mut side: Pin<&mut S>) -> (M::Output, Option<S::Output>) {
    let mut main = pin!(main);
    let mut ended = None;
    let output = poll_fn(|context| {
        // Polled first, so that its request leaves first.
        let output = main.as_mut().poll(context);
        if ended.is_none()
            && let Poll::Ready(side) = side.as_mut().poll(context)
        {
            ended = Some(side);
        }
        output
    })
    .await;
    (output, ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use std::task::{Context, Waker};

    fn now<F: Future>(future: F) -> F::Output {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn what_runs_beside_holds_nobody_up() {
        assert_eq!(now(beside(ready(1), pin!(pending::<u8>()))), (1, None));
        assert_eq!(now(beside(ready(1), pin!(ready(2)))), (1, Some(2)));
    }
}
