//! KOMOJU no longer accepts the key of an attempt, before all that was paid by it is known.

use crate::machine::bench::{Bench, Fate, HOUR};
use crate::state::failure::Failure;
use crate::state::settings::{Settings, Unpaid};
use crate::values::attention::Attention;

#[test]
fn an_order_whose_payments_nobody_can_list_calls_a_person() {
    let mut bench = Bench::new(Settings { unpaid: Unpaid::Cancel, ..Settings::default() });
    bench.session.expired = true;
    bench.fates = vec![("list_payments", Fate::Fails(Failure::Unauthorized)); 100];
    bench.waits(24 * 3 * HOUR);
    assert!(bench.fates.len() < 100, "they were asked for");
    assert_eq!(bench.attentions(), [Attention::Unreachable]);
    bench.fates.clear();
    bench.waits(24 * 3 * HOUR);
    assert_eq!(bench.attentions(), []);
}
