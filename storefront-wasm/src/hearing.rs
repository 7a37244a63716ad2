//! Hearing the page's own calls to BigCommerce, and asking once where the order's answer was missed.
//!
//! BigCommerce's confirmation page asks by XMLHttpRequest, custom ones by fetch. Both are only listened to: of
//! an answer we read what the page reads, or a copy. An answer without `payments` cannot tell whose order it is,
//! and a script that came late hears nothing: then the order is asked for once more, as the page would.

use wasm_bindgen::prelude::*;

use crate::js;
use crate::order;
use crate::page::{self, Asked};
use crate::script::Script;
use crate::signal::Signal;

/// Tag of the storefront's settings among the answers; every other tag is an order's id, never 0.
const SETTINGS: u32 = 0;

#[derive(Default, Debug)]
pub struct Hearing {
    /// The storefront has named another store than the one we serve.
    other_store: bool,
    /// The page has asked for its order in our hearing: its answer will come to us.
    under_way: bool,
    asked_ourselves: bool,
    decided: bool,
}

impl Script {
    /// Listen to XMLHttpRequest, to fetch, and to what was loaded before we came.
    pub(crate) fn hear(&self) {
        let browser = &self.browser;
        let xhr = js::get(&js::get(&browser.window, "XMLHttpRequest"), "prototype");
        browser.hear(&xhr, "open", Signal::Opened);
        browser.hear(&browser.window, "fetch", Signal::Fetched);
        let observer = browser.observer("PerformanceObserver", Signal::Loaded);
        js::call(&observer, "observe", &[&browser.json(r#"{"type":"resource","buffered":true}"#)]);
    }

    pub(crate) fn xhr_opened(&mut self, seen: &JsValue) {
        let arguments = js::get(seen, "1");
        if is_get(&js::get(&arguments, "0")) && self.concerns_us(&js::get(&arguments, "1")).is_some() {
            // One microtask later, so that we come behind the handlers which the page sets before it sends.
            let soon = js::call(&js::get(&self.browser.window, "Promise"), "resolve", &[seen]);
            self.browser.follow(&soon, Signal::Sent, Signal::Sent, 0);
        }
    }

    pub(crate) fn xhr_sent(&self, seen: &JsValue) {
        // `loadend` comes after every `load` handler.
        self.browser.listen(&js::get(seen, "0"), "loadend", Signal::Ended);
    }

    pub(crate) fn xhr_ended(&mut self, event: &JsValue) {
        let xhr = js::get(event, "target");
        let Some(tag) = self.concerns_us(&js::get(&xhr, "responseURL")) else { return };
        let mut body = JsValue::UNDEFINED;
        if is_fine(&xhr) {
            body = js::get(&xhr, "response");
            if body.is_string() {
                body = self.browser.parse(&body);
            }
        }
        self.heard(tag, &body);
    }

    pub(crate) fn page_fetched(&mut self, seen: &JsValue) {
        let arguments = js::get(seen, "1");
        let request = js::get(&arguments, "0");
        let (mut url, mut method) = (js::get(&request, "url"), js::get(&js::get(&arguments, "1"), "method"));
        if url.is_undefined() {
            url = request;
        } else if method.is_undefined() {
            method = js::get(&request, "method");
        }
        if (method.is_undefined() || is_get(&method))
            && let Some(tag) = self.concerns_us(&url)
        {
            self.follow_fetch(&js::get(seen, "2"), tag);
        }
    }

    fn follow_fetch(&self, promise: &JsValue, tag: u32) {
        self.browser.follow(promise, Signal::Responded, Signal::Lost, tag);
    }

    pub(crate) fn responded(&mut self, tag: u32, response: &JsValue) {
        if is_fine(response) {
            // A copy: the page reads the original.
            let copy = js::call(response, "clone", &[]);
            self.browser.follow(&js::call(&copy, "json", &[]), Signal::Read, Signal::Lost, tag);
        } else {
            self.heard(tag, &JsValue::UNDEFINED);
        }
    }

    /// The tag of a call to `url`, if the answer is worth hearing.
    fn concerns_us(&mut self, url: &JsValue) -> Option<u32> {
        let origin = js::get(&self.browser.location, "origin");
        match page::asked(&self.browser.path_on(&origin, url)?)? {
            Asked::Settings => Some(SETTINGS),
            Asked::Order(id) => {
                self.hearing.under_way = true;
                Some(id)
            }
        }
    }

    /// An answer: the order or the settings as JSON, or `undefined` where there was nothing to read.
    pub(crate) fn heard(&mut self, tag: u32, body: &JsValue) {
        if tag == SETTINGS {
            let profile = js::get(&js::get(body, "storeConfig"), "storeProfile");
            let store = js::get(&profile, "storeHash");
            self.hearing.other_store = store.is_truthy() && store != self.browser.own("store");
            self.browser.store_language = js::get(&profile, "storeLanguage");
        } else if !self.hearing.decided {
            self.order_heard(tag, body);
        }
    }

    fn order_heard(&mut self, id: u32, body: &JsValue) {
        let (status, payments) = (js::get(body, "status"), js::get(body, "payments"));
        let Some(status) = status.as_string().filter(|_| payments.is_truthy()) else {
            return self.ask_for_order(id);
        };
        self.hearing.decided = true;
        let Script { browser, flow, hearing } = self;
        if hearing.other_store
            || !has_one_of(&payments, &browser.own("methods").as_string().unwrap_or_default())
        {
            return flow.others_order(browser);
        }
        browser.order = body.clone();
        browser.order_id = id;
        browser.recall_token();
        if browser.token.is_truthy() {
            flow.known_payment(browser);
        }
        if order::is_unpaid(&status) {
            flow.unpaid_order(browser.is_first_visit(), browser);
        }
    }

    /// The browser's list of what it loaded names the page's order call, though we never heard it.
    pub(crate) fn look_for_missed(&mut self, list: &JsValue) {
        if self.hearing.under_way {
            return;
        }
        let mut missed = SETTINGS;
        js::each(&js::call(list, "getEntries", &[]), |entry| {
            let tag = self.concerns_us(&js::get(entry, "name"));
            missed = missed.max(tag.unwrap_or(SETTINGS));
        });
        if missed != SETTINGS {
            self.ask_for_order(missed);
        }
    }

    /// The page has had its time and never asked: the order may be named in its address or its configuration.
    pub(crate) fn ask_for_named_order(&mut self) {
        if self.hearing.under_way {
            return;
        }
        let window = &self.browser.window;
        let configured = js::join(&[&js::get(&js::get(window, "checkoutConfig"), "orderId")]);
        let in_path =
            page::confirmation(&js::text(&self.browser.location, "pathname")).and_then(|it| it.order);
        if let Some(id) = in_path.or_else(|| page::order_id(&configured.as_string()?)) {
            self.ask_for_order(id);
        }
    }

    /// Ask for the order ourselves, once, as the page would: with its cookies.
    fn ask_for_order(&mut self, id: u32) {
        if self.hearing.asked_ourselves {
            return;
        }
        self.hearing.asked_ourselves = true;
        self.hearing.under_way = true;
        let url = js::join(&[&"/api/storefront/orders/".into(), &id.into(), &"?include=payments".into()]);
        let options = self.browser.json(r#"{"headers":{"Accept":"application/json"}}"#);
        self.follow_fetch(&self.browser.fetch(&url, &options), id);
    }
}

/// Whether one of the order's payments is of a method that is ours.
fn has_one_of(payments: &JsValue, methods: &str) -> bool {
    let mut found = false;
    js::each(payments, |payment| found |= page::lists(methods, &js::text(payment, "providerId")));
    found
}

fn is_get(method: &JsValue) -> bool {
    method.as_string().is_some_and(|method| method.eq_ignore_ascii_case("get"))
}

fn is_fine(answer: &JsValue) -> bool {
    js::get(answer, "status") == 200.0
}
