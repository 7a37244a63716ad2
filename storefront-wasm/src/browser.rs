//! The browser, as every other part of the script reaches it, and what we keep about this page and its payment.
//!
//! Everything else stands on it, so it knows neither card nor flow: what the browser has to say comes back as
//! [`Signal`]s, through the door of the script.

use alloc::string::String;
use wasm_bindgen::prelude::*;

use crate::js;
use crate::page;
use crate::signal::Signal;
use crate::text;

#[derive(Debug)]
pub struct Browser {
    /// What `entry.js` passed.
    own: JsValue,
    pub window: JsValue,
    pub document: JsValue,
    pub location: JsValue,
    pub store_language: JsValue,
    /// This page's order and its id, once it is known to be ours.
    pub order: JsValue,
    pub order_id: u32,
    /// The order's payment by our method, as the page was told of it.
    pub payment: JsValue,
    /// The number of the order that this page is about, ours or not; 0 until it is known.
    pub page_order: u32,
    /// Tells this page from another tab and from the same page opened again: the server lets one of them leave.
    pub visit: JsValue,
    /// Names the payment to the server.
    pub token: JsValue,
    /// The server's last answer as it came, and, until it is asked again, as JSON: a view or a problem.
    pub raw: JsValue,
    pub said: JsValue,
    /// Number of the running call or wait; what belongs to an earlier one is dropped.
    turn: u32,
}

impl Browser {
    /// What `entry.js` passes: `window`; `fetch` as it was; `app`, the origin that served this script; `store` and
    /// `methods` (a comma list of the offline methods that are ours) from its address;
    /// `behind(target, name, saw)`, which puts `saw` behind a method; `door(signal, tag)`, which makes a function
    /// that reports.
    pub fn new(own: JsValue) -> Browser {
        let window = js::get(&own, "window");
        Browser {
            own,
            document: js::get(&window, "document"),
            location: js::get(&window, "location"),
            store_language: JsValue::UNDEFINED,
            order: JsValue::UNDEFINED,
            order_id: 0,
            payment: JsValue::UNDEFINED,
            page_order: 0,
            visit: js::call(&js::get(&window, "Math"), "random", &[]),
            token: JsValue::UNDEFINED,
            raw: JsValue::UNDEFINED,
            said: JsValue::UNDEFINED,
            turn: 0,
            window,
        }
    }

    /// Of what `entry.js` passed: `app`, `store` or `methods`.
    pub fn own(&self, key: &str) -> JsValue {
        js::get(&self.own, key)
    }

    pub fn fetch(&self, url: &JsValue, options: &JsValue) -> JsValue {
        js::call(&self.own, "fetch", &[url, options])
    }

    /// Put `signal` behind the method `name`: see `behind` in `entry.js`.
    pub fn hear(&self, target: &JsValue, name: &str, signal: Signal) {
        js::call(&self.own, "behind", &[target, &name.into(), &self.door(signal, 0)]);
    }

    /// A function that the browser may call, for this signal and tag.
    pub fn door(&self, signal: Signal, tag: u32) -> JsValue {
        js::call(&self.own, "door", &[&(signal as u32).into(), &tag.into()])
    }

    pub fn listen(&self, target: &JsValue, event: &str, signal: Signal) {
        js::call(target, "addEventListener", &[&event.into(), &self.door(signal, 0)]);
    }

    /// `new class(door)`, for the browser's observers.
    pub fn observer(&self, class: &str, signal: Signal) -> JsValue {
        js::construct(&self.window, class, &[&self.door(signal, 0)])
    }

    /// Report `signal` in `ms` milliseconds.
    pub fn after(&self, ms: u32, signal: Signal, tag: u32) {
        js::call(&self.window, "setTimeout", &[&self.door(signal, tag), &ms.into()]);
    }

    /// `promise.then(…)`: one signal if it is kept, another if it is broken.
    pub fn follow(&self, promise: &JsValue, kept: Signal, broken: Signal, tag: u32) {
        js::call(promise, "then", &[&self.door(kept, tag), &self.door(broken, tag)]);
    }

    pub fn json(&self, constant: &str) -> JsValue {
        self.parse(&constant.into())
    }

    pub fn parse(&self, json: &JsValue) -> JsValue {
        js::call(&js::get(&self.window, "JSON"), "parse", &[json])
    }

    /// A new node at the end of `parent`.
    pub fn node(&self, parent: &JsValue, tag: &str, class: &str, text: &str) -> JsValue {
        let node = js::call_with(&self.document, "createElement", tag);
        js::set_text(&node, "className", class);
        js::set_text(&node, "textContent", text);
        js::call(parent, "append", &[&node]);
        node
    }

    /// The same, but only if there is something to say; else `undefined`.
    pub fn text_node(&self, parent: &JsValue, tag: &str, class: &str, text: &JsValue) -> JsValue {
        match text.as_string() {
            Some(text) if !text.is_empty() => self.node(parent, tag, class, &text),
            _ => JsValue::UNDEFINED,
        }
    }

    /// This page's path, with the query that some confirmation pages need to show anything.
    pub fn address(&self) -> JsValue {
        js::join(&[&js::get(&self.location, "pathname"), &js::get(&self.location, "search")])
    }

    /// The path of `url` (a string or URL, relative or not), if it lies on `origin`.
    pub fn path_on(&self, origin: &JsValue, url: &JsValue) -> Option<String> {
        let url = js::construct(&self.window, "URL", &[url, &js::get(&self.location, "href")]);
        if js::get(&url, "origin") == *origin { Some(js::text(&url, "pathname")) } else { None }
    }

    /// The shopper's language. The theme declares one, but often says English in every store: where store and
    /// browser agree on another, they win. What is not known is left out.
    pub fn locale(&self) -> String {
        let [declared, of_store, of_browser] = self.languages();
        let agree = !of_store.is_empty() && text::is_same(&of_store, &of_browser);
        let order = if agree { [of_store, declared, of_browser] } else { [declared, of_store, of_browser] };
        order.into_iter().find(|tag| !tag.is_empty()).unwrap_or_default()
    }

    /// Whether the store's language, which is not known yet, could still change [`Browser::locale`].
    pub fn knows_language(&self) -> bool {
        let [declared, of_store, of_browser] = self.languages();
        !of_store.is_empty() || text::is_same(&declared, &of_browser)
    }

    /// Of the page, the store and the browser.
    fn languages(&self) -> [String; 3] {
        let declared = js::text(&js::get(&self.document, "documentElement"), "lang");
        let of_store = self.store_language.as_string().unwrap_or_default();
        let of_browser = js::text(&js::get(&self.window, "navigator"), "language");
        [declared, of_store, of_browser]
    }

    /// Whether the page's `load` is over.
    pub fn is_loaded(&self) -> bool {
        js::get(&self.document, "readyState") == "complete"
    }

    pub fn is_hidden(&self) -> bool {
        js::get(&self.document, "hidden").is_truthy()
    }

    /// Whether we may leave by ourselves: not for a link from an e-mail, which may be days old, and not from inside
    /// a frame, where payment pages do not show and only a press can open them in its place.
    pub fn is_first_visit(&self) -> bool {
        !page::is_permalink(&js::text(&self.location, "search"))
            && js::get(&self.window, "top") == self.window
    }

    /// To another page; Back leads here again.
    pub fn go(&self, url: &JsValue) {
        js::set(&js::get(&js::get(&self.window, "top"), "location"), "href", url);
    }

    /// Whatever was begun before does not count any more.
    pub fn next_turn(&mut self) -> u32 {
        self.turn = self.turn.wrapping_add(1);
        self.turn
    }

    pub fn is_turn(&self, turn: u32) -> bool {
        self.turn == turn
    }
}
