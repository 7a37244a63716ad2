//! BigCommerce tells us of the move that our own PUT has made.

use crate::machine::bench::{Bench, Fate, HOUR};
use crate::machine::{Input, Output, Surroundings};
use crate::state::call::Call;
use crate::state::delays::Delays;
use crate::state::hint::{About, Hint, Moved};
use crate::state::reading::PaymentStatus;
use crate::state::settings::Settings;
use crate::values::ids::HintId;
use crate::values::order_status::OrderStatus;

fn word(bench: &Bench, n: u32, from: u8, to: u8) -> Input {
    let moved = Some(Moved { from: OrderStatus(from), to: OrderStatus(to), at: bench.now });
    let id = HintId::parse(&format!("word-{n}")).expect("an id");
    Input::Hint(Hint { id, about: About::Order { scope: "store/order/statusUpdated".to_owned(), moved } })
}

/// The order was read (the `seq` of its reading rises) after this message, and whatever followed from it.
fn causes_a_look(bench: &mut Bench, n: u32, from: u8, to: u8) -> bool {
    let before = bench.machine.state().order.seq;
    let word = word(bench, n, from, to);
    bench.handle(word);
    bench.run();
    bench.machine.state().order.seq > before
}

/// The shopper has paid by card, and our PUT has moved the order from 7 to 11.
fn told(fate: Option<Fate>) -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.fates.extend(fate.map(|fate| ("update_order", fate)));
    bench.hears("payment.captured");
    assert_eq!((&bench.moves[..], bench.fates.len()), (&[11][..], 0));
    bench
}

#[test]
fn the_word_of_our_own_move_causes_no_look_and_the_next_like_it_does() {
    let mut bench = told(None);
    assert!(!causes_a_look(&mut bench, 1, 7, 11));
    assert!(!causes_a_look(&mut bench, 1, 7, 11), "the same message once more");
    assert!(causes_a_look(&mut bench, 2, 7, 11), "somebody else must have made this move");
}

#[test]
fn any_other_move_causes_a_look() {
    for (from, to) in [(7, 10), (2, 11), (11, 7), (1, 11), (11, 11), (7, 12)] {
        assert!(causes_a_look(&mut told(None), 1, from, to), "{from} to {to}");
    }
}

/// Hours later, the same move is nobody's word but the merchant's.
#[test]
fn a_late_move_of_the_same_kind_causes_a_look() {
    let mut bench = told(None);
    bench.waits(3 * HOUR);
    assert!(causes_a_look(&mut bench, 1, 7, 11));
}

/// The answer of the PUT was lost: the message is not believed in its stead.
#[test]
fn where_the_answer_is_not_known_we_look() {
    let mut bench = told(Some(Fate::Lost));
    assert!(causes_a_look(&mut bench, 1, 7, 11));
}

/// The merchant has moved the order on since, as the next reading showed.
#[test]
fn where_the_order_stands_elsewhere_by_now_we_look() {
    let mut bench = told(None);
    bench.order.reading.status = OrderStatus::SHIPPED;
    assert!(causes_a_look(&mut bench, 1, 11, 2));
    assert!(causes_a_look(&mut bench, 2, 7, 11));
}

/// The message overtakes the answer, as it does where the hook is quick.
#[test]
fn the_word_may_come_before_the_answer_whose_loss_is_then_looked_for() {
    for lost in [false, true] {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        let session = Some(bench.session.id.clone());
        let about = About::Komoju { session, payment: None, event: "payment.captured".to_owned() };
        bench.handle(Input::Hint(Hint { id: HintId::parse("paid").expect("an id"), about }));
        let (mut reads, mut puts) = (0, 0);
        loop {
            let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
            match bench.machine.poll(now) {
                Output::Commit(_) => {}
                Output::Tell { .. } => bench.handle(Input::LedgerSilent),
                Output::Call(call) => {
                    reads += usize::from(call == Call::ReadOrder);
                    let is_put = matches!(call, Call::UpdateOrder { .. });
                    puts += usize::from(is_put);
                    if is_put && lost {
                        bench.fates.push(("update_order", Fate::Lost));
                    }
                    let answer = bench.answer(call);
                    if is_put {
                        let word = word(&bench, 1, 7, 11);
                        bench.handle(word);
                    }
                    bench.handle(Input::Answer(answer));
                }
                Output::Idle { .. } if bench.gathered() => {}
                Output::Idle { .. } => break,
                other @ (Output::Reply(_) | Output::Unconfirmed) => panic!("{other:?}"),
            }
        }
        assert_eq!((reads, puts), (1, 1), "one reading before the PUT, and none after it yet");
        if lost {
            bench.waits(HOUR);
            assert_eq!(bench.moves, [11], "found done");
            let told = bench.machine.state().reached.keys().next().is_some();
            assert!(told, "the line in the notes was found");
        }
    }
}
