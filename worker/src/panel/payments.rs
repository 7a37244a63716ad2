//! The list of the store's payments.

use super::fields::hidden_token;
use super::layout::{Page, Tab, mode_pill, page as frame};
use super::links::{order_link, pay_link};
use super::payment_words::attention_name;
use super::pill;
use super::request::Panel;
use super::words::{Words, moment};
use crate::markup;
use crate::objects::messages::desk::Desk;
use crate::objects::messages::ledger::{LedgerRow, Page as Found, Query};
use domain::state::settings::Mode;
use domain::values::ids::OrderId;
use domain::values::locale::Locale;
use maud::Markup;

/// The page. A search for an order that nothing is known of offers a payment link for it.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, query: &Query, found: &Found) -> Page<'a> {
    let locale = panel.visitor.locale;
    let rows: Vec<Markup> = found.rows.iter().map(|r| row(panel, desk, locale, r)).collect();
    let table = match rows.is_empty() {
        true => markup!["<p class=\"empty\">" (nothing(locale, query)) "</p>"],
        false => {
            markup!["<table class=\"rows\"><thead><tr><th>" (locale.of("Order", "注文")) "</th><th>" (locale.of("State", "状態")) "</th><th class=\"amount\">"
            (locale.of("Amount", "金額")) "</th><th>" (locale.of("Changed", "更新")) "</th></tr></thead><tbody>" (rows)
            "</tbody></table>"]
        }
    };
    let more = found.next.map(|skip| {
        let (skip, attention) = (skip.to_string(), if query.attention_only { "1" } else { "" });
        let more = [("search", query.search.as_str()), ("attention", attention), ("skip", skip.as_str())];
        markup!["<p><a class=\"button\" href=\"" (panel.visitor.link(panel.ctx, "/payments", &more)) "\">"
            (locale.of("Older payments", "以前の支払い")) "</a></p>"]
    });
    // An order of which nothing is known yet may be one to be paid by link.
    let link = OrderId::parse(query.search.trim()).ok().filter(|_| found.rows.is_empty());
    let link = link.map(|order| pay_link(panel, locale, order));
    let content = markup!["<section class=\"card\"><h2>" (locale.of("Payments", "支払い一覧")) "</h2>" (search(panel, locale, query)) (table)
        (more) "</section>" (link)];
    frame(panel, desk, Tab::Payments, content)
}

fn nothing(locale: Locale, query: &Query) -> &'static str {
    match (query.search.is_empty(), query.attention_only) {
        (true, false) => locale.of("No payments yet.", "まだ支払いはありません。"),
        (true, true) => locale.of("Nothing needs attention.", "確認が必要な支払いはありません。"),
        (false, _) => locale.of("Nothing found.", "見つかりませんでした。"),
    }
}

fn search(panel: &Panel<'_>, locale: Locale, query: &Query) -> Markup {
    let on = query.attention_only.then(|| markup![" checked"]);
    markup!["<form method=\"get\" action=\"/panel/payments\" class=\"search\">" (hidden_token(panel))
        "<input type=\"search\" name=\"search\" aria-label=\"" (locale.of("Search", "検索")) "\" placeholder=\""
        (locale.of("Order number or KOMOJU id", "注文番号または KOMOJU の ID")) "\" value=\"" (query.search.as_str())
        "\"><label class=\"check\"><input type=\"checkbox\" name=\"attention\" value=\"1\"" (on) "> "
        (locale.of("Needs attention", "要確認のみ")) "</label><button>" (locale.of("Search", "検索")) "</button></form>"]
}

/// One payment: order, state, amount, when it last changed, and why it needs a person.
fn row(panel: &Panel<'_>, desk: &Desk, locale: Locale, row: &LedgerRow) -> Markup {
    let state = pill::of_payment(locale, &row.phase, &row.attention);
    let refunded =
        row.refunded.map(|back| markup!["<br><span class=\"quiet\">−" (back.to_string()) "</span>"]);
    let test = (row.mode == Mode::Test).then(|| markup![" "(mode_pill(Mode::Test))]);
    let link = panel.visitor.link(panel.ctx, &["/payments/", &row.order.to_string()].concat(), &[]);
    let words: Vec<Markup> = row
        .attention
        .iter()
        .map(|one| markup!["<p class=\"attention\">" (attention_name(locale, one)) "</p>"])
        .collect();
    markup!["<tr><td><a href=\"" (link) "\">#" (row.order.get()) "</a> " (order_link(desk, locale, row.order))
        "</td><td>" (state.html()) (test) (words) "</td><td class=\"amount\">" (&row.amount) (refunded) "</td><td class=\"quiet\">" (moment(row.updated_at_ms)) "</td></tr>"]
}
