//! Our own pages for shoppers: plain HTML without a script, readable on any phone, in the shopper's language.

use super::view::{Asking, Line, Queued, View, ViewState};
use crate::problem::Problem;
use crate::respond;
use crate::stop::Handled;
use crate::texts::shopper as say;
use domain::texts::locale::Locale;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");

/// What the reader of the status page may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May<'a> {
    /// Pay, also another way: the browser holds this act token.
    Act(&'a str),
    /// Go on to the session at this address, which cancels nothing.
    GoOn(&'a str),
    /// See how the payment stands.
    See,
}

/// How the payment stands. Reloads itself as long as that may change. `shop`: the shop's name; `home`: its address,
/// if it is known.
pub fn status(view: &View, may: May<'_>, shop: &str, home: Option<&str>, locale: Locale) -> Handled {
    let refresh = view.poll_ms.map(|ms| ms.div_ceil(1_000).max(3).to_string());
    let body = html! {
        @if let Some(test) = view.test { p.test { (test) } }
        p.shop { (shop) }
        h1 { (view.title) }
        p { (view.message) }
        (lines(view))
        (buttons(view, may, locale))
        @if let Some(home) = home {
            a.button.quiet href={ (home) "/" } rel="noreferrer" { (say::back_to_shop(locale)) }
        }
    };
    page(200, state(view.state), view.title, refresh, &body, locale)
}

/// A start that must wait. The page makes the start again by itself, at `next`, or at the same address if that is
/// None.
pub fn queued(queued: &Queued, next: Option<&str>, locale: Locale) -> Handled {
    let seconds = queued.seconds().to_string();
    let refresh = next.map_or_else(|| seconds.clone(), |url| [&seconds, ";url=", url].concat());
    let body = html! {
        h1 { (queued.title) }
        p { (queued.message) }
    };
    let response = page(queued.status, "confirming", queued.title, Some(refresh), &body, locale)?;
    response.headers().set("retry-after", &seconds)?;
    Ok(response)
}

/// A problem as a page, for people who came by navigation. Its detail is in English and for programs. If there is no
/// sentence for the shopper, a general one is shown.
pub fn problem(problem: &Problem, locale: Locale) -> Handled {
    let (title, message) = match problem.message.as_deref() {
        Some(message) => (say::problem::no_payment_page(locale), message),
        None if problem.retry => (say::problem::title(locale), say::problem::may_pass(locale)),
        None => (say::problem::title(locale), say::problem::bad_link(locale)),
    };
    let body = html! {
        h1 { (title) }
        p { (message) }
        p.code { (problem.code) }
    };
    let response = page(problem.status, "problem", title, None, &body, locale)?;
    if let Some(seconds) = problem.retry_after_s {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    Ok(response)
}

/// What the shopper needs to know and to pay. Numbers that no longer work come first, struck through.
fn lines(view: &View) -> Markup {
    html! {
        dl {
            @for dead in &view.dead {
                div.dead { dt { (dead.label) } dd { s { (dead.value) } } }
            }
            @for line in view.lines.iter().chain([&view.number]) { (row(line)) }
        }
    }
}

fn row(line: &Line) -> Markup {
    html! { div class=[line.code.then_some("code")] { dt { (line.label) } dd { (line.value) } } }
}

/// The question before a live code is given up. It takes the place of the status, and shows the number that would
/// stop working. Keeping it is a link back; giving it up is a form.
pub fn asking(view: &View, asking: &Asking, act: &str, locale: Locale) -> Handled {
    let body = html! {
        h1 { (asking.title) }
        p { (asking.message) }
        dl {
            @for line in asking.lines.iter().chain(view.lines.last()).chain([&view.number]) { (row(line)) }
        }
        p.note { (asking.note) }
        a.button.primary href={ "?locale=" (locale.code()) } { (asking.keep) }
        (form(act, "restart", asking.give_up, None, locale))
    };
    page(200, "asking", asking.title, None, &body, locale)
}

/// Buttons are forms, because a GET must never start anything anew.
fn buttons(view: &View, may: May<'_>, locale: Locale) -> Markup {
    html! {
        @if let Some(instructions) = &view.link { (link(&instructions.url, instructions.label, "primary")) }
        @match (view.pay, may) {
            (Some(label), May::Act(token)) => { (form(token, "pay", label, Some("primary"), locale)) }
            (Some(label), May::GoOn(url)) => { (link(url, label, "primary")) }
            (Some(_), May::See) => { p { (say::pay_from_the_order(locale)) } }
            (None, _) => {}
        }
        @if let (Some(label), May::Act(_)) = (view.restart, may) {
            (link(&["?ask=another&locale=", locale.code()].concat(), label, "quiet"))
        }
    }
}

/// A link that looks like a button.
fn link(url: &str, label: &str, class: &str) -> Markup {
    html! { a.button.(class) href=(url) rel="noreferrer" { (label) } }
}

/// A button that posts an intent.
fn form(token: &str, intent: &str, label: &str, class: Option<&str>, locale: Locale) -> Markup {
    html! {
        form method="post" action={ "/pay/" (token) } {
            input type="hidden" name="intent" value=(intent);
            input type="hidden" name="locale" value=(locale.code());
            button class=[class] { (label) }
        }
    }
}

/// The CSS class of a state.
fn state(state: ViewState) -> &'static str {
    match state {
        ViewState::Redirect | ViewState::Unpaid => "unpaid",
        ViewState::Confirming => "confirming",
        ViewState::Waiting => "waiting",
        ViewState::Paid => "paid",
        ViewState::Review => "review",
        ViewState::Closed => "closed",
    }
}

/// A whole page, with the headers that keep its address and its content private. `refresh`: after how many seconds it
/// reloads itself, and where it then goes.
fn page(
    status: u16,
    class: &str,
    title: &str,
    refresh: Option<String>,
    body: &Markup,
    locale: Locale,
) -> Handled {
    let page = html! {
        (DOCTYPE)
        html lang=(locale.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="robots" content="noindex";
                @if let Some(refresh) = refresh { meta http-equiv="refresh" content=(refresh); }
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main class=(class) aria-live="polite" {
                    span.mark aria-hidden="true" {}
                    (body)
                }
            }
        }
    };
    // `form-action` is left open: it would also restrict where a form may be redirected to, and that is KOMOJU.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    respond::page(status, policy, page.into_string())
}
