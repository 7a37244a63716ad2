//! The card: our own box beside the page's content, in a shadow tree that no theme's styles reach into.
//!
//! React owns the nodes around it, so the card stands next to them and never inside theirs. It appears together with
//! the page's own content, so that nothing shifts; on a page without that content it goes to the top after a while.
//! Text is set by `textContent`, never as HTML, and addresses become links only if they are http(s).

use wasm_bindgen::prelude::*;
use web_sys::{CssStyleSheet, HtmlElement, MutationObserver, Node};

use crate::browser::Browser;
use crate::flow::{Press, Scene};
use crate::js;
use crate::signal::Signal;
use crate::text::{Language, script as say};

const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/style.css"));
/// How long (ms) a loaded page's content may take to appear, and for how long we then put the card back if it is
/// removed.
const APPEAR_MS: u32 = 2_000;
/// See [`APPEAR_MS`].
const KEEP_MS: u32 = 10_000;
/// After this many placings we give up: the page does not want our node.
const PLACINGS: u32 = 5;
/// Where the card belongs: before the first section of BigCommerce's order confirmation.
const PLACE: &str = ".orderConfirmation > .orderConfirmation-section";
/// Where it goes on a page that has none of these, in this order.
const OTHER_PLACES: [&str; 3] = [".orderConfirmation", ".layout-main", "body"];

/// The card, and how often it has been put on the page.
#[derive(Default, Debug)]
pub struct Card {
    /// None until there is something to show.
    nodes: Option<Nodes>,
    placings: u32,
}

/// What the card consists of.
#[derive(Debug)]
struct Nodes {
    /// The shadow host: the only node of ours in the page's own tree.
    host: HtmlElement,
    /// The card itself, inside the shadow.
    section: HtmlElement,
    /// Reports every change to the page, until the card has its place.
    observer: MutationObserver,
}

impl Card {
    /// Draws a scene. What the server said is read from its last answer.
    pub fn draw(&mut self, scene: Scene, browser: &Browser) {
        let asking = js::get(&browser.said, "asking");
        let language = Language::for_tag(&browser.locale());
        let (state, title, message) = match scene {
            Scene::Nothing => return self.remove(),
            Scene::Checking => ("confirming", say::checking(language), say::moment(language)),
            Scene::Going | Scene::Leaving => ("redirect", say::unfinished(language), say::going(language)),
            Scene::Unpaid => ("unpaid", say::unfinished(language), say::received(language)),
            Scene::Said | Scene::Asking => ("asking", "", ""),
            Scene::Trouble => ("trouble", say::trouble(language), say::safe(language)),
            Scene::Refused => ("trouble", "", say::trouble(language)),
        };
        if self.nodes.is_none() {
            self.nodes = Nodes::build(browser);
        }
        let Some(nodes) = &self.nodes else { return };
        let section = &nodes.section;
        let had_focus = js::get(&browser.document, "activeElement") == *AsRef::<JsValue>::as_ref(&nodes.host);
        js::set_text(section, "textContent", "");
        let _ = section.set_attribute("lang", language.tag());
        // Each text comes from the server's answer or from our own few sentences, depending on the scene.
        let words = |key: &str, ours: &str| {
            let is_question = scene == Scene::Asking && key != "state";
            let said = js::get(if is_question { &asking } else { &browser.said }, key);
            let is_servers = match scene {
                Scene::Said => true,
                Scene::Asking => is_question,
                // Of a problem, only `message` is written for shoppers.
                Scene::Trouble | Scene::Refused => key == "message" && said.is_string(),
                Scene::Nothing | Scene::Checking | Scene::Going | Scene::Leaving | Scene::Unpaid => false,
            };
            if is_servers { said } else { ours.into() }
        };
        js::set(section, "className", &js::join(&[&"card ".into(), &words("state", state)]));
        let _ = browser.node(section, "i", "icon", "").set_attribute("aria-hidden", "true");
        let column = browser.node(section, "div", "words", "");
        browser.text_node(&column, "b", "test", &js::get(&browser.said, "test"));
        browser.text_node(&column, "h2", "", &words("title", title));
        browser.text_node(&column, "p", "", &words("message", message));
        nodes.draw_deeds(scene, language, browser);
        if had_focus {
            let _ = section.focus();
        }
        self.place(false, browser);
    }

    /// Takes the card off the page, without a trace.
    fn remove(&mut self) {
        self.stop_placing();
        if let Some(nodes) = &self.nodes {
            js::call(&nodes.host, "remove", &[]);
        }
        *self = Card::default();
    }

    /// Makes sure that the card is on the page, at the best place there is by now. `anyhow`: the page's own content
    /// has had its time, so any place will do.
    pub fn place(&mut self, anyhow: bool, browser: &Browser) {
        let Card { nodes: Some(Nodes { host, .. }), placings } = self else { return };
        if js::get(host, "isConnected").is_truthy() || *placings >= PLACINGS {
            return;
        }
        let find = |selector| browser.document.query_selector(selector).ok().flatten();
        // A page that refuses counts like one that takes the card off again.
        let _ = if let Some(section) = find(PLACE) {
            section.before_with_node_1(host)
        } else if anyhow && let Some(other) = OTHER_PLACES.into_iter().find_map(find) {
            other.prepend_with_node_1(host)
        } else {
            return;
        };
        *placings += 1;
        if *placings == 1 {
            browser.after(KEEP_MS, Signal::StopPlacing, 0);
        }
    }

    /// Stops watching the page. From now on the card stays, or stays away.
    pub fn stop_placing(&self) {
        if let Some(nodes) = &self.nodes {
            js::call(&nodes.observer, "disconnect", &[]);
        }
    }
}

impl Nodes {
    /// Makes the nodes. None: the page has replaced what makes them.
    fn build(browser: &Browser) -> Option<Nodes> {
        let host = browser.document.create_element("div").ok().filter(|host| host.is_truthy())?;
        let _ = host.set_attribute("id", "komoju-payment");
        // An object of options is made from JSON: made by its setters, each field would be an import of its own.
        let root = js::or_undefined(host.attach_shadow(js::json(r#"{"mode":"open"}"#).unchecked_ref()));
        // A style sheet made by script is not subject to the store's `style-src` policy. Browsers that lack it get a
        // style element.
        if let Ok(sheet) = CssStyleSheet::new() {
            let _ = sheet.replace_sync(STYLE);
            js::set(&root, "adoptedStyleSheets", &js::list(&[&sheet]));
        } else {
            browser.node(&root, "style", "", STYLE);
        }
        let section = browser.node(&root, "section", "", "");
        let _ = section.set_attribute("role", "status");
        let _ = section.set_attribute("tabindex", "-1");
        let observer = js::or_undefined(MutationObserver::new(&browser.door(Signal::Mutated, 0)));
        let all = js::json(r#"{"childList":true,"subtree":true}"#);
        let _ = observer.observe_with_options(&browser.document, all.unchecked_ref());
        // If the page is still loading, `Signal::PageSettled` does this later.
        if browser.is_loaded() {
            browser.after(APPEAR_MS, Signal::PlaceAnyhow, 0);
        }
        Some(Nodes { host: host.unchecked_into(), section: section.unchecked_into(), observer })
    }

    /// Lines, buttons and links of a scene.
    fn draw_deeds(&self, scene: Scene, language: Language, browser: &Browser) {
        match scene {
            Scene::Asking => self.draw_question(browser),
            Scene::Said => {
                self.draw_rows(&js::get(&browser.said, "lines"), browser);
                self.button(&js::get(&browser.said, "pay"), Press::Pay, "main", browser);
                // How to pay the code they have is what most shoppers need; giving the code up is a quiet way out.
                let link = js::get(&browser.said, "link");
                self.link(&js::get(&link, "label"), &js::get(&link, "url"), "_blank", "main", browser);
                let asks = js::get(&browser.said, "asking").is_truthy();
                let press = if asks { Press::Ask } else { Press::Restart };
                self.button(&js::get(&browser.said, "restart"), press, "quiet", browser);
            }
            Scene::Unpaid => self.button(&say::pay(language).into(), Press::Pay, "main", browser),
            Scene::Leaving => self.link(
                &say::go_now(language).into(),
                &js::get(&browser.said, "redirect_url"),
                "_top",
                "main",
                browser,
            ),
            Scene::Trouble => {
                self.button(&say::again(language).into(), Press::Again, "main", browser);
                if browser.order_id != 0 {
                    self.link(&say::open(language).into(), &browser.pay_page(), "_top", "", browser);
                }
            }
            Scene::Nothing | Scene::Checking | Scene::Going | Scene::Refused => {}
        }
    }

    /// The question before a live code is given up: shows the number that would stop working, and two answers, the
    /// safe one first.
    fn draw_question(&self, browser: &Browser) {
        let asking = js::get(&browser.said, "asking");
        self.draw_rows(&js::get(&asking, "lines"), browser);
        browser.text_node(&self.section, "p", "note", &js::get(&asking, "note"));
        self.button(&js::get(&asking, "keep"), Press::Keep, "main", browser);
        self.button(&js::get(&asking, "give_up"), Press::Restart, "", browser);
    }

    /// What the shopper takes to the till or the bank, label and value as the server lists them; above it, numbers
    /// that no longer work.
    fn draw_rows(&self, lines: &JsValue, browser: &Browser) {
        let list = browser.node(&self.section, "dl", "", "");
        js::each(&js::get(&browser.said, "dead"), |line| row(&list, line, "dead", browser));
        js::each(lines, |line| {
            row(&list, line, if js::get(line, "code").is_truthy() { "code" } else { "" }, browser);
        });
        row(&list, &js::get(&browser.said, "number"), "", browser);
    }

    /// A button that reports a press; nothing if it has no label.
    fn button(&self, label: &JsValue, press: Press, class: &str, browser: &Browser) {
        if let Some(button) = browser.text_node(&self.section, "button", class, label) {
            browser.listen(&button, "click", Signal::Pressed, press as u32);
        }
    }

    /// A link; nothing if its address is not http(s).
    fn link(&self, label: &JsValue, url: &JsValue, target: &str, class: &str, browser: &Browser) {
        let is_safe = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if let Some(url) = url.as_string().filter(|url| is_safe(url))
            && let Some(link) = browser.text_node(&self.section, "a", class, label)
        {
            let _ = link.set_attribute("href", &url);
            let _ = link.set_attribute("target", target);
        }
    }
}

/// Adds a label and its value, if there is such a line.
fn row(list: &Node, line: &JsValue, class: &str, browser: &Browser) {
    if line.is_undefined() {
        return;
    }
    let row = browser.node(list, "div", class, "");
    browser.text_node(&row, "dt", "", &js::get(line, "label"));
    browser.text_node(&row, "dd", "", &js::get(line, "value"));
}
