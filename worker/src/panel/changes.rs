//! Who changed what in this app, newest first.

use super::layout::{Page, Tab, page as frame};
use super::request::Panel;
use super::words::{Words, moment, provider};
use crate::markup;
use maud::Markup;
use crate::objects::messages::desk::{Change, Desk, KEY, LABEL, METHODS, WEBHOOK_SECRET};
use domain::state::settings::Provider;

/// The page.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, changes: &[Change]) -> Page<'a> {
    let w = Words(panel.visitor.locale);
    let back = panel.visitor.link(panel.ctx, "/settings", &[]);
    let rows: Vec<Markup> = changes.iter().map(|change| row(w, change)).collect();
    let list = match rows.is_empty() {
        true => {
            markup!["<p>" (w.of("Nothing has been changed since this app keeps count.", "変更の記録はまだありません。")) "</p>"]
        }
        false => {
            markup!["<table><thead><tr><th>" (w.of("When", "日時")) "</th><th>" (w.of("Who", "変更した人")) "</th><th>"
            (w.of("What", "項目")) "</th><th>" (w.of("From", "変更前")) "</th><th>" (w.of("To", "変更後"))
            "</th></tr></thead><tbody>" (rows) "</tbody></table>"]
        }
    };
    let content = markup!["<section class=\"card\"><h2>" (w.of("Changes", "変更履歴")) "</h2><p class=\"hint\">" (w.of(
            "Keys, secrets, methods and settings, with who changed them. Kept for 400 days; keys show their ends only.",
            "キー・シークレット・支払い方法・設定の変更を、変更した人とともに 400 日間記録します。キーは末尾だけを表示します。",
        )) "</p>" (list) "<p><a href=\"" (back) "\">" (w.of("Back to the settings", "設定に戻る")) "</a></p></section>"];
    frame(panel, desk, Tab::Settings, content)
}

fn row(w: Words, change: &Change) -> Markup {
    let (from, to) = (value(w, &change.what, &change.from), value(w, &change.what, &change.to));
    markup!["<tr><td class=\"quiet\">" (moment(change.at_ms)) "</td><td>" (&change.name) "</td><td>" (name(w, &change.what))
        "</td><td>" (from) "</td><td>" (to) "</td></tr>"]
}

/// The name that the settings page has for it; a setting of another version is named by its field.
fn name(w: Words, what: &str) -> &str {
    match what {
        KEY => w.of("KOMOJU secret key", "KOMOJU のシークレットキー"),
        WEBHOOK_SECRET => w.of("Webhook secret", "Webhook シークレット"),
        METHODS => w.of("Payment methods", "支払い方法"),
        LABEL => w.of("Name of a payment method", "支払い方法名の割り当て"),
        "order_prefix" => w.of("Order number prefix", "注文番号の接頭辞"),
        "capture" => w.of("Taking the money", "売上の確定"),
        "authorized_status" => w.of("Status while authorized", "仮売上中のステータス"),
        "capture_on_shipping" => w.of("Capture when shipped", "発送時に自動で確定"),
        "unpaid" => w.of("Orders that nobody pays", "支払われない注文"),
        "unpaid_grace_hours" => w.of("Hours before that", "猶予時間"),
        "refunds" => w.of("Refunds made in BigCommerce", "BigCommerce での返金"),
        "refund_second" => w.of("Refund the later of two payments", "二重払いの返金"),
        "watch_new_orders" => w.of("Watch new orders", "新規注文の監視"),
        "test_moves_orders" => w.of("Test payments move orders", "テスト決済で注文を進める"),
        "store_credit" => w.of("Store credit in order totals", "合計金額とストアクレジット"),
        "gift_certificates" => w.of("Gift certificates in order totals", "合計金額とギフト券"),
        "keep_days" => w.of("Days a payment is kept", "支払いの保存日数"),
        "keys_for_owner" => w.of("Keys for the owner only", "キーの変更はオーナーのみ"),
        other => other,
    }
}

/// A changed value, in words if it is one that a program would write.
fn value<'a>(w: Words, what: &str, text: &'a str) -> &'a str {
    match (what, text) {
        (_, "true") => w.of("on", "オン"),
        (_, "false") => w.of("off", "オフ"),
        (_, "") => w.of("none", "なし"),
        (WEBHOOK_SECRET, "new") => w.of("a new one", "新しいシークレット"),
        (WEBHOOK_SECRET, "retired") => w.of("the former ones are not valid any more", "以前のものを無効化"),
        (LABEL, id) => Provider::from_id(id).map_or(text, |found| provider(w, found)),
        ("capture", "auto") => w.of("at once", "支払いと同時"),
        ("capture", "manual") => w.of("later", "後から確定"),
        ("unpaid", "leave") => w.of("left", "そのまま"),
        ("unpaid", "cancel") => w.of("cancelled", "キャンセル"),
        ("unpaid", "decline") => w.of("declined", "拒否"),
        ("store_credit" | "gift_certificates", "gross") => w.of("subtracted", "差し引いて請求"),
        ("store_credit" | "gift_certificates", "net") => w.of("already taken off", "差し引き済み"),
        ("refunds", "at_once") => w.of("at once", "すぐに返金"),
        ("refunds", "confirm") => w.of("ask first", "承認してから返金"),
        ("refunds", "never") => w.of("never by itself", "自動では返金しない"),
        (_, text) => text,
    }
}
