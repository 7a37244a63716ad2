//! Messages that come together cause one look, and none puts a look off.

use crate::machine::bench::Bench;
use crate::machine::{Input, Output, Surroundings};
use crate::state::call::Call;
use crate::state::delays::Delays;
use crate::state::hint::{About, Hint};
use crate::state::reading::PaymentStatus;
use crate::state::settings::Settings;
use crate::values::ids::HintId;

/// A payment under way, and what it has called since.
struct Stream {
    bench: Bench,
    messages: u32,
    looks: Vec<i64>,
    /// The call under way, and when its answer comes.
    call: Option<(Call, i64)>,
}

impl Stream {
    /// The shopper stands before KOMOJU's page.
    fn new() -> Self {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Pending);
        bench.hears("payment.updated");
        Self { bench, messages: 0, looks: Vec::new(), call: None }
    }

    fn message(&mut self) {
        self.messages += 1;
        let id = HintId::parse(&format!("message-{}", self.messages)).expect("an id");
        let session = Some(self.bench.session.id.clone());
        let about = About::Komoju { session, payment: None, event: "payment.updated".to_owned() };
        self.bench.handle(Input::Hint(Hint { id, about }));
    }

    /// One ms goes by. `takes`: how long a call takes.
    fn passes(&mut self, takes: i64) {
        self.bench.now += 1;
        if let Some((call, _)) = self.call.take_if(|(_, at)| *at <= self.bench.now) {
            let answer = self.bench.answer(call);
            self.bench.handle(Input::Answer(answer));
        }
        loop {
            let now = Surroundings { shop: &self.bench.shop, delays: Delays::default(), at: self.bench.now };
            match self.bench.machine.poll(now) {
                Output::Commit(_) | Output::Reply(_) => {}
                Output::Tell { .. } => self.bench.handle(Input::LedgerSilent),
                Output::Call(call) => {
                    if matches!(call, Call::ReadSession { .. }) {
                        self.looks.push(self.bench.now);
                    }
                    self.call = Some((call, self.bench.now + takes));
                }
                Output::Idle { .. } => return,
                Output::Unconfirmed => panic!("a store that is confirmed is asked to confirm"),
            }
        }
    }
}

#[test]
fn a_hundred_messages_within_a_second_cause_three_looks() {
    for takes in [1, 20, 150, 400] {
        let mut stream = Stream::new();
        for ms in 0..3_000 {
            if ms < 1_000 && ms % 10 == 0 {
                stream.message();
            }
            stream.passes(takes);
        }
        assert_eq!(stream.messages, 100);
        assert!((1..=3).contains(&stream.looks.len()), "{takes}: {:?}", stream.looks);
    }
}

/// However fast they come, the first look comes 400 ms after the first of them, and the next ones go on.
#[test]
fn messages_without_end_put_off_no_look() {
    let mut stream = Stream::new();
    let began = stream.bench.now;
    for _ in 0..3_000 {
        stream.message();
        stream.passes(20);
    }
    let gaps: Vec<i64> = [began].iter().chain(&stream.looks).zip(&stream.looks).map(|(a, b)| b - a).collect();
    assert!(gaps.len() >= 3_000 / 440 && gaps.iter().all(|gap| (20..=440).contains(gap)), "{gaps:?}");
}

#[test]
fn a_shopper_whose_page_is_open_does_not_notice_the_wait() {
    let mut stream = Stream::new();
    stream.bench.handle(Input::Status);
    stream.passes(1);
    let began = stream.bench.now;
    stream.message();
    for _ in 0..100 {
        stream.passes(1);
    }
    assert!(stream.looks.iter().any(|at| at - began <= 55), "{:?} after {began}", stream.looks);
}

/// The return and a click are looked into at once, and with them what waits.
#[test]
fn who_waits_for_an_answer_ends_the_waiting() {
    let id = || HintId::parse("other").expect("an id");
    let session = |stream: &Stream| Some(stream.bench.session.id.clone());
    let inputs: [fn(&Stream, HintId, Option<_>) -> Hint; 2] = [
        |_, id, session| Hint { id, about: About::Return { session } },
        |_, id, _| Hint { id, about: About::Click },
    ];
    for input in inputs {
        let mut stream = Stream::new();
        stream.message();
        stream.passes(1);
        assert!(stream.looks.is_empty(), "it waits");
        let hint = input(&stream, id(), session(&stream));
        stream.bench.handle(Input::Hint(hint));
        stream.passes(1);
        assert_eq!(stream.looks.len(), 1);
    }
}

/// The webhook comes while the return's own look is under way, and that look still sees nothing: the same turn looks
/// again, and the shopper is answered with what it finds.
#[test]
fn a_return_is_answered_with_what_came_meanwhile() {
    let mut stream = Stream::new();
    let session = Some(stream.bench.session.id.clone());
    let hint = Hint { id: HintId::parse("back").expect("an id"), about: About::Return { session } };
    stream.bench.handle(Input::Hint(hint));
    stream.passes(20);
    stream.message();
    for _ in 0..21 {
        stream.passes(20);
    }
    assert_eq!(stream.looks.len(), 2, "{:?}", stream.looks);
}

/// A page that asks while messages are gathered ends the wait soon.
#[test]
fn a_page_that_asks_shortens_the_wait() {
    let mut stream = Stream::new();
    stream.message();
    stream.passes(1);
    stream.bench.handle(Input::Status);
    for _ in 0..60 {
        stream.passes(1);
    }
    assert_eq!(stream.looks.len(), 1);
}
