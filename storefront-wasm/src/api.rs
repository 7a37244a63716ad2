//! The two calls to the server, and what their answers mean.

use wasm_bindgen::prelude::*;

use crate::browser::Browser;
use crate::flow::{Answer, Ask, CALL_MS, Failure};
use crate::signal::Signal;
use crate::{js, text};

impl Browser {
    pub(crate) fn call_server(&mut self, ask: Ask) {
        let turn = self.next_turn();
        self.said = JsValue::UNDEFINED;
        self.after(CALL_MS, Signal::TimeIsUp, turn);
        let start = js::join(&[&self.own("app"), &"/api/payments".into()]);
        let promise = if ask == Ask::Look && self.token.is_truthy() {
            let locale = self.locale();
            let query =
                [&start, &"/".into(), &self.token, &"?locale=".into(), &text::language(&locale).into()];
            self.fetch(&js::join(&query), &JsValue::UNDEFINED)
        } else {
            // A string body is sent as text/plain, which costs no preflight.
            let options = self.json(r#"{"method":"POST"}"#);
            js::set(&options, "body", &self.start_body(ask));
            self.fetch(&start, &options)
        };
        self.follow(&promise, Signal::Answered, Signal::Unanswered, turn);
    }

    fn start_body(&self, ask: Ask) -> JsValue {
        let body = self.about_order();
        // The decimal text, which carries its scale: how many decimals a shop shows is the shop's choice.
        let total = js::join(&[&js::get(&self.order, "orderAmount")]);
        js::set(&body, "seen_total", &total);
        // What is left for our method after store credit and gift certificates.
        let due = js::get(&self.payment, "amount");
        if !due.is_undefined() {
            js::set(&body, "seen_due", &js::join(&[&due]));
        }
        js::set(&body, "seen_currency", &js::get(&js::get(&self.order, "currency"), "code"));
        js::set_text(&body, "intent", ask.intent());
        js::set(&body, "visit", &js::join(&[&self.visit]));
        js::call(&js::get(&self.window, "JSON"), "stringify", &[&body])
    }

    /// What every start names.
    fn about_order(&self) -> JsValue {
        let about = self.json("{}");
        js::set(&about, "store", &self.own("store"));
        js::set(&about, "order_id", &self.order_id.into());
        js::set(&about, "cart_id", &js::get(&self.order, "cartId"));
        js::set(&about, "page", &js::join(&[&js::get(&self.location, "origin"), &self.address()]));
        js::set_text(&about, "locale", text::language(&self.locale()));
        about
    }

    /// The page for a start without this script: a plain address, which no policy of the store's blocks.
    pub(crate) fn pay_page(&self) -> JsValue {
        let query = js::construct(&self.window, "URLSearchParams", &[&self.about_order()]);
        js::join(&[&self.own("app"), &"/pay?".into(), &query])
    }

    pub(crate) fn read_answer(&mut self, response: &JsValue, turn: u32) {
        self.follow(&js::call(response, "text", &[]), Signal::Told, Signal::Unanswered, turn);
    }

    pub(crate) fn take_answer(&mut self, raw: &JsValue) -> Result<Answer, Failure> {
        let news = self.raw != *raw;
        self.raw = raw.clone();
        self.said = self.parse(raw);
        let state = js::get(&self.said, "state");
        if !state.is_string() {
            return Err(failure(&self.said));
        }
        // What a page shows belongs to that page's order: the token may be of another one. Who is queued is told
        // nothing of any order.
        if state != "queued" && js::get(&self.said, "order") != f64::from(self.page_order) {
            self.said = JsValue::UNDEFINED;
            self.token = JsValue::UNDEFINED;
            return Err(Failure::Final);
        }
        let redirect = state == "redirect";
        let url = js::get(&self.said, "redirect_url");
        if redirect && self.path_on(&self.own("app"), &url).is_none() {
            self.said = JsValue::UNDEFINED;
            return Err(Failure::Passing);
        }
        let token = js::get(&self.said, "token");
        if token.is_string() {
            self.token = token;
            self.keep_token();
        }
        Ok(Answer { redirect, poll_ms: poll_ms(&self.said), news, queued: state == "queued" })
    }

    /// Take the token of an earlier visit, unless we came with one. Storage may be forbidden: the server remembers
    /// too.
    pub(crate) fn recall_token(&mut self) {
        if !self.token.is_truthy() {
            self.token = self.storage("getItem");
        }
    }

    fn keep_token(&self) {
        self.storage("setItem");
    }

    fn storage(&self, method: &str) -> JsValue {
        let key = js::join(&[&"komoju:".into(), &self.page_order.into()]);
        js::call(&js::get(&self.window, "sessionStorage"), method, &[&key, &self.token])
    }
}

/// What a problem (RFC 9457) asks us to do. What is no problem of the server's own making may pass.
fn failure(problem: &JsValue) -> Failure {
    let code = js::get(problem, "code");
    let is_last_word = js::get(problem, "retry") == JsValue::FALSE;
    // A store that has just been installed may not be known everywhere yet.
    if code == "not_ours" || (code == "unknown_store" && is_last_word) {
        Failure::NotOurs
    } else if is_last_word {
        Failure::Final
    } else {
        poll_ms(problem).map_or(Failure::Passing, Failure::Later)
    }
}

/// When to ask again, as an answer or a problem says.
fn poll_ms(said: &JsValue) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, which suits a wait")]
    js::get(said, "poll_ms").as_f64().map(|ms| ms as u32)
}
