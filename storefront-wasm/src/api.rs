//! The two calls to our server, and what their answers mean.

use crate::browser::Browser;
use crate::flow::{Answer, Ask, CALL_MS, Failure};
use crate::js;
use crate::signal::Signal;
use crate::text::Language;
use wasm_bindgen::prelude::*;

impl Browser {
    /// Makes the call. Its answer, its failure or [`CALL_MS`] comes back as a signal, tagged with this turn.
    pub(crate) fn call_server(&mut self, ask: Ask) {
        let turn = self.next_turn();
        self.said = JsValue::UNDEFINED;
        self.after(CALL_MS, Signal::TimeIsUp, turn);
        let start = js::join(&[&self.own("app"), &"/api/payments".into()]);
        let promise = if ask == Ask::Look && self.token.is_truthy() {
            let locale = self.locale();
            let query = [
                &start,
                &"/".into(),
                &self.token,
                &"?card=1&locale=".into(),
                &Language::for_tag(&locale).tag().into(),
            ];
            self.fetch(&js::join(&query), &JsValue::UNDEFINED)
        } else {
            // A string body is sent as text/plain: a CORS-simple request, which costs no preflight.
            let options = js::json(r#"{"method":"POST"}"#);
            js::set(&options, "body", &self.start_body(ask));
            self.fetch(&start, &options)
        };
        self.follow(&promise, Signal::Answered, Signal::Unanswered, turn);
    }

    /// The body of a start. What the page showed (`seen_…`) can only block: the server reads the amount itself.
    fn start_body(&self, ask: Ask) -> JsValue {
        let body = self.about_order();
        // The amount as decimal text, which carries its own scale; how many decimals a shop displays is the shop's
        // choice.
        let total = js::join(&[&js::get(&self.order, "orderAmount")]);
        js::set(&body, "seen_total", &total);
        // What our method has to collect, once store credit and gift certificates are taken off.
        let due = js::get(&self.payment, "amount");
        if !due.is_undefined() {
            js::set(&body, "seen_due", &js::join(&[&due]));
        }
        js::set(&body, "seen_currency", &js::get(&js::get(&self.order, "currency"), "code"));
        js::set_text(&body, "intent", ask.intent());
        js::set(&body, "card", &JsValue::TRUE);
        js::set(&body, "visit", &js::join(&[&self.visit]));
        js::stringify(&body)
    }

    /// What every start names: store, order, cart, page and language.
    fn about_order(&self) -> JsValue {
        let about = js::json("{}");
        js::set(&about, "store", &self.own("store"));
        js::set(&about, "order_id", &self.order_id.into());
        js::set(&about, "cart_id", &js::get(&self.order, "cartId"));
        js::set(&about, "page", &js::join(&[&js::get(&self.location, "origin"), &self.address()]));
        js::set_text(&about, "locale", Language::for_tag(&self.locale()).tag());
        about
    }

    /// The address that starts a payment without this script: a plain link, which no content policy of the store
    /// blocks.
    pub(crate) fn pay_page(&self) -> JsValue {
        let query = js::construct(&self.window, "URLSearchParams", &[&self.about_order()]);
        js::join(&[&self.own("app"), &"/pay?".into(), &query])
    }

    /// The server has answered: reads the body as text.
    pub(crate) fn read_answer(&mut self, response: &JsValue, turn: u32) {
        let text = js::call(response, "text", &[]);
        self.follow(text.unchecked_ref(), Signal::Told, Signal::Unanswered, turn);
    }

    /// Takes in the body of an answer. Errors: it is a problem, belongs to another page's order, or redirects to a
    /// place that is not ours.
    pub(crate) fn take_answer(&mut self, raw: &JsValue) -> Result<Answer, Failure> {
        let news = self.raw != *raw;
        self.raw = raw.clone();
        self.said = js::parse(raw);
        let state = js::get(&self.said, "state");
        if !state.is_string() {
            return Err(failure(&self.said));
        }
        // The token we came with may be of another order (the shopper opened two): we show nothing of an order that
        // is not this page's. A queued answer says nothing about any order, so it names none.
        if state != "queued" && js::get(&self.said, "order") != f64::from(self.page_order) {
            (self.said, self.view) = (JsValue::UNDEFINED, JsValue::UNDEFINED);
            self.token = JsValue::UNDEFINED;
            return Err(Failure::Final);
        }
        let redirect = state == "redirect";
        let url = js::get(&self.said, "redirect_url");
        if redirect && self.path_on(&self.own("app"), &url).is_none() {
            self.said = JsValue::UNDEFINED;
            return Err(Failure::Passing);
        }
        self.view = raw.clone();
        let token = js::get(&self.said, "token");
        if token.is_string() {
            self.token = token;
            self.keep(redirect);
        }
        Ok(Answer { redirect, poll_ms: poll_ms(&self.said), news, queued: state == "queued" })
    }

    /// Takes what an earlier visit of this tab was told of the order, unless this page was opened with a token. `unpaid`:
    /// BigCommerce says so; what was then still to be paid is not shown of an order that is. If storage is forbidden,
    /// nothing is lost: the server recognises the order.
    pub(crate) fn recall(&mut self, unpaid: bool) {
        if !self.token.is_truthy() {
            let kept = js::call(&self.storage(), "getItem", &[&self.storage_key()]);
            let said = js::parse(&kept);
            self.token = js::get(&said, "token");
            if unpaid || js::get(&said, "state") == "paid" {
                self.view = kept;
            }
        }
    }

    /// Keeps what the server said for a reload of this tab, which shows it at once. Of the way to the payment page only the
    /// token: whoever comes back has left that behind.
    fn keep(&self, redirect: bool) {
        let kept = if redirect {
            let kept = js::json("{}");
            js::set(&kept, "token", &self.token);
            js::stringify(&kept)
        } else {
            self.view.clone()
        };
        js::call(&self.storage(), "setItem", &[&self.storage_key(), &kept]);
    }

    fn storage(&self) -> JsValue {
        js::get(&self.window, "sessionStorage")
    }

    fn storage_key(&self) -> JsValue {
        js::join(&[&"komoju:".into(), &self.page_order.into()])
    }
}

/// What a problem (RFC 9457) asks us to do. Anything that our server did not write itself (a proxy's error page) may
/// pass.
fn failure(problem: &JsValue) -> Failure {
    let code = js::get(problem, "code");
    let is_last_word = js::get(problem, "retry") == JsValue::FALSE;
    // Right after an installation, a store may not be known at all of Cloudflare's locations yet: only the server's
    // last word counts.
    if code == "not_ours" || (code == "unknown_store" && is_last_word) {
        Failure::NotOurs
    } else if is_last_word {
        Failure::Final
    } else {
        poll_ms(problem).map_or(Failure::Passing, Failure::Later)
    }
}

/// After how many ms to ask again, according to an answer or a problem. None: it does not say.
fn poll_ms(said: &JsValue) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, which suits a wait")]
    js::get(said, "poll_ms").as_f64().map(|ms| ms as u32)
}
