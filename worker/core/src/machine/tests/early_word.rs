//! KOMOJU's webhook about a session may come before the answer that tells us the session's id.

use crate::machine::bench::Bench;
use crate::machine::{Input, Output, Surroundings};
use crate::plan::start::{Intent, Proof, Start};
use crate::state::call::Call;
use crate::state::delays::Delays;
use crate::state::hint::{About, Hint};
use crate::state::reading::{PaymentStatus, SessionStatus};
use crate::state::settings::Settings;
use crate::values::ids::{HintId, SessionId};

/// The next call that leaves.
fn next_call(bench: &mut Bench) -> Option<Call> {
    loop {
        let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
        match bench.machine.poll(now) {
            Output::Call(call) => return Some(call),
            Output::Idle { .. } => return None,
            Output::Tell { .. } => bench.handle(Input::LedgerSilent),
            Output::Commit(_) | Output::Reply(_) | Output::Unconfirmed => {}
        }
    }
}

/// A second session is being made; KOMOJU has not answered yet.
fn being_made() -> (Bench, Call) {
    let mut bench = Bench::new(Settings::default());
    bench.session.status = SessionStatus::Cancelled;
    bench.hears("payment.cancelled");
    bench.session.status = SessionStatus::Pending;
    bench.session.id = SessionId::parse("s2").expect("an id");
    let start = Start {
        proof: Proof::Link,
        intent: Intent::Pay,
        page: None,
        locale: crate::texts::locale::Spoken::default(),
        browser: crate::state::call::Browser::default(),
        seen: None,
        visit: None,
    };
    bench.handle(Input::Start(Box::new(start)));
    loop {
        let call = next_call(&mut bench).expect("a session is made");
        if matches!(call, Call::CreateSession(..)) {
            return (bench, call);
        }
        let answer = bench.answer(call);
        bench.handle(Input::Answer(answer));
    }
}

fn hear(bench: &mut Bench, session: &str) {
    let session = Some(SessionId::parse(session).expect("an id"));
    let about = About::Komoju { session, payment: None, event: "payment.captured".to_owned() };
    let id = HintId::parse("early-1").expect("an id");
    bench.handle(Input::Hint(Hint { id, about }));
}

#[test]
fn a_message_that_comes_before_the_answer_is_kept_and_looked_into() {
    let (mut bench, creation) = being_made();
    hear(&mut bench, "s2");
    let answer = bench.answer(creation);
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.handle(Input::Answer(answer));
    bench.run();
    assert_eq!(bench.status(), 11, "found without any further message, and without waiting");
}

#[test]
fn without_a_message_a_new_session_is_not_looked_at_at_once() {
    let (mut bench, creation) = being_made();
    let answer = bench.answer(creation);
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.handle(Input::Answer(answer));
    bench.run();
    assert_eq!(bench.status(), 7);
}

#[test]
fn a_message_about_a_stranger_means_nothing_once_nothing_is_being_made() {
    let mut bench = Bench::new(Settings::default());
    let known = bench.machine.state().hints.len();
    hear(&mut bench, "s9");
    assert_eq!(bench.machine.state().hints.len(), known);
}
