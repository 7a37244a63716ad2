//! Our own pages for shoppers: plain HTML without a script, readable on any phone, in the shopper's language.

use super::view::{Queued, View, ViewState};
use super::words;
use crate::payment::call::Locale;
use crate::payment::ids::OrderId;
use crate::problem::Problem;
use crate::web::escape;
use worker::{Response, Result};

const STYLE: &str = include_str!("page.css");

/// How the payment stands. Asks anew by itself for as long as that may change. `home`: the shop's address, where it is
/// known.
pub fn status(
    view: &View,
    shop: &str,
    home: Option<&str>,
    order: OrderId,
    locale: Locale,
) -> Result<Response> {
    let refresh = view.poll_ms.map_or_else(String::new, |ms| {
        format!("<meta http-equiv=\"refresh\" content=\"{}\">", ms.div_ceil(1_000).max(3))
    });
    let mut body = String::new();
    if let Some(test) = view.test {
        body.push_str(&format!("<p class=\"test\">{}</p>", escape(test)));
    }
    body.push_str(&format!(
        "<p class=\"shop\">{} · {} {order}</p>",
        escape(shop),
        words::order_number(locale)
    ));
    body.push_str(&format!("<h1>{}</h1><p>{}</p>", escape(view.title), escape(view.message)));
    body.push_str(&lines(view));
    body.push_str(&buttons(view, locale));
    if let Some(home) = home {
        let (home, label) = (escape(home), words::back_to_shop(locale));
        body.push_str(&format!("<a class=\"button quiet\" href=\"{home}/\" rel=\"noreferrer\">{label}</a>"));
    }
    page(200, state(view.state), view.title, &refresh, &body, locale)
}

/// A start that must wait. Makes the start again by itself, at `next` or else at this same address.
pub fn queued(queued: &Queued, next: Option<&str>, locale: Locale) -> Result<Response> {
    let next = next.map_or_else(String::new, |url| [";url=", &escape(url)].concat());
    let refresh = format!("<meta http-equiv=\"refresh\" content=\"{}{next}\">", queued.seconds());
    let body = format!("<h1>{}</h1><p>{}</p>", escape(queued.title), escape(&queued.message));
    let response = page(queued.status, "confirming", queued.title, &refresh, &body, locale)?;
    response.headers().set("retry-after", &queued.seconds().to_string())?;
    Ok(response)
}

/// A problem as a page, for people who came by navigation.
pub fn problem(problem: &Problem, locale: Locale) -> Result<Response> {
    let title = words::bad_link_title(locale);
    let message = problem.message.as_deref().unwrap_or(&problem.detail);
    let body =
        format!("<h1>{}</h1><p>{}</p><p class=\"code\">{}</p>", escape(title), escape(message), problem.code);
    let response = page(problem.status, "problem", title, "", &body, locale)?;
    if let Some(seconds) = problem.retry_after_s {
        response.headers().set("retry-after", &seconds.to_string())?;
    }
    Ok(response)
}

fn lines(view: &View) -> String {
    if view.lines.is_empty() {
        return String::new();
    }
    let rows = view
        .lines
        .iter()
        .map(|l| format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(l.label), escape(&l.value)));
    format!("<dl>{}</dl>", rows.collect::<String>())
}

/// Buttons are forms: what starts anew is never a GET.
fn buttons(view: &View, locale: Locale) -> String {
    let form = |intent: &str, label: &str, class: &str| {
        format!(
            "<form method=\"post\" action=\"/pay/{}\"><input type=\"hidden\" name=\"intent\" value=\"{intent}\">\
             <input type=\"hidden\" name=\"locale\" value=\"{}\"><button class=\"{class}\">{}</button></form>",
            escape(&view.token),
            locale.code(),
            escape(label)
        )
    };
    let mut html = String::new();
    if let Some(link) = &view.link {
        html.push_str(&format!(
            "<a class=\"button\" href=\"{}\" rel=\"noreferrer\">{}</a>",
            escape(&link.url),
            escape(link.label)
        ));
    }
    if let Some(label) = view.pay {
        html.push_str(&form("pay", label, "primary"));
    }
    if let Some(label) = view.restart {
        html.push_str(&form("restart", label, "quiet"));
    }
    html
}

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

fn page(status: u16, class: &str, title: &str, head: &str, body: &str, locale: Locale) -> Result<Response> {
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">{head}<title>{}</title>\
         <style>{STYLE}</style></head><body><main class=\"{class}\" aria-live=\"polite\"><span class=\"mark\" \
         aria-hidden=\"true\"></span>{body}</main></body></html>",
        locale.code(),
        escape(title)
    );
    let response = Response::from_html(html)?.with_status(status);
    let headers = response.headers();
    headers.set("cache-control", "no-store")?;
    headers.set("referrer-policy", "no-referrer")?;
    headers.set("x-content-type-options", "nosniff")?;
    // `form-action` also bounds where a form's redirect may lead, and that is KOMOJU: so it is left open.
    headers.set(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    )?;
    Ok(response)
}
