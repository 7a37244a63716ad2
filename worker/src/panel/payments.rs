//! The list of the store's payments.

use super::fields::hidden_token;
use super::layout::{PanelPage, Tab, mode_pill, page as frame};
use super::links::{order_link, path, pay_link};
use super::payment_words::attention_name;
use super::pill;
use super::request::Panel;
use super::words::moment;
use crate::objects::messages::desk::Desk;
use crate::objects::messages::ledger::{LedgerPage, LedgerRow, Query};
use crate::texts::panel::payments as say;
use domain::state::settings::Mode;
use domain::texts::locale::Locale;
use domain::values::ids::OrderId;
use maud::{Markup, html};

/// The page. A search for an order that nothing is known of offers a payment link for it.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, query: &Query, found: &LedgerPage) -> PanelPage<'a> {
    let locale = panel.visitor.locale;
    // An order of which nothing is known yet may be one to be paid by link.
    let unknown = OrderId::parse(query.search.trim()).ok().filter(|_| found.rows.is_empty());
    let content = html! {
        section.card {
            h2 { (say::title(locale)) }
            (search(panel, locale, query))
            @if found.rows.is_empty() {
                p.empty { (nothing(locale, query)) }
            } @else {
                (table(panel, desk, locale, &found.rows))
            }
            @if let Some(skip) = found.next {
                p { a.button href=(older(panel, query, skip)) { (say::older(locale)) } }
            }
        }
        @if let Some(order) = unknown { (pay_link(panel, locale, order)) }
    };
    frame(panel, desk, Tab::Payments, content)
}

fn nothing(locale: Locale, query: &Query) -> &'static str {
    match (query.search.is_empty(), query.attention_only) {
        (true, false) => say::none_yet(locale),
        (true, true) => say::none_need_attention(locale),
        (false, _) => say::none_found(locale),
    }
}

/// The address of the next page of the list.
fn older(panel: &Panel<'_>, query: &Query, skip: u32) -> String {
    let attention = if query.attention_only { "1" } else { "" };
    let query = [("search", query.search.as_str()), ("attention", attention), ("skip", &skip.to_string())];
    panel.visitor.link(panel.ctx, "/payments", &query)
}

fn search(panel: &Panel<'_>, locale: Locale, query: &Query) -> Markup {
    html! {
        form.search method="get" action="/panel/payments" {
            (hidden_token(panel))
            input type="search" name="search" aria-label=(say::search(locale)) placeholder=(say::search_hint(locale))
                value=(query.search);
            label.check {
                input type="checkbox" name="attention" value="1" checked[query.attention_only];
                " " (say::attention_only(locale))
            }
            button { (say::search(locale)) }
        }
    }
}

fn table(panel: &Panel<'_>, desk: &Desk, locale: Locale, rows: &[LedgerRow]) -> Markup {
    html! {
        table.rows {
            thead {
                tr {
                    th { (say::order(locale)) }
                    th { (say::state(locale)) }
                    th.amount { (say::amount(locale)) }
                    th { (say::changed(locale)) }
                }
            }
            tbody {
                @for each in rows { (row(panel, desk, locale, each)) }
            }
        }
    }
}

/// One payment: order, state, amount, when it last changed, and why it needs a person.
fn row(panel: &Panel<'_>, desk: &Desk, locale: Locale, row: &LedgerRow) -> Markup {
    html! {
        tr {
            td {
                a href=(panel.visitor.link(panel.ctx, &path(row.order), &[])) { "#" (row.order.get()) }
                " "
                @if let Some(link) = order_link(desk, locale, row.order) { (link) }
            }
            td {
                (pill::of_payment(locale, &row.phase, &row.attention).html())
                @if row.mode == Mode::Test { " " (mode_pill(Mode::Test)) }
                @for reason in &row.attention {
                    p.attention { (attention_name(locale, reason)) }
                }
            }
            td.amount {
                (row.amount)
                @if let Some(back) = row.refunded {
                    br;
                    span.quiet { "−" (back) }
                }
            }
            td.quiet { (moment(row.updated_at_ms)) }
        }
    }
}
