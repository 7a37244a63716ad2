//! Who changed what in this app, newest first.

use super::layout::{Page, Tab, page as frame};
use super::request::Panel;
use super::words::{Words, moment, provider};
use crate::markup;
use crate::objects::messages::desk::{Change, Desk, KEY, LABEL, METHODS, WEBHOOK_SECRET};
use domain::state::settings::Provider;
use domain::values::locale::Locale;
use maud::Markup;

/// The page.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, changes: &[Change]) -> Page<'a> {
    let locale = panel.visitor.locale;
    let back = panel.visitor.link(panel.ctx, "/settings", &[]);
    let rows: Vec<Markup> = changes.iter().map(|change| row(locale, change)).collect();
    let list = match rows.is_empty() {
        true => {
            markup!["<p>" (locale.of("Nothing has been changed since this app keeps count.", "変更の記録はまだありません。")) "</p>"]
        }
        false => {
            markup!["<table><thead><tr><th>" (locale.of("When", "日時")) "</th><th>" (locale.of("Who", "変更した人")) "</th><th>"
            (locale.of("What", "項目")) "</th><th>" (locale.of("From", "変更前")) "</th><th>" (locale.of("To", "変更後"))
            "</th></tr></thead><tbody>" (rows) "</tbody></table>"]
        }
    };
    let content = markup!["<section class=\"card\"><h2>" (locale.of("Changes", "変更履歴")) "</h2><p class=\"hint\">" (locale.of(
            "Keys, secrets, methods and settings, with who changed them. Kept for 400 days; keys show their ends only.",
            "キー・シークレット・支払い方法・設定の変更を、変更した人とともに 400 日間記録します。キーは末尾だけを表示します。",
        )) "</p>" (list) "<p><a href=\"" (back) "\">" (locale.of("Back to the settings", "設定に戻る")) "</a></p></section>"];
    frame(panel, desk, Tab::Settings, content)
}

fn row(locale: Locale, change: &Change) -> Markup {
    let (from, to) = (value(locale, &change.what, &change.from), value(locale, &change.what, &change.to));
    markup!["<tr><td class=\"quiet\">" (moment(change.at_ms)) "</td><td>" (&change.name) "</td><td>" (name(locale, &change.what))
        "</td><td>" (from) "</td><td>" (to) "</td></tr>"]
}

/// The name that the settings page has for it; a setting of another version is named by its field.
fn name(locale: Locale, what: &str) -> &str {
    match what {
        KEY => locale.of("KOMOJU secret key", "KOMOJU のシークレットキー"),
        WEBHOOK_SECRET => locale.of("Webhook secret", "Webhook シークレット"),
        METHODS => locale.of("Payment methods", "支払い方法"),
        LABEL => locale.of("Name of a payment method", "支払い方法名の割り当て"),
        "order_prefix" => locale.of("Order number prefix", "注文番号の接頭辞"),
        "capture" => locale.of("Taking the money", "売上の確定"),
        "authorized_status" => locale.of("Status while authorized", "仮売上中のステータス"),
        "capture_on_shipping" => locale.of("Capture when shipped", "発送時に自動で確定"),
        "unpaid" => locale.of("Orders that nobody pays", "支払われない注文"),
        "unpaid_grace_hours" => locale.of("Hours before that", "猶予時間"),
        "refunds" => locale.of("Refunds made in BigCommerce", "BigCommerce での返金"),
        "refund_second" => locale.of("Refund the later of two payments", "二重払いの返金"),
        "watch_new_orders" => locale.of("Watch new orders", "新規注文の監視"),
        "test_moves_orders" => locale.of("Test payments move orders", "テスト決済で注文を進める"),
        "store_credit" => locale.of("Store credit in order totals", "合計金額とストアクレジット"),
        "gift_certificates" => locale.of("Gift certificates in order totals", "合計金額とギフト券"),
        "keep_days" => locale.of("Days a payment is kept", "支払いの保存日数"),
        "keys_for_owner" => locale.of("Keys for the owner only", "キーの変更はオーナーのみ"),
        other => other,
    }
}

/// A changed value, in words if it is one that a program would write.
fn value<'a>(locale: Locale, what: &str, text: &'a str) -> &'a str {
    match (what, text) {
        (_, "true") => locale.of("on", "オン"),
        (_, "false") => locale.of("off", "オフ"),
        (_, "") => locale.of("none", "なし"),
        (WEBHOOK_SECRET, "new") => locale.of("a new one", "新しいシークレット"),
        (WEBHOOK_SECRET, "retired") => {
            locale.of("the former ones are not valid any more", "以前のものを無効化")
        }
        (LABEL, id) => Provider::from_id(id).map_or(text, |found| provider(locale, found)),
        ("capture", "auto") => locale.of("at once", "支払いと同時"),
        ("capture", "manual") => locale.of("later", "後から確定"),
        ("unpaid", "leave") => locale.of("left", "そのまま"),
        ("unpaid", "cancel") => locale.of("cancelled", "キャンセル"),
        ("unpaid", "decline") => locale.of("declined", "拒否"),
        ("store_credit" | "gift_certificates", "gross") => locale.of("subtracted", "差し引いて請求"),
        ("store_credit" | "gift_certificates", "net") => locale.of("already taken off", "差し引き済み"),
        ("refunds", "at_once") => locale.of("at once", "すぐに返金"),
        ("refunds", "confirm") => locale.of("ask first", "承認してから返金"),
        ("refunds", "never") => locale.of("never by itself", "自動では返金しない"),
        (_, text) => text,
    }
}
