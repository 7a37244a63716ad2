//! The panel: one card of our own beside the page's content, in a shadow tree that no theme reaches into.
//!
//! React owns the nodes around it, so it stands next to them and never inside theirs. It appears together with
//! the page's own content, so that nothing shifts; a page without that content gets it at the top after a while.
//! Whatever is shown was made by `textContent`; addresses become links only if they are http(s).

use wasm_bindgen::prelude::*;

use crate::flow::{Press, Scene};
use crate::script::{Browser, Signal};
use crate::text::{self, Text};
use crate::{js, order};

const STYLE: &str = include_str!("style.css");
/// How long the page's content may take to appear, and how long we then keep our place in it.
const APPEAR_MS: u32 = 2_000;
const SETTLE_MS: u32 = 12_000;
/// A page that removes our node this often does not want it.
const PLACINGS: u32 = 5;

/// The card's nodes; `undefined` until something is shown.
#[derive(Default, Debug)]
pub struct Panel {
    host: JsValue,
    card: JsValue,
    observer: JsValue,
    placings: u32,
}

impl Panel {
    /// Leave the page alone: from now on the card only stands.
    pub fn stop_placing(&self) {
        js::call(&self.observer, "disconnect", &[]);
    }
}

impl Browser {
    /// Draw a scene; what the server said is read from its last answer.
    pub(crate) fn draw(&mut self, scene: Scene) {
        let locale = self.locale();
        let text = text::text(&locale);
        let (state, title, message) = match scene {
            Scene::Nothing => return self.remove_panel(),
            Scene::Checking => ("confirming", text.checking, text.moment),
            Scene::Going | Scene::Leaving => ("redirect", text.unfinished, text.going),
            Scene::Said => ("", "", ""),
            Scene::Unpaid => ("unpaid", text.unfinished, text.received),
            Scene::Trouble | Scene::Refused => ("trouble", text.trouble, text.safe),
        };
        self.build_panel();
        let card = self.panel.card.clone();
        js::set_text(&card, "lang", text::language(&locale));
        js::set_text(&card, "textContent", "");
        let own = |key: &str, own: &str| {
            let said = js::get(&self.said, key);
            let server = matches!(scene, Scene::Said | Scene::Refused | Scene::Trouble) && said.is_string();
            if server { said } else { own.into() }
        };
        let state = if scene == Scene::Said { js::get(&self.said, "state") } else { state.into() };
        js::set(&card, "className", &(JsValue::from("card ") + state));
        self.node(&card, "i", "icon", &JsValue::UNDEFINED);
        let words = self.node(&card, "div", "words", &JsValue::UNDEFINED);
        let test = js::get(&self.said, "test");
        if test.is_string() {
            self.node(&words, "b", "test", &test);
        }
        self.node(&words, "h2", "", &own("title", title));
        self.node(&words, "p", "", &own("message", message));
        self.draw_deeds(&card, scene, text);
        self.place_panel(false);
    }

    fn draw_deeds(&self, card: &JsValue, scene: Scene, text: &Text) {
        match scene {
            Scene::Said => {
                self.draw_rows(card);
                self.button(card, &js::get(&self.said, "pay"), Press::Pay, "main");
                let link = js::get(&self.said, "link");
                self.link(card, &js::get(&link, "label"), &js::text_or_empty(&link, "url"), "_blank");
                self.button(card, &js::get(&self.said, "restart"), Press::Restart, "");
            }
            Scene::Unpaid => self.button(card, &text.pay.into(), Press::Pay, "main"),
            Scene::Leaving => {
                self.link(card, &text.go_now.into(), &js::text_or_empty(&self.said, "redirect_url"), "");
            }
            Scene::Trouble => {
                self.button(card, &text.again.into(), Press::Again, "main");
                self.link(card, &text.open.into(), &self.pay_page().unwrap_or_default(), "");
            }
            Scene::Nothing | Scene::Checking | Scene::Going | Scene::Refused => {}
        }
    }

    /// What to take to the till: label and value, as the server lists them.
    fn draw_rows(&self, card: &JsValue) {
        let list = self.node(card, "dl", "", &JsValue::UNDEFINED);
        js::each(&js::get(&self.said, "lines"), |line| {
            let value = js::get(line, "value");
            let code = value.as_string().is_some_and(|value| order::is_code(&value));
            let row = self.node(&list, "div", "", &JsValue::UNDEFINED);
            self.node(&row, "dt", "", &js::get(line, "label"));
            self.node(&row, "dd", if code { "code" } else { "" }, &value);
        });
    }

    fn button(&self, card: &JsValue, label: &JsValue, press: Press, class: &str) {
        if label.is_string() {
            let button = self.node(card, "button", class, label);
            js::set(&button, "onclick", &self.door.to(Signal::Pressed, press as u32));
        }
    }

    fn link(&self, card: &JsValue, label: &JsValue, url: &str, target: &str) {
        if url.starts_with("https://") || url.starts_with("http://") {
            let link = self.node(card, "a", "", label);
            js::set_text(&link, "href", url);
            js::set_text(&link, "target", target);
        }
    }

    fn node(&self, parent: &JsValue, tag: &str, class: &str, text: &JsValue) -> JsValue {
        let node = js::call_with(&self.document, "createElement", tag);
        js::set_text(&node, "className", class);
        if !text.is_undefined() {
            js::set(&node, "textContent", text);
        }
        js::call(parent, "append", &[&node]);
        node
    }

    fn build_panel(&mut self) {
        if !self.panel.host.is_undefined() {
            return;
        }
        let host = js::call_with(&self.document, "createElement", "div");
        js::set_text(&host, "id", "komoju-payment");
        let root = js::call(&host, "attachShadow", &[&self.parse(r#"{"mode":"open"}"#)]);
        // A style sheet made by script is subject to no `style-src`; browsers without them get an element.
        let sheet = js::construct(&js::get(&self.window, "CSSStyleSheet"), &[]);
        js::call_with(&sheet, "replaceSync", STYLE);
        js::set(&root, "adoptedStyleSheets", &js::array(&[&sheet]));
        if sheet.is_undefined() {
            self.node(&root, "style", "", &STYLE.into());
        }
        self.panel.card = self.node(&root, "section", "", &JsValue::UNDEFINED);
        js::call(&self.panel.card, "setAttribute", &[&"role".into(), &"status".into()]);
        self.panel.host = host;
        let class = js::get(&self.window, "MutationObserver");
        self.panel.observer = js::construct(&class, &[&self.door.to(Signal::Mutated, 0)]);
        let all = self.parse(r#"{"childList":true,"subtree":true}"#);
        js::call(&self.panel.observer, "observe", &[&self.document, &all]);
        self.after(APPEAR_MS, Signal::PlaceAnyhow, 0);
        self.after(SETTLE_MS, Signal::StopPlacing, 0);
    }

    fn remove_panel(&mut self) {
        self.panel.stop_placing();
        js::call(&self.panel.host, "remove", &[]);
        self.panel = Panel::default();
    }

    /// Make sure that the card stands on the page, at the best place there is by now.
    pub(crate) fn place_panel(&mut self, anyhow: bool) {
        let Panel { host, .. } = &self.panel;
        if js::get(host, "isConnected").is_truthy() || host.is_undefined() || self.panel.placings >= PLACINGS
        {
            return;
        }
        let find = |selector| js::call_with(&self.document, "querySelector", selector);
        let section = find(".orderConfirmation > .orderConfirmation-section");
        let mut place = "before";
        let mut beside = section;
        if !beside.is_truthy() && anyhow {
            place = "prepend";
            beside = [".orderConfirmation", ".layout-main", "body"]
                .into_iter()
                .map(find)
                .find(JsValue::is_truthy)
                .unwrap_or_default();
        }
        if beside.is_truthy() {
            js::call(&beside, place, &[host]);
            self.panel.placings += 1;
        }
    }
}
