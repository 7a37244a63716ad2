//! PaymentObject: drives the payment of one order. It decides nothing. It makes durable what the machine
//! (`domain::machine`) says, carries its calls out, and wakes it in time.
//!
//! Why it is atomic:
//! - One order, one object, one thread. Rows and alarm are written without an await between them, so they commit as
//!   one.
//! - The platform's output gate holds every answer and every call back until what was written before it is on disk.
//!   So no call leaves, and no shopper is answered, on the strength of something a crash could undo.
//! - The machine is touched only between awaits. Whoever runs calls holds the turn, so two calls to one remote object
//!   never overlap.
//! - A hint needs no turn: it is taken in and committed in one step, even while somebody else waits for a call.
//!
//! How a hint becomes an effect:
//!
//! ```text
//! webhook "payment.captured"  -> hint stored, alarm in 400 ms, 200 to KOMOJU      (no call yet)
//! alarm                       -> guard alarm +5 min, turn taken
//! run                         -> GET the session; GET the order; PUT the order (status 11, note)
//! rest                        -> ledger row told, alarm set to the next moment that matters
//! ```
//!
//! The same webhook a second time finds its id known and is dropped.
//!
//! This file: which question goes to which function, and the alarm. `object` holds the machine. `start` serves a
//! shopper who starts to pay, with `looking` while nothing is known of the order; `answers` serves everybody else.
//! `run` is the turn: `surroundings` is what it goes by, `remote` carries its calls out, `durable` writes rows and alarm,
//! `ledger` tells the store's object, `rest` sleeps or ends.

mod answers;
mod durable;
mod ledger;
mod looking;
mod object;
mod records;
pub(crate) mod remote;
mod rest;
mod run;
mod start;
mod surroundings;

use super::messages::payment::{PaymentAsk, Question};
use super::strays;
use super::turn::Turns;
use crate::context::now_ms;
use crate::stored;
use object::{PaymentObject, Whose};
use records::Records;
use std::cell::{Cell, RefCell};
use worker::{DurableObject, Env, Request, Response, Result, State};

impl DurableObject for PaymentObject {
    fn new(state: State, env: Env) -> Self {
        let records = Records::new(state.storage().sql());
        Self {
            state,
            env,
            records,
            machine: RefCell::new(None),
            turns: Turns::default(),
            alarm: Cell::new(None),
            delays: Cell::new(None),
            announced: Cell::new(None),
            looking: Cell::new(0),
            turned_away_until: Cell::new(0),
            starts: RefCell::default(),
            opened: RefCell::default(),
        }
    }

    /// Answers one question of [`PaymentAsk`]. Errors (answered as an exception): the question or the rows cannot be read.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let Question { store, order, ask } = stored::read(&request.text().await?)?;
        let whose = Whose { store, order };
        match ask {
            PaymentAsk::Start(start) => stored::answer(&self.start(&whose, *start).await?),
            PaymentAsk::Status { locale } => stored::answer(&self.status(&whose, locale).await?),
            PaymentAsk::Hint { hint } => stored::answer(&self.hint(&whose, hint).await?),
            PaymentAsk::Return { session, locale } => {
                stored::answer(&self.returned(&whose, session, locale).await?)
            }
            PaymentAsk::Decide { decided } => stored::answer(&self.decide(&whose, decided).await?),
            PaymentAsk::Meet => stored::answer(&self.meet(&whose).await?),
            PaymentAsk::Announced { look } => stored::answer(&self.announced(&whose, look).await?),
            PaymentAsk::History => stored::answer(&self.history(&whose).await?),
            PaymentAsk::Purge => stored::answer(&self.purge().await?),
        }
    }

    /// Sets a guard first, in case this run never ends; then does the work, which sets the exact time of the next
    /// alarm. Each alarm in a row that does not finish makes the guard later, by the ladder.
    async fn alarm(&self) -> Result<Response> {
        let Some((store, order)) = self.records.identity()? else {
            strays::alarm(&self.state, &self.env).await?;
            self.records.gone();
            return Response::empty();
        };
        let tries = self.records.unfinished_alarms()?;
        self.records.set_unfinished_alarms(tries.saturating_add(1))?;
        // If the configuration cannot be read, default delays apply: the object must still wake again.
        let delays = self.delays().unwrap_or_default();
        self.wake_at(now_ms() + delays.guard().max(delays.retry(tries))).await?;
        if self.work(&Whose { store, order }).await? {
            self.records.set_unfinished_alarms(0)?;
        }
        Response::empty()
    }
}
