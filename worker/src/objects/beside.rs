//! Two futures at once, of which only the first must end.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// Runs `main` to its end, and `side` beside it. What `side` came to, if it came to its end meanwhile: else it may still
/// be awaited, but not polled again once it has ended.
pub async fn beside<M: Future, S: Future>(main: M, mut side: Pin<&mut S>) -> (M::Output, Option<S::Output>) {
    let mut main = pin!(main);
    let mut ended = None;
    let output = poll_fn(|context| {
        // First, so that its request is the first to leave.
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
