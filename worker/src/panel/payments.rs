//! The payments of the store, and one of them with its history.

use super::Panel;
use super::keys::hidden_token;
use super::layout::{Page, Tab, mode_pill, page as frame};
use super::words::{Words, attention, event, moment, phase};
use crate::html;
use crate::html::Html;
use crate::objects::payment_client::History;
use crate::objects::store::desk::Desk;
use crate::objects::store::ledger::{Page as Found, Query};
use crate::objects::store_client::LedgerRow;
use crate::payment::ids::OrderId;
use crate::payment::settings::Mode;

pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, query: &Query, found: &Found) -> Page<'a> {
    let w = Words(panel.visitor.locale);
    let rows: Vec<Html> = found.rows.iter().map(|r| row(panel, desk, w, r)).collect();
    let table = match rows.is_empty() {
        true => html!["<p class=\"empty\">" (nothing(w, query)) "</p>"],
        false => {
            html!["<table><thead><tr><th>" (w.of("Order", "注文")) "</th><th>" (w.of("State", "状態")) "</th><th class=\"amount\">"
            (w.of("Amount", "金額")) "</th><th>" (w.of("Changed", "更新")) "</th></tr></thead><tbody>" (rows)
            "</tbody></table>"]
        }
    };
    let more = found.next.map(|skip| {
        let (skip, attention) = (skip.to_string(), if query.attention_only { "1" } else { "" });
        let more = [("search", query.search.as_str()), ("attention", attention), ("skip", skip.as_str())];
        html!["<p><a class=\"button\" href=\"" (panel.visitor.link(panel.ctx, "/payments", &more)) "\">"
            (w.of("Older payments", "以前の支払い")) "</a></p>"]
    });
    let content = html!["<section class=\"card\"><h2>" (w.of("Payments", "支払い一覧")) "</h2>" (search(panel, w, query)) (table)
        (more) "</section>"];
    frame(panel, desk, Tab::Payments, content)
}

fn nothing(w: Words, query: &Query) -> &'static str {
    match (query.search.is_empty(), query.attention_only) {
        (true, false) => w.of("No payments yet.", "まだ支払いはありません。"),
        (true, true) => w.of("Nothing needs attention.", "確認が必要な支払いはありません。"),
        (false, _) => w.of("Nothing found.", "見つかりませんでした。"),
    }
}

fn search(panel: &Panel<'_>, w: Words, query: &Query) -> Html {
    let on = query.attention_only.then(|| html![" checked"]);
    html!["<form method=\"get\" action=\"/panel/payments\" class=\"search\">" (hidden_token(panel))
        "<input type=\"search\" name=\"search\" aria-label=\"" (w.of("Search", "検索")) "\" placeholder=\""
        (w.of("Order number or KOMOJU id", "注文番号または KOMOJU の ID")) "\" value=\"" (query.search.as_str())
        "\"><label class=\"check\"><input type=\"checkbox\" name=\"attention\" value=\"1\"" (on) "> "
        (w.of("Needs attention", "要確認のみ")) "</label><button>" (w.of("Search", "検索")) "</button></form>"]
}

fn row(panel: &Panel<'_>, desk: &Desk, w: Words, row: &LedgerRow) -> Html {
    let (state, class) = phase(w, &row.phase);
    let test = (row.mode == Mode::Test).then(|| html![" "(mode_pill(Mode::Test))]);
    let link = panel.visitor.link(panel.ctx, &["/payments/", &row.order.to_string()].concat(), &[]);
    let words: Vec<Html> =
        row.attention.iter().map(|key| html!["<p class=\"attention\">" (attention(w, key)) "</p>"]).collect();
    html!["<tr><td><a href=\"" (link) "\">#" (row.order.get()) "</a> " (order_link(desk, w, row.order))
        "</td><td><span class=\"pill " (class) "\">" (state) "</span>" (test) (words) "</td><td class=\"amount\">"
        (&row.amount) "</td><td class=\"quiet\">" (moment(row.updated_at_ms)) "</td></tr>"]
}

/// The order in BigCommerce's own panel; in a new tab, because that cannot be framed.
fn order_link(desk: &Desk, w: Words, order: OrderId) -> Option<Html> {
    let base = &desk.profile.panel_url;
    (!base.is_empty()).then(|| {
        html!["<a class=\"quiet\" target=\"_blank\" rel=\"noopener noreferrer\" href=\"" (base) "/manage/orders/"
            (order.get()) "\">" (w.of("in BigCommerce", "BigCommerce で開く")) " ↗</a>"]
    })
}

pub fn detail<'a>(panel: &Panel<'a>, desk: &Desk, order: OrderId, history: &History) -> Page<'a> {
    let w = Words(panel.visitor.locale);
    let (state, class) = phase(w, history.snapshot.phase.key());
    let test = history.snapshot.test.then(|| html![" "(mode_pill(Mode::Test))]);
    let amount = history.snapshot.amount.map(|amount| html![" <b>" (amount.to_string()) "</b>"]);
    let words =
        history.attention.iter().map(|a| html!["<p class=\"attention\">" (attention(w, a.key())) "</p>"]);
    let words: Vec<Html> = words.collect();
    let entries = history.timeline.iter().rev().map(|entry| {
        let detail = (!entry.detail.is_empty()).then(|| html!["<code>" (&entry.detail) "</code>"]);
        html!["<tr><td class=\"quiet\">" (moment(entry.at)) "</td><td>" (event(w, &entry.what)) "</td><td>" (detail)
            "</td></tr>"]
    });
    let entries: Vec<Html> = entries.collect();
    let back = panel.visitor.link(panel.ctx, "/payments", &[]);
    let content = html!["<p><a href=\"" (back) "\">← " (w.of("All payments", "支払い一覧")) "</a></p><section class=\"card\"><h2>"
        (w.of("Order", "注文")) " #" (order.get()) "</h2><p><span class=\"pill " (class) "\">" (state) "</span>" (test) (amount)
        " " (order_link(desk, w, order)) "</p>" (words) (look_again(panel, w, order)) "</section><section class=\"card\"><h2>"
        (w.of("History", "履歴")) "</h2><table><tbody>" (entries) "</tbody></table></section>"];
    frame(panel, desk, Tab::Payments, content)
}

fn look_again(panel: &Panel<'_>, w: Words, order: OrderId) -> Html {
    html!["<form method=\"post\" action=\"/panel/payments/" (order.get()) "\" class=\"actions\">" (hidden_token(panel))
        "<button>" (w.of("Ask KOMOJU and BigCommerce now", "KOMOJU と BigCommerce に今すぐ確認")) "</button></form>"]
}
