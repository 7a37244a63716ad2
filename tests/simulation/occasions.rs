//! The occasions on which the machine runs, and by whose word it goes, as objects/payment/start.rs has it: a start by the copy at
//! the edge, beside the store's own object; what moves money, ships or ends an order only by that object itself.

use domain::machine::{Input, Reply, Surroundings};
use domain::plan::start::{Refusal, Start};
use domain::state::delays::Delays;
use domain::state::shop::Shop;

use super::edge::{Ran, Word};
use super::schedule::MINUTE;
use super::world::World;

/// As long as the store's own object is silent, a copy of at most this age is good enough to send a shopper on.
const YOUNG: i64 = 5 * MINUTE;

impl World {
    pub fn owner_answers(&mut self) -> bool {
        let silent = self.now < self.edge.silent_until;
        self.faults.struck.extend(silent.then(|| "owner silent".to_owned()));
        !silent
    }

    /// The copy, and when it was made. None: there is none, and nobody who would say it.
    fn copy(&mut self) -> Option<(Shop, i64)> {
        let (shop, at) = match &self.edge.stale {
            _ if self.now < self.edge.fails_until => {
                self.faults.struck.insert("copy failed".to_owned());
                self.owner_answers().then(|| (self.shop.clone(), self.now))?
            }
            Some((shop, at, until)) if self.now < *until => {
                self.faults.struck.insert("copy stale".to_owned());
                (shop.clone(), *at)
            }
            _ => (self.shop.clone(), self.now),
        };
        Some((Shop { confirmed: false, ..shop }, at))
    }

    /// None: the worker died over it.
    pub fn start_beside_owner(&mut self, start: &Start) -> Option<Reply> {
        const BUSY: Reply = Reply::Refuse(Refusal::Busy { after_ms: None });
        let Some((copy, made)) = self.copy() else { return Some(BUSY) };
        let newest = |world: &Self| world.machine.state().attempts.last().map(|a| a.n);
        let (before, began) = (newest(self), self.now);
        let reply = self.begin(Word::Copy(Box::new(copy.clone())), start)?;
        if !reply.rests_on_the_copy() {
            return Some(reply);
        }
        if !self.owner_answers() {
            if self.now - made < YOUNG {
                return Some(reply);
            }
            self.machine.withhold(began);
            self.commit_and_wake();
            return Some(BUSY);
        }
        if agrees_on_starts(&copy, &self.shop) {
            return Some(reply);
        }
        self.faults.struck.insert("copy overruled".to_owned());
        if let Some(n) = newest(self).filter(|_| newest(self) != before) {
            let now = Surroundings { shop: &self.shop, delays: Delays::default(), at: self.now };
            self.machine.recall(n, now);
            if matches!(self.run(Word::Owner), Ran::Died) {
                return None;
            }
        }
        self.begin(Word::Owner, start)
    }

    fn begin(&mut self, word: Word, start: &Start) -> Option<Reply> {
        self.handle_by(&word, Input::Start(Box::new(start.clone())));
        let reply = self.run(word).reply();
        match &reply {
            None => {
                self.amount_is_disputed = None;
                self.session_is_refused = None;
            }
            Some(Reply::Show { .. }) => self.amount_is_disputed = Some(false),
            Some(Reply::Refuse(Refusal::AmountChanged)) => self.amount_is_disputed = Some(true),
            Some(Reply::Refuse(_)) => {}
        }
        reply
    }

    /// Everything that is due, without a shopper waiting.
    pub fn work(&mut self) {
        let word = match self.owner_answers() {
            true => Word::Owner,
            false => match self.copy() {
                Some((copy, _)) => Word::Copy(Box::new(copy)),
                None => return self.come_again(),
            },
        };
        let confirmed = matches!(word, Word::Owner);
        match self.run(word) {
            Ran::Replied(_) | Ran::Rested if confirmed => self.edge.unfinished = 0,
            // A copy may be too old to know of something to do.
            Ran::Replied(_) | Ran::Rested | Ran::Unconfirmed => self.come_again(),
            Ran::Died => {}
        }
    }

    fn come_again(&mut self) {
        self.edge.unfinished += 1;
        self.wake_within(Delays::default().come_again(self.edge.unfinished));
    }
}

/// As `Profile::agrees_on_starts` compares what can differ here.
fn agrees_on_starts(copy: &Shop, owner: &Shop) -> bool {
    let (a, b) = (&copy.settings, &owner.settings);
    let alike =
        (a.capture, a.store_credit, a.gift_certificates) == (b.capture, b.store_credit, b.gift_certificates);
    a.version == b.version || alike && a.methods == b.methods
}
