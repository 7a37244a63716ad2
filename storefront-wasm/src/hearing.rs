//! Hearing the page's own calls to BigCommerce, and asking once ourselves for what we missed.
//!
//! BigCommerce's confirmation page asks for its order by XMLHttpRequest; custom pages use fetch. We only listen to
//! both: we read the answer that the page reads, or a copy. Our tag is `async`, so the page may have asked before we
//! came. In that case, and whenever a call that we heard brings no answer that we can use, we ask once ourselves, as
//! the page would, with its cookies. No call of the page's keeps us waiting for good: each has [`PATIENCE_MS`].
//!
//! ```text
//! we come first    page calls open("/api/storefront/orders/566") -> we listen -> its answer is ours too
//! page came first  the browser's list of loaded resources names /orders/566 -> we ask once
//! list is full     the page shows "Your order number is 566" -> we ask once
//! page never asks  3 s after `load`: the address, `checkoutConfig` or the loader's script names it -> we ask once
//! ```
//!
//! What is heard changes three things: this module's own state, what the browser object knows of the order, and the
//! flow.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::XmlHttpRequest;

use crate::browser::Browser;
use crate::flow::Flow;
use crate::host::Host;
use crate::page::{self, Asked};
use crate::signal::Signal;
use crate::{js, order};

/// Tag of the storefront's settings. Every other tag is an order's id, which is never 0.
const SETTINGS: u32 = 0;
/// How long (ms) a call that we heard may take before we ask ourselves.
const PATIENCE_MS: u32 = 8_000;
/// How long (ms) an unpaid order waits for the settings, which decide the language.
const LANGUAGE_MS: u32 = 1_000;
/// Where the payment page is: the browser connects to it before it goes there.
const PAYMENT_PAGE: &str = "https://komoju.com";
/// Where BigCommerce's own page shows the order's number, once it has the order.
const NUMBER: &str = "[data-test=order-confirmation-order-number-text]";

/// What we have heard so far.
#[derive(Default, Debug)]
pub struct Hearing {
    /// The storefront's settings name another store than the one that our tag is for.
    other_store: bool,
    /// The page has asked for its order and we heard it. We get the answer, or [`Signal::Overdue`].
    page_asked: bool,
    /// We have asked for the order ourselves, which we do only once.
    asked_ourselves: bool,
    /// An answer has settled whether the order is ours.
    decided: bool,
    /// An unpaid order of ours waits for the settings, which decide the language.
    held: bool,
}

impl Hearing {
    /// Listens to XMLHttpRequest and fetch, and asks for the list of what was loaded before we came.
    pub fn start(browser: &Browser) -> Hearing {
        let xhr = js::get(&js::get(&browser.window, "XMLHttpRequest"), "prototype");
        browser.hear(&xhr, "open", Signal::Opened);
        browser.hear(&browser.window, "fetch", Signal::Fetched);
        let observer =
            js::construct(&browser.window, "PerformanceObserver", &[&browser.door(Signal::Loaded, 0)]);
        js::call(&observer, "observe", &[&js::json(r#"{"type":"resource","buffered":true}"#)]);
        Hearing::default()
    }

    /// The page opened an XMLHttpRequest.
    pub fn xhr_opened(&mut self, seen: &JsValue, flow: &mut Flow, host: &mut Host) {
        let arguments = js::get(seen, "1");
        if is_get(&js::get(&arguments, "0"))
            && let Some(tag) = self.page_asks(&js::get(&arguments, "1"), flow, host)
        {
            // One microtask later, so that our handler comes after those that the page sets between `open` and
            // `send`.
            let browser = &host.browser;
            let soon = js::call(&js::get(&browser.window, "Promise"), "resolve", &[seen]);
            browser.follow(soon.unchecked_ref(), Signal::Sent, Signal::Sent, tag);
        }
    }

    /// The page has had its chance to set its own handlers: now we add ours.
    pub fn xhr_sent(&mut self, tag: u32, seen: &JsValue, flow: &mut Flow, host: &mut Host) {
        let xhr: XmlHttpRequest = js::typed(seen, "0");
        if js::get(&xhr, "readyState") == 4.0 {
            // It was a synchronous call, and its events are over.
            return self.xhr_ended(tag, &xhr, flow, host);
        }
        // `loadend` comes after every `load` handler. The listener goes with it: the page may use one object for many
        // calls.
        let (ended, once) = (host.browser.door(Signal::Ended, tag), js::json(r#"{"once":true}"#));
        js::call(&xhr, "addEventListener", &[&"loadend".into(), &ended, &once]);
    }

    /// `loadend`: with an answer, or without one, after an error, an abort or a timeout.
    pub fn xhr_loadend(&mut self, tag: u32, event: &JsValue, flow: &mut Flow, host: &mut Host) {
        self.xhr_ended(tag, &js::typed(event, "target"), flow, host);
    }

    /// Reads the answer of an XMLHttpRequest, if it still is the call that we followed.
    fn xhr_ended(&mut self, tag: u32, xhr: &XmlHttpRequest, flow: &mut Flow, host: &mut Host) {
        // The page may have used the same object for another call since; then its address differs. A call without an
        // answer has no address.
        let url = js::get(xhr, "responseURL");
        if url.is_truthy() && concerns_us(&url, &host.browser) != Some(tag) {
            return;
        }
        let mut body = JsValue::UNDEFINED;
        if is_fine(xhr) {
            body = js::get(xhr, "response");
            if body.is_string() {
                body = js::parse(&body);
            }
        }
        self.heard(tag, &body, flow, host);
    }

    /// The page called fetch, with an address or a Request object.
    pub fn page_fetched(&mut self, seen: &JsValue, flow: &mut Flow, host: &mut Host) {
        let arguments = js::get(seen, "1");
        let request = js::get(&arguments, "0");
        let (mut url, mut method) = (js::get(&request, "url"), js::get(&js::get(&arguments, "1"), "method"));
        if url.is_undefined() {
            url = request;
        } else if method.is_undefined() {
            method = js::get(&request, "method");
        }
        if (method.is_undefined() || is_get(&method))
            && let Some(tag) = self.page_asks(&url, flow, host)
        {
            follow_fetch(&js::typed(seen, "2"), tag, &host.browser);
        }
    }

    /// A fetch that we follow was answered.
    pub fn responded(&mut self, tag: u32, response: &JsValue, flow: &mut Flow, host: &mut Host) {
        // Reads a copy, for the page reads the original. If the page has read it already, no copy can be made.
        let copy = if is_fine(response) { js::call(response, "clone", &[]) } else { JsValue::UNDEFINED };
        if copy.is_truthy() {
            host.browser.follow(
                js::call(&copy, "json", &[]).unchecked_ref(),
                Signal::Read,
                Signal::Lost,
                tag,
            );
        } else {
            self.heard(tag, &JsValue::UNDEFINED, flow, host);
        }
    }

    /// The tag of a call that the page makes now. None: its answer does not concern us.
    fn page_asks(&mut self, url: &JsValue, flow: &mut Flow, host: &mut Host) -> Option<u32> {
        let tag = concerns_us(url, &host.browser)?;
        if tag != SETTINGS {
            self.page_asked = true;
            host.browser.after(PATIENCE_MS, Signal::Overdue, tag);
            is_page_of(tag, flow, host);
        }
        Some(tag)
    }

    /// What the tag names has had its time to be answered.
    pub fn overdue(&mut self, tag: u32, flow: &mut Flow, host: &mut Host) {
        if tag == SETTINGS {
            self.go_on(flow, host);
        } else if !self.decided {
            self.ask_for_order(tag, flow, host);
        }
    }

    /// An answer: the order or the settings as JSON, or `undefined` if there was nothing to read.
    pub fn heard(&mut self, tag: u32, body: &JsValue, flow: &mut Flow, host: &mut Host) {
        if tag == SETTINGS {
            let profile = js::get(&js::get(body, "storeConfig"), "storeProfile");
            let store = js::get(&profile, "storeHash");
            self.other_store = store.is_truthy() && store != host.browser.own("store");
            host.browser.store_language = js::get(&profile, "storeLanguage");
            self.go_on(flow, host);
        } else if !self.decided {
            self.order_heard(tag, body, flow, host);
        }
    }

    /// The order was answered. An answer without status and payments is useless: we ask ourselves.
    fn order_heard(&mut self, id: u32, body: &JsValue, flow: &mut Flow, host: &mut Host) {
        let (status, payments) = (js::get(body, "status"), js::get(body, "payments"));
        let Some(status) = status.as_string().filter(|_| payments.is_truthy()) else {
            return self.ask_for_order(id, flow, host);
        };
        self.decided = true;
        let browser = &mut host.browser;
        let ours = payment_by(&payments, &browser.own("methods").as_string().unwrap_or_default());
        if self.other_store || ours.is_undefined() {
            return flow.others_order(host);
        }
        browser.payment = ours;
        browser.order = body.clone();
        browser.order_id = id;
        browser.page_order = id;
        let unpaid = order::is_unpaid(&status);
        browser.recall(unpaid);
        if browser.token.is_truthy() {
            flow.known_payment(host);
        }
        if unpaid {
            host.browser.preconnect(&host.browser.own("app"));
            host.browser.preconnect(&PAYMENT_PAGE.into());
            self.held = true;
            if host.browser.knows_language() {
                return self.go_on(flow, host);
            }
            host.browser.after(LANGUAGE_MS, Signal::Overdue, SETTINGS);
            ask("/api/storefront/checkout-settings".into(), SETTINGS, &host.browser);
        }
    }

    /// Starts with the unpaid order, if one was held back for the settings.
    fn go_on(&mut self, flow: &mut Flow, host: &mut Host) {
        if core::mem::take(&mut self.held) {
            flow.unpaid_order(host.browser.is_first_visit(), host);
        }
    }

    /// The browser's list of loaded resources may name the page's order call, if it came before us.
    pub fn look_for_missed(&mut self, list: &JsValue, flow: &mut Flow, host: &mut Host) {
        let mut missed = SETTINGS;
        js::each(&js::call(list, "getEntries", &[]), |entry| {
            missed = missed.max(concerns_us(&js::get(entry, "name"), &host.browser).unwrap_or(SETTINGS));
        });
        if missed != SETTINGS {
            self.ask_unless_heard(missed, flow, host);
        }
    }

    /// The page shows its order's number, so its call is over, and we did not hear it: the browser's list may have
    /// been full.
    pub fn look_at_page(&mut self, flow: &mut Flow, host: &mut Host) {
        if let Ok(Some(number)) = host.browser.document.query_selector(NUMBER)
            && let Some(id) = page::only_number(&js::text(&number, "textContent"))
        {
            self.ask_unless_heard(id, flow, host);
        }
    }

    /// The page has had its time and never asked in our hearing. The order may be named in its address, in its
    /// configuration, or in the script that started BigCommerce's loader.
    pub fn ask_for_named_order(&mut self, flow: &mut Flow, host: &mut Host) {
        let browser = &host.browser;
        let configured = js::join(&[&js::get(&js::get(&browser.window, "checkoutConfig"), "orderId")]);
        let path = js::text(&browser.location, "pathname");
        let mut named = page::confirmation(&path)
            .and_then(|it| it.order)
            .or_else(|| page::order_id(&configured.as_string()?));
        if named.is_none() {
            let scripts = js::call_with(&browser.document, "querySelectorAll", "script");
            js::each(&scripts, |script| {
                named = named.or_else(|| page::loaders_order(&js::text(script, "textContent")));
            });
        }
        match named {
            Some(id) => self.ask_unless_heard(id, flow, host),
            None => self.look_at_page(flow, host),
        }
    }

    /// Asks ourselves, unless we heard the page ask: then its answer, or its lateness, comes to us.
    fn ask_unless_heard(&mut self, id: u32, flow: &mut Flow, host: &mut Host) {
        if !self.page_asked {
            self.ask_for_order(id, flow, host);
        }
    }

    /// Asks for the order ourselves, once, as the page would: with the page's cookies.
    fn ask_for_order(&mut self, id: u32, flow: &mut Flow, host: &mut Host) {
        if self.asked_ourselves {
            return;
        }
        self.asked_ourselves = true;
        is_page_of(id, flow, host);
        let url = js::join(&[&"/api/storefront/orders/".into(), &id.into(), &"?include=payments".into()]);
        ask(url, id, &host.browser);
    }
}

/// The tag of a call to `url`. None: its answer does not concern us.
fn concerns_us(url: &JsValue, browser: &Browser) -> Option<u32> {
    let origin = js::get(&browser.location, "origin");
    Some(match page::asked(&browser.path_on(&origin, url)?)? {
        Asked::Settings => SETTINGS,
        Asked::Order(id) => id,
    })
}

/// The number of this page's order is known, so a token that we came with may be used: what it leads to is shown only
/// if it belongs to this order.
fn is_page_of(id: u32, flow: &mut Flow, host: &mut Host) {
    host.browser.page_order = id;
    if host.browser.token.is_truthy() {
        flow.known_payment(host);
    }
}

/// Makes a call of our own, which is followed like the page's.
fn ask(url: JsValue, tag: u32, browser: &Browser) {
    let options = js::json(r#"{"headers":{"Accept":"application/json"}}"#);
    follow_fetch(&browser.fetch(&url, &options), tag, browser);
}

/// The one thing of it that a page can notice: once we follow a promise, the browser calls its rejection handled, even
/// if the page itself never looks at it.
fn follow_fetch(promise: &Promise, tag: u32, browser: &Browser) {
    browser.follow(promise, Signal::Responded, Signal::Lost, tag);
}

/// The first of the order's payments that was made with a method of ours; `undefined`: none.
fn payment_by(payments: &JsValue, methods: &str) -> JsValue {
    let mut ours = JsValue::UNDEFINED;
    js::each(payments, |payment| {
        if ours.is_undefined() && page::lists(methods, &js::text(payment, "providerId")) {
            ours = payment.clone();
        }
    });
    ours
}

fn is_get(method: &JsValue) -> bool {
    method.as_string().is_some_and(|method| method.eq_ignore_ascii_case("get"))
}

/// Answered with 200.
fn is_fine(answer: &JsValue) -> bool {
    js::get(answer, "status") == 200.0
}
