//! Who changed what in this app, newest first.

use super::layout::{PanelPage, Tab, page as frame};
use super::request::Panel;
use super::words::{moment, provider};
use crate::objects::messages::desk::{Change, Desk, KEY, LABEL, METHODS, WEBHOOK_SECRET};
use crate::texts::panel::changes as say;
use domain::state::settings::Provider;
use domain::texts::locale::Locale;
use maud::{Markup, html};

/// The page.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, changes: &[Change]) -> PanelPage<'a> {
    let locale = panel.visitor.locale;
    let content = html! {
        section.card {
            h2 { (say::title(locale)) }
            p.hint { (say::hint(locale)) }
            @if changes.is_empty() {
                p { (say::nothing(locale)) }
            } @else {
                (table(locale, changes))
            }
            p { a href=(panel.visitor.link(panel.ctx, "/settings", &[])) { (say::back(locale)) } }
        }
    };
    frame(panel, desk, Tab::Settings, content)
}

fn table(locale: Locale, changes: &[Change]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th { (say::when(locale)) }
                    th { (say::who(locale)) }
                    th { (say::what(locale)) }
                    th { (say::from(locale)) }
                    th { (say::to(locale)) }
                }
            }
            tbody {
                @for change in changes {
                    tr {
                        td.quiet { (moment(change.at_ms)) }
                        td { (change.name) }
                        td { (name(locale, &change.what)) }
                        td { (value(locale, &change.what, &change.from)) }
                        td { (value(locale, &change.what, &change.to)) }
                    }
                }
            }
        }
    }
}

/// The name that the settings page has for it; a setting of another version is named by its field.
fn name(locale: Locale, what: &str) -> &str {
    match what {
        KEY => say::name::key(locale),
        WEBHOOK_SECRET => say::name::webhook_secret(locale),
        METHODS => say::name::methods(locale),
        LABEL => say::name::label(locale),
        "order_prefix" => say::name::order_prefix(locale),
        "capture" => say::name::capture(locale),
        "authorized_status" => say::name::authorized_status(locale),
        "capture_on_shipping" => say::name::capture_on_shipping(locale),
        "unpaid" => say::name::unpaid(locale),
        "unpaid_grace_hours" => say::name::unpaid_grace_hours(locale),
        "refunds" => say::name::refunds(locale),
        "refund_second" => say::name::refund_second(locale),
        "watch_new_orders" => say::name::watch_new_orders(locale),
        "test_moves_orders" => say::name::test_moves_orders(locale),
        "store_credit" => say::name::store_credit(locale),
        "gift_certificates" => say::name::gift_certificates(locale),
        "keep_days" => say::name::keep_days(locale),
        "keys_for_owner" => say::name::keys_for_owner(locale),
        other => other,
    }
}

/// A changed value, in words if it is one that a program would write.
fn value<'a>(locale: Locale, what: &str, text: &'a str) -> &'a str {
    match (what, text) {
        (_, "true") => say::value::on(locale),
        (_, "false") => say::value::off(locale),
        (_, "") => say::value::none(locale),
        (WEBHOOK_SECRET, "new") => say::value::new_secret(locale),
        (WEBHOOK_SECRET, "retired") => say::value::secrets_retired(locale),
        (LABEL, id) => Provider::from_id(id).map_or(text, |found| provider(locale, found)),
        ("capture", "auto") => say::value::capture_auto(locale),
        ("capture", "manual") => say::value::capture_manual(locale),
        ("unpaid", "leave") => say::value::unpaid_leave(locale),
        ("unpaid", "cancel") => say::value::unpaid_cancel(locale),
        ("unpaid", "decline") => say::value::unpaid_decline(locale),
        ("store_credit" | "gift_certificates", "gross") => say::value::gross(locale),
        ("store_credit" | "gift_certificates", "net") => say::value::net(locale),
        ("refunds", "at_once") => say::value::refunds_at_once(locale),
        ("refunds", "confirm") => say::value::refunds_confirm(locale),
        ("refunds", "never") => say::value::refunds_never(locale),
        (_, text) => text,
    }
}
