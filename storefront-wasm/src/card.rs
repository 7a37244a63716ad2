//! The card: our own box beside the page's content, in a shadow tree that no theme's styles reach into.
//!
//! React owns the nodes around it, so the card stands next to them and never inside theirs. It appears together with
//! the page's own content, so that nothing shifts; on a page without that content it goes to the top after a while.
//! Text is set by `textContent`, never as HTML, and addresses become links only if they are http(s).

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, Node};

use crate::browser::Browser;
use crate::flow::{Press, Scene};
use crate::signal::Signal;
use crate::text::{Language, script as say};
use crate::{js, page};

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

/// The elements that a card is made of.
const ELEMENTS: &str = "h2,h3,p,b,s,span,div,dl,dt,dd,ol,li,a,button";

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
    /// What has happened, in a sentence or two.
    head: Part,
    /// All that can be read and pressed below it.
    body: Part,
    /// Reports every change to the page, until the card has its place.
    observer: JsValue,
}

/// A part of the card.
#[derive(Debug)]
struct Part {
    node: Element,
    /// What it shows, as JSON.
    shown: JsValue,
}

impl Card {
    /// Draws a scene. What has not changed is left as it stands, so that nothing is read aloud twice.
    pub fn draw(&mut self, scene: Scene, browser: &Browser) {
        if scene == Scene::Nothing {
            return self.remove();
        }
        if self.nodes.is_none() {
            self.nodes = Nodes::build(browser);
        }
        let Some(Nodes { host, section, head, body, .. }) = &mut self.nodes else { return };
        let had_focus = js::get(&browser.document, "activeElement") == *AsRef::<JsValue>::as_ref(host);
        let language = Language::for_tag(&browser.locale());
        let (state, said, below) = shown(scene, language, browser);
        js::set(section, "className", &js::join(&[&"card ".into(), &state]));
        let _ = section.set_attribute("lang", language.tag());
        head.show(&said, browser);
        if body.show(&below, browser) && had_focus {
            js::call(section, "focus", &[]);
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
        if let Some(section) = find(PLACE) {
            js::call(&section, "before", &[host]);
        } else if anyhow && let Some(other) = OTHER_PLACES.into_iter().find_map(find) {
            js::call(&other, "prepend", &[host]);
        } else {
            return;
        }
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
        browser.take_colours(&host);
        // An object of options is made from JSON: made by its setters, each field would be an import of its own.
        let root: Node = js::call(&host, "attachShadow", &[&js::json(r#"{"mode":"open"}"#)]).unchecked_into();
        // A style sheet made by script is not subject to the store's `style-src` policy. Browsers that lack it get a
        // style element.
        let sheet = js::construct(&browser.window, "CSSStyleSheet", &[]);
        if sheet.is_truthy() {
            js::call_with(&sheet, "replaceSync", STYLE);
            js::set(&root, "adoptedStyleSheets", &js::list(&[&sheet]));
        } else {
            browser.node(&root, "style", "", STYLE);
        }
        let section = browser.node(&root, "section", "", "");
        let _ = section.set_attribute("tabindex", "-1");
        let _ = browser.node(&section, "i", "icon", "").set_attribute("aria-hidden", "true");
        let head = Part::new(&section, "words", browser);
        // Whatever changes here is read aloud; what stands below is not.
        let _ = head.node.set_attribute("role", "status");
        let body = Part::new(&section, "body", browser);
        let observer =
            js::construct(&browser.window, "MutationObserver", &[&browser.door(Signal::Mutated, 0)]);
        let all = js::json(r#"{"childList":true,"subtree":true}"#);
        js::call(&observer, "observe", &[&browser.document, &all]);
        // If the page is still loading, `Signal::PageSettled` does this later.
        if browser.is_loaded() {
            browser.after(APPEAR_MS, Signal::PlaceAnyhow, 0);
        }
        Some(Nodes { host: host.unchecked_into(), section: section.unchecked_into(), head, body, observer })
    }
}

impl Part {
    fn new(parent: &Node, class: &str, browser: &Browser) -> Part {
        Part { node: browser.node(parent, "div", class, ""), shown: JsValue::UNDEFINED }
    }

    /// Shows these nodes, unless they stand here already. True: they did not.
    fn show(&mut self, nodes: &JsValue, browser: &Browser) -> bool {
        let written = js::stringify(nodes);
        if self.shown == written {
            return false;
        }
        self.shown = written;
        js::set_text(&self.node, "textContent", "");
        js::each(nodes, |node| draw(&self.node, node, browser));
        true
    }
}

/// State, head and body of a scene. The server sends its cards as they are to be drawn (`worker/src/shopper/card.rs`); the
/// few that are needed without it are put together here, in the same form.
fn shown(scene: Scene, language: Language, browser: &Browser) -> (JsValue, JsValue, JsValue) {
    let said = |key| js::get(&browser.said, key);
    let open = |class, url: &JsValue| act("a", class, &say::open(language).into(), "href", url);
    let way = |slot: &JsValue| js::list(&[&facts(language, browser), &leaf("p", "slot", slot)]);
    let going = |slot: &JsValue| {
        ("redirect".into(), words(&say::on_the_way(language).into(), &say::going(language).into()), way(slot))
    };
    match scene {
        Scene::Said | Scene::Asking | Scene::Unpaid => {
            let (state, card) = match scene {
                Scene::Asking => ("asking".into(), said("asking")),
                Scene::Unpaid => ("unpaid".into(), said("stay")),
                _ => (said("state"), said("card")),
            };
            if card.is_truthy() {
                return (state, js::get(&card, "head"), js::get(&card, "body"));
            }
            // Others come first, or the worker is of a former version: its own page says all.
            let link =
                if said("token").is_truthy() { open("main", &browser.pay_page()) } else { JsValue::NULL };
            (state, words(&said("title"), &said("message")), js::list(&[&link]))
        }
        Scene::Checking | Scene::CheckingSlowly => {
            let head = words(&say::checking(language).into(), &say::moment(language).into());
            let slow = scene == Scene::CheckingSlowly && browser.order_id != 0;
            let link = if slow { open("", &browser.pay_page()) } else { JsValue::NULL };
            ("confirming".into(), head, way(&js::list(&[&link])))
        }
        Scene::Going => going(&say::moment(language).into()),
        Scene::GoingSlowly => going(&js::list(&[&open("", &browser.pay_page())])),
        Scene::GoingTooLong => going(&js::list(&[&open("main", &browser.pay_page())])),
        Scene::Leaving => going(&js::list(&[&open("", &said("redirect_url"))])),
        Scene::Nothing | Scene::Trouble | Scene::Refused => {
            // Of a problem, only `message` is written for shoppers.
            let message = said("message");
            let message = if message.is_string() { message } else { say::safe(language).into() };
            let link = if browser.order_id == 0 { JsValue::NULL } else { open("", &browser.pay_page()) };
            let again =
                act("button", "main", &say::again(language).into(), "press", &(Press::Again as u32).into());
            let title = if browser.is_offline() { say::offline(language) } else { say::trouble(language) };
            let (title, body) = match scene {
                Scene::Refused => (JsValue::NULL, js::list(&[])),
                _ => (title.into(), js::list(&[&again, &link])),
            };
            ("trouble".into(), words(&title, &message), body)
        }
    }
}

/// What is paid, where the page tells that, and for which order.
fn facts(language: Language, browser: &Browser) -> JsValue {
    let row = |label: &str, value: &JsValue| {
        if value.is_undefined() {
            return JsValue::NULL;
        }
        leaf("div", "", &js::list(&[&leaf("dt", "", &label.into()), &leaf("dd", "", value)]))
    };
    let number = js::join(&[&browser.page_order.into()]);
    let rows = [row(say::amount(language), &browser.amount()), row(say::number(language), &number)];
    leaf("dl", "", &js::list(&[&rows[0], &rows[1]]))
}

fn words(title: &JsValue, message: &JsValue) -> JsValue {
    let title = if title.is_null() { JsValue::NULL } else { leaf("h2", "", title) };
    js::list(&[&title, &leaf("p", "", message)])
}

/// An element: `content` is its text, or a list of elements.
fn leaf(tag: &str, class: &str, content: &JsValue) -> JsValue {
    js::list(&[&tag.into(), &class.into(), content])
}

/// An element that does something.
fn act(tag: &str, class: &str, label: &JsValue, key: &str, value: &JsValue) -> JsValue {
    let act = js::json("{}");
    js::set(&act, key, value);
    js::list(&[&tag.into(), &class.into(), label, &act])
}

/// Draws an element. What no card has is left out: elements that load or run something, addresses that are not http(s),
/// and buttons that copy where the browser does not let us.
fn draw(parent: &Node, node: &JsValue, browser: &Browser) {
    let (tag, content, act) = (js::text(node, "0"), js::get(node, "2"), js::get(node, "3"));
    let (href, copy) = (js::text(&act, "href"), js::get(&act, "copy"));
    let is_safe = href.starts_with("https://") || href.starts_with("http://");
    let is_link = tag == "a";
    if !page::lists(ELEMENTS, &tag)
        || is_link && !is_safe
        || copy.is_truthy() && !browser.clipboard().is_truthy()
    {
        return;
    }
    let element = browser.node(parent, &tag, &js::text(node, "1"), &content.as_string().unwrap_or_default());
    js::each(&content, |inner| draw(&element, inner, browser));
    if is_link {
        let _ = element.set_attribute("href", &href);
        let target = js::text(&act, "target");
        let _ = element.set_attribute("target", if target.is_empty() { "_top" } else { &target });
    }
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and there is no such press")]
    if let Some(press) = js::get(&act, "press").as_f64() {
        browser.listen(&element, "click", Signal::Pressed, press as u32);
    }
    if copy.is_truthy() {
        js::set(&element, "value", &copy);
        js::set(&element, "name", &js::get(&act, "done"));
        browser.listen(&element, "click", Signal::Copy, 0);
    }
}
