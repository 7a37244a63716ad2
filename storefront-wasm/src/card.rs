//! The card: a box of our own beside the page's content, in a shadow tree that no theme reaches into.
//!
//! React owns the nodes around it, so it stands next to them and never inside theirs. It appears together with
//! the page's own content, so that nothing shifts; a page without that content gets it at the top after a while.
//! Whatever is shown was made by `textContent`; addresses become links only if they are http(s).

use wasm_bindgen::prelude::*;

use crate::browser::Browser;
use crate::flow::{Press, Scene};
use crate::js;
use crate::signal::Signal;
use crate::text::{self, Text};

const STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/style.css"));
/// How long a loaded page's content may take to appear, and how long we then keep our place in it.
const APPEAR_MS: u32 = 2_000;
const KEEP_MS: u32 = 10_000;
/// A page that removes our node this often does not want it.
const PLACINGS: u32 = 5;
/// Where the card belongs: before the first section of the order confirmation.
const PLACE: &str = ".orderConfirmation > .orderConfirmation-section";
/// … and where it goes on a page that has none.
const OTHER_PLACES: [&str; 3] = [".orderConfirmation", ".layout-main", "body"];

/// The card's nodes; `undefined` until something is shown.
#[derive(Default, Debug)]
pub struct Card {
    host: JsValue,
    section: JsValue,
    observer: JsValue,
    placings: u32,
}

impl Browser {
    /// Draw a scene; what the server said is read from its last answer.
    pub(crate) fn draw(&mut self, scene: Scene) {
        if matches!(scene, Scene::Said | Scene::Asking) && self.said.is_undefined() {
            // It is being asked for again: what it said last still stands.
            self.said = self.parse(&self.raw);
        }
        let asking = js::get(&self.said, "asking");
        let locale = self.locale();
        let text = text::text(&locale);
        let (state, title, message) = match scene {
            Scene::Nothing => return self.remove_card(),
            Scene::Checking => ("confirming", text.checking, text.moment),
            Scene::Going | Scene::Leaving => ("redirect", text.unfinished, text.going),
            Scene::Unpaid => ("unpaid", text.unfinished, text.received),
            Scene::Said | Scene::Asking => ("asking", "", ""),
            Scene::Trouble => ("trouble", text.trouble, text.safe),
            Scene::Refused => ("trouble", "", text.trouble),
        };
        self.build_card();
        let section = &self.card.section;
        let had_focus = js::get(&self.document, "activeElement") == self.card.host;
        js::set_text(section, "textContent", "");
        js::set_text(section, "lang", text::language(&locale));
        let words = |key: &str, ours: &str| {
            let is_question = scene == Scene::Asking && key != "state";
            let said = js::get(if is_question { &asking } else { &self.said }, key);
            let is_servers = match scene {
                Scene::Said => true,
                Scene::Asking => is_question,
                // Of a problem only the message is meant for shoppers.
                Scene::Trouble | Scene::Refused => key == "message" && said.is_string(),
                Scene::Nothing | Scene::Checking | Scene::Going | Scene::Leaving | Scene::Unpaid => false,
            };
            if is_servers { said } else { ours.into() }
        };
        js::set(section, "className", &js::join(&[&"card ".into(), &words("state", state)]));
        js::set_text(&self.node(section, "i", "icon", ""), "ariaHidden", "true");
        let column = self.node(section, "div", "words", "");
        self.text_node(&column, "b", "test", &js::get(&self.said, "test"));
        self.text_node(&column, "h2", "", &words("title", title));
        self.text_node(&column, "p", "", &words("message", message));
        self.draw_deeds(scene, text);
        if had_focus {
            js::call(section, "focus", &[]);
        }
        self.place_card(false);
    }

    fn draw_deeds(&self, scene: Scene, text: &Text) {
        match scene {
            Scene::Asking => self.draw_question(),
            Scene::Said => {
                self.draw_rows(&js::get(&self.said, "lines"));
                self.button(&js::get(&self.said, "pay"), Press::Pay, "main");
                // How to pay the code at hand is what most people need; to give it up is a quiet way out.
                let link = js::get(&self.said, "link");
                self.link(&js::get(&link, "label"), &js::get(&link, "url"), "_blank", "main");
                let asks = js::get(&self.said, "asking").is_truthy();
                let press = if asks { Press::Ask } else { Press::Restart };
                self.button(&js::get(&self.said, "restart"), press, "quiet");
            }
            Scene::Unpaid => self.button(&text.pay.into(), Press::Pay, "main"),
            Scene::Leaving => {
                self.link(&text.go_now.into(), &js::get(&self.said, "redirect_url"), "_top", "main")
            }
            Scene::Trouble => {
                self.button(&text.again.into(), Press::Again, "main");
                if self.order_id != 0 {
                    self.link(&text.open.into(), &self.pay_page(), "_top", "");
                }
            }
            Scene::Nothing | Scene::Checking | Scene::Going | Scene::Refused => {}
        }
    }

    /// Before a live code is given up: the number that would stop working, and two answers, the safe one first.
    fn draw_question(&self) {
        let asking = js::get(&self.said, "asking");
        self.draw_rows(&js::get(&asking, "lines"));
        self.text_node(&self.card.section, "p", "note", &js::get(&asking, "note"));
        self.button(&js::get(&asking, "keep"), Press::Keep, "main");
        self.button(&js::get(&asking, "give_up"), Press::Restart, "");
    }

    /// What to take to the till: label and value, as the server lists them; before that, numbers that are dead.
    fn draw_rows(&self, lines: &JsValue) {
        let list = self.node(&self.card.section, "dl", "", "");
        js::each(&js::get(&self.said, "dead"), |line| self.row(&list, line, "dead"));
        js::each(lines, |line| {
            self.row(&list, line, if js::get(line, "code").is_truthy() { "code" } else { "" });
        });
        self.row(&list, &js::get(&self.said, "number"), "");
    }

    fn row(&self, list: &JsValue, line: &JsValue, class: &str) {
        if line.is_undefined() {
            return;
        }
        let row = self.node(list, "div", class, "");
        self.text_node(&row, "dt", "", &js::get(line, "label"));
        self.text_node(&row, "dd", "", &js::get(line, "value"));
    }

    fn button(&self, label: &JsValue, press: Press, class: &str) {
        let button = self.text_node(&self.card.section, "button", class, label);
        js::set(&button, "onclick", &self.door(Signal::Pressed, press as u32));
    }

    fn link(&self, label: &JsValue, url: &JsValue, target: &str, class: &str) {
        let is_safe = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        if url.as_string().is_some_and(|url| is_safe(&url)) {
            let link = self.text_node(&self.card.section, "a", class, label);
            js::set(&link, "href", url);
            js::set_text(&link, "target", target);
        }
    }

    /// A node that is there only if there is something to say.
    fn text_node(&self, parent: &JsValue, tag: &str, class: &str, text: &JsValue) -> JsValue {
        match text.as_string() {
            Some(text) if !text.is_empty() => self.node(parent, tag, class, &text),
            _ => JsValue::UNDEFINED,
        }
    }

    fn node(&self, parent: &JsValue, tag: &str, class: &str, text: &str) -> JsValue {
        let node = js::call_with(&self.document, "createElement", tag);
        js::set_text(&node, "className", class);
        js::set_text(&node, "textContent", text);
        js::call(parent, "append", &[&node]);
        node
    }

    fn build_card(&mut self) {
        if self.card.host.is_truthy() {
            return;
        }
        let host = js::call_with(&self.document, "createElement", "div");
        js::set_text(&host, "id", "komoju-payment");
        let root = js::call(&host, "attachShadow", &[&self.json(r#"{"mode":"open"}"#)]);
        // A style sheet made by script is subject to no `style-src`; browsers without them get an element.
        let sheet = js::construct(&self.window, "CSSStyleSheet", &[]);
        js::call_with(&sheet, "replaceSync", STYLE);
        js::set(&root, "adoptedStyleSheets", &js::list(&[&sheet]));
        if sheet.is_undefined() {
            self.node(&root, "style", "", STYLE);
        }
        let section = self.node(&root, "section", "", "");
        js::call(&section, "setAttribute", &[&"role".into(), &"status".into()]);
        js::set(&section, "tabIndex", &JsValue::from(-1));
        let observer = self.observer("MutationObserver", Signal::Mutated);
        let all = self.json(r#"{"childList":true,"subtree":true}"#);
        js::call(&observer, "observe", &[&self.document, &all]);
        self.card = Card { host, section, observer, placings: 0 };
        // On a page still loading, `Signal::PageSettled` does this.
        if self.is_loaded() {
            self.after(APPEAR_MS, Signal::PlaceAnyhow, 0);
        }
    }

    fn remove_card(&mut self) {
        self.stop_placing();
        js::call(&self.card.host, "remove", &[]);
        self.card = Card::default();
    }

    /// Make sure that the card stands on the page, at the best place there is by now.
    pub(crate) fn place_card(&mut self, anyhow: bool) {
        let Card { host, placings, .. } = &mut self.card;
        if host.is_undefined() || js::get(host, "isConnected").is_truthy() || *placings >= PLACINGS {
            return;
        }
        let find = |selector| js::call_with(&self.document, "querySelector", selector);
        let (mut place, mut beside) = ("before", find(PLACE));
        if anyhow && !beside.is_truthy() {
            place = "prepend";
            beside = OTHER_PLACES.into_iter().map(find).find(JsValue::is_truthy).unwrap_or_default();
        }
        if beside.is_truthy() {
            js::call(&beside, place, &[host]);
            *placings += 1;
            if *placings == 1 {
                self.after(KEEP_MS, Signal::StopPlacing, 0);
            }
        }
    }

    /// Leave the page alone: from now on the card only stands.
    pub(crate) fn stop_placing(&self) {
        js::call(&self.card.observer, "disconnect", &[]);
    }
}
