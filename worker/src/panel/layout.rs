//! The frame around every page, and the headers that it is sent with.

use super::request::Panel;
use super::words::done;
use crate::context::Ctx;
use crate::crypto::random_hex;
use crate::objects::messages::desk::Desk;
use crate::problem::Problem;
use crate::respond;
use crate::stop::Handled;
use crate::texts::panel::{LANGUAGES, layout as say};
use domain::state::settings::Mode;
use domain::texts::locale::Locale;
use domain::url::value;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("copy.js");

/// A page that is ready to be sent.
pub struct PanelPage<'a> {
    /// One more page that may frame this one; see [`policy`].
    framed_by: Option<&'a str>,
    locale: Locale,
    status: u16,
    title: &'a str,
    body: Markup,
}

impl PanelPage<'_> {
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The page as an answer, with a fresh nonce for its one style and its one script.
    pub fn response(self) -> Handled {
        let nonce = random_hex(16)?;
        let page = html! {
            (DOCTYPE)
            html lang=(self.locale.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1";
                    title { (self.title) }
                    style nonce=(nonce) { (PreEscaped(STYLE)) }
                }
                body {
                    (self.body)
                    script nonce=(nonce) { (PreEscaped(SCRIPT)) }
                }
            }
        };
        respond::page(self.status, &policy(self.framed_by, &nonce), page.into_string())
    }
}

/// The content policy: BigCommerce's panel may frame the page and nobody else may; nothing is loaded from anywhere.
fn policy(framed_by: Option<&str>, nonce: &str) -> String {
    let ancestors = ["https://*.bigcommerce.com", "https://*.mybigcommerce.com"].into_iter().chain(framed_by);
    let ancestors = ancestors.collect::<Vec<_>>().join(" ");
    let nonce = ["'nonce-", nonce, "'"].concat();
    ["default-src 'none'; style-src ", &nonce, "; script-src ", &nonce]
        .into_iter()
        .chain(["; form-action 'self'; base-uri 'none'; frame-ancestors ", &ancestors])
        .collect()
}

fn framed_by(ctx: &Ctx) -> Option<&str> {
    ctx.config.bigcommerce_panel_url.as_deref()
}

/// The tab that a page belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Keys,
    Methods,
    Settings,
    Payments,
}

impl Tab {
    const ALL: [Self; 5] = [Self::Overview, Self::Keys, Self::Methods, Self::Settings, Self::Payments];

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Keys => "/keys",
            Self::Methods => "/methods",
            Self::Settings => "/settings",
            Self::Payments => "/payments",
        }
    }

    fn name(self, locale: Locale) -> &'static str {
        match self {
            Self::Overview => say::tab::overview(locale),
            Self::Keys => say::tab::keys(locale),
            Self::Methods => say::tab::methods(locale),
            Self::Settings => say::tab::settings(locale),
            Self::Payments => say::tab::payments(locale),
        }
    }
}

/// A page of the panel, for somebody who is signed in.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, tab: Tab, content: Markup) -> PanelPage<'a> {
    let locale = panel.visitor.locale;
    let word = value(&panel.query, "done");
    let body = html! {
        (ribbon(locale, desk))
        (header(panel, desk, locale, tab))
        main {
            @if let Some(words) = word.and_then(|word| done(locale, word)) {
                // "Overtaken" says that nothing was done, so it is not green.
                p.notice.good[word != Some("overtaken")] role="status" { (words) }
            }
            (content)
        }
    };
    PanelPage { framed_by: framed_by(panel.ctx), locale, status: 200, title: "KOMOJU payments", body }
}

/// Says on every page that the current key is a test key: test money must never be taken for real money.
fn ribbon(locale: Locale, desk: &Desk) -> Markup {
    let test = desk.profile.current_account().is_some_and(|account| account.mode == Mode::Test);
    html! {
        @if test {
            div.ribbon { b { "TEST" } " " (say::test_ribbon(locale)) }
        }
    }
}

fn header(panel: &Panel<'_>, desk: &Desk, locale: Locale, tab: Tab) -> Markup {
    let to = |language: Locale| panel.visitor.link(panel.ctx, tab.path(), &[("lang", language.code())]);
    html! {
        header {
            div.brand {
                (app_name())
                p.shop { (desk.profile.store_name) }
                (mode_badge(locale, desk))
                @for other in LANGUAGES.iter().copied().filter(|language| *language != locale) {
                    a.language lang=(other.code()) href=(to(other)) { (say::language(other)) }
                }
            }
            nav {
                @for each in Tab::ALL { (tab_link(panel, desk, locale, each, each == tab)) }
            }
        }
    }
}

fn app_name() -> Markup {
    html! { h1 { "KOMOJU " span { "payments" } } }
}

fn tab_link(panel: &Panel<'_>, desk: &Desk, locale: Locale, tab: Tab, current: bool) -> Markup {
    let href = panel.visitor.link(panel.ctx, tab.path(), &[]);
    let count = match tab {
        Tab::Overview => desk.health.troubles.len() as u64,
        Tab::Payments => u64::from(desk.tally.attention),
        Tab::Keys | Tab::Methods | Tab::Settings => 0,
    };
    html! {
        a href=(href) aria-current=[current.then_some("page")] {
            (tab.name(locale))
            @if count > 0 { " " span.count { (count) } }
        }
    }
}

fn mode_badge(locale: Locale, desk: &Desk) -> Markup {
    match desk.profile.current_account() {
        Some(account) => mode_pill(account.mode),
        None => html! { span.pill { (say::not_set_up(locale)) } },
    }
}

/// TEST or LIVE.
pub fn mode_pill(mode: Mode) -> Markup {
    match mode {
        Mode::Test => html! { span.pill.test { "TEST" } },
        Mode::Live => html! { span.pill.live { "LIVE" } },
    }
}

/// The body of a page without a session.
fn alone(title: &str, content: &Markup) -> Markup {
    html! {
        main.alone {
            section.card { (app_name()) h2 { (title) } (content) }
        }
    }
}

/// A page without a session: says why there is none, or what went wrong.
pub fn message(ctx: &Ctx, locale: Locale, status: u16, title: &str, text: &str) -> Handled {
    let body = alone(title, &html! { p { (text) } });
    PanelPage { framed_by: framed_by(ctx), locale, status, title, body }.response()
}

/// A problem as a page, for a merchant who navigates. Its detail is in English and for programs, so it is shown only
/// if the app is not configured, because then the reader is whoever sets the app up. Needs no configuration itself.
pub fn problem(framed_by: Option<&str>, locale: Locale, problem: &Problem) -> Handled {
    let (title, hint) = match problem.retry {
        true => (say::not_now(locale), say::not_now_hint(locale)),
        false => (say::not_shown(locale), say::not_shown_hint(locale)),
    };
    let content = html! {
        p { (hint) }
        @if problem.code == Problem::MISCONFIGURED {
            p.hint lang="en" { (problem.detail) }
        }
        p.code { (problem.code) }
    };
    let body = alone(title, &content);
    PanelPage { framed_by, locale, status: problem.status, title: "KOMOJU payments", body }.response()
}

/// This signed address has opened the app before and does not do so again, so nobody gets in who has found it in a
/// history or a log. The store's control panel makes a new one at the press of a button.
pub fn open_again(ctx: &Ctx, locale: Locale, panel_url: &str) -> Handled {
    let content = html! {
        p { (say::link_used_hint(locale)) }
        @if !panel_url.is_empty() {
            p {
                a.button.primary target="_top" href={ (panel_url) "/manage/marketplace/apps/my-apps" } {
                    (say::open_again(locale))
                }
            }
        }
    };
    let body = alone(say::link_used(locale), &content);
    PanelPage { framed_by: framed_by(ctx), locale, status: 403, title: "KOMOJU payments", body }.response()
}

/// What was asked for is reserved for the store's owner.
pub fn owner_only(ctx: &Ctx, locale: Locale) -> Handled {
    message(ctx, locale, 403, say::owner_only(locale), say::owner_only_hint(locale))
}

/// The token is not good, or not any more. In all languages, because without a token we do not know which one.
pub fn signed_out(ctx: &Ctx, status: u16) -> Handled {
    let all = |words: fn(Locale) -> &'static str| LANGUAGES.iter().copied().map(words).collect::<Vec<_>>();
    let (title, hint) = (all(say::expired).join(" ・ "), all(say::expired_hint).join(" "));
    message(ctx, Locale::default(), status, &title, &hint)
}

pub fn not_found<'a>(panel: &Panel<'a>, desk: &Desk) -> PanelPage<'a> {
    let nothing = html! { section.card { p { (say::nothing_here(panel.visitor.locale)) } } };
    page(panel, desk, Tab::Overview, nothing).status(404)
}
