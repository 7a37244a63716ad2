//! Carries the messages of the two sides to the machine.
//!
//! A lost message stays lost until the end: then the sweep of KOMOJU's events brings back what was KOMOJU's, under the
//! same id, and a look at the order stands for BigCommerce's redelivery, which knows nothing of what the order was.

use domain::machine::Input;
use domain::state::delays::Delays;
use domain::state::hint::{About, Hint, Moved};
use domain::values::ids::{HintId, PaymentId, SessionId};
use domain::values::order_status::OrderStatus;

use super::bank::Event;
use super::post::Letter;
use super::schedule::DAY;
use super::store::Hook;
use super::world::World;

impl World {
    /// Takes from the two sides what they have to tell.
    pub fn collect(&mut self) {
        for event in self.bank.news() {
            let number = self.bank.payments[&event.payment].number.clone();
            self.post.send(of_event(&event), number, self.now);
        }
        for hook in self.store.news() {
            self.post.hooks += 1;
            let hint = of_hook(hook, self.post.hooks);
            self.post.send(hint, String::new(), self.now);
        }
    }

    pub fn deliver(&mut self) {
        let now = self.now;
        for letter in self.post.take(|letter| letter.due <= now) {
            self.hear(letter);
        }
    }

    /// What overtakes the answer to the call that caused it.
    pub fn deliver_early(&mut self) {
        let now = self.now;
        for letter in self.post.take(|letter| letter.early && letter.due <= now) {
            self.hear(letter);
        }
    }

    /// Faults are over: whatever is still on its way arrives, and the sweep finds what was lost.
    pub fn sweep(&mut self) {
        self.collect();
        let mut all = self.post.take(|_| true);
        all.extend(std::mem::take(&mut self.post.lost).into_iter().map(|mut letter| {
            if let About::Order { moved, .. } = &mut letter.hint.about {
                *moved = None;
            }
            letter
        }));
        for letter in all {
            self.hear(letter);
        }
    }

    fn hear(&mut self, letter: Letter) {
        if self.mutation.is_some_and(|mutation| mutation.fails_on(&letter.hint)) && self.is_known() {
            return self.post.box_.push(Letter { due: self.now + DAY, ..letter });
        }
        let Letter { mut hint, number, .. } = letter;
        if let Some(mutation) = self.mutation {
            match mutation.spoil_hint(hint, &number, self) {
                Some(spoilt) => hint = spoilt,
                None => return,
            }
        }
        if let About::Order { moved: Some(moved), .. } = &hint.about {
            self.post.told_of_own_move.push((moved.from.0, moved.to.0));
        }
        let is_new = matches!(&hint.about, About::Order { scope, .. } if scope == "store/order/created");
        if is_new && !self.is_known() && self.machine.is_at_rest() {
            self.to_meet = true;
            self.handle(Input::Meet);
            self.wake_soon();
        } else if self.is_known() {
            self.machine.hear(hint, self.now, Delays::default());
            self.commit_and_wake();
        }
    }
}

fn of_event(event: &Event) -> Hint {
    let about = About::Komoju {
        session: SessionId::parse(&event.session).ok(),
        payment: PaymentId::parse(&event.payment).ok(),
        event: event.kind.to_owned(),
    };
    Hint { id: HintId::parse(&event.id).expect("an id"), about }
}

fn of_hook(hook: Hook, n: u32) -> Hint {
    // To the second, as BigCommerce tells it.
    let at = hook.at / 1_000 * 1_000;
    let moved = hook.moved.map(|(from, to)| Moved { from: OrderStatus(from), to: OrderStatus(to), at });
    let about = About::Order { scope: hook.scope.to_owned(), moved };
    Hint { id: HintId::parse(&format!("hook-{n}")).expect("an id"), about }
}
