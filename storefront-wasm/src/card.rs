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
            Scene::Going | Scene::GoingSlowly | Scene::GoingTooLong | Scene::Leaving => {
                ("redirect", say::on_the_way(language), say::going(language))
            }
            Scene::Unpaid => ("unpaid", say::unfinished(language), say::going(language)),
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
                Scene::Nothing
                | Scene::Checking
                | Scene::Going
                | Scene::GoingSlowly
                | Scene::GoingTooLong
                | Scene::Leaving
                | Scene::Unpaid => false,
            };
            if is_servers { said } else { ours.into() }
        };
        js::set(section, "className", &js::join(&[&"card ".into(), &words("state", state)]));
        let _ = browser.node(section, "i", "icon", "").set_attribute("aria-hidden", "true");
        let column = browser.node(section, "div", "words", "");
        browser.text_node(&column, "b", "test", &js::get(&browser.said, "test"));
        let heading = browser.text_node(&column, "h2", "", &words("title", title));
        if scene == Scene::Said
            && let Some(heading) = heading
        {
            browser.text_node(&heading, "span", "", &js::get(&browser.said, "until"));
            let left = js::get(&browser.said, "left");
            let class = if js::get(&left, "last").is_truthy() { "left last" } else { "left" };
            browser.text_node(section, "span", class, &js::get(&left, "text"));
        }
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
                self.draw_rows(&js::get(&browser.said, "numbers"), browser);
                self.draw_guide(&js::get(&browser.said, "guide"), browser);
                self.button(&js::get(&browser.said, "pay"), Press::Pay, "main", browser);
                // How to pay the code they have is what most shoppers need; giving the code up is a quiet way out.
                let how = js::get(&browser.said, "link");
                let (label, url) = (js::get(&how, "label"), js::get(&how, "url"));
                link(&self.section, &label, &url, "_blank", "main", browser);
                let asks = js::get(&browser.said, "asking").is_truthy();
                let press = if asks { Press::Ask } else { Press::Restart };
                self.button(&js::get(&browser.said, "restart"), press, "quiet", browser);
            }
            Scene::Unpaid => self.button(&say::pay(language).into(), Press::Pay, "main", browser),
            Scene::Going => self.draw_way("", &JsValue::UNDEFINED, language, browser),
            Scene::GoingSlowly => self.draw_way("", &browser.pay_page(), language, browser),
            Scene::GoingTooLong => self.draw_way("main", &browser.pay_page(), language, browser),
            Scene::Leaving => {
                self.draw_way("", &js::get(&browser.said, "redirect_url"), language, browser);
            }
            Scene::Trouble => {
                self.button(&say::again(language).into(), Press::Again, "main", browser);
                if browser.order_id != 0 {
                    let label = say::open(language).into();
                    link(&self.section, &label, &browser.pay_page(), "_top", "", browser);
                }
            }
            Scene::Nothing | Scene::Checking | Scene::Refused => {}
        }
    }

    /// What is paid, for which order, and below it one slot, as high as what may come to stand in it: that the page will
    /// change, a link there, or a button.
    fn draw_way(&self, class: &str, url: &JsValue, language: Language, browser: &Browser) {
        let list = browser.node(&self.section, "dl", "", "");
        fact(&list, say::amount(language), &browser.amount(), browser);
        fact(&list, say::number(language), &js::join(&[&browser.page_order.into()]), browser);
        let text = if url.is_undefined() { say::moment(language) } else { "" };
        let slot = browser.node(&self.section, "p", "slot", text);
        link(&slot, &say::open(language).into(), url, "_top", class, browser);
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

    /// What is paid and for which order; numbers that no longer work; and what the shopper takes to the till or the bank.
    fn draw_rows(&self, numbers: &JsValue, browser: &Browser) {
        let list = browser.node(&self.section, "dl", "", "");
        let (facts, copy) = (js::get(&browser.said, "facts"), js::get(&browser.said, "copy"));
        js::each(&facts, |line| drop(row(&list, line, &JsValue::UNDEFINED, browser)));
        js::each(&js::get(&browser.said, "dead"), |line| {
            js::set_text(&row(&list, line, &JsValue::UNDEFINED, browser), "className", "dead");
        });
        js::each(numbers, |line| drop(row(&list, line, &copy, browser)));
        if facts.is_undefined() {
            // A worker of a former version says all of it so.
            js::each(&js::get(&browser.said, "lines"), |line| drop(row(&list, line, &copy, browser)));
            row(&list, &js::get(&browser.said, "number"), &copy, browser);
        }
    }

    /// How it is done there.
    fn draw_guide(&self, guide: &JsValue, browser: &Browser) {
        if guide.is_undefined() {
            return;
        }
        browser.text_node(&self.section, "h3", "note", &js::get(guide, "title"));
        let list = browser.node(&self.section, "ol", "", "");
        js::each(&js::get(guide, "steps"), |step| drop(browser.text_node(&list, "li", "", step)));
        js::each(&js::get(guide, "notes"), |note| drop(browser.text_node(&self.section, "p", "note", note)));
    }

    /// A button that reports a press; nothing if it has no label.
    fn button(&self, label: &JsValue, press: Press, class: &str, browser: &Browser) {
        if let Some(button) = browser.text_node(&self.section, "button", class, label) {
            browser.listen(&button, "click", Signal::Pressed, press as u32);
        }
    }
}

/// A link; nothing if its address is not http(s).
fn link(parent: &Node, label: &JsValue, url: &JsValue, target: &str, class: &str, browser: &Browser) {
    let is_safe = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    if let Some(url) = url.as_string().filter(|url| is_safe(url))
        && let Some(link) = browser.text_node(parent, "a", class, label)
    {
        let _ = link.set_attribute("href", &url);
        let _ = link.set_attribute("target", target);
    }
}

/// Adds a label and its value, if there is such a line. A number stands in the groups in which it is read, and can be
/// copied, without them, where the browser allows it; `copy`: what the button for that says, before and after.
fn row(list: &Node, line: &JsValue, copy: &JsValue, browser: &Browser) -> JsValue {
    if line.is_undefined() {
        return JsValue::UNDEFINED;
    }
    let (value, groups) = (js::get(line, "value"), js::get(line, "groups"));
    let class = match (js::get(line, "code").is_truthy(), groups.is_undefined()) {
        (true, false) => "code",
        (true, true) => "code name",
        (false, _) => "",
    };
    let row = browser.node(list, "div", class, "");
    browser.text_node(&row, "dt", "", &js::get(line, "label"));
    if groups.is_undefined() {
        browser.text_node(&row, "dd", "", &value);
    } else {
        let number = browser.node(&row, "dd", "", "");
        js::each(&groups, |group| drop(browser.text_node(&number, "span", "", group)));
    }
    if !class.is_empty()
        && browser.clipboard().is_truthy()
        && let Some(button) = browser.text_node(&row, "button", "copy", &js::get(copy, "0"))
    {
        js::set(&button, "value", &value);
        js::set(&button, "name", &js::get(copy, "1"));
        browser.listen(&button, "click", Signal::Copy, 0);
    }
    row.into()
}

/// Adds what is known of the order, unless it is not known.
fn fact(list: &Node, label: &str, value: &JsValue, browser: &Browser) {
    if value.is_string() {
        let row = browser.node(list, "div", "", "");
        browser.node(&row, "dt", "", label);
        browser.text_node(&row, "dd", "", value);
    }
}
