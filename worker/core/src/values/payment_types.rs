//! KOMOJU's payment types in one table, with everything that depends on the type.
//!
//! Invariant: money counts as reserved only for a type that is known to reserve it. For a type that is not in the
//! table, or that KOMOJU has not documented, `authorized` only means that the payment waits for the shopper.
//! Otherwise goods could be shipped for money that was never reserved.

use super::instructions::InstructionKind;
use super::locale::Locale;

/// One payment type, a row of the table.
#[derive(Debug)]
pub struct PaymentType {
    /// KOMOJU's name of it: `konbini`, `credit_card`.
    pub slug: &'static str,
    /// Its English name in the middle of a sentence.
    en: &'static str,
    /// Its Japanese name.
    ja: &'static str,
    /// Its English name on its own, if that differs: "Card", not "card".
    en_alone: Option<&'static str>,
    /// What `authorized` means for it under manual capture.
    pub authorized: Authorized,
    pub refunds: Refunds,
    /// What a shopper needs to pay a code, in the order in which they need it: what it is, and KOMOJU's field.
    pub instructions: &'static [(InstructionKind, &'static str)],
}

/// What `authorized` means for a payment type under manual capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorized {
    /// A code was issued; it waits for cash or for a bank transfer.
    Code,
    /// The money is reserved.
    Reserved,
    /// KOMOJU has not documented that it reserves money, so we take it that the payment waits for the shopper.
    Waits,
}

/// How KOMOJU refunds a payment type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunds {
    /// By its API. If KOMOJU cannot refund this type, it refuses and says so.
    ByApi,
    /// By bank transfer only, to an account that somebody has to enter.
    ByTransfer,
}

use Authorized::{Code, Reserved, Waits};
use InstructionKind::*;

/// A type that is refunded by API and needs no instructions.
const fn plain(
    slug: &'static str,
    en: &'static str,
    ja: &'static str,
    authorized: Authorized,
) -> PaymentType {
    PaymentType { slug, en, ja, en_alone: None, authorized, refunds: Refunds::ByApi, instructions: &[] }
}

/// A type that is paid by a code, in cash or by bank transfer.
const fn cash(
    slug: &'static str,
    en: &'static str,
    ja: &'static str,
    instructions: &'static [(InstructionKind, &'static str)],
) -> PaymentType {
    PaymentType { refunds: Refunds::ByTransfer, instructions, ..plain(slug, en, ja, Code) }
}

/// The same type, with another English name on its own.
const fn alone(payment_type: PaymentType, en: &'static str) -> PaymentType {
    PaymentType { en_alone: Some(en), ..payment_type }
}

const TABLE: &[PaymentType] = &[
    alone(plain("credit_card", "card", "クレジットカード", Reserved), "Card"),
    alone(
        cash(
            "konbini",
            "konbini",
            "コンビニ払い",
            &[(Store, "store"), (Receipt, "receipt"), (ConfirmationCode, "confirmation_code")],
        ),
        "Konbini",
    ),
    alone(
        cash(
            "bank_transfer",
            "bank transfer",
            "銀行振込",
            &[
                (Bank, "bank_name"),
                (Branch, "account_branch_name"),
                (AccountType, "account_type"),
                (AccountNumber, "account_number"),
                (AccountName, "account_name"),
                (OrderNumber, "order_id"),
            ],
        ),
        "Bank transfer",
    ),
    cash(
        "pay_easy",
        "Pay-easy",
        "ペイジー",
        &[(BankId, "bank_id"), (CustomerNumber, "customer_id"), (ConfirmationNumber, "confirmation_id")],
    ),
    plain("apple_pay", "Apple Pay", "Apple Pay", Reserved),
    plain("paypay", "PayPay", "PayPay", Reserved),
    plain("merpay", "Merpay", "メルペイ", Reserved),
    plain("aupay", "au PAY", "au PAY", Reserved),
    plain("rakutenpay", "Rakuten Pay", "楽天ペイ", Reserved),
    plain("linepay", "LINE Pay", "LINE Pay", Reserved),
    plain("amazon_pay", "Amazon Pay", "Amazon Pay", Reserved),
    plain("paidy", "Paidy", "ペイディ", Reserved),
    plain("epospay", "EPOS Pay", "エポスかんたん決済", Waits),
    plain("docomo", "d Payment", "d払い", Reserved),
    plain("au", "au Easy Payment", "auかんたん決済", Reserved),
    plain("softbank", "SoftBank Payment", "ソフトバンクまとめて支払い", Reserved),
    plain("web_money", "WebMoney", "WebMoney", Waits),
    plain("bit_cash", "BitCash", "BitCash", Waits),
    plain("net_cash", "NET CASH", "NET CASH", Waits),
    plain("nanaco", "nanaco", "nanaco", Waits),
    plain("japan_mobile", "carrier billing", "キャリア決済", Waits),
    plain("alipay", "Alipay", "Alipay", Waits),
    plain("alipay_hk", "AlipayHK", "AlipayHK", Waits),
    plain("wechatpay", "WeChat Pay", "WeChat Pay", Waits),
    plain("unionpay", "UnionPay", "銀聯カード", Waits),
    plain("credit_card_korea", "card (Korea)", "クレジットカード（韓国）", Reserved),
    plain("credit_card_brazil", "card (Brazil)", "クレジットカード（ブラジル）", Reserved),
    plain("kakaopay", "KakaoPay", "KakaoPay", Waits),
    plain("naverpay", "Naver Pay", "Naver Pay", Waits),
    plain("payco", "PAYCO", "PAYCO", Waits),
    plain("toss", "Toss", "Toss", Waits),
    plain("gcash", "GCash", "GCash", Waits),
    plain("tng", "Touch ’n Go", "Touch ’n Go", Waits),
    plain("truemoney", "TrueMoney", "TrueMoney", Waits),
    plain("dana", "DANA", "DANA", Waits),
];

/// None: a type that this version does not know, or an empty slug because KOMOJU names no type yet.
pub fn payment_type(slug: &str) -> Option<&'static PaymentType> {
    TABLE.iter().find(|known| known.slug == slug)
}

/// What `authorized` means for a type under manual capture; [`Authorized::Waits`] for an unknown one.
pub fn authorized(slug: &str) -> Authorized {
    payment_type(slug).map_or(Waits, |known| known.authorized)
}

/// A type's name in the middle of a sentence. An unknown slug stands for itself; without a slug it is "KOMOJU".
pub fn name(slug: &str, locale: Locale) -> &str {
    match (payment_type(slug), locale) {
        (Some(known), Locale::En | Locale::Ko) => known.en,
        (Some(known), Locale::Ja) => known.ja,
        (None, _) if slug.is_empty() => "KOMOJU",
        (None, _) => slug,
    }
}

/// A type's name on its own, for a heading or a list.
pub fn name_alone(slug: &str, locale: Locale) -> &str {
    match (payment_type(slug).and_then(|known| known.en_alone), locale) {
        (Some(name), Locale::En | Locale::Ko) => name,
        (_, locale) => name(slug, locale),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_stands_in_the_table_once() {
        for (i, known) in TABLE.iter().enumerate() {
            assert!(TABLE[i + 1..].iter().all(|other| other.slug != known.slug), "{}", known.slug);
        }
    }

    #[test]
    fn an_unknown_or_missing_type_reserves_nothing_and_names_itself() {
        for slug in ["", "brand_new_pay", "Credit_Card", "konbini "] {
            assert_eq!(authorized(slug), Authorized::Waits, "{slug}");
        }
        assert_eq!(name("brand_new_pay", Locale::Ja), "brand_new_pay");
        assert_eq!(name_alone("", Locale::En), "KOMOJU");
    }

    #[test]
    fn whatever_is_paid_by_a_code_says_how_and_goes_back_by_transfer() {
        for known in TABLE {
            let is_code = known.authorized == Authorized::Code;
            assert_eq!(is_code, known.refunds == Refunds::ByTransfer, "{}", known.slug);
            assert_eq!(is_code, !known.instructions.is_empty(), "{}", known.slug);
        }
    }
}
