//! The frame around every page, and the headers that it is sent with.

use super::request::Panel;
use super::words::{Words, done};
use crate::context::Ctx;
use crate::crypto::random_hex;
use crate::markup;
use crate::objects::messages::desk::Desk;
use crate::problem::Problem;
use crate::respond;
use crate::stop::Handled;
use domain::state::settings::Mode;
use domain::url::value;
use domain::values::locale::Locale;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("copy.js");

/// A page that is ready to be sent.
pub struct Page<'a> {
    /// One more page that may frame this one; see [`policy`].
    framed_by: Option<&'a str>,
    locale: Locale,
    status: u16,
    title: &'static str,
    body: Markup,
}

impl Page<'_> {
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
            Self::Overview => locale.of("Overview", "概要"),
            Self::Keys => locale.of("KOMOJU account", "KOMOJU アカウント"),
            Self::Methods => locale.of("Payment methods", "支払い方法"),
            Self::Settings => locale.of("Settings", "設定"),
            Self::Payments => locale.of("Payments", "支払い一覧"),
        }
    }
}

/// A page of the panel, for somebody who is signed in.
pub fn page<'a>(panel: &Panel<'a>, desk: &Desk, tab: Tab, content: Markup) -> Page<'a> {
    let locale = panel.visitor.locale;
    let confirmation = value(&panel.query, "done").and_then(|word| done(locale, word));
    // Nothing was done, so the notice is not green.
    let class = if value(&panel.query, "done") == Some("overtaken") { "notice" } else { "notice good" };
    let confirmation =
        confirmation.map(|words| markup!["<p class=\"" (class) "\" role=\"status\">" (words) "</p>"]);
    let body = markup![(ribbon(locale, desk)) (header(panel, desk, locale, tab)) "<main>" (confirmation) (content) "</main>"];
    Page { framed_by: framed_by(panel.ctx), locale: locale, status: 200, title: "KOMOJU payments", body }
}

/// Says on every page that the current key is a test key: test money must never be taken for real money.
fn ribbon(locale: Locale, desk: &Desk) -> Option<Markup> {
    let test = desk.profile.current_account().is_some_and(|account| account.mode == Mode::Test);
    let words = locale.of(
        "No real money moves. Payments made now are marked TEST.",
        "実際の決済は行われません。今行われる支払いには TEST と表示されます。",
    );
    test.then(|| markup!["<div class=\"ribbon\"><b>TEST</b> " (words) "</div>"])
}

fn header(panel: &Panel<'_>, desk: &Desk, locale: Locale, tab: Tab) -> Markup {
    let tabs: Vec<Markup> =
        Tab::ALL.into_iter().map(|t| tab_link(panel, desk, locale, t, t == tab)).collect();
    let (language, name) = match locale {
        Locale::Ja => ("en", "English"),
        Locale::En | Locale::Ko => ("ja", "日本語"),
    };
    let switch = panel.visitor.link(panel.ctx, tab.path(), &[("lang", language)]);
    markup!["<header><div class=\"brand\"><h1>KOMOJU <span>payments</span></h1><p class=\"shop\">"
        (&desk.profile.store_name) "</p>" (mode_badge(locale, desk)) "<a class=\"language\" lang=\"" (language) "\" href=\""
        (switch) "\">" (name) "</a></div><nav>" (tabs) "</nav></header>"]
}

fn tab_link(panel: &Panel<'_>, desk: &Desk, locale: Locale, tab: Tab, current: bool) -> Markup {
    let href = panel.visitor.link(panel.ctx, tab.path(), &[]);
    let count = match tab {
        Tab::Overview => desk.health.troubles.len() as u64,
        Tab::Payments => u64::from(desk.tally.attention),
        Tab::Keys | Tab::Methods | Tab::Settings => 0,
    };
    let count = (count > 0).then(|| markup![" <span class=\"count\">" (count) "</span>"]);
    let mark = current.then(|| markup![" aria-current=\"page\""]);
    markup!["<a href=\"" (href) "\"" (mark) ">" (tab.name(locale)) (count) "</a>"]
}

fn mode_badge(locale: Locale, desk: &Desk) -> Markup {
    match desk.profile.current_account().map(|account| account.mode) {
        Some(mode) => mode_pill(mode),
        None => markup!["<span class=\"pill\">" (locale.of("Not set up", "未設定")) "</span>"],
    }
}

/// TEST or LIVE.
pub fn mode_pill(mode: Mode) -> Markup {
    match mode {
        Mode::Test => markup!["<span class=\"pill test\">TEST</span>"],
        Mode::Live => markup!["<span class=\"pill live\">LIVE</span>"],
    }
}

/// A page without a session: says why there is none, or what went wrong.
pub fn message(ctx: &Ctx, locale: Locale, status: u16, title: &'static str, text: &str) -> Handled {
    let body = markup!["<main class=\"alone\"><section class=\"card\"><h1>KOMOJU <span>payments</span></h1><h2>" (title)
        "</h2><p>" (text) "</p></section></main>"];
    Page { framed_by: framed_by(ctx), locale, status, title, body }.response()
}

/// A problem as a page, for a merchant who navigates. Its detail is in English and for programs, so it is shown only
/// if the app is not configured, because then the reader is whoever sets the app up. Needs no configuration itself.
pub fn problem(framed_by: Option<&str>, locale: Locale, problem: &Problem) -> Handled {
    let locale = locale;
    let (title, words) = match problem.retry {
        true => (
            locale.of("This does not work just now", "ただいま処理できません"),
            locale.of(
                "Please try again in a moment. Nothing is lost.",
                "しばらくしてから、もう一度お試しください。データは失われていません。",
            ),
        ),
        false => (
            locale.of("This page cannot be shown", "ページを表示できません"),
            locale.of(
                "Please open KOMOJU payments again from Apps in your control panel.",
                "お手数ですが、管理画面の「アプリ」から KOMOJU payments をもう一度開いてください。",
            ),
        ),
    };
    let for_operator = (problem.code == Problem::MISCONFIGURED).then_some(problem.detail.as_str());
    let detail = for_operator.map(|detail| markup!["<p class=\"hint\" lang=\"en\">" (detail) "</p>"]);
    let body = markup!["<main class=\"alone\"><section class=\"card\"><h1>KOMOJU <span>payments</span></h1><h2>" (title)
        "</h2><p>" (words) "</p>" (detail) "<p class=\"code\">" (problem.code) "</p></section></main>"];
    Page { framed_by, locale, status: problem.status, title: "KOMOJU payments", body }.response()
}

/// This signed address has opened the app before and does not do so again, so nobody gets in who has found it in a
/// history or a log. The store's control panel makes a new one at the press of a button.
pub fn open_again(ctx: &Ctx, locale: Locale, panel_url: &str) -> Handled {
    let locale = locale;
    let button = (!panel_url.is_empty()).then(|| {
        markup!["<p><a class=\"button primary\" target=\"_top\" href=\"" (panel_url) "/manage/marketplace/apps/my-apps\">"
            (locale.of("Open it again from Apps", "「アプリ」から開き直す")) "</a></p>"]
    });
    let words = locale.of(
        "For your store's safety, each link to this app works once. Open KOMOJU payments again from Apps in your control panel.",
        "安全のため、このアプリへのリンクは一度しか使えません。お手数ですが、管理画面の「アプリ」から KOMOJU payments をもう一度開いてください。",
    );
    let title = locale.of("This link has been used", "このリンクは使用済みです");
    let body = markup!["<main class=\"alone\"><section class=\"card\"><h1>KOMOJU <span>payments</span></h1><h2>" (title)
        "</h2><p>" (words) "</p>" (button) "</section></main>"];
    Page { framed_by: framed_by(ctx), locale, status: 403, title: "KOMOJU payments", body }.response()
}

/// What was asked for is reserved for the store's owner.
pub fn owner_only(ctx: &Ctx, locale: Locale) -> Handled {
    let locale = locale;
    let words = locale.of(
        "In this store, only the owner may change keys and secrets. Nothing was changed.",
        "このストアでは、キーとシークレットを変更できるのはオーナーだけです。変更は行われていません。",
    );
    message(ctx, locale, 403, locale.of("Only for the owner", "オーナー専用の操作です"), words)
}

/// The token is not good, or not any more. In both languages, because without a token we do not know which one.
pub fn signed_out(ctx: &Ctx, status: u16) -> Handled {
    let text = "Please open KOMOJU payments again from Apps in your BigCommerce control panel. \
                お手数ですが、BigCommerce 管理画面の「アプリ」から KOMOJU payments をもう一度開いてください。";
    message(ctx, Locale::En, status, "This page has expired ・ ページの有効期限が切れました", text)
}

pub fn not_found<'a>(panel: &Panel<'a>, desk: &Desk) -> Page<'a> {
    let locale = panel.visitor.locale;
    let words = locale.of("There is nothing here.", "ページが見つかりません。");
    page(panel, desk, Tab::Overview, markup!["<section class=\"card\"><p>" (words) "</p></section>"])
        .status(404)
}
