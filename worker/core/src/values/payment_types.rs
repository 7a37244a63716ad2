//! KOMOJU's payment types, and everything that depends on which one it is, in one table.
//!
//! What is not in the table is nothing that money may be reserved by: `authorized` then only means that somebody waits.

use super::instructions::InstructionKind;
use super::locale::Locale;

/// One payment type.
#[derive(Debug)]
pub struct PaymentType {
    pub slug: &'static str,
    /// Its names in the middle of a sentence.
    en: &'static str,
    ja: &'static str,
    /// Its English name where it stands alone, if that differs.
    en_alone: Option<&'static str>,
    /// What `authorized` means for it where capture is by hand.
    pub authorized: Authorized,
    pub refunds: Refunds,
    /// What a shopper needs in order to pay, in the order in which they need it: KOMOJU's fields.
    pub instructions: &'static [(InstructionKind, &'static str)],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorized {
    /// A code was issued that waits for cash, or for a transfer.
    Code,
    /// The money is reserved.
    Reserved,
    /// Nobody has published that it reserves money: it waits.
    Waits,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunds {
    /// By KOMOJU's API; where KOMOJU cannot for this type, it says so.
    ByApi,
    /// By bank transfer alone, to an account that somebody must enter.
    ByTransfer,
}

use Authorized::{Code, Reserved, Waits};
use InstructionKind::*;

const fn plain(
    slug: &'static str,
    en: &'static str,
    ja: &'static str,
    authorized: Authorized,
) -> PaymentType {
    PaymentType { slug, en, ja, en_alone: None, authorized, refunds: Refunds::ByApi, instructions: &[] }
}

const fn cash(
    slug: &'static str,
    en: &'static str,
    ja: &'static str,
    instructions: &'static [(InstructionKind, &'static str)],
) -> PaymentType {
    PaymentType { refunds: Refunds::ByTransfer, instructions, ..plain(slug, en, ja, Code) }
}

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

/// None: a type that nobody here knows, or none yet.
pub fn payment_type(slug: &str) -> Option<&'static PaymentType> {
    TABLE.iter().find(|known| known.slug == slug)
}

/// What `authorized` means for a type where capture is by hand.
pub fn authorized(slug: &str) -> Authorized {
    payment_type(slug).map_or(Waits, |known| known.authorized)
}

/// Its name in the middle of a sentence; an unknown slug stands for itself.
pub fn name(slug: &str, locale: Locale) -> &str {
    match (payment_type(slug), locale) {
        (Some(known), Locale::En) => known.en,
        (Some(known), Locale::Ja) => known.ja,
        (None, _) if slug.is_empty() => "KOMOJU",
        (None, _) => slug,
    }
}

/// Its name where it stands alone.
pub fn name_alone(slug: &str, locale: Locale) -> &str {
    match (payment_type(slug).and_then(|known| known.en_alone), locale) {
        (Some(name), Locale::En) => name,
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
