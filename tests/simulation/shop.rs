//! The store as a schedule sets it up: its settings, in the core's words.

use domain::state::settings::{self, Capture, Mode, RefundPolicy, Settings};
use domain::state::shop::Shop;
use domain::texts::locale::Locale;
use domain::values::ids::{AccountId, OrderId, StoreHash};
use domain::values::order_status::OrderStatus;
use domain::values::owed::Counting;

use super::schedule::{EPOCH, HOUR, Refunds, Setup, Unpaid};

pub fn shop(setup: Setup) -> Shop {
    Shop {
        store: StoreHash::parse("simstore").expect("a store"),
        order: OrderId::new(1_001).expect("an order"),
        installed_at: if setup.installed_later { EPOCH + HOUR } else { EPOCH },
        settings: settings(setup),
        account: Some((AccountId::parse("abc123").expect("an account"), Mode::Live)),
        channels: Vec::new(),
        labels: Vec::new(),
        locale: Locale::En,
        confirmed: true,
    }
}

fn settings(setup: Setup) -> Settings {
    Settings {
        capture: if setup.manual { Capture::Manual } else { Capture::Auto },
        authorized_status: OrderStatus(setup.authorized_status),
        capture_on_shipping: setup.capture_on_shipping,
        unpaid: fate_of_unpaid(setup.unpaid),
        unpaid_grace_hours: setup.grace_hours,
        refunds: refund_policy(setup.refunds),
        refund_second: setup.refund_second,
        store_credit: Some(Counting::Gross),
        ..Settings::default()
    }
}

pub fn fate_of_unpaid(unpaid: Unpaid) -> settings::Unpaid {
    match unpaid {
        Unpaid::Leave => settings::Unpaid::Leave,
        Unpaid::Cancel => settings::Unpaid::Cancel,
        Unpaid::Decline => settings::Unpaid::Decline,
    }
}

pub fn refund_policy(refunds: Refunds) -> RefundPolicy {
    match refunds {
        Refunds::AtOnce => RefundPolicy::AtOnce,
        Refunds::Confirm => RefundPolicy::Confirm,
        Refunds::Never => RefundPolicy::Never,
    }
}
