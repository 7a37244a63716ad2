//! What the merchant decides about payments. Frozen into an attempt's terms where a later change must not reach it.

use crate::values::order_status::OrderStatus;
use crate::values::owed::{Counting, Evidence};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// One of BigCommerce's five offline payment methods, by the id that no renaming changes.
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
    /// What it is called wherever text must name it.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

impl Provider {
    pub const ALL: [Self; 5] = [Self::InStore, Self::Cod, Self::Cheque, Self::MoneyOrder, Self::BankDeposit];

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

/// Whether money is taken at once, or authorized now and captured later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Capture {
    Auto,
    Manual,
}

impl Capture {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// Test or live money; known from the secret key's prefix and from nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    Test,
    Live,
}

impl Mode {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// An offline method that is ours, the name it has at checkout, and what KOMOJU offers behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub provider: Provider,
    /// The display name at checkout; orders show only this, so it is how an order is known to be ours.
    pub label: String,
    /// KOMOJU payment type slugs; empty means every active method of the account.
    #[serde(default)]
    pub types: Vec<String>,
}

/// What becomes of an order that nobody paid, once nothing of it can be paid any more and the grace is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Unpaid {
    Leave,
    Cancel,
    Decline,
}

impl Unpaid {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

impl Unpaid {
    pub fn status(self) -> Option<OrderStatus> {
        match self {
            Self::Leave => None,
            Self::Cancel => Some(OrderStatus::CANCELLED),
            Self::Decline => Some(OrderStatus::DECLINED),
        }
    }
}

/// What a refund made in BigCommerce does at KOMOJU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefundPolicy {
    AtOnce,
    /// Once somebody has confirmed it in the panel.
    Confirm,
    Never,
}

impl RefundPolicy {
    /// What it is called wherever text must name it.
    pub fn key(self) -> &'static str {
        self.into()
    }
}

/// A store's payment settings. `version` rises with each change, so that an attempt can say what it was made under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub version: u64,
    /// Starts every `external_order_num`; unique per store, free to change at any time.
    pub order_prefix: String,
    #[serde(default)]
    pub methods: Vec<Method>,
    /// The merchant has said which methods are ours; until then they are a guess.
    #[serde(default = "absent::yes")]
    pub methods_chosen: bool,
    pub capture: Capture,
    /// Two-step: where the order stands while the money is authorized.
    #[serde(default = "absent::authorized_status")]
    pub authorized_status: OrderStatus,
    /// Two-step: moving the order to Shipped or Completed captures.
    #[serde(default = "absent::yes")]
    pub capture_on_shipping: bool,
    #[serde(default = "absent::unpaid")]
    pub unpaid: Unpaid,
    #[serde(default = "absent::grace_hours")]
    pub unpaid_grace_hours: u32,
    #[serde(default = "absent::refunds")]
    pub refunds: RefundPolicy,
    /// Of two paid attempts, the later is refunded without asking.
    #[serde(default)]
    pub refund_second: bool,
    /// New orders are looked at although no shopper of theirs has reached us.
    #[serde(default = "absent::yes")]
    pub watch_new_orders: bool,
    /// Lets test payments move orders to a status that ships. For trying the app out; off unless ticked.
    pub test_moves_orders: bool,
    /// Whether order totals contain store credit, and gift certificates. None: not known yet; the first order with such
    /// a part is held until the merchant has said so.
    pub store_credit: Option<Counting>,
    pub gift_certificates: Option<Counting>,
    /// Only the store's owner may change keys and secrets, and this.
    #[serde(default)]
    pub keys_for_owner: bool,
    /// So long after its last event a payment is forgotten, but for its row in the list.
    #[serde(default = "absent::keep_days")]
    pub keep_days: u32,
}

/// Where an order may stand while its money is authorized: waiting for something, and nothing that captures.
pub const AUTHORIZED_STATUSES: [OrderStatus; 5] =
    [OrderStatus(7), OrderStatus(8), OrderStatus(9), OrderStatus(11), OrderStatus(12)];
/// Longer than chargebacks take, and than a year's accounts.
pub const DEFAULT_KEEP_DAYS: u32 = 400;
/// From the longest that a cash code and its refund take, to the ten years that Japanese accounts are kept.
pub const KEEP_DAYS: std::ops::RangeInclusive<u32> = 180..=3_660;
pub const DEFAULT_GRACE_HOURS: u32 = 72;
/// From an hour to sixty days.
pub const GRACE_HOURS: std::ops::RangeInclusive<u32> = 1..=1_440;

/// What a store has that saved its settings before the field was there.
mod absent {
    use super::{DEFAULT_GRACE_HOURS, DEFAULT_KEEP_DAYS, OrderStatus, RefundPolicy, Unpaid};

    /// Also of `methods_chosen`: whoever used the first version has long chosen.
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
    /// How the store is known to count store credit and gift certificates.
    pub fn evidence(&self) -> Evidence {
        Evidence { credit: self.store_credit, certificates: self.gift_certificates, ..Evidence::default() }
    }

    pub fn method(&self, provider: Provider) -> Option<&Method> {
        self.methods.iter().find(|m| m.provider == provider)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::read;

    /// As version 1 wrote them, into StoreObject's table and into KV.
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
