//! The two calls to the server, and what their answers mean.

use alloc::string::String;
use wasm_bindgen::prelude::*;

use crate::flow::{Answer, Ask, CALL_MS, Failure};
use crate::script::{Browser, Script, Signal};
use crate::{js, page, text};

impl Script {
    /// Something about the running call or wait.
    pub(crate) fn server_event(&mut self, signal: Signal, turn: u32, value: &JsValue) {
        let Script { flow, browser, .. } = self;
        match signal {
            Signal::Answered => browser.read_answer(value, turn),
            Signal::Told => match browser.take_answer(value) {
                Ok(answer) => flow.answered(answer, browser),
                Err(failure) => flow.failed(failure, browser),
            },
            Signal::TimeIsUp => flow.time_is_up(browser.is_hidden(), browser),
            _ => flow.failed(Failure::Passing, browser),
        }
    }
}

impl Browser {
    pub(crate) fn call_server(&mut self, ask: Ask) {
        let turn = self.next_turn();
        self.after(CALL_MS, Signal::TimeIsUp, turn);
        let app = &self.place.app;
        let (url, options) = match &self.token {
            Some(token) if ask == Ask::Look => {
                let url =
                    js::join(&[app, "/api/payments/", token, "?locale=", text::language(&self.locale())]);
                (url, JsValue::UNDEFINED)
            }
            _ => (js::join(&[app, "/api/payments"]), self.start_call(ask)),
        };
        let promise = js::apply(&self.fetch, &self.window, &[&url.into(), &options]);
        self.follow(&promise, Signal::Answered, Signal::Unanswered, turn);
    }

    /// A string body is sent as text/plain, which costs no preflight.
    fn start_call(&self, ask: Ask) -> JsValue {
        let Some(order) = &self.order else { return JsValue::UNDEFINED };
        let body = self.parse("{}");
        js::set_text(&body, "store", &self.place.store);
        js::set(&body, "order_id", &order.id.into());
        js::set(&body, "cart_id", &js::get(&order.body, "cartId"));
        js::set_text(&body, "page", &self.page());
        js::set_text(&body, "locale", text::language(&self.locale()));
        // Added to a string, a number becomes its decimal digits.
        let amount = JsValue::from("") + js::get(&order.body, "orderAmountAsInteger");
        js::set(&body, "seen_amount", &amount);
        js::set(&body, "seen_currency", &js::get(&js::get(&order.body, "currency"), "code"));
        js::set_text(&body, "intent", ask.intent());
        let options = self.parse(r#"{"method":"POST"}"#);
        js::set(&options, "body", &js::call(&js::get(&self.window, "JSON"), "stringify", &[&body]));
        options
    }

    /// This page's address, without what may be secret in its query.
    fn page(&self) -> String {
        js::join(&[&self.place.origin, &self.place.path])
    }

    pub(crate) fn parse(&self, json: &str) -> JsValue {
        self.parse_text(&json.into())
    }

    pub(crate) fn parse_text(&self, json: &JsValue) -> JsValue {
        js::call(&js::get(&self.window, "JSON"), "parse", &[json])
    }

    fn read_answer(&mut self, response: &JsValue, turn: u32) {
        self.fine = js::get(response, "ok").is_truthy();
        self.follow(&js::call(response, "text", &[]), Signal::Told, Signal::Unanswered, turn);
    }

    fn take_answer(&mut self, raw: &JsValue) -> Result<Answer, Failure> {
        let news = self.raw != *raw;
        self.raw = raw.clone();
        self.said = self.parse_text(raw);
        if !self.fine {
            return Err(failure(&self.said));
        }
        let redirect = js::get(&self.said, "state") == "redirect";
        if redirect && !page::lies_on(&js::text_or_empty(&self.said, "redirect_url"), &self.place.app) {
            return Err(Failure::Passing);
        }
        if let Some(token) = js::text(&self.said, "token") {
            self.token = Some(token);
            self.keep_token();
        }
        #[expect(clippy::cast_possible_truncation, reason = "it saturates, which suits a wait")]
        let poll_ms = js::get(&self.said, "poll_ms").as_f64().map(|ms| ms as u32);
        Ok(Answer { redirect, poll_ms, news })
    }

    /// The page for a start without this script: a plain address, which no policy of the store's blocks.
    pub(crate) fn pay_page(&self) -> Option<String> {
        let order = self.order.as_ref()?;
        let query = js::construct(&js::get(&self.window, "URLSearchParams"), &[]);
        let id = (JsValue::from("") + JsValue::from(order.id)).as_string()?;
        for (name, value) in [
            ("store", self.place.store.as_str()),
            ("order_id", &id),
            ("cart_id", &js::text(&order.body, "cartId")?),
            ("page", &self.page()),
            ("locale", text::language(&self.locale())),
        ] {
            js::call(&query, "append", &[&name.into(), &value.into()]);
        }
        let query = js::call(&query, "toString", &[]).as_string()?;
        Some(js::join(&[&self.place.app, "/pay?", &query]))
    }

    fn token_key(&self) -> JsValue {
        let id = self.order.as_ref().map_or(JsValue::UNDEFINED, |order| order.id.into());
        JsValue::from("komoju:") + id
    }

    /// Take the token of an earlier visit, or keep the one we came with. Storage may be forbidden: the server
    /// remembers too.
    pub(crate) fn recall_token(&mut self) {
        if self.token.is_some() {
            self.keep_token();
        } else {
            let storage = js::get(&self.window, "sessionStorage");
            self.token = js::call(&storage, "getItem", &[&self.token_key()]).as_string();
        }
    }

    fn keep_token(&self) {
        if let (Some(_), Some(token)) = (&self.order, &self.token) {
            let storage = js::get(&self.window, "sessionStorage");
            js::call(&storage, "setItem", &[&self.token_key(), &token.as_str().into()]);
        }
    }
}

/// What a problem (RFC 9457) asks us to do. What is no problem of the server's own making may pass.
fn failure(problem: &JsValue) -> Failure {
    if js::get(problem, "code") == "not_ours" {
        Failure::NotOurs
    } else if js::get(problem, "retry") == JsValue::FALSE {
        Failure::Final
    } else {
        Failure::Passing
    }
}
