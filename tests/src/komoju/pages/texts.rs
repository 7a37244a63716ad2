//! Sentences of the hosted page that are chosen by code.

use super::html::esc;
use crate::komoju::card::{CARDS, Verdict};
use crate::komoju::model::{Locale, PaymentStatus};

/// Why a payment failed, in the shopper's words.
#[must_use]
pub fn refusal(code: &str, locale: Locale) -> &'static str {
    let (ja, en) = match code {
        "insufficient_funds" => ("残高が不足しています。", "There are not enough funds."),
        "exceeds_limit" => ("ご利用限度額を超えています。", "The amount exceeds the limit of this card."),
        "bad_verification_value" => ("セキュリティコードが正しくありません。", "The security code is wrong."),
        "card_expired" => ("カードの有効期限をご確認ください。", "Please check the expiry of the card."),
        "invalid_number" => ("カード番号が正しくありません。", "The card number is not valid."),
        "restricted_account" => ("このカードはご利用いただけません。", "This card cannot be used."),
        "card_declined" => ("カードが承認されませんでした。", "The card was declined."),
        "payer_missing" => {
            ("お名前とメールアドレスを入力してください。", "Please give your name and e-mail address.")
        }
        _ => ("お支払いを完了できませんでした。", "The payment could not be completed."),
    };
    locale.say(ja, en)
}

#[must_use]
pub fn status(status: PaymentStatus, locale: Locale) -> &'static str {
    let (ja, en) = match status {
        PaymentStatus::Pending => ("処理中", "In progress"),
        PaymentStatus::Authorized => ("お支払い待ち", "Waiting for payment"),
        PaymentStatus::Captured => ("お支払い済み", "Paid"),
        PaymentStatus::Refunded => ("返金済み", "Refunded"),
        PaymentStatus::Cancelled => ("キャンセル済み", "Cancelled"),
        PaymentStatus::Expired => ("期限切れ", "Expired"),
        PaymentStatus::Failed => ("失敗", "Failed"),
    };
    locale.say(ja, en)
}

/// Buttons that fill in test cards: one for each thing that can happen, other brands left out.
#[must_use]
pub fn offered_cards(locale: Locale) -> String {
    let visa = CARDS.iter().filter(|card| card.number.starts_with('4'));
    visa.map(|card| {
        let class = match card.verdict {
            Verdict::Approved => "good",
            Verdict::Challenge { .. } => "asked",
            Verdict::Refused(_) => "bad",
        };
        format!(
            r#"<button type="button" class="test-card {class}" id="test-card-{number}" data-test="test-card-{number}" data-number="{number}">{text}</button>"#,
            number = card.number,
            text = esc(locale.say(card.ja, card.en)),
        )
    })
    .collect()
}
