//! One at a time: an async mutex for the work inside one Durable Object.
//!
//! A Durable Object runs on one thread, but its input gate does not hold across a fetch, so two requests interleave
//! at every await. Without this lock, two requests could each plan a capture from the same state:
//!
//! ```text
//! request A: plans "capture", awaits KOMOJU ...
//! request B:                    plans "capture", awaits KOMOJU ...   (the state does not show A's answer yet)
//! with a turn: B waits in `take` until A drops its `Turn`, then plans from A's result.
//! ```
//!
//! Tickets are served in the order in which they were drawn. A caller whose request is cancelled while it waits drops
//! its future, and with it its ticket; the next in line is served as if it had never come.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// The lock itself, kept in the Durable Object. Memory only: a restarted object has nobody waiting.
#[derive(Debug, Default)]
pub struct Turns {
    inner: RefCell<Inner>,
}

/// The queue behind the lock.
#[derive(Debug, Default)]
struct Inner {
    /// The ticket that is being served. If nobody holds it yet, it goes to whoever draws it next.
    serving: u64,
    /// The next ticket to hand out. `serving <= next` always; they are equal when nobody holds or waits.
    next: u64,
    /// Tickets drawn and not yet dropped, with the waker of each that has been polled.
    waiting: VecDeque<(u64, Option<Waker>)>,
    /// Tickets that were dropped out of order, ahead of being served. `serving` skips them when it gets there.
    abandoned: Vec<u64>,
}

/// Proof that it is the holder's turn. Dropping it passes the turn on.
#[derive(Debug)]
pub struct Turn<'a> {
    turns: &'a Turns,
    ticket: u64,
}

impl Turns {
    /// Waits until every earlier ticket has been dropped. Cancel-safe: dropping this future gives the ticket back.
    pub async fn take(&self) -> Turn<'_> {
        let ticket = {
            let mut inner = self.inner.borrow_mut();
            let ticket = inner.next;
            inner.next += 1;
            inner.waiting.push_back((ticket, None));
            ticket
        };
        // Made before the first await, so that a caller that is cancelled while waiting still gives its ticket back.
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
