//! BigCommerce answers 404 for an order that it once had: the order was deleted, or BigCommerce had a hiccup.

use crate::machine::bench::{Bench, Fate, HOUR, refund, unreachable};
use crate::state::failure::Failure;
use crate::state::reading::PaymentStatus;
use crate::state::settings::Settings;
use crate::values::attention::Attention;

const MINUTE: i64 = HOUR / 60;

/// A payment is captured, and the next looks at the order fail like this.
fn captured(looks: &[Failure]) -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", PaymentStatus::Captured);
    bench.fates = looks.iter().map(|failure| ("read_order", Fate::Fails(failure.clone()))).collect();
    bench.hears("payment.captured");
    bench
}

fn is_deleted(bench: &Bench) -> bool {
    bench.machine.state().order.reading.as_ref().is_some_and(|order| order.deleted)
}

#[test]
fn a_hiccup_of_minutes_ends_no_payments_care() {
    for times in 1..=4 {
        let mut bench = captured(&vec![Failure::NotFound; times]);
        bench.waits(2 * MINUTE);
        assert!(!is_deleted(&bench) && bench.attentions().is_empty(), "{times}");
        bench.waits(HOUR);
        assert_eq!((&bench.moves[..], bench.attentions()), (&[11][..], vec![]), "{times}");
    }
}

#[test]
fn a_short_hiccup_holds_the_order_up_for_seconds() {
    let mut bench = captured(&[Failure::NotFound, Failure::NotFound]);
    bench.waits(MINUTE);
    assert_eq!(bench.moves, [11]);
}

#[test]
fn an_order_that_is_missed_for_minutes_was_deleted() {
    let mut bench = captured(&vec![Failure::NotFound; 100]);
    bench.waits(9 * MINUTE);
    assert!(!is_deleted(&bench) && bench.attentions().is_empty());
    bench.waits(10 * MINUTE);
    assert_eq!((is_deleted(&bench), bench.attentions()), (true, vec![Attention::PaidAfterEnd]));
    assert_eq!(bench.updates, 0);
}

/// A shopper who comes again and again causes looks of their own, each of which misses the order.
#[test]
fn starts_do_not_put_off_that_it_was_deleted() {
    let mut bench = captured(&vec![Failure::NotFound; 100]);
    for _ in 0..8 {
        bench.waits(MINUTE);
        bench.handle(Bench::pressed());
        bench.run();
    }
    assert!(!is_deleted(&bench));
    // One whose own look comes at the very moment in which it can be told, and before the one that is due.
    bench.now = bench.machine.state().head.missed_since + 10 * MINUTE;
    bench.handle(Bench::pressed());
    bench.run();
    bench.waits(MINUTE);
    assert!(is_deleted(&bench));
}

/// Two outages, each beginning and ending with a 404. In between, nobody looked for minutes and missed the order.
#[test]
fn only_looks_that_all_miss_it_count() {
    let mut looks = vec![Failure::NotFound; 4];
    looks.push(unreachable());
    looks.push(Failure::NotFound);
    let mut bench = captured(&looks);
    bench.waits(24 * HOUR);
    assert_eq!((is_deleted(&bench), &bench.moves[..]), (false, &[11][..]));
}

/// A refund at KOMOJU was to be entered, and the order was gone: its books were asked for again and again, and the
/// merchant was told that BigCommerce does not answer.
#[test]
fn a_refund_that_a_deleted_order_cannot_take_calls_a_person_once() {
    let mut bench = captured(&[]);
    bench.pays_back(refund("r1", 3_000));
    bench.fates = vec![("quote", Fate::Fails(unreachable()))];
    bench.hears("payment.refunded");
    bench.fates = vec![("read_order", Fate::Fails(Failure::NotFound)); 200];
    bench.fates.extend(vec![("read_refunds", Fate::Fails(Failure::NotFound)); 200]);
    bench.waits(24 * 5 * HOUR);
    assert_eq!((is_deleted(&bench), bench.attentions()), (true, vec![Attention::RefundedAtKomoju]));
    assert!(bench.machine.state().deeds.iter().all(|deed| !deed.is_open()));
}

/// However often the shopper comes meanwhile: time counts, not the number of looks.
#[test]
fn many_looks_at_once_are_no_proof() {
    let mut bench = captured(&vec![Failure::NotFound; 12]);
    for _ in 0..8 {
        bench.start();
        bench.now += 1_000;
    }
    bench.run();
    assert!(!is_deleted(&bench));
}

/// High up on the ladder, which other failures have climbed, two looks would already be minutes apart.
#[test]
fn an_outage_before_the_first_miss_counts_for_nothing() {
    let mut looks = vec![unreachable(); 6];
    looks.extend([Failure::NotFound, Failure::NotFound, Failure::NotFound]);
    let mut bench = captured(&looks);
    bench.waits(48 * HOUR);
    assert_eq!((is_deleted(&bench), &bench.moves[..]), (false, &[11][..]));
}
