//! The browser, as every other part of the script reaches it, and what we keep about this page and its payment.
//!
//! Everything else stands on this module, so it knows neither card nor flow. What the browser has to tell us comes
//! back as [`Signal`]s, through the script's one door.

use alloc::string::String;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, EventTarget, Location, Node, Window};

use crate::js;
use crate::page;
use crate::signal::Signal;
use crate::text;

/// The browser and this page. Fields hold `undefined` until they are known.
#[derive(Debug)]
pub struct Browser {
    /// The object that `entry.js` passed; see [`Browser::new`].
    own: JsValue,
    pub window: Window,
    pub document: Document,
    pub location: Location,
    /// BigCommerce's language for the store, such as `ja_JP`.
    pub store_language: JsValue,
    /// This page's order as BigCommerce answered it, and its id (0: none yet), once it is known to be ours.
    pub order: JsValue,
    pub order_id: u32,
    /// The order's payment by our method, from the same answer.
    pub payment: JsValue,
    /// The number of the order that this page is about, ours or not. 0: not known yet.
    pub page_order: u32,
    /// A random number that tells this page visit from another tab, or from the same page opened again. The server
    /// lets only one visit leave for the payment page by itself.
    pub visit: JsValue,
    /// Names the payment to the server.
    pub token: JsValue,
    /// The server's last answer: `raw` as text, and `said` parsed, a view or a problem. `said` is cleared when the
    /// next call starts.
    pub raw: JsValue,
    pub said: JsValue,
    /// The last answer that was a view, as text: problems say nothing of what is on show.
    pub view: JsValue,
    /// The button of the number that is being copied.
    copying: JsValue,
    /// Number of the call or wait that is running; answers to an earlier one are dropped.
    turn: u32,
}

impl Browser {
    /// `own` is what `entry.js` passes: `window`; `fetch`, unpatched; `app`, the origin that served this script;
    /// `store` and `methods` (a comma list of the offline methods that are ours), from the script's address;
    /// `behind(target, name, saw)`, which has `saw` called after each call of a method; `door(signal, tag)`, which
    /// makes a function that reports a signal.
    pub fn new(own: JsValue) -> Browser {
        let window: Window = js::typed(&own, "window");
        Browser {
            own,
            document: js::typed(&window, "document"),
            location: js::typed(&window, "location"),
            store_language: JsValue::UNDEFINED,
            order: JsValue::UNDEFINED,
            order_id: 0,
            payment: JsValue::UNDEFINED,
            page_order: 0,
            visit: js::call(&js::get(&window, "Math"), "random", &[]),
            token: JsValue::UNDEFINED,
            raw: JsValue::UNDEFINED,
            said: JsValue::UNDEFINED,
            view: JsValue::UNDEFINED,
            copying: JsValue::UNDEFINED,
            turn: 0,
            window,
        }
    }

    /// One of the strings that `entry.js` passed: `app`, `store` or `methods`.
    pub fn own(&self, key: &str) -> JsValue {
        js::get(&self.own, key)
    }

    /// `fetch` as it was before we patched it, so that we do not hear ourselves.
    pub fn fetch(&self, url: &JsValue, options: &JsValue) -> Promise {
        js::call(&self.own, "fetch", &[url, options]).unchecked_into()
    }

    /// Reports `signal` after every call of the method `name`; see `behind` in `entry.js`.
    pub fn hear(&self, target: &JsValue, name: &str, signal: Signal) {
        js::call(&self.own, "behind", &[target, &name.into(), &self.door(signal, 0)]);
    }

    /// A function that the browser may call, which reports this signal with this tag.
    pub fn door(&self, signal: Signal, tag: u32) -> Function {
        js::call(&self.own, "door", &[&(signal as u32).into(), &tag.into()]).unchecked_into()
    }

    /// Reports `signal` with this tag at each event of this name.
    pub fn listen(&self, target: &EventTarget, event: &str, signal: Signal, tag: u32) {
        let _ = target.add_event_listener_with_callback(event, &self.door(signal, tag));
    }

    /// Reports `signal` after `ms` milliseconds.
    pub fn after(&self, ms: u32, signal: Signal, tag: u32) {
        js::call(&self.window, "setTimeout", &[&self.door(signal, tag), &ms.into()]);
    }

    /// `promise.then(…)`: the signal `kept` if it is fulfilled, `broken` if it is rejected.
    pub fn follow(&self, promise: &Promise, kept: Signal, broken: Signal, tag: u32) {
        js::call(promise, "then", &[&self.door(kept, tag), &self.door(broken, tag)]);
    }

    /// Adds a new node at the end of `parent`, and returns it.
    pub fn node(&self, parent: &Node, tag: &str, class: &str, text: &str) -> Element {
        let node = js::or_undefined(self.document.create_element(tag));
        let _ = node.set_attribute("class", class);
        js::set_text(&node, "textContent", text);
        let _ = parent.append_child(&node);
        node
    }

    /// Where text is copied to; `undefined` where the browser has none, or keeps it from this page.
    pub fn clipboard(&self) -> JsValue {
        js::get(&js::get(&self.window, "navigator"), "clipboard")
    }

    /// A button of a number was pressed: it holds what is copied.
    pub fn copy(&mut self, press: &JsValue) {
        self.copying = js::get(press, "currentTarget");
        let done = js::call(&self.clipboard(), "writeText", &[&js::get(&self.copying, "value")]);
        self.follow(done.unchecked_ref(), Signal::Copied, Signal::NotCopied, 0);
    }

    /// The number was copied: the button says so.
    pub fn copied(&self) {
        js::set(&self.copying, "textContent", &js::get(&self.copying, "name"));
    }

    /// What our method has to collect of this page's order, as people write it: `¥2,030`. `undefined`: the page does not
    /// say.
    pub fn amount(&self) -> JsValue {
        let options = js::json(r#"{"style":"currency","currencyDisplay":"narrowSymbol"}"#);
        js::set(&options, "currency", &js::get(&js::get(&self.order, "currency"), "code"));
        let due = js::get(&self.payment, "amount");
        let due = if due.is_undefined() { js::get(&self.order, "orderAmount") } else { due };
        if due.is_undefined() {
            return due;
        }
        let intl = js::get(&self.window, "Intl");
        js::call(&js::construct(&intl, "NumberFormat", &[&"en".into(), &options]), "format", &[&due])
    }

    /// This page's path and query; some confirmation pages show nothing without their query.
    pub fn address(&self) -> JsValue {
        js::join(&[&js::get(&self.location, "pathname"), &js::get(&self.location, "search")])
    }

    /// The path of `url`, if it is on `origin`. None: it is elsewhere. `url` is whatever the page calls with: text or a
    /// URL object, absolute or relative. That is why `URL` is constructed by hand.
    pub fn path_on(&self, origin: &JsValue, url: &JsValue) -> Option<String> {
        let url = js::construct(&self.window, "URL", &[url, &js::get(&self.document, "baseURI")]);
        if js::get(&url, "origin") == *origin { Some(js::text(&url, "pathname")) } else { None }
    }

    /// The shopper's language tag. The theme declares one, but many themes say English in every store. So if the
    /// store and the browser agree on another language, that one wins. Languages that are not known are skipped;
    /// empty: none is known.
    pub fn locale(&self) -> String {
        let [declared, of_store, of_browser] = self.languages();
        let agree = !of_store.is_empty() && text::is_same(&of_store, &of_browser);
        let order = if agree { [of_store, declared, of_browser] } else { [declared, of_store, of_browser] };
        order.into_iter().find(|tag| !tag.is_empty()).unwrap_or_default()
    }

    /// True if [`Browser::locale`] cannot change any more: the store's language is known, or would not matter.
    pub fn knows_language(&self) -> bool {
        let [declared, of_store, of_browser] = self.languages();
        !of_store.is_empty() || text::is_same(&declared, &of_browser)
    }

    /// The language tags of the page, the store and the browser; empty: not known.
    fn languages(&self) -> [String; 3] {
        let declared = js::text(&js::get(&self.document, "documentElement"), "lang");
        let of_store = self.store_language.as_string().unwrap_or_default();
        let of_browser = js::text(&js::get(&self.window, "navigator"), "language");
        [declared, of_store, of_browser]
    }

    /// True once the page's `load` event is over.
    pub fn is_loaded(&self) -> bool {
        js::get(&self.document, "readyState") == "complete"
    }

    pub fn is_offline(&self) -> bool {
        js::get(&js::get(&self.window, "navigator"), "onLine") == JsValue::FALSE
    }

    /// Has the browser connect to a host that it will soon go to.
    pub fn preconnect(&self, host: &JsValue) {
        let link = self.node(&js::typed(&self.document, "head"), "link", "", "");
        js::set_text(&link, "rel", "preconnect");
        js::set(&link, "href", host);
    }

    /// Gives `node` the colours of the theme's main button, where the theme has one.
    pub fn take_colours(&self, node: &JsValue) {
        let button = self.node(&js::typed(&self.document, "body"), "a", "button button--primary", "");
        let theme = js::call(&self.window, "getComputedStyle", &[&button]);
        let back = js::get(&theme, "backgroundColor");
        if back != "rgba(0, 0, 0, 0)" {
            let ink = js::get(&theme, "color");
            js::set(
                node,
                "style",
                &js::join(&[&"--komoju-back:".into(), &back, &";--komoju-ink:".into(), &ink]),
            );
        }
        js::call(&button, "remove", &[]);
    }

    /// True while the tab is in the background.
    pub fn is_hidden(&self) -> bool {
        js::get(&self.document, "hidden").is_truthy()
    }

    /// Whether we may leave for the payment page without a press. Not for a link from an e-mail, which may be days
    /// old. Not from inside a frame: payment pages do not show in frames, so only a press may open one in the frame's
    /// place.
    pub fn is_first_visit(&self) -> bool {
        !page::is_permalink(&js::text(&self.location, "search"))
            && js::get(&self.window, "top") == *AsRef::<JsValue>::as_ref(&self.window)
    }

    /// Goes to another page; the browser's Back leads here again.
    pub fn go(&self, url: &JsValue) {
        js::set(&js::get(&js::get(&self.window, "top"), "location"), "href", url);
    }

    /// Begins a new call or wait, and returns its number. Whatever belongs to an earlier one no longer counts.
    pub fn next_turn(&mut self) -> u32 {
        self.turn = self.turn.wrapping_add(1);
        self.turn
    }

    /// True if this number is the running call's or wait's.
    pub fn is_turn(&self, turn: u32) -> bool {
        self.turn == turn
    }
}
