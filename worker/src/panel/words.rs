//! The panel's words for keys and facts, English and Japanese side by side.

use crate::objects::store::health::Trouble;
use crate::payment::call::Locale;
use crate::payment::settings::Provider;
use crate::time::{JapanTime, in_japan};

/// Picks the words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words(pub Locale);

impl Words {
    pub fn of<'a>(self, english: &'a str, japanese: &'a str) -> &'a str {
        match self.0 {
            Locale::En => english,
            Locale::Ja => japanese,
        }
    }
}

/// The confirmation that a saved form ends in.
pub fn done(w: Words, word: &str) -> Option<&'static str> {
    Some(match word {
        "key" => w.of("The key was accepted by KOMOJU and saved.", "KOMOJU がキーを受け付けました。保存しました。"),
        "secret" => w.of(
            "A new webhook secret was made. Enter it at KOMOJU; the former one stays valid until you retire it.",
            "新しい Webhook シークレットを発行しました。KOMOJU に登録してください。以前のものは無効にするまで有効です。",
        ),
        "retired" => w.of("Only the newest webhook secret is valid now.", "最新の Webhook シークレットだけが有効になりました。"),
        "methods" => w.of("Saved, and told to your storefronts.", "保存し、ストアフロントに反映しました。"),
        "label" | "settings" => w.of("Saved.", "保存しました。"),
        "repaired" => w.of("Everything was checked and put right.", "すべて確認し、修復しました。"),
        "looked" => w.of("KOMOJU and BigCommerce were asked again.", "KOMOJU と BigCommerce に再確認しました。"),
        _ => return None,
    })
}

/// A payment's phase, and the colour it has.
pub fn phase(w: Words, phase: &str) -> (&str, &'static str) {
    match phase {
        "unpaid" => (w.of("Not paid", "未払い"), ""),
        "confirming" => (w.of("Being confirmed", "確認中"), "busy"),
        "waiting" => (w.of("Waiting for cash", "入金待ち"), "busy"),
        "paid" => (w.of("Paid", "支払い済み"), "live"),
        "review" => (w.of("Please check", "要確認"), "bad"),
        "closed" => (w.of("Closed", "終了"), ""),
        other => (other, ""),
    }
}

/// What a merchant must look at, and what to do about it.
pub fn attention(w: Words, key: &str) -> &str {
    match key {
        "paid_after_end" => w.of(
            "Paid, although the order was already cancelled, refunded or deleted. Ship it, or refund the payment at KOMOJU.",
            "キャンセル・返金・削除済みの注文に支払いがありました。発送するか、KOMOJU で返金してください。",
        ),
        "amount_mismatch" => w.of(
            "The amount paid is not the order's amount. Compare both before you ship.",
            "支払われた金額が注文の金額と異なります。発送前にご確認ください。",
        ),
        "paid_twice" => w.of(
            "Paid twice. Refund one of the payments at KOMOJU.",
            "二重に支払われています。どちらかを KOMOJU で返金してください。",
        ),
        "disputed" => w.of(
            "The payment is disputed. Do not ship before this is settled.",
            "支払いに異議申し立てがありました。解決するまで発送しないでください。",
        ),
        "refunded_at_komoju" => w.of(
            "Refunded at KOMOJU, but the order does not show it. Record the refund in BigCommerce.",
            "KOMOJU で返金済みですが、注文に反映されていません。BigCommerce で返金を記録してください。",
        ),
        "order_update_refused" => w.of(
            "BigCommerce did not take the order's new status. Set it by hand.",
            "BigCommerce が注文ステータスの変更を受け付けませんでした。手動で変更してください。",
        ),
        "cancel_refused" => w.of(
            "A session or code that should end could not be cancelled at KOMOJU; it may still be paid.",
            "終了すべき決済を KOMOJU で取り消せませんでした。まだ支払われる可能性があります。",
        ),
        "session_refused" => w.of(
            "KOMOJU refused to open its payment page for this order.",
            "KOMOJU がこの注文の決済ページの作成を拒否しました。",
        ),
        "amount_disputed" => w.of(
            "The shopper's page showed another amount than the order has, so nothing was charged.",
            "購入者の画面の金額が注文の金額と異なるため、請求していません。",
        ),
        "unreachable" => w.of(
            "KOMOJU or BigCommerce has not answered for a day. It is tried daily.",
            "KOMOJU または BigCommerce が 1 日以上応答していません。毎日再試行します。",
        ),
        "capture_vanished" => w.of(
            "KOMOJU no longer shows this payment as captured. Please check at KOMOJU.",
            "KOMOJU でこの支払いが確定済みと表示されなくなりました。KOMOJU でご確認ください。",
        ),
        other => other,
    }
}

/// A line of a payment's history; an unknown key stands for itself.
pub fn event(w: Words, what: &str) -> &str {
    match what {
        "heard_komoju" => w.of("KOMOJU sent a notification", "KOMOJU から通知"),
        "heard_bigcommerce" => w.of("BigCommerce sent a notification", "BigCommerce から通知"),
        "shopper_returned" => w.of("The shopper came back", "購入者が戻りました"),
        "attempt" => w.of("A payment was begun", "支払い手続きを開始"),
        "session_made" => w.of("KOMOJU opened its payment page", "KOMOJU の決済ページを作成"),
        "session_not_made" => {
            w.of("KOMOJU did not open its payment page", "KOMOJU の決済ページを作成できませんでした")
        }
        "payment_is" => w.of("KOMOJU says", "KOMOJU の状態"),
        "done" => w.of("Done", "実行"),
        "failed" => w.of("Not done", "失敗"),
        "code" => w.of("A payment code was issued", "支払い番号を発行"),
        "authorized" => w.of("Authorized", "仮売上"),
        "paid" => w.of("Paid", "支払い完了"),
        "mismatch" => w.of("Paid, but not as asked", "請求と異なる支払い"),
        "refunded" => w.of("Refunded", "返金"),
        "disputed" => w.of("Disputed", "異議申し立て"),
        other => other,
    }
}

/// What is wrong with the installation. `channel_name` names a storefront.
pub fn trouble(w: Words, trouble: &Trouble, channel_name: impl Fn(u64) -> String) -> String {
    let text = |parts: &[&str]| parts.concat();
    match (trouble, w.0) {
        (Trouble::ScriptDisabled { channel }, Locale::En) => text(&[
            "The script is switched off on ",
            &channel_name(*channel),
            ": shoppers there are not taken to KOMOJU.",
        ]),
        (Trouble::ScriptDisabled { channel }, Locale::Ja) => text(&[
            &channel_name(*channel),
            " でスクリプトが無効になっています。購入者は KOMOJU に移動しません。",
        ]),
        (Trouble::Script { channel, why }, Locale::En) => {
            text(&["BigCommerce did not take the script for ", &channel_name(*channel), ": ", why])
        }
        (Trouble::Script { channel, why }, Locale::Ja) => {
            text(&[&channel_name(*channel), " のスクリプトを登録できませんでした：", why])
        }
        (Trouble::Hook { scope, why }, Locale::En) => {
            text(&["BigCommerce did not take the webhook ", scope, ": ", why])
        }
        (Trouble::Hook { scope, why }, Locale::Ja) => {
            text(&["Webhook ", scope, " を登録できませんでした：", why])
        }
        (Trouble::Unreachable { call, why }, Locale::En) => text(&["Could not read “", call, "”: ", why]),
        (Trouble::Unreachable { call, why }, Locale::Ja) => {
            text(&["「", call, "」を取得できませんでした：", why])
        }
        (Trouble::CheckoutNotOptimized, _) => w
            .of(
                "The store does not use the Optimized One-Page Checkout, which shows storefront scripts.",
                "Optimized One-Page Checkout が使われていないため、スクリプトが表示されません。",
            )
            .to_owned(),
        (Trouble::ThemeNotStencil, _) => {
            w.of("The theme is not a Stencil theme.", "テーマが Stencil テーマではありません。").to_owned()
        }
        (Trouble::KomojuKeyRefused, _) => w
            .of(
                "KOMOJU no longer accepts the secret key. Enter a new one.",
                "KOMOJU がシークレットキーを受け付けません。新しいキーを登録してください。",
            )
            .to_owned(),
    }
}

/// BigCommerce's own name of an offline method.
pub fn provider(w: Words, provider: Provider) -> &'static str {
    match (w.0, provider) {
        (Locale::En, _) => provider.default_label(),
        (Locale::Ja, Provider::InStore) => "店頭支払い (Pay in Store)",
        (Locale::Ja, Provider::Cod) => "代金引換 (Cash on Delivery)",
        (Locale::Ja, Provider::Cheque) => "小切手 (Check)",
        (Locale::Ja, Provider::MoneyOrder) => "為替 (Money Order)",
        (Locale::Ja, Provider::BankDeposit) => "銀行振込 (Bank Deposit)",
    }
}

/// `2026-11-25 23:59 JST`: the clock that deadlines at Japanese counters go by.
pub fn moment(ms: i64) -> String {
    let JapanTime { year, month, day, hour, minute, .. } = in_japan(ms);
    let two = |n: i64| [if n < 10 { "0" } else { "" }, &n.to_string()].concat();
    [&year.to_string(), "-", &two(month), "-", &two(day), " ", &two(hour), ":", &two(minute), " JST"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::attention::Attention;

    const ALL: [Attention; 11] = [
        Attention::PaidAfterEnd,
        Attention::AmountMismatch,
        Attention::PaidTwice,
        Attention::Disputed,
        Attention::RefundedAtKomoju,
        Attention::OrderUpdateRefused,
        Attention::CancelRefused,
        Attention::SessionRefused,
        Attention::AmountDisputed,
        Attention::Unreachable,
        Attention::CaptureVanished,
    ];

    #[test]
    fn every_attention_has_words_in_both_languages() {
        for key in ALL.map(Attention::key) {
            let (en, ja) = (attention(Words(Locale::En), key), attention(Words(Locale::Ja), key));
            assert!(en != key && ja != key && en != ja, "{key}");
        }
    }

    #[test]
    fn moments_are_written_by_japans_clock() {
        assert_eq!(moment(1_795_618_799_000), "2026-11-25 23:59 JST");
    }
}
