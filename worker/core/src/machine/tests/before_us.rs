//! Orders placed before the app was installed are the merchant's own business.

use crate::machine::bench::{Bench, HOUR, PLACED};
use crate::machine::{Input, Machine};
use crate::state::settings::{Settings, Unpaid};

/// An order that nobody came to pay, in a store that cancels such orders and was installed at that moment.
fn met(installed_at: i64) -> Bench {
    let mut bench = Bench::new(Settings { unpaid: Unpaid::Cancel, ..Settings::default() });
    bench.machine = Machine::default();
    bench.shop.installed_at = installed_at;
    bench.handle(Input::Meet);
    bench.run();
    bench.waits(200 * HOUR);
    bench
}

#[test]
fn an_order_of_our_own_time_is_met_and_lapses() {
    for installed_at in [PLACED, PLACED - 1, PLACED - 1_000 * HOUR] {
        assert_eq!(met(installed_at).moves, [5]);
    }
}

#[test]
fn an_order_from_before_is_neither_met_nor_ended() {
    for installed_at in [PLACED + 1, PLACED + HOUR] {
        let bench = met(installed_at);
        assert!(!bench.machine.state().is_worth_keeping() && bench.moves.is_empty());
    }
}

#[test]
fn where_nobody_knows_the_installation_an_order_is_met_but_not_ended() {
    let bench = met(0);
    assert!(bench.machine.state().is_worth_keeping() && bench.moves.is_empty());
}
