//! KOMOJU's payment types in one table, with everything that depends on the type.
//!
//! Invariant: money counts as reserved only for a type that is known to reserve it. For a type that is not in the
//! table, or that KOMOJU has not documented, `authorized` only means that the payment waits for the shopper.
//! Otherwise goods could be shipped for money that was never reserved.

use super::instructions::InstructionKind;
use crate::texts::locale::Locale;
use crate::texts::names;

/// One payment type, a row of the table.
#[derive(Debug)]
pub struct PaymentType {
    /// KOMOJU's name of it: `konbini`, `credit_card`.
    pub slug: &'static str,
    /// Its name in the middle of a sentence.
    name: Name,
    /// Its name on its own, which may differ: "Card", not "card".
    alone: Name,
    /// What `authorized` means for it under manual capture.
    pub authorized: Authorized,
    pub refunds: Refunds,
    /// What a shopper needs to pay a code, in the order in which they need it: what it is, and KOMOJU's field.
    pub instructions: &'static [(InstructionKind, &'static str)],
}

/// A name in each language.
type Name = fn(Locale) -> &'static str;

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
const fn plain(slug: &'static str, name: Name, authorized: Authorized) -> PaymentType {
    PaymentType { slug, name, alone: name, authorized, refunds: Refunds::ByApi, instructions: &[] }
}

/// A type that is paid by a code, in cash or by bank transfer.
const fn cash(
    slug: &'static str,
    name: Name,
    instructions: &'static [(InstructionKind, &'static str)],
) -> PaymentType {
    PaymentType { refunds: Refunds::ByTransfer, instructions, ..plain(slug, name, Code) }
}

/// The same type, with another name on its own.
const fn alone(payment_type: PaymentType, alone: Name) -> PaymentType {
    PaymentType { alone, ..payment_type }
}

const TABLE: &[PaymentType] = &[
    alone(plain("credit_card", names::credit_card, Reserved), names::alone::credit_card),
    alone(
        cash(
            "konbini",
            names::konbini,
            &[(Store, "store"), (Receipt, "receipt"), (ConfirmationCode, "confirmation_code")],
        ),
        names::alone::konbini,
    ),
    alone(
        cash(
            "bank_transfer",
            names::bank_transfer,
            &[
                (Bank, "bank_name"),
                (Branch, "account_branch_name"),
                (AccountType, "account_type"),
                (AccountNumber, "account_number"),
                (AccountName, "account_name"),
                (OrderNumber, "order_id"),
            ],
        ),
        names::alone::bank_transfer,
    ),
    cash(
        "pay_easy",
        names::pay_easy,
        &[(BankId, "bank_id"), (CustomerNumber, "customer_id"), (ConfirmationNumber, "confirmation_id")],
    ),
    plain("apple_pay", names::apple_pay, Reserved),
    plain("paypay", names::paypay, Reserved),
    plain("merpay", names::merpay, Reserved),
    plain("aupay", names::aupay, Reserved),
    plain("rakutenpay", names::rakutenpay, Reserved),
    plain("linepay", names::linepay, Reserved),
    plain("amazon_pay", names::amazon_pay, Reserved),
    plain("paidy", names::paidy, Reserved),
    plain("epospay", names::epospay, Waits),
    plain("docomo", names::docomo, Reserved),
    plain("au", names::au, Reserved),
    plain("softbank", names::softbank, Reserved),
    plain("web_money", names::web_money, Waits),
    plain("bit_cash", names::bit_cash, Waits),
    plain("net_cash", names::net_cash, Waits),
    plain("nanaco", names::nanaco, Waits),
    plain("japan_mobile", names::japan_mobile, Waits),
    plain("alipay", names::alipay, Waits),
    plain("alipay_hk", names::alipay_hk, Waits),
    plain("wechatpay", names::wechatpay, Waits),
    plain("unionpay", names::unionpay, Waits),
    plain("credit_card_korea", names::credit_card_korea, Reserved),
    plain("credit_card_brazil", names::credit_card_brazil, Reserved),
    plain("kakaopay", names::kakaopay, Waits),
    plain("naverpay", names::naverpay, Waits),
    plain("payco", names::payco, Waits),
    plain("toss", names::toss, Waits),
    plain("gcash", names::gcash, Waits),
    plain("tng", names::tng, Waits),
    plain("truemoney", names::truemoney, Waits),
    plain("dana", names::dana, Waits),
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
    payment_type(slug).map_or_else(|| unknown(slug), |known| (known.name)(locale))
}

/// A type's name on its own, for a heading or a list.
pub fn name_alone(slug: &str, locale: Locale) -> &str {
    payment_type(slug).map_or_else(|| unknown(slug), |known| (known.alone)(locale))
}

fn unknown(slug: &str) -> &str {
    if slug.is_empty() { "KOMOJU" } else { slug }
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
