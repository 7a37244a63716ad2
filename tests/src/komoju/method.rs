//! Payment methods: what there is, and what kind each one is.

use time::Duration;

use super::money::Currency;

/// How much earlier than its real deadline a bank transfer tells the customer to pay.
pub const BANK_TRANSFER_MARGIN: Duration = Duration::days(7);

/// How a payment by a method comes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Decided at once, or after a 3-D Secure page.
    Card,
    /// A code is issued (`authorized`), cash follows within days.
    Konbini,
    BankTransfer,
    PayEasy,
    /// Decided in another app or site.
    Wallet,
}

impl Kind {
    /// The kinds whose `authorized` means "reserved, the shopper has yet to pay"; no API refund for them either.
    #[must_use]
    pub fn is_cash(self) -> bool {
        match self {
            Self::Konbini | Self::BankTransfer | Self::PayEasy => true,
            Self::Card | Self::Wallet => false,
        }
    }
}

/// A method that a merchant of the sandbox can have.
#[derive(Debug, PartialEq, Eq)]
pub struct Method {
    pub slug: &'static str,
    pub kind: Kind,
    pub name_ja: &'static str,
    pub name_en: &'static str,
    pub name_ko: &'static str,
}

const fn method(
    slug: &'static str,
    kind: Kind,
    name_ja: &'static str,
    name_en: &'static str,
    name_ko: &'static str,
) -> Method {
    Method { slug, kind, name_ja, name_en, name_ko }
}

/// The methods that can really be paid with here, in the order in which they are offered.
pub static METHODS: [Method; 8] = [
    method("credit_card", Kind::Card, "クレジットカード", "Credit card", "신용카드"),
    method("konbini", Kind::Konbini, "コンビニ決済", "Konbini", "편의점"),
    method("paypay", Kind::Wallet, "PayPay", "PayPay", "PayPay"),
    method("bank_transfer", Kind::BankTransfer, "銀行振込", "Bank transfer", "은행 송금"),
    method("pay_easy", Kind::PayEasy, "ペイジー", "Pay-easy", "Pay-easy"),
    method("merpay", Kind::Wallet, "メルペイ", "Merpay", "Merpay"),
    method("rakutenpay", Kind::Wallet, "楽天ペイ", "Rakuten Pay", "라쿠텐페이"),
    method("aupay", Kind::Wallet, "au PAY", "au PAY", "au PAY"),
];

impl Method {
    #[must_use]
    pub fn find(slug: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.slug == slug)
    }

    /// The currency in which the method takes money, for a session in `session`: cards take any, the rest of these
    /// are Japanese.
    #[must_use]
    pub fn currency(&self, session: Currency) -> Currency {
        match self.kind {
            Kind::Card => session,
            Kind::Konbini | Kind::BankTransfer | Kind::PayEasy | Kind::Wallet => Currency::JPY,
        }
    }
}

/// Slugs that KOMOJU knows and no merchant of the sandbox has: accepted in `payment_types`, never offered.
const OTHERS: [&str; 56] = [
    "paidy",
    "linepay",
    "amazon_pay",
    "epospay",
    "docomo",
    "au",
    "softbank",
    "web_money",
    "bit_cash",
    "net_cash",
    "nanaco",
    "japan_mobile",
    "alipay",
    "alipay_hk",
    "wechatpay",
    "unionpay",
    "credit_card_korea",
    "kakaopay",
    "naverpay",
    "payco",
    "toss",
    "mobile",
    "culture_voucher",
    "happy_money",
    "cvs",
    "tng",
    "gcash",
    "truemoney",
    "dana",
    "ovo",
    "doku_wallet",
    "dragonpay",
    "fpx",
    "enets",
    "poli",
    "bancontact",
    "blik",
    "eps",
    "giropay",
    "ideal",
    "multibanco",
    "mybank",
    "paysafe_card",
    "przelewy24",
    "sofortbanking",
    "payu",
    "paysera",
    "perlas",
    "paypost",
    "narvesen",
    "pix",
    "credit_card_brazil",
    "banrisul",
    "dospara",
    "apple_pay",
    "google_pay",
];

#[must_use]
pub fn is_known(slug: &str) -> bool {
    Method::find(slug).is_some() || OTHERS.contains(&slug)
}

/// The konbini chains: slug, Japanese name, English name.
pub static STORES: [(&str, &str, &str); 6] = [
    ("seven-eleven", "セブン-イレブン", "7-Eleven"),
    ("lawson", "ローソン", "Lawson"),
    ("family-mart", "ファミリーマート", "FamilyMart"),
    ("ministop", "ミニストップ", "Ministop"),
    ("daily-yamazaki", "デイリーヤマザキ", "Daily Yamazaki"),
    ("seicomart", "セイコーマート", "Seicomart"),
];

/// The chain of a slug.
#[must_use]
pub fn store(slug: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    STORES.iter().find(|store| store.0 == slug)
}
