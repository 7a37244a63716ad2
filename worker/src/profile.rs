//! What the hot path needs to know about a store: a read-mostly copy of what StoreObject owns, published to Workers
//! KV under `store:{hash}`. `objects/profiles.rs` loads it, and says when the copy is good enough.
//!
//! A profile is never used for dedupe, locks or payment state.

use domain::bigcommerce::channels::Channel;
use domain::state::settings::{Mode, Provider, Settings};
use domain::state::shop::{self, Label, Shop};
use domain::texts::locale::Locale;
use domain::values::ids::{AccountId, OrderId, StoreHash};
use domain::values::sealed::Sealed;
use serde::{Deserialize, Serialize};

/// The names of sealed fields, as they are bound into each seal. Never change one: what is sealed would no longer
/// open.
pub mod field {
    pub const BIGCOMMERCE_TOKEN: &str = "bigcommerce_token";
    pub const KOMOJU_SECRET_KEY: &str = "komoju_secret_key";
    pub const KOMOJU_WEBHOOK_SECRET: &str = "komoju_webhook_secret";
    pub const HOOK_SECRET: &str = "bigcommerce_hook_secret";
    /// The bank account to which a refund is transferred.
    pub const BANK_DETAILS: &str = "bank_details";
}

/// One store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Rises with each change.
    pub version: u64,
    pub store: StoreHash,
    /// When the app was first installed, in ms since the epoch. 0 in copies of former versions, which did not say.
    #[serde(default)]
    pub installed_at_ms: i64,
    /// False once BigCommerce has refused the token for good: no payment can be started.
    pub connected: bool,
    /// None exactly when not connected.
    pub bigcommerce_token: Option<Sealed>,
    /// Every account whose key an attempt may still need. At most one is current.
    #[serde(default)]
    pub komoju: Vec<KomojuAccount>,
    /// KOMOJU signs its webhooks with one of these; the newest is first. Empty: every webhook is refused.
    #[serde(default)]
    pub webhook_secrets: Vec<Sealed>,
    /// What BigCommerce sends back in the header of our hooks.
    pub hook_secret: Sealed,
    pub settings: Settings,
    #[serde(default)]
    /// The storefronts, with their site addresses.
    pub channels: Vec<Channel>,
    #[serde(default)]
    /// The payment-method labels that were looked up.
    pub labels: Vec<LearnedLabel>,
    pub store_name: String,
    /// ISO 3166-1 alpha-2, upper case. Empty: BigCommerce does not say.
    pub country: String,
    /// The address of the store's control panel at BigCommerce, without a slash at the end.
    pub panel_url: String,
    /// When the owner said all this, in ms since the epoch. A copy older than a few minutes decides nothing by
    /// itself.
    #[serde(default)]
    pub as_of_ms: i64,
    /// BigCommerce's quota is not short, as far as the owner knows: who goes by this word of the owner's need not ask it
    /// for a slot before each call. Never true in the copy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quota_is_free: bool,
}

/// A KOMOJU account. Its id is a fingerprint of its secret key, so a new key is a new account here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KomojuAccount {
    pub id: AccountId,
    /// Live or test, by the key.
    pub mode: Mode,
    pub secret_key: Sealed,
    /// The key as it may be shown: `sk_live_••••1234`.
    pub masked: String,
    /// What KOMOJU calls the merchant. None: KOMOJU did not say.
    pub merchant_name: Option<String>,
    /// New attempts are made with this account.
    pub current: bool,
}

/// What a payment-method label was found to be on one channel. `provider: None`: it was looked up, and is still
/// unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedLabel {
    pub channel: u64,
    pub label: String,
    pub provider: Option<Provider>,
}

impl Profile {
    /// The account that new attempts are made with. None: no key has been entered.
    pub fn current_account(&self) -> Option<&KomojuAccount> {
        self.komoju.iter().find(|account| account.current)
    }

    /// True if a start by `other` would come out the same as by `self`: both connected, with the same KOMOJU account,
    /// methods and capture setting, and with the same way of counting store credit and gift certificates.
    pub fn agrees_on_starts(&self, other: &Self) -> bool {
        let account = |profile: &Self| profile.current_account().map(|a| (a.id.clone(), a.mode));
        let terms = |profile: &Self| {
            let Settings { capture, methods, store_credit, gift_certificates, .. } = &profile.settings;
            (*capture, methods.clone(), *store_credit, *gift_certificates)
        };
        self.connected
            && other.connected
            && account(self) == account(other)
            && (self.settings.version == other.settings.version || terms(self) == terms(other))
    }

    /// The same store, once its owner says that it no longer exists. Its keys are kept, because what was begun must
    /// still be cancelled.
    pub fn disconnected(&self) -> Self {
        Self { connected: false, bigcommerce_token: None, ..self.clone() }
    }

    /// The account with this id, current or not.
    pub fn account(&self, id: &AccountId) -> Option<&KomojuAccount> {
        self.komoju.iter().find(|account| account.id == *id)
    }

    /// The channel with this id. None: it was not there at the last sync.
    pub fn channel(&self, id: u64) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The store's language: that of the staff notes, and of a shopper who reads none that we have.
    pub fn locale(&self) -> Locale {
        if self.country == "JP" { Locale::Ja } else { Locale::En }
    }

    /// What the core knows of this store, for one of its orders. Not confirmed by the owner yet.
    pub fn shop(&self, order: OrderId) -> Shop {
        let channel = |c: &Channel| shop::Channel { id: c.id, origins: c.origins.clone() };
        let label =
            |l: &LearnedLabel| Label { channel: l.channel, text: l.label.clone(), provider: l.provider };
        Shop {
            store: self.store.clone(),
            order,
            installed_at: self.installed_at_ms,
            settings: self.settings.clone(),
            account: self.current_account().map(|a| (a.id.clone(), a.mode)),
            channels: self.channels.iter().map(channel).collect(),
            labels: self.labels.iter().map(label).collect(),
            locale: self.locale(),
            confirmed: false,
        }
    }

    /// The address of the shop. None: it has several storefronts, and nobody says which of them is meant.
    pub fn home(&self) -> Option<&str> {
        let mut sites = self.channels.iter().filter_map(|channel| channel.origins.first());
        sites.next().filter(|_| sites.next().is_none()).map(String::as_str)
    }

    /// True if the origin is one of this store's own sites, on any channel.
    pub fn owns_origin(&self, origin: &str) -> bool {
        self.channels.iter().any(|channel| channel.origins.iter().any(|own| own == origin))
    }
}

/// The KV key of a store's profile.
pub fn key(store: &StoreHash) -> String {
    [PREFIX, store.as_str()].concat()
}

/// How every profile's KV key begins; the daily round lists by it.
pub const PREFIX: &str = "store:";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::json::read;
    use domain::values::owed::Counting;

    fn installed(settings: Settings) -> Profile {
        let sealed: Sealed = read(r#""k.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA""#).expect("a seal");
        Profile {
            version: 1,
            store: StoreHash::parse("q7w8e9").expect("a hash"),
            installed_at_ms: 1,
            connected: true,
            bigcommerce_token: Some(sealed.clone()),
            komoju: Vec::new(),
            webhook_secrets: Vec::new(),
            hook_secret: sealed,
            settings,
            channels: Vec::new(),
            labels: Vec::new(),
            store_name: String::new(),
            country: String::new(),
            panel_url: String::new(),
            as_of_ms: 1,
            quota_is_free: false,
        }
    }

    #[test]
    fn an_old_copy_starts_nothing_once_the_merchant_counts_store_credit_otherwise() {
        let with = |version, store_credit, gift_certificates| {
            installed(Settings { version, store_credit, gift_certificates, ..Settings::default() })
        };
        let copy = with(4, Some(Counting::Gross), None);
        assert!(with(5, Some(Counting::Gross), None).agrees_on_starts(&copy), "something else was changed");
        for (credit, certificates) in
            [(Some(Counting::Net), None), (None, None), (Some(Counting::Gross), Some(Counting::Net))]
        {
            assert!(!with(5, credit, certificates).agrees_on_starts(&copy), "{credit:?} {certificates:?}");
        }
    }
}
