//! KOMOJU takes the key of an attempt no longer, before all that was paid by it is known.

use crate::payment::attention::Attention;
use crate::payment::failure::Failure;
use crate::payment::machine::bench::{Bench, Fate, HOUR};
use crate::payment::settings::{Settings, Unpaid};

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
