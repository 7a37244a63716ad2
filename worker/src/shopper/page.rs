//! Our own pages for shoppers: plain HTML that needs no script, readable on any phone, in the shopper's language.

use super::line::Line;
use super::view::{Asking, Queued, View, ViewState};
use super::voucher::Guide;
use crate::crypto::random_hex;
use crate::problem::Problem;
use crate::respond;
use crate::stop::Handled;
use crate::texts::shopper as say;
use domain::texts::locale::Locale;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the reader of the status page may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May<'a> {
    /// Pay, also another way: the browser holds this act token.
    Act(&'a str),
    /// Pay, but give no live code up: the browser holds this pay token.
    Pay(&'a str),
    /// Go on to the session at this address, which cancels nothing.
    GoOn(&'a str),
    /// See how the payment stands. To pay, show the order's e-mail address here.
    See(&'a str),
}

/// What the page of a problem shows besides it.
#[derive(Debug, Default)]
pub struct Whose {
    /// The shop's name; empty if no shop is known.
    pub shop: String,
    /// The shop's address.
    pub home: Option<String>,
    /// Where the order can be opened by its e-mail address. None: there is no order that may be opened so, or the
    /// problem is another.
    pub way_back: Option<String>,
}

/// When a page looks again by itself.
pub(super) struct Again<'a> {
    /// After so many ms.
    after_ms: i64,
    /// Where it then goes. None: it asks at its own address, and is shown anew only if there is news.
    next: Option<&'a str>,
}

impl Again<'_> {
    /// What a browser without scripts reads: whole seconds, never a hectic number of them.
    fn refresh(&self) -> String {
        let seconds = (self.after_ms.div_euclid(1_000) + 1).max(3).to_string();
        self.next
            .filter(|url| !url.is_empty())
            .map_or(seconds.clone(), |url| [&seconds, ";url=", url].concat())
    }
}

/// How the payment stands. Looks again as long as that may change. `shop`: the shop's name; `home`: its address,
/// if it is known.
pub fn status(view: &View, may: May<'_>, shop: &str, home: Option<&str>, locale: Locale) -> Handled {
    let again = view.poll_ms.map(|ms| Again { after_ms: i64::from(ms).max(3_000), next: None });
    let body = html! {
        @if let Some(test) = view.test { p.test { (test) } }
        @if let Some(left) = &view.left { p.left.last[left.last] { (left.text) } }
        h1 {
            (view.title)
            @if let Some(until) = &view.until { " " span { (until) } }
        }
        p { (view.message) }
        (lines(view))
        @if let Some(guide) = &view.guide { (steps(guide)) }
        (buttons(view, may, locale))
        @if view.copy.is_some() { button.print.quiet type="button" { (say::print(locale)) } }
        (foot(shop, home, locale))
    };
    page(200, state(view.state), &view.title, again, &body, locale)
}

/// A start that must wait. The page makes the start again by itself, at `next`, or at the same address if that is
/// None.
pub fn queued(queued: &Queued, next: Option<&str>, locale: Locale) -> Handled {
    let again = Again { after_ms: queued.seconds() * 1_000, next: Some(next.unwrap_or_default()) };
    let body = html! {
        h1 { (queued.title) }
        p { (queued.message) }
    };
    let response = page(queued.status, "confirming", queued.title, Some(again), &body, locale)?;
    response.headers().set("retry-after", &queued.seconds().to_string())?;
    Ok(response)
}

/// A problem as a page, for people who came by navigation. Its detail is in English and for programs. If there is no
/// sentence for the shopper, a general one is shown. Its code is in a header, for whoever is asked for help.
pub fn problem(problem: &Problem, whose: &Whose, locale: Locale) -> Handled {
    let (title, message) = match problem.message.as_deref() {
        Some(message) => (say::problem::no_payment_page(locale), message),
        None if problem.retry => (say::problem::title(locale), say::problem::may_pass(locale)),
        None => (say::problem::title(locale), say::problem::bad_link(locale)),
    };
    let body = html! {
        h1 { (title) }
        p { (message) }
        @if let Some(way_back) = &whose.way_back {
            (link(way_back, say::problem::open_by_email(locale), "primary"))
        }
        (foot(&whose.shop, whose.home.as_deref(), locale))
    };
    let response = page(problem.status, "problem", title, None, &body, locale)?;
    response.headers().set("x-problem", problem.code)?;
    if let Some(seconds) = problem.retry_after_s {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    Ok(response)
}

/// What is paid and for which order, then numbers that no longer work, struck through, then those that do.
fn lines(view: &View) -> Markup {
    html! {
        dl {
            @for line in &view.facts { (row(line, None)) }
            @for dead in &view.dead { div.dead { dt { (dead.label) } dd { s { (value(dead)) } } } }
            @for line in &view.numbers { (row(line, view.copy)) }
        }
    }
}

/// A number stands in the groups in which it is read. The gaps are margins: what is copied has none.
fn value(line: &Line) -> Markup {
    html! {
        @for group in &line.groups { span { (group) } }
        @if line.groups.is_empty() { (line.value) }
    }
}

/// `copy`: what the button that copies a number says, before and after.
fn row(line: &Line, copy: Option<[&str; 2]>) -> Markup {
    let class = match (line.code, line.groups.is_empty()) {
        (true, false) => Some("code"),
        (true, true) => Some("code name"),
        (false, _) => None,
    };
    html! {
        div class=[class] {
            dt { (line.label) }
            dd { (value(line)) }
            @if let Some([label, done]) = copy {
                button.copy type="button" value=(line.value) data-done=(done) { (label) }
            }
        }
    }
}

/// How it is done there.
fn steps(guide: &Guide) -> Markup {
    html! {
        h2 { (guide.title) }
        ol { @for step in guide.steps { li { (step) } } }
        @for note in &guide.notes { p.note { (note) } }
    }
}

/// The question before a live code is given up. It takes the place of the status, and shows the number that would
/// stop working. Keeping it is a link back; giving it up is a form.
pub fn asking(view: &View, asking: &Asking, act: &str, locale: Locale) -> Handled {
    let body = html! {
        h1 { (asking.title) }
        p { (asking.message) }
        dl {
            @for line in view.facts.iter().chain(&asking.lines) { (row(line, None)) }
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
            (Some(label), May::Act(token) | May::Pay(token)) => {
                (form(token, "pay", label, Some("primary"), locale))
            }
            (Some(label), May::GoOn(url) | May::See(url)) => { (link(url, label, "primary")) }
            (None, _) => {}
        }
        @if let (Some(label), May::Act(_)) = (view.restart, may) {
            (link(&["?ask=another&locale=", locale.code()].concat(), label, "quiet"))
        }
    }
}

/// The shop's name, and the way there.
pub fn foot(shop: &str, home: Option<&str>, locale: Locale) -> Markup {
    html! {
        @if !shop.is_empty() { p.shop { (shop) } }
        @if let Some(home) = home {
            a.button.quiet href={ (home) "/" } rel="noreferrer" { (say::back_to_shop(locale)) }
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

/// A whole page, with the headers that keep its address and its content private.
pub(super) fn page(
    status: u16,
    class: &str,
    title: &str,
    again: Option<Again<'_>>,
    body: &Markup,
    locale: Locale,
) -> Handled {
    let nonce = random_hex(16)?;
    let page = html! {
        (DOCTYPE)
        html lang=(locale.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="robots" content="noindex";
                @if let Some(again) = &again {
                    noscript { meta http-equiv="refresh" content=(again.refresh()); }
                }
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body data-again=[again.as_ref().map(|again| again.after_ms)]
                data-next=[again.as_ref().and_then(|again| again.next)] {
                main class=(class) {
                    span.mark aria-hidden="true" {}
                    (body)
                }
                script nonce=(nonce) { (PreEscaped(SCRIPT)) }
            }
        }
    };
    // `form-action` is left open: it would also restrict where a form may be redirected to, and that is KOMOJU.
    let policy = [
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-",
        &nonce,
        "'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    ]
    .concat();
    respond::page(status, &policy, page.into_string())
}
