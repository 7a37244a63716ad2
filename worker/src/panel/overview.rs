//! The first page: whether everything is connected, what is left to set up, and what needs a person.

use super::fields::hidden_token;
use super::keys;
use super::layout::{PanelPage, Tab, mode_pill, page as frame};
use super::request::Panel;
use super::words::{moment, trouble};
use crate::objects::messages::desk::{Desk, Funnel};
use crate::objects::messages::health::{SignatureDoubt, Trouble};
use crate::texts::panel::overview as say;
use domain::state::settings::Mode;
use domain::texts::locale::Locale;
use domain::time::HOUR_MS;
use maud::{Markup, html};

/// The page. If something is wrong, the health card comes before the rest.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk) -> PanelPage<'a> {
    let locale = panel.visitor.locale;
    let (steps, health, funnel) =
        (steps(panel, desk, locale), health(panel, desk, locale), funnel(desk, locale));
    let content = html! {
        (account_changed(panel, desk, locale))
        (attention(panel, desk, locale))
        div.pair { (bigcommerce(desk, locale)) (komoju(panel, desk, locale)) }
        @if desk.health.troubles.is_empty() { (steps) (funnel) (health) } @else { (health) (funnel) (steps) }
    };
    frame(panel, desk, Tab::Overview, content)
}

/// What needs a person: payments, and labels that nobody could place.
fn attention(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let payments = u64::from(desk.tally.attention);
    if payments == 0 && desk.undecided.is_empty() {
        return html! {};
    }
    let to_payments = panel.visitor.link(panel.ctx, "/payments", &[("attention", "1")]);
    let to_methods = panel.visitor.link(panel.ctx, "/methods", &[]);
    html! {
        section.card.warn {
            h2 { (say::needs_attention(locale)) }
            ul {
                @if payments > 0 {
                    li { a href=(to_payments) { (say::payments_need_a_look(locale, payments)) } }
                }
                @if !desk.undecided.is_empty() {
                    li { a href=(to_methods) { (say::unknown_names(locale)) } }
                }
            }
        }
    }
}

fn bigcommerce(desk: &Desk, locale: Locale) -> Markup {
    html! {
        section.card {
            h2 { "BigCommerce" }
            p { span.pill.live { (say::connected(locale)) } }
            p.label { (say::storefronts(locale)) }
            ul.plain {
                @for channel in &desk.profile.channels {
                    li {
                        (channel.name) " "
                        span.quiet { (channel.origins.first().map_or("", String::as_str)) }
                    }
                }
            }
        }
    }
}

fn komoju(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    html! {
        section.card {
            h2 { "KOMOJU" }
            @if let Some(account) = desk.profile.current_account() {
                p { span.pill.live { (say::connected(locale)) } " " (mode_pill(account.mode)) }
                @match account.mode {
                    Mode::Live => p { (say::live(locale)) },
                    Mode::Test => p { (say::test(locale)) },
                }
                p { code { (account.masked) } }
            } @else {
                p { span.pill { (say::not_connected(locale)) } }
                p {
                    a.button.primary href=(panel.visitor.link(panel.ctx, "/keys", &[])) { (say::enter_key(locale)) }
                }
            }
        }
    }
}

/// One step of setting up. `done`: None if only the merchant can know.
struct Step<'a> {
    done: Option<bool>,
    name: &'static str,
    hint: &'a str,
    /// Where it is done. None: the app does it.
    page: Option<&'static str>,
}

/// The steps of setting up, each with a link to the page where it is done.
fn steps(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let installed = desk.health.troubles.iter().all(Trouble::is_of_flow);
    let registered = desk.health.checked_at_ms > 0 && installed;
    let heard = desk.heard_komoju_ms.map(|at| say::step::webhook_heard(locale, &moment(at)));
    let steps = [
        Step {
            done: Some(registered),
            name: say::step::store(locale),
            hint: say::step::store_hint(locale),
            page: None,
        },
        Step {
            done: Some(desk.profile.current_account().is_some()),
            name: say::step::key(locale),
            hint: say::step::key_hint(locale),
            page: Some("/keys"),
        },
        Step {
            done: heard.as_ref().map(|_| true),
            name: say::step::webhook(locale),
            hint: heard.as_deref().unwrap_or(say::step::webhook_hint(locale)),
            page: Some("/keys"),
        },
        Step {
            // Until the merchant has saved the methods, the ones shown are a guess.
            done: Some(desk.profile.settings.methods_chosen && !desk.profile.settings.methods.is_empty()),
            name: say::step::methods(locale),
            hint: say::step::methods_hint(locale),
            page: Some("/methods"),
        },
        Step {
            done: (desk.tally.payments > 0).then_some(true),
            name: say::step::order(locale),
            hint: say::step::order_hint(locale),
            page: Some("/payments"),
        },
    ];
    html! {
        section.card {
            h2 { (say::step::title(locale)) }
            ol.steps {
                @for each in &steps { (step(panel, locale, each)) }
            }
        }
    }
}

fn step(panel: &Panel<'_>, locale: Locale, step: &Step<'_>) -> Markup {
    let (class, mark) = match step.done {
        Some(true) => ("done", say::step::done(locale)),
        Some(false) => ("open", say::step::to_do(locale)),
        None => ("manual", say::step::by_you(locale)),
    };
    html! {
        li class=(class) {
            @match step.page {
                Some(page) => a href=(panel.visitor.link(panel.ctx, page, &[])) { (step.name) },
                None => b { (step.name) },
            }
            " "
            span.pill.(class) { (mark) }
            br;
            span.hint { (step.hint) }
        }
    }
}

/// Orders against starts: of the last day by the hour, and of the last 30 days. Nothing at all if there are no orders
/// yet.
fn funnel(desk: &Desk, locale: Locale) -> Markup {
    let Funnel { hours, month } = &desk.funnel;
    if month.placed == 0 {
        return html! {};
    }
    let day =
        hours.iter().fold((0, 0), |(placed, started), hour| (placed + hour.placed, started + hour.started));
    html! {
        section.card {
            h2 { (say::orders_and_starts(locale)) }
            p.hint {
                (say::starts_hint(locale))
                @if month.late > 0 { " " (say::came_later(locale, &month.late.to_string())) }
                @if !desk.profile.settings.watch_new_orders { " " (say::not_watched(locale)) }
            }
            table {
                tbody {
                    (starts(say::last_day(locale), day.0, day.1))
                    (starts(say::last_month(locale), month.placed, month.started))
                }
            }
            details {
                summary { (say::by_the_hour(locale)) }
                table {
                    tbody {
                        @for hour in hours { (starts(&moment(hour.hour * HOUR_MS), hour.placed, hour.started)) }
                    }
                }
            }
        }
    }
}

/// How many of the orders of this time were started.
fn starts(time: &str, placed: u32, started: u32) -> Markup {
    html! { tr { td { (time) } td.amount { (started) " / " (placed) } } }
}

/// What is wrong with the installation, and the button that puts it right.
fn health(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let channel_name = |id| {
        let name = desk.profile.channel(id).map(|channel| channel.name.clone());
        name.unwrap_or_else(|| ["#", &u64::to_string(&id)].concat())
    };
    let troubles = &desk.health.troubles;
    let disabled = troubles.iter().any(|t| matches!(t, Trouble::ScriptDisabled { .. }));
    let action = match disabled {
        true => say::repair_and_switch_on(locale),
        false => say::check_and_repair(locale),
    };
    let checked = (desk.health.checked_at_ms > 0).then(|| moment(desk.health.checked_at_ms));
    html! {
        section.card.warn[!troubles.is_empty()] {
            h2 { (say::health(locale)) }
            @if troubles.is_empty() {
                p { span.pill.live { (say::ok(locale)) } " " (say::all_good(locale)) }
            } @else {
                ul.troubles {
                    @for each in troubles { li { (trouble(locale, each, channel_name)) } }
                }
            }
            (signature_note(desk, locale))
            form.actions method="post" action="/panel/repair" {
                (hidden_token(panel))
                button { (action) }
                span.quiet { (say::last_checked(locale, &checked.unwrap_or_default())) }
            }
        }
    }
}

/// What was odd about BigCommerce's signatures. Nothing need be done about it, but whoever is asked for help should
/// see it.
fn signature_note(desk: &Desk, locale: Locale) -> Markup {
    let Some(note) = desk.health.hook_signature else { return html! {} };
    let time = moment(note.at_ms);
    let words = match note.doubt {
        SignatureDoubt::Old => say::signature_old(locale, &time),
        SignatureDoubt::Mismatch => say::signature_mismatch(locale, &time),
    };
    html! { p.quiet { (words) } }
}

/// Anybody with a staff login could redirect a store's money to another KOMOJU account, so everybody is told of such
/// a change for a month.
fn account_changed(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    let Some(change) = &desk.account_changed else { return html! {} };
    let is_test = matches!(keys::split(&change.to), Some((Mode::Test, _)));
    html! {
        section.card.warn {
            h2 { (say::account_changed(locale)) }
            p {
                code { (change.from) } " → " code { (change.to) }
                br;
                span.quiet { (say::ChangedBy { name: &change.name, time: &moment(change.at_ms) }.say(locale)) }
            }
            p {
                (if is_test { say::account_changed_to_test(locale) } else { say::account_changed_hint(locale) }) " "
                a href=(panel.visitor.link(panel.ctx, "/changes", &[])) { (say::who_changed_what(locale)) }
            }
        }
    }
}
