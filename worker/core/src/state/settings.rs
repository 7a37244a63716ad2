//! The merchant's settings for payments. What a later change must not reach is frozen into an attempt's
//! [`Terms`](super::terms::Terms), a refund's policy or a payment.

use crate::values::order_status::OrderStatus;
use crate::values::owed::{Counting, Evidence};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// One of BigCommerce's five offline payment methods. The merchant renames one, say to "Konbini, PayPay, card
/// (KOMOJU)", and KOMOJU stands behind it. Its id never changes.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Provider {
    #[serde(rename = "instore")]
    #[strum(serialize = "instore")]
    InStore,
    Cod,
    Cheque,
    #[serde(rename = "moneyorder")]
    #[strum(serialize = "moneyorder")]
    MoneyOrder,
    #[serde(rename = "bankdeposit")]
    #[strum(serialize = "bankdeposit")]
    BankDeposit,
}

impl Provider {
    /// BigCommerce's id of it.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

impl Provider {
    pub const ALL: [Self; 5] = [Self::InStore, Self::Cod, Self::Cheque, Self::MoneyOrder, Self::BankDeposit];

    /// None: not one of the five.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.id() == id)
    }

    /// The name BigCommerce gives it until the merchant renames it.
    pub fn default_label(self) -> &'static str {
        match self {
            Self::InStore => "Pay in Store",
            Self::Cod => "Cash on Delivery",
            Self::Cheque => "Check",
            Self::MoneyOrder => "Money Order",
            Self::BankDeposit => "Bank Deposit",
        }
    }
}

/// Whether money is captured at once, or first authorized and captured later (two-step).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Capture {
    /// At once.
    Auto,
    /// Two-step: captured when the goods leave, or when the merchant says so.
    Manual,
}

impl Capture {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// Test or live money. Only the prefix of the secret key tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    Test,
    Live,
}

impl Mode {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// An offline payment method that the merchant has given to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub provider: Provider,
    /// Its display name at checkout. An order shows only this name, so by it we know that the order is ours.
    pub label: String,
    /// KOMOJU payment type slugs; empty means every active method of the account.
    #[serde(default)]
    pub types: Vec<String>,
}

/// What we do with an order that nobody paid, once it cannot be paid any more and the grace is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unpaid {
    Leave,
    Cancel,
    Decline,
}

impl Unpaid {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Unpaid {
    /// The status to set; None leaves the order as it is.
    pub fn status(self) -> Option<OrderStatus> {
        match self {
            Self::Leave => None,
            Self::Cancel => Some(OrderStatus::CANCELLED),
            Self::Decline => Some(OrderStatus::DECLINED),
        }
    }
}

/// What a refund that the merchant makes in BigCommerce does at KOMOJU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefundPolicy {
    /// We refund at KOMOJU at once.
    AtOnce,
    /// We refund once somebody has confirmed it in the panel.
    Confirm,
    /// We refund nothing unless somebody asks for it in the panel.
    Never,
}

impl RefundPolicy {
    /// Its name in text; stored JSON has the same.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// A store's payment settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Rises with each change, so that an attempt can say under which settings it was made.
    pub version: u64,
    /// The beginning of every `external_order_num`. Unique per store; may change at any time.
    pub order_prefix: String,
    /// The payment methods that are ours.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// True once the merchant has said which methods are ours. Until then `methods` is a guess.
    #[serde(default = "absent::yes")]
    pub methods_chosen: bool,
    pub capture: Capture,
    /// Two-step: the order's status while the money is authorized; one of [`AUTHORIZED_STATUSES`].
    #[serde(default = "absent::authorized_status")]
    pub authorized_status: OrderStatus,
    /// Two-step: we capture when the merchant moves the order to Shipped or Completed.
    #[serde(default = "absent::yes")]
    pub capture_on_shipping: bool,
    #[serde(default = "absent::unpaid")]
    pub unpaid: Unpaid,
    /// How long an order must have been unpayable before `unpaid` applies.
    #[serde(default = "absent::grace_hours")]
    pub unpaid_grace_hours: u32,
    #[serde(default = "absent::refunds")]
    pub refunds: RefundPolicy,
    /// If an order is paid twice, refund the second payment without asking.
    #[serde(default)]
    pub refund_second: bool,
    /// Look at new orders that BigCommerce announces, even if no shopper of theirs reaches us.
    #[serde(default = "absent::yes")]
    pub watch_new_orders: bool,
    /// Let test payments move orders to a status that ships: for trying the app out.
    pub test_moves_orders: bool,
    /// Whether order totals still contain store credit. None: not known yet, so the first order with store credit is
    /// held until the merchant has said so.
    pub store_credit: Option<Counting>,
    /// The same for gift certificates.
    pub gift_certificates: Option<Counting>,
    /// Only the store's owner may change keys, secrets and this setting.
    #[serde(default)]
    pub keys_for_owner: bool,
    /// How many days after its last event a payment is deleted. Its row in the list stays.
    #[serde(default = "absent::keep_days")]
    pub keep_days: u32,
}

/// The statuses that an order may have while its money is authorized: it waits for something, and none of them
/// triggers a capture.
pub const AUTHORIZED_STATUSES: [OrderStatus; 5] =
    [OrderStatus(7), OrderStatus(8), OrderStatus(9), OrderStatus(11), OrderStatus(12)];
/// Longer than a chargeback may take, and than a business year.
pub const DEFAULT_KEEP_DAYS: u32 = 400;
/// From the longest that a cash code and its refund can take, to the ten years for which accounts are kept in Japan.
pub const KEEP_DAYS: std::ops::RangeInclusive<u32> = 180..=3_660;
/// Three days.
pub const DEFAULT_GRACE_HOURS: u32 = 72;
/// From an hour to sixty days.
pub const GRACE_HOURS: std::ops::RangeInclusive<u32> = 1..=1_440;

/// Values of the fields that a store's saved settings lack, because a former version saved them.
mod absent {
    use super::{DEFAULT_GRACE_HOURS, DEFAULT_KEEP_DAYS, OrderStatus, RefundPolicy, Unpaid};

    /// Right for `methods_chosen` too: a merchant of the first version has long chosen.
    pub fn yes() -> bool {
        true
    }

    pub fn authorized_status() -> OrderStatus {
        OrderStatus::AWAITING_FULFILLMENT
    }

    pub fn unpaid() -> Unpaid {
        Unpaid::Leave
    }

    pub fn grace_hours() -> u32 {
        DEFAULT_GRACE_HOURS
    }

    pub fn refunds() -> RefundPolicy {
        RefundPolicy::Confirm
    }

    pub fn keep_days() -> u32 {
        DEFAULT_KEEP_DAYS
    }
}

impl Default for Settings {
    fn default() -> Self {
        let label = Provider::InStore.default_label().to_owned();
        Self {
            version: 0,
            order_prefix: "BC-".to_owned(),
            methods: vec![Method { provider: Provider::InStore, label, types: Vec::new() }],
            methods_chosen: false,
            capture: Capture::Auto,
            authorized_status: OrderStatus::AWAITING_FULFILLMENT,
            capture_on_shipping: true,
            unpaid: Unpaid::Leave,
            unpaid_grace_hours: DEFAULT_GRACE_HOURS,
            refunds: RefundPolicy::Confirm,
            refund_second: false,
            watch_new_orders: true,
            test_moves_orders: false,
            store_credit: None,
            gift_certificates: None,
            keys_for_owner: false,
            keep_days: DEFAULT_KEEP_DAYS,
        }
    }
}

impl Settings {
    /// What the store's settings say about counting store credit and gift certificates.
    pub fn evidence(&self) -> Evidence {
        Evidence { credit: self.store_credit, certificates: self.gift_certificates, ..Evidence::default() }
    }

    /// None: this payment method is not ours.
    pub fn method(&self, provider: Provider) -> Option<&Method> {
        self.methods.iter().find(|m| m.provider == provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;

    /// Settings as version 1 wrote them, into StoreObject's table and into KV.
    #[test]
    fn settings_of_version_1_get_safe_defaults_for_what_it_did_not_know() {
        let stored = r#"{"version":4,"order_prefix":"KISSA-","methods":[{"provider":"cod","label":"コンビニ"}],
            "capture":"manual","test_moves_orders":true}"#;
        let expected = Settings {
            version: 4,
            order_prefix: "KISSA-".to_owned(),
            methods: vec![Method {
                provider: Provider::Cod,
                label: "コンビニ".to_owned(),
                types: Vec::new(),
            }],
            methods_chosen: true,
            capture: Capture::Manual,
            test_moves_orders: true,
            ..Settings::default()
        };
        assert_eq!(read(stored), Ok(expected));
    }
}
