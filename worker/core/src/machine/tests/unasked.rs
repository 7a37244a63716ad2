//! A change was begun, its answer did not come, and meanwhile nothing asks for it any more.

use crate::machine::bench::{Bench, Fate, HOUR, unreachable};
use crate::state::failure::Failure;
use crate::state::reading::PaymentStatus;
use crate::state::settings::{Capture, Settings};
use crate::values::attention::Attention;
use crate::values::order_status::OrderStatus;

fn is_over(bench: &Bench) -> bool {
    bench.machine.state().is_over(&bench.shop.settings)
}

/// The merchant cancelled the order, KOMOJU accepted our key no more, and a day later the order was to be delivered
/// after all. KOMOJU has answered every call since.
#[test]
fn a_cancel_that_the_order_asks_for_no_more_is_nobodys_silence() {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.hears("payment.authorized");
    bench.fates = vec![("cancel_payment", Fate::Fails(Failure::Unauthorized)); 100];
    bench.order.reading.status = OrderStatus(5);
    bench.hears_of_order();
    bench.waits(24 * HOUR);
    assert_eq!(bench.attentions(), [Attention::Unreachable]);
    bench.fates.clear();
    bench.order.reading.status = OrderStatus::AWAITING_FULFILLMENT;
    bench.hears_of_order();
    assert_eq!(bench.attentions(), []);
    // It is asked for once more: that is another try, which leaves at once, and KOMOJU answers it.
    bench.order.reading.status = OrderStatus(5);
    bench.hears_of_order();
    bench.waits(HOUR);
    assert_eq!((bench.payment().status.clone(), bench.attentions()), (PaymentStatus::Cancelled, vec![]));
}

/// KOMOJU remembers a cancel for a day. Until then it may be asked for again under the same key, by the shopper, too.
#[test]
fn a_cancel_that_is_asked_for_again_within_the_day_is_the_same_try() {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.hears("payment.authorized");
    bench.fates = vec![("cancel_payment", Fate::Fails(Failure::Unauthorized)); 100];
    for status in [5, 11, 5, 11, 5] {
        bench.order.reading.status = OrderStatus(status);
        bench.hears_of_order();
        bench.waits(HOUR);
    }
    let cancels = bench.machine.state().deeds.iter().filter(|deed| deed.action.payment().is_some());
    assert_eq!(cancels.map(|deed| deed.n).collect::<Vec<_>>(), [1]);
}

/// A cancel that was asked for no more is no refusal: KOMOJU never said no.
#[test]
fn what_was_asked_for_no_more_counts_as_no_refusal() {
    let mut bench = Bench::new(Settings { capture: Capture::Manual, ..Settings::default() });
    bench.pays("credit_card", PaymentStatus::Authorized);
    bench.hears("payment.authorized");
    bench.fates = vec![("cancel_payment", Fate::Fails(Failure::Unauthorized)); 100];
    for status in [5, 11, 5, 11, 5, 11, 5, 11] {
        bench.order.reading.status = OrderStatus(status);
        bench.hears_of_order();
        bench.waits(21 * HOUR);
    }
    assert_eq!(bench.attentions(), []);
}

/// BigCommerce took no line about the code for a day. Then the code was paid, and BigCommerce took that.
#[test]
fn news_that_is_none_any_more_is_nobodys_silence() {
    let mut bench = Bench::new(Settings::default());
    bench.pays("konbini", PaymentStatus::Authorized);
    bench.fates = vec![("update_order", Fate::Fails(unreachable())); 100];
    bench.hears("payment.authorized");
    bench.waits(24 * HOUR);
    assert_eq!(bench.attentions(), [Attention::Unreachable]);
    bench.fates.clear();
    bench.payment().status = PaymentStatus::Captured;
    bench.hears("payment.captured");
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions(), is_over(&bench)), (&[11][..], vec![], true));
}

/// One lost answer about a code that was paid in the next minute: the order would have been kept for good.
#[test]
fn an_update_whose_news_has_passed_ends() {
    let mut bench = Bench::new(Settings::default());
    bench.pays("konbini", PaymentStatus::Authorized);
    bench.fates = vec![("update_order", Fate::Lost)];
    bench.hears("payment.authorized");
    bench.payment().status = PaymentStatus::Captured;
    bench.hears("payment.captured");
    bench.waits(HOUR);
    assert_eq!((&bench.moves[..], bench.attentions(), is_over(&bench)), (&[11][..], vec![], true));
}
