//! One at a time: an async mutex for the work of one Durable Object.
//!
//! A Durable Object's input gate does not hold across a fetch, so two requests interleave at every await. Whoever
//! holds the turn is alone; the others wait in the order in which they came.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

#[derive(Debug, Default)]
pub struct Turns {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// The ticket that is being served, or will be next.
    serving: u64,
    next: u64,
    waiting: VecDeque<(u64, Option<Waker>)>,
    /// Tickets given back before they were served: their owner was dropped.
    abandoned: Vec<u64>,
}

/// Held while it is one's turn.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    ticket: u64,
}

impl Turns {
    /// Waits for the turn.
    pub async fn take(&self) -> Turn<'_> {
        let ticket = {
            let mut inner = self.inner.borrow_mut();
            let ticket = inner.next;
            inner.next += 1;
            inner.waiting.push_back((ticket, None));
            ticket
        };
        let turn = Turn { turns: self, ticket };
        poll_fn(|context| {
            let mut inner = self.inner.borrow_mut();
            if inner.serving == ticket {
                return Poll::Ready(());
            }
            if let Some((_, waker)) = inner.waiting.iter_mut().find(|(t, _)| *t == ticket) {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
        turn
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut inner = self.turns.inner.borrow_mut();
        inner.waiting.retain(|(ticket, _)| *ticket != self.ticket);
        inner.abandoned.push(self.ticket);
        while let Some(at) = inner.abandoned.iter().position(|ticket| *ticket == inner.serving) {
            inner.abandoned.swap_remove(at);
            inner.serving += 1;
        }
        let serving = inner.serving;
        let waker =
            inner.waiting.iter_mut().find(|(ticket, _)| *ticket == serving).and_then(|(_, w)| w.take());
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::Context;

    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[test]
    fn the_second_waits_for_the_first_and_a_dropped_one_blocks_nobody() {
        let turns = Turns::default();
        let mut first = pin!(turns.take());
        let held = poll(first.as_mut()).expect("nobody before");
        let mut third = pin!(turns.take());
        {
            let mut second = pin!(turns.take());
            assert!(poll(second.as_mut()).is_none());
            assert!(poll(third.as_mut()).is_none(), "the first still holds");
        }
        drop(held);
        assert!(poll(third.as_mut()).is_some(), "the second gave up");
    }
}
