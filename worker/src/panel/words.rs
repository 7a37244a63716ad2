//! The panel's words for keys and facts, English and Japanese side by side.

use crate::objects::messages::health::{BUSY, NO_PERMISSION, NOT_FOUND, TOKEN_REFUSED, TOO_MANY, Trouble};
use domain::state::settings::Provider;
use domain::time::{JapanTime, in_japan};
use domain::values::attention::Side;
use domain::values::locale::Locale;

/// Picks the words in one language.
pub trait Words {
    fn of<'a>(self, english: &'a str, japanese: &'a str) -> &'a str;
}

impl Words for Locale {
    fn of<'a>(self, english: &'a str, japanese: &'a str) -> &'a str {
        match self {
            Locale::En | Locale::Ko => english,
            Locale::Ja => japanese,
        }
    }
}

/// The confirmation after a form. None: no such word.
pub fn done(locale: Locale, word: &str) -> Option<&'static str> {
    Some(match word {
        "key" => locale.of("The key was accepted by KOMOJU and saved.", "KOMOJU がキーを受け付けました。保存しました。"),
        "secret" => locale.of(
            "A new webhook secret was made. Enter it at KOMOJU; the former one stays valid until you retire it.",
            "新しい Webhook シークレットを発行しました。KOMOJU に登録してください。以前のものは無効にするまで有効です。",
        ),
        "retired" => locale.of("Only the newest webhook secret is valid now.", "最新の Webhook シークレットだけが有効になりました。"),
        "methods" => locale.of("Saved, and told to your storefronts.", "保存し、ストアフロントに反映しました。"),
        "label" | "settings" => locale.of("Saved.", "保存しました。"),
        "repaired" => locale.of("Everything was checked and put right.", "すべて確認し、修復しました。"),
        "decided" => locale.of(
            "Noted. It is being carried out; what comes of it shows in a moment.",
            "受け付けました。結果はまもなく表示されます。",
        ),
        "overtaken" => locale.of(
            "Nothing was done: the payment has changed since you opened that page, by another person or another event. This is \
             how it stands now.",
            "ページを開いた後に状況が変わったため、操作は行われませんでした。最新の状況は次のとおりです。",
        ),
        "dismissed" => locale.of("Noted as seen.", "確認済みにしました。"),
        "looked" => locale.of(
            "KOMOJU and BigCommerce are being asked. What they answer shows in a moment.",
            "KOMOJU と BigCommerce の最新状況を確認しています。結果はまもなく表示されます。",
        ),
        _ => return None,
    })
}

/// What is wrong with the installation. `channel_name` gives the name of a storefront.
pub fn trouble(locale: Locale, trouble: &Trouble, channel_name: impl Fn(u64) -> String) -> String {
    let text = |parts: &[&str]| parts.concat();
    match (trouble, locale) {
        (Trouble::ScriptDisabled { channel }, Locale::En | Locale::Ko) => text(&[
            "The script is switched off on ",
            &channel_name(*channel),
            ": shoppers there are not taken to KOMOJU.",
        ]),
        (Trouble::ScriptDisabled { channel }, Locale::Ja) => text(&[
            &channel_name(*channel),
            " でスクリプトが無効になっています。購入者は KOMOJU に移動しません。",
        ]),
        (Trouble::Script { channel, why }, Locale::En | Locale::Ko) => {
            text(&["BigCommerce did not take the script for ", &channel_name(*channel), ": ", why])
        }
        (Trouble::Script { channel, why }, Locale::Ja) => {
            text(&[&channel_name(*channel), " のスクリプトを登録できませんでした：", reason(locale, why)])
        }
        (Trouble::Hook { scope, why }, Locale::En | Locale::Ko) => {
            text(&["BigCommerce did not take the webhook ", scope, ": ", why])
        }
        (Trouble::Hook { scope, why }, Locale::Ja) => {
            text(&["Webhook ", scope, " を登録できませんでした：", reason(locale, why)])
        }
        (Trouble::Unreachable { call, why }, Locale::En | Locale::Ko) => {
            text(&["Could not read “", call, "”: ", why])
        }
        (Trouble::Unreachable { call, why }, Locale::Ja) => {
            text(&["「", call, "」を取得できませんでした：", reason(locale, why)])
        }
        (Trouble::ScopeMissing { call }, Locale::En | Locale::Ko) => text(&[
            "The app lacks the permission for “",
            call,
            "”. Open it again from Apps, and consent anew.",
        ]),
        (Trouble::ScopeMissing { call }, Locale::Ja) => {
            text(&["「", call, "」の権限がありません。「アプリ」から開き直し、再度承認してください。"])
        }
        (Trouble::CheckoutNotOptimized, _) => locale
            .of(
                "The store does not use the Optimized One-Page Checkout, which shows storefront scripts.",
                "Optimized One-Page Checkout が使われていないため、スクリプトが動作しません。",
            )
            .to_owned(),
        (Trouble::ThemeNotStencil, _) => locale
            .of("The theme is not a Stencil theme.", "テーマが Stencil テーマではありません。")
            .to_owned(),
        (Trouble::NobodyStarts { orders, since_ms }, Locale::En | Locale::Ko) => text(&[
            &orders.to_string(),
            " orders were placed since ",
            &moment(*since_ms),
            ", and none of their shoppers reached KOMOJU. Place a test order: the script may be blocked (by a content security \
             policy or another app), or the payment method may have been renamed.",
        ]),
        (Trouble::NobodyStarts { orders, since_ms }, Locale::Ja) => text(&[
            &moment(*since_ms),
            " 以降の注文 ",
            &orders.to_string(),
            " 件で、購入者が一人も KOMOJU の決済画面に進んでいません。テスト注文でご確認ください。スクリプトがブロックされている\
             （CSP や他のアプリ）か、支払い方法の名称が変わった可能性があります。",
        ]),
        (Trouble::Silent { side: Side::Komoju, since_ms }, Locale::En | Locale::Ko) => text(&[
            "No webhook has come from KOMOJU since ",
            &moment(*since_ms),
            ", though payments were made. They are noticed all the same, but late. Compare the webhook's address, secret and \
             events in the KOMOJU dashboard with those under KOMOJU account.",
        ]),
        (Trouble::Silent { side: Side::Komoju, since_ms }, Locale::Ja) => text(&[
            &moment(*since_ms),
            " 以降、支払いがあったにもかかわらず KOMOJU から Webhook が届いていません。支払いは定期的な確認で反映されますが、遅れます。\
             KOMOJU 管理画面の Webhook の URL・シークレット・イベントを「KOMOJU アカウント」の内容と照らし合わせてください。",
        ]),
        (Trouble::Silent { side: Side::BigCommerce, since_ms }, Locale::En | Locale::Ko) => text(&[
            "No webhook has come from BigCommerce since ",
            &moment(*since_ms),
            ", though orders were placed. Changes to orders are noticed late. Press “Check and repair”; if that changes nothing, \
             look whether BigCommerce reports an outage.",
        ]),
        (Trouble::Silent { side: Side::BigCommerce, since_ms }, Locale::Ja) => text(&[
            &moment(*since_ms),
            " 以降、注文があったにもかかわらず BigCommerce から Webhook が届いていません。注文の変更の反映が遅れます。「確認・修復する」を\
             押し、解消しない場合は BigCommerce の障害情報をご確認ください。",
        ]),
        (Trouble::KomojuKeyRefused, _) => locale
            .of(
                "KOMOJU no longer accepts the secret key. Enter a new one.",
                "KOMOJU がシークレットキーを受け付けません。新しいキーを登録してください。",
            )
            .to_owned(),
    }
}

/// Why a call did not succeed: translated if the words are ours, else as the other side said it.
fn reason(locale: Locale, why: &str) -> &str {
    match why {
        BUSY => locale.of(BUSY, "ほかの処理が実行中のため、一時的に利用できません"),
        TOO_MANY => locale.of(TOO_MANY, "リクエスト数が上限に達しました"),
        TOKEN_REFUSED => locale.of(TOKEN_REFUSED, "アクセストークンが受け付けられませんでした"),
        NO_PERMISSION => locale.of(NO_PERMISSION, "必要な権限（スコープ）がありません"),
        NOT_FOUND => locale.of(NOT_FOUND, "見つかりませんでした"),
        other => other,
    }
}

/// BigCommerce's own name for an offline method.
pub fn provider(locale: Locale, provider: Provider) -> &'static str {
    match (locale, provider) {
        (Locale::En | Locale::Ko, _) => provider.default_label(),
        (Locale::Ja, Provider::InStore) => "店頭支払い (Pay in Store)",
        (Locale::Ja, Provider::Cod) => "代金引換 (Cash on Delivery)",
        (Locale::Ja, Provider::Cheque) => "小切手 (Check)",
        (Locale::Ja, Provider::MoneyOrder) => "為替 (Money Order)",
        (Locale::Ja, Provider::BankDeposit) => "銀行振込 (Bank Deposit)",
    }
}

/// A moment (ms since the epoch) as `2026-11-25 23:59 JST`: the clock by which the deadlines of Japanese shops go.
pub fn moment(ms: i64) -> String {
    let JapanTime { year, month, day, hour, minute, .. } = in_japan(ms);
    let two = |n: i64| [if n < 10 { "0" } else { "" }, &n.to_string()].concat();
    [&year.to_string(), "-", &two(month), "-", &two(day), " ", &two(hour), ":", &two(minute), " JST"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::failure::Failure;

    #[test]
    fn moments_are_written_by_japans_clock() {
        assert_eq!(moment(1_795_618_799_000), "2026-11-25 23:59 JST");
    }

    #[test]
    fn busy_and_too_many_are_told_apart_in_both_languages() {
        let told = |failure: &Failure, locale| {
            let trouble = Trouble::of("orders", failure);
            super::trouble(locale, &trouble, |_| String::new())
        };
        for (failure, english, japanese) in [
            (Failure::busy(None), "busy, or locked", "ほかの処理が実行中"),
            (Failure::later(Some(5)), "too many requests", "リクエスト数が上限"),
            (Failure::Unauthorized, "token was refused", "アクセストークンが"),
            (Failure::NotFound, "not found", "見つかりません"),
        ] {
            assert!(told(&failure, Locale::En).contains(english), "{failure:?}");
            let told = told(&failure, Locale::Ja);
            assert!(told.contains(japanese), "{told}");
            assert!(told.chars().filter(char::is_ascii_alphabetic).count() == "orders".len(), "{told}");
        }
        // What the other side said is left in its own words.
        let refused = Failure::Refused {
            status: 422,
            code: String::new(),
            param: String::new(),
            message: "No.".into(),
        };
        assert!(told(&refused, Locale::Ja).contains("No."));
    }
}
