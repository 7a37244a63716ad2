//! Our own pages for shoppers: plain HTML without a script, readable on any phone, in the shopper's language.

use super::view::{Asking, Line, Queued, View, ViewState};
use super::words;
use crate::html::escape;
use crate::problem::Problem;
use crate::respond;
use crate::stop::Handled;
use domain::values::locale::Locale;

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
    let refresh = view.poll_ms.map_or_else(String::new, |ms| {
        format!("<meta http-equiv=\"refresh\" content=\"{}\">", ms.div_ceil(1_000).max(3))
    });
    let mut body = String::new();
    if let Some(test) = view.test {
        body.push_str(&format!("<p class=\"test\">{}</p>", escape(test)));
    }
    body.push_str(&format!("<p class=\"shop\">{}</p>", escape(shop)));
    body.push_str(&format!("<h1>{}</h1><p>{}</p>", escape(view.title), escape(&view.message)));
    body.push_str(&lines(view));
    body.push_str(&buttons(view, may, locale));
    if let Some(home) = home {
        let (home, label) = (escape(home), words::back_to_shop(locale));
        body.push_str(&format!("<a class=\"button quiet\" href=\"{home}/\" rel=\"noreferrer\">{label}</a>"));
    }
    page(200, state(view.state), view.title, &refresh, &body, locale)
}

/// A start that must wait. The page makes the start again by itself, at `next`, or at the same address if that is
/// None.
pub fn queued(queued: &Queued, next: Option<&str>, locale: Locale) -> Handled {
    let next = next.map_or_else(String::new, |url| [";url=", &escape(url)].concat());
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"{}{next}\">", queued.seconds());
    let body = format!("<h1>{}</h1><p>{}</p>", escape(queued.title), escape(&queued.message));
    let response = page(queued.status, "confirming", queued.title, &refresh, &body, locale)?;
    response.headers().set("retry-after", &queued.seconds().to_string())?;
    Ok(response)
}

/// A problem as a page, for people who came by navigation. Its detail is in English and for programs. If there is no
/// sentence for the shopper, a general one is shown.
pub fn problem(problem: &Problem, locale: Locale) -> Handled {
    let (title, message) = match problem.message.as_deref() {
        Some(message) => (words::no_payment_page(locale), message),
        None => words::problem(problem.retry, locale),
    };
    let body = format!(
        "<h1>{}</h1><p>{}</p><p class=\"code\">{}</p>",
        escape(title),
        escape(message),
        escape(problem.code)
    );
    let response = page(problem.status, "problem", title, "", &body, locale)?;
    if let Some(seconds) = problem.retry_after_s {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    Ok(response)
}

fn lines(view: &View) -> String {
    let rows = view.lines.iter().chain([&view.number]).map(row);
    format!("<dl>{}{}</dl>", dead_rows(&view.dead), rows.collect::<String>())
}

fn row(line: &Line) -> String {
    let class = if line.code { " class=\"code\"" } else { "" };
    format!("<div{class}><dt>{}</dt><dd>{}</dd></div>", escape(&line.label), escape(&line.value))
}

/// Numbers that no longer work, struck through.
fn dead_rows(dead: &[Line]) -> String {
    dead.iter()
        .map(|l| {
            format!(
                "<div class=\"dead\"><dt>{}</dt><dd><s>{}</s></dd></div>",
                escape(&l.label),
                escape(&l.value)
            )
        })
        .collect()
}

/// The question before a live code is given up. It takes the place of the status, and shows the number that would
/// stop working. Keeping it is a link back; giving it up is a form.
pub fn asking(view: &View, asking: &Asking, act: &str, locale: Locale) -> Handled {
    let rows = asking.lines.iter().chain(view.lines.last()).chain([&view.number]).map(row);
    let body = format!(
        "<h1>{}</h1><p>{}</p><dl>{}</dl><p class=\"note\">{}</p>\
         <a class=\"button primary\" href=\"?locale={}\">{}</a>{}",
        escape(asking.title),
        escape(&asking.message),
        rows.collect::<String>(),
        escape(asking.note),
        locale.code(),
        escape(asking.keep),
        form(act, "restart", asking.give_up, "", locale),
    );
    page(200, "asking", asking.title, "", &body, locale)
}

/// Buttons are forms, because a GET must never start anything anew.
fn buttons(view: &View, may: May<'_>, locale: Locale) -> String {
    let link = |url: &str, label: &str, class: &str| {
        format!(
            "<a class=\"button{class}\" href=\"{}\" rel=\"noreferrer\">{}</a>",
            escape(url),
            escape(label)
        )
    };
    let mut html = String::new();
    if let Some(instructions) = &view.link {
        html.push_str(&link(&instructions.url, instructions.label, " primary"));
    }
    match (view.pay, may) {
        (Some(label), May::Act(token)) => html.push_str(&form(token, "pay", label, "primary", locale)),
        (Some(label), May::GoOn(url)) => html.push_str(&link(url, label, " primary")),
        (Some(_), May::See) => html.push_str(&format!("<p>{}</p>", words::pay_from_the_order(locale))),
        (None, _) => {}
    }
    if let (Some(label), May::Act(_)) = (view.restart, may) {
        html.push_str(&link(&["?ask=another&locale=", locale.code()].concat(), label, " quiet"));
    }
    html
}

/// A button that posts an intent.
fn form(token: &str, intent: &str, label: &str, class: &str, locale: Locale) -> String {
    format!(
        "<form method=\"post\" action=\"/pay/{}\"><input type=\"hidden\" name=\"intent\" value=\"{intent}\">\
         <input type=\"hidden\" name=\"locale\" value=\"{}\"><button class=\"{class}\">{}</button></form>",
        escape(token),
        locale.code(),
        escape(label)
    )
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
fn page(status: u16, class: &str, title: &str, head: &str, body: &str, locale: Locale) -> Handled {
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">{head}<title>{}</title>\
         <style>{STYLE}</style></head><body><main class=\"{class}\" aria-live=\"polite\"><span class=\"mark\" \
         aria-hidden=\"true\"></span>{body}</main></body></html>",
        locale.code(),
        escape(title)
    );
    // `form-action` is left open: it would also restrict where a form may be redirected to, and that is KOMOJU.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    respond::page(status, policy, html)
}
