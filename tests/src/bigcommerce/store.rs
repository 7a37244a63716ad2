//! One store and everything in it. Plain data: the rules live with the APIs that change it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use time::OffsetDateTime;

use super::browsing::{PurchaseEvent, Session, Visit};
use super::money::Currency;
use super::order::Order;
use super::quota::Quota;

/// The language a storefront speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locale {
    En,
    Ja,
}

impl Locale {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code.starts_with("ja") { Self::Ja } else { Self::En }
    }
}

/// How a new store is made. `StoreSpec::default()` sells in JPY and speaks Japanese.
#[derive(Clone, Debug)]
pub struct StoreSpec {
    /// Store hash; drawn at random where it is `None`.
    pub hash: Option<String>,
    pub name: String,
    /// The store's default currency; shoppers may choose any of [`Currency::ALL`].
    pub currency: Currency,
    pub locale: Locale,
    /// Enabled payment methods. Names may be the merchant's own.
    pub methods: Vec<PaymentMethod>,
    /// Sells on a second channel too, [`Store::SECOND_CHANNEL`], which has a site of its own.
    pub second_channel: bool,
}

impl Default for StoreSpec {
    fn default() -> Self {
        Self {
            hash: None,
            name: "Hoshi Coffee Roasters".into(),
            currency: Currency::Jpy,
            locale: Locale::Ja,
            methods: PaymentMethod::demo(),
            second_channel: false,
        }
    }
}

impl StoreSpec {
    #[must_use]
    pub fn hash(mut self, hash: &str) -> Self {
        self.hash = Some(hash.into());
        self
    }

    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    #[must_use]
    pub fn currency(mut self, currency: Currency) -> Self {
        self.currency = currency;
        self
    }

    #[must_use]
    pub fn second_channel(mut self) -> Self {
        self.second_channel = true;
        self
    }

    #[must_use]
    pub fn locale(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }
}

/// A way to pay at checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentMethod {
    /// One of BigCommerce's five offline ids, or [`PaymentMethod::GATEWAY`].
    pub provider: String,
    /// What the shopper reads, and what v2 orders show.
    pub label: String,
    pub enabled: bool,
    /// Shown on the confirmation page; `%%OrderID%%` is replaced.
    pub instructions: String,
}

impl PaymentMethod {
    /// BigCommerce's own test gateway: a card form that is not ours.
    pub const GATEWAY: &str = "testgateway";
    pub const OFFLINE: [(&str, &str); 5] = [
        ("instore", "Pay in Store"),
        ("cod", "Cash on Delivery"),
        ("bankdeposit", "Bank Deposit"),
        ("moneyorder", "Money Order"),
        ("cheque", "Check"),
    ];

    #[must_use]
    pub fn is_offline(&self) -> bool {
        is_offline(&self.provider)
    }

    /// `instore` renamed for KOMOJU, *Cash on Delivery* and the card gateway left as they were, the rest off.
    #[must_use]
    pub fn demo() -> Vec<Self> {
        let mut methods: Vec<Self> =
            Self::OFFLINE.iter().map(|(id, label)| Self::offline(id, label)).collect();
        methods[0].label = "コンビニ・PayPay・カード (KOMOJU)".into();
        methods[0].instructions =
            "このあとお支払い画面へ移動します。You will be taken to the payment page for order %%OrderID%%."
                .into();
        methods[0].enabled = true;
        methods[1].enabled = true;
        methods[1].instructions = "Please have the exact amount ready when the courier arrives.".into();
        methods.push(Self {
            provider: Self::GATEWAY.into(),
            label: "Test Payment Gateway".into(),
            enabled: true,
            instructions: String::new(),
        });
        methods
    }

    fn offline(provider: &str, label: &str) -> Self {
        Self { provider: provider.into(), label: label.into(), enabled: false, instructions: String::new() }
    }
}

#[must_use]
pub fn is_offline(provider: &str) -> bool {
    PaymentMethod::OFFLINE.iter().any(|(id, _)| *id == provider)
}

/// What a test or the merchant may switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub locale: Locale,
    /// Nonce-based script authorization without `wasm-unsafe-eval`: the page may run our script, but no WebAssembly.
    pub csp_blocks_wasm: bool,
    /// The merchant's own confirmation page, which calls the order API by `fetch`.
    pub custom_confirmation: bool,
    /// Cookie consent banner: scripts of the category `unknown` are not rendered.
    pub consent_banner: bool,
    /// Whether `GET …/transactions` has a row for an offline order (200) or nothing (204). Both happen.
    pub offline_transactions: bool,
    /// What an e-mailed confirmation link is worth.
    pub permalink: Permalink,
    /// Parameters of lists that BigCommerce ignores: `min_date_created`, `min_id`, `page`, … A list is then answered as
    /// if they had not been there.
    pub ignored_parameters: Vec<&'static str>,
    /// Whether an order's total (`total_inc_tax`) includes what store credit paid. Not proved either way.
    pub total_has_credit: bool,
    /// The same for gift certificates.
    pub total_has_certificates: bool,
    /// How hooks are signed.
    pub signing: Signing,
    /// Whether v2's `refunded_amount` tells what was refunded. The specification says that it "always returns `0`".
    pub refunded_amount: bool,
}

impl Settings {
    fn new(locale: Locale) -> Self {
        Self {
            locale,
            csp_blocks_wasm: false,
            custom_confirmation: false,
            consent_banner: false,
            offline_transactions: true,
            permalink: Permalink::Valid,
            ignored_parameters: Vec::new(),
            total_has_credit: true,
            total_has_certificates: true,
            signing: Signing::default(),
            refunded_amount: false,
        }
    }
}

/// How a store's hooks are signed by BigCommerce. An app's own headers are there in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signing {
    /// Each post has a time and a signature of its own.
    #[default]
    EachPost,
    /// A message that comes again carries the time and the signature of its first post.
    FirstPost,
    /// Every post is signed as if it had left so long ago.
    Aged(Duration),
    /// By a key that is not the app's client secret: how the key is derived for draft apps is not proved.
    OtherKey,
    /// Not at all.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permalink {
    Valid,
    Expired,
    RateLimited,
}

impl Permalink {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// The app as installed in one store.
#[derive(Clone, Debug, Default)]
pub struct Installation {
    /// `None` once revoked.
    pub token: Option<String>,
    pub scopes: Vec<String>,
    /// Tokens issued so far; each new one killed the one before.
    pub tokens_issued: u32,
}

/// A webhook registration.
#[derive(Clone, Debug)]
pub struct Hook {
    pub id: u64,
    pub scope: String,
    pub destination: String,
    pub headers: BTreeMap<String, String>,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

/// A script of the Scripts API or, with an empty `api_client_id`, one that a merchant pasted in Script Manager.
#[derive(Clone, Debug)]
pub struct Script {
    pub uuid: String,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub src: String,
    pub html: String,
    pub load_method: String,
    pub location: String,
    pub visibility: String,
    pub consent_category: String,
    pub auto_uninstall: bool,
    pub enabled: bool,
    pub channel_id: u64,
    pub integrity_hashes: Vec<String>,
    pub api_client_id: String,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
}

impl Script {
    /// What a merchant pasted: any number of tags, in the head of the confirmation page.
    #[must_use]
    pub fn pasted(uuid: String, html: &str) -> Self {
        let now = OffsetDateTime::now_utc();
        Self {
            uuid,
            name: "Pasted by hand".into(),
            description: String::new(),
            kind: "script_tag".into(),
            src: String::new(),
            html: html.into(),
            load_method: "default".into(),
            location: "head".into(),
            visibility: "order_confirmation".into(),
            consent_category: "essential".into(),
            auto_uninstall: false,
            enabled: true,
            channel_id: Store::CHANNEL,
            integrity_hashes: Vec::new(),
            api_client_id: String::new(),
            created: now,
            modified: now,
        }
    }
}

/// What the merchant does between an app's reading of an order and its next PUT, where nothing can stop them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meddling {
    Status(u8),
    Total(i64),
    Delete,
}

#[derive(Debug)]
pub struct Store {
    pub hash: String,
    pub account_uuid: String,
    /// `store_id` of hooks and the store resource.
    pub id: u64,
    pub name: String,
    pub currency: Currency,
    /// Sales channels by id, the default one first.
    pub channels: Vec<u64>,
    pub settings: Settings,
    pub methods: Vec<PaymentMethod>,
    pub installation: Option<Installation>,
    pub hooks: Vec<Hook>,
    pub scripts: Vec<Script>,
    pub orders: BTreeMap<u64, Order>,
    pub sessions: HashMap<String, Session>,
    pub purchases: Vec<PurchaseEvent>,
    pub visits: Vec<Visit>,
    pub quota: Quota,
    /// Orders with a refund under way.
    pub refunding: BTreeSet<u64>,
    pub refund_time: Duration,
    /// What the merchant will do just before an app's next PUT of an order.
    pub(super) meddling: BTreeMap<u64, Vec<Meddling>>,
    next_order: u64,
    next_id: u64,
}

impl Store {
    /// The default channel, and often the only one.
    pub const CHANNEL: u64 = 1;
    pub const SITE: u64 = 1000;
    pub const SECOND_CHANNEL: u64 = 664_179;
    pub const SECOND_SITE: u64 = 1001;

    #[must_use]
    pub fn new(hash: String, id: u64, account_uuid: String, spec: StoreSpec) -> Self {
        Self {
            hash,
            account_uuid,
            id,
            name: spec.name,
            currency: spec.currency,
            channels: std::iter::once(Self::CHANNEL)
                .chain(spec.second_channel.then_some(Self::SECOND_CHANNEL))
                .collect(),
            settings: Settings::new(spec.locale),
            methods: spec.methods,
            installation: None,
            hooks: Vec::new(),
            scripts: Vec::new(),
            orders: BTreeMap::new(),
            sessions: HashMap::new(),
            purchases: Vec::new(),
            visits: Vec::new(),
            quota: Quota::new(150, Duration::from_secs(30)),
            refunding: BTreeSet::new(),
            refund_time: Duration::ZERO,
            meddling: BTreeMap::new(),
            next_order: 1000,
            next_id: 100,
        }
    }

    pub fn draw_order_id(&mut self) -> u64 {
        self.next_order += 1;
        self.next_order
    }

    /// A fresh id; lines, refunds, hooks and the rest draw from the same row, so that no two ids agree by luck.
    pub fn draw_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// What the store's answers call an order's total: whether that includes credit and certificates is a setting.
    #[must_use]
    pub fn stated_total(&self, order: &Order) -> i64 {
        let left_out = |included: bool, paid: i64| if included { 0 } else { paid };
        order.total()
            - left_out(self.settings.total_has_credit, order.store_credit)
            - left_out(self.settings.total_has_certificates, order.gift_certificate)
    }

    #[must_use]
    pub fn method(&self, provider: &str) -> Option<&PaymentMethod> {
        self.methods.iter().find(|method| method.provider == provider)
    }

    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.installation.as_ref()?.token.as_deref()
    }
}
