//! A merchant: keys, methods, webhooks, and how KOMOJU behaves towards it, which tests set here.

use std::collections::BTreeMap;
use std::time::Duration;

use super::livemode::Livemode;
use super::payment::ShownType;
use crate::komoju::method::{Kind, Method};
use crate::komoju::money::Currency;

/// A KOMOJU account.
#[derive(Clone, Debug)]
pub struct Merchant {
    pub id: String,
    pub name: String,
    pub secret_key_test: String,
    pub secret_key_live: String,
    pub publishable_key_test: String,
    pub publishable_key_live: String,
    /// Active methods, in the order in which they are offered.
    pub methods: Vec<&'static Method>,
    /// Yen that the customer pays on top for konbini and Pay-easy.
    pub fee: i64,
    /// The same for single methods, by slug; these go before [`Merchant::fee`].
    pub fees: BTreeMap<&'static str, i64>,
    /// Charges every session in this currency instead of its own, with an exchange rate.
    pub charge_in: Option<Currency>,
    /// Refunds above this many minor units (of the payment's currency) are refused.
    pub unsettled_balance: Option<i64>,
    /// How long a POST is processed before it is answered; a retry meanwhile meets 409.
    pub processing: Duration,
    /// How long sessions live from now on, whatever was asked for.
    pub session_life: Option<Duration>,
    /// The next capture or refund is refused by the network with this code.
    pub refuse_next: Option<&'static str>,
    /// How the API fares for it.
    pub mood: Mood,
    /// The `type` that its payments show from now on.
    pub shows_type: ShownType,
    /// Whether a payment refused by the network answers `POST /sessions/{id}/pay` with the error's own status (502)
    /// instead of 200 and `"status":"error"`. Both have been met.
    pub refusals_have_a_status: bool,
    /// Parameters of lists that KOMOJU ignores: `start_time`, `page`, …
    pub ignored_parameters: Vec<&'static str>,
    /// How it pays customers back by bank transfer.
    pub transfers: Transfers,
    pub endpoints: Vec<Endpoint>,
}

/// How KOMOJU's API fares, for everything one merchant asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Each answer takes this long.
    Slow(Duration),
    /// Maintenance: 503 to everything.
    Down,
    /// Questions are answered; whatever would change something is refused for good (422).
    Refuses,
}

impl Merchant {
    #[must_use]
    pub fn secret_key(&self, livemode: Livemode) -> &str {
        match livemode {
            Livemode::Test => &self.secret_key_test,
            Livemode::Live => &self.secret_key_live,
        }
    }

    #[must_use]
    pub fn publishable_key(&self, livemode: Livemode) -> &str {
        match livemode {
            Livemode::Test => &self.publishable_key_test,
            Livemode::Live => &self.publishable_key_live,
        }
    }

    /// The customer's fee for a method, charged in `currency`: the fee is in yen and never converted.
    pub(in crate::komoju) fn customer_fee(&self, method: &Method, currency: Currency) -> i64 {
        if currency != Currency::JPY {
            return 0;
        }
        let usual = match method.kind {
            Kind::Konbini | Kind::PayEasy => self.fee,
            Kind::Card | Kind::BankTransfer | Kind::Wallet => 0,
        };
        self.fees.get(method.slug).copied().unwrap_or(usual)
    }
}

/// A webhook of a merchant, as made in the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub id: String,
    pub url: String,
    /// Free text chosen by the merchant.
    pub secret: String,
    /// The event types ticked.
    pub events: Vec<String>,
}

/// How KOMOJU transfers money to shoppers, where no document says so. The default is what its people have described;
/// a client has to cope with either answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfers {
    /// `refund_requests[]` show the description that a request was made with.
    pub described_requests: bool,
    /// The refund that a completed request becomes carries that description.
    pub described_refunds: bool,
    /// Added to that refund, in minor units of the payment: what the transfer cost. Below zero the customer gets less.
    pub cost: i64,
    /// Account numbers must be JSON numbers, as KOMOJU's SDK types them; text is refused.
    pub numeric_accounts: bool,
}

impl Default for Transfers {
    fn default() -> Self {
        Self { described_requests: true, described_refunds: true, cost: 0, numeric_accounts: false }
    }
}
