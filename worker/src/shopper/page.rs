//! Our own pages for shoppers: plain HTML that needs no script, readable on any phone, in the shopper's language.

use super::card::{self, Act, Card, Content, Node, Press};
use super::view::{Asking, Queued, View, ViewState};
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
    let card = card::card(view, String::new(), locale);
    let body = html! {
        (drawn(&card, may, locale))
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
            (link(way_back, &html! { (say::problem::open_by_email(locale)) }, "main"))
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

/// The question before a live code is given up. It takes the place of the status. Keeping the code is a link back;
/// giving it up is a form.
pub fn asking(view: &View, asking: &Asking, act: &str, locale: Locale) -> Handled {
    let body = drawn(&card::question(view, asking), May::Act(act), locale);
    page(200, "asking", asking.title, None, &body, locale)
}

fn drawn(card: &Card, may: May<'_>, locale: Locale) -> Markup {
    html! {
        @for node in card.head.iter().chain(&card.body) { (element(node, may, locale)) }
    }
}

/// An element of the card. What is pressed are forms, because a GET must never start anything anew.
fn element(node: &Node, may: May<'_>, locale: Locale) -> Markup {
    let (label, class) = (content(node, may, locale), node.class);
    match &node.act {
        None => tag(node, &label),
        Some(Act::Copy { copy, done }) => html! {
            button.copy type="button" value=(copy) data-done=(done) { (label) }
        },
        Some(Act::Print { .. }) => html! { button.print.quiet type="button" { (label) } },
        Some(Act::Link { href, .. }) => link(href, &label, class),
        Some(Act::Press { press }) => match (press, may) {
            (Press::Pay, May::Act(token) | May::Pay(token)) => form(token, "pay", &label, class, locale),
            (Press::Pay, May::GoOn(url) | May::See(url)) => link(url, &label, class),
            (Press::Ask, May::Act(_)) => {
                link(&["?ask=another&locale=", locale.code()].concat(), &label, class)
            }
            (Press::Keep, May::Act(_)) => link(&["?locale=", locale.code()].concat(), &label, class),
            (Press::Restart, May::Act(token)) => form(token, "restart", &label, class, locale),
            (Press::Ask | Press::Keep | Press::Restart, May::Pay(_) | May::GoOn(_) | May::See(_)) => html! {},
        },
    }
}

/// On a page of its own the card's headings are the page's.
fn tag(node: &Node, content: &Markup) -> Markup {
    let name = match node.tag {
        "h2" => "h1",
        "h3" => "h2",
        other => other,
    };
    html! {
        (PreEscaped(["<", name].concat()))
        @if !node.class.is_empty() { (PreEscaped([" class=\"", node.class, "\""].concat())) }
        (PreEscaped(">"))
        (content)
        (PreEscaped(["</", name, ">"].concat()))
    }
}

fn content(node: &Node, may: May<'_>, locale: Locale) -> Markup {
    match &node.content {
        Content::Text(text) => html! { (text) },
        Content::Nodes(nodes) => html! { @for node in nodes { (element(node, may, locale)) } },
    }
}

/// The shop's name, and the way there.
pub fn foot(shop: &str, home: Option<&str>, locale: Locale) -> Markup {
    html! {
        @if !shop.is_empty() { p.shop { (shop) } }
        @if let Some(home) = home {
            a.quiet href={ (home) "/" } rel="noreferrer" { (say::back_to_shop(locale)) }
        }
    }
}

/// A link that looks like a button.
fn link(url: &str, label: &Markup, class: &str) -> Markup {
    html! { a class=(class) href=(url) rel="noreferrer" { (label) } }
}

/// A button that posts an intent.
fn form(token: &str, intent: &str, label: &Markup, class: &str, locale: Locale) -> Markup {
    html! {
        form method="post" action={ "/pay/" (token) } {
            input type="hidden" name="intent" value=(intent);
            input type="hidden" name="locale" value=(locale.code());
            button class=(class) { (label) }
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
