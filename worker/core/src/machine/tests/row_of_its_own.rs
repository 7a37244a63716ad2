//! Of a message only its own row is written at first. What follows from it is derived again after a crash.

use crate::machine::bench::{Bench, HOUR, payment_id};
use crate::machine::{Input, Machine, Output, Surroundings};
use crate::state::decision::Decision;
use crate::state::delays::Delays;
use crate::state::hint::{About, FRAUD_MARKED, Hint, Moved, REFUND_CREATED};
use crate::state::reading::PaymentStatus;
use crate::state::settings::Settings;
use crate::values::attention::Attention;
use crate::values::ids::HintId;
use crate::values::order_status::OrderStatus;

fn komoju(bench: &Bench, event: &str) -> About {
    let session = Some(bench.session.id.clone());
    About::Komoju { session, payment: Some(payment_id()), event: event.to_owned() }
}

fn order(scope: &str, moved: Option<(u8, u8)>, at: i64) -> About {
    let moved = moved.map(|(from, to)| Moved { from: OrderStatus(from), to: OrderStatus(to), at });
    About::Order { scope: scope.to_owned(), moved }
}

fn hears(bench: &mut Bench, name: &str, about: About) {
    let id = HintId::parse(name).expect("an id");
    bench.handle(Input::Hint(Hint { id, about }));
}

/// A paid order, and one message of each kind that there is.
fn paid() -> (Bench, Vec<About>) {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.hears("payment.captured");
    assert_eq!(bench.moves, [11]);
    let all = vec![
        komoju(&bench, "payment.updated"),
        komoju(&bench, FRAUD_MARKED),
        order("store/order/statusUpdated", Some((7, 11)), bench.now),
        order("store/order/statusUpdated", Some((10, 11)), bench.now),
        order(REFUND_CREATED, None, bench.now),
        About::Return { session: Some(bench.session.id.clone()) },
        About::Click,
    ];
    (bench, all)
}

#[test]
fn a_message_costs_one_row_whatever_it_says() {
    let (mut bench, all) = paid();
    for (n, about) in all.into_iter().enumerate() {
        hears(&mut bench, &format!("m{n}"), about.clone());
        let written = bench.commits();
        assert_eq!(written.iter().map(|row| &row.kind[..]).collect::<Vec<_>>(), ["hint"], "{about:?}");
        hears(&mut bench, &format!("m{n}"), about.clone());
        assert_eq!(bench.commits(), [], "once more: {about:?}");
    }
}

#[test]
fn so_does_the_first_message_of_a_life() {
    let (mut bench, all) = paid();
    bench.waits(HOUR);
    for (n, about) in all.into_iter().enumerate() {
        bench.dies();
        hears(&mut bench, &format!("m{n}"), about.clone());
        assert_eq!(bench.commits().len(), 1, "{about:?}");
    }
}

#[test]
fn what_followed_from_messages_follows_again_in_the_next_life() {
    let (mut bench, all) = paid();
    for (n, about) in all.into_iter().enumerate() {
        hears(&mut bench, &format!("m{n}"), about.clone());
        bench.commits();
        let next = Machine::load(&bench.rows).expect("its own rows");
        assert_eq!(next.state(), bench.machine.state(), "{about:?}");
    }
    bench.dies();
    bench.event = FRAUD_MARKED;
    bench.run();
    assert_eq!(bench.moves, [11, 12]);
}

/// Nothing about it is left to be told apart once everything is written.
#[test]
fn a_commit_of_everything_takes_the_messages_in_for_good() {
    let (mut bench, all) = paid();
    for (n, about) in all.into_iter().enumerate() {
        hears(&mut bench, &format!("m{n}"), about);
        bench.commits();
    }
    let seq = bench.machine.state().head.seq;
    bench.run();
    bench.dies();
    assert!(bench.machine.state().head.seq > seq);
    assert!(bench.machine.state().hints.iter().any(|known| known.seq == seq));
    let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
    assert!(matches!(bench.machine.poll(now), Output::Idle { .. }), "nothing is left to be written or done");
}

/// The message comes while a look is under way, and the worker dies before the answer: both are made up for.
#[test]
fn a_message_that_came_during_a_look_is_looked_into_by_the_next_life() {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Pending);
    bench.hears("payment.updated");
    let about = komoju(&bench, "payment.updated");
    hears(&mut bench, "first", about);
    bench.commits();
    bench.gathered();
    loop {
        let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
        match bench.machine.poll(now) {
            Output::Commit(records) => bench.keep(&records),
            Output::Call(_) => break,
            other @ (Output::Reply(_) | Output::Unconfirmed | Output::Tell { .. } | Output::Idle { .. }) => {
                panic!("{other:?}")
            }
        }
    }
    bench.payment().status = PaymentStatus::Captured;
    let about = komoju(&bench, "payment.captured");
    hears(&mut bench, "second", about);
    assert_eq!(bench.commits().len(), 1);
    bench.dies();
    bench.run();
    assert_eq!(bench.moves, [11], "without waiting for the next look that is due by itself");
}

/// A decision between messages is written with all that changed, and so is whatever comes after a start.
#[test]
fn anything_but_a_message_is_written_whole() {
    let (mut bench, all) = paid();
    hears(&mut bench, "m", all[0].clone());
    let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
    bench.machine.handle(Input::Status, now);
    let next = |bench: &Bench| Machine::load(&bench.rows).expect("its own rows").state().clone();
    let kinds: Vec<_> = bench.commits().into_iter().map(|row| row.kind).collect();
    assert!(kinds.contains(&"head".to_owned()) && kinds.contains(&"hint".to_owned()), "{kinds:?}");
    assert_eq!(next(&bench), *bench.machine.state());
    bench.waits(HOUR);
    assert_eq!(next(&bench), *bench.machine.state());
}

/// The word of our own PUT is stored and wakes nobody; everything else does.
#[test]
fn a_message_that_says_nothing_new_wakes_nobody() {
    let (mut bench, all) = paid();
    for (n, about) in all.into_iter().enumerate() {
        let says_nothing = n == 2;
        bench.run();
        hears(&mut bench, &format!("m{n}"), about.clone());
        assert_eq!(bench.machine.is_to_wake(), !says_nothing, "{about:?}");
        assert_eq!(bench.commits().len(), 1, "{about:?}");
    }
    bench.decides(Decision::Dismiss { attention: Attention::FraudMarked });
    bench.decides_upon(Decision::Dismiss { attention: Attention::Disputed }, None);
    assert!(bench.machine.is_to_wake());
}
