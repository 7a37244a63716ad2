//! The script itself, and the door through which the browser tells it things.

use wasm_bindgen::prelude::*;

use crate::browser::Browser;
use crate::flow::{Failure, Flow, Press};
use crate::hearing::Hearing;
use crate::signal::Signal;
use crate::{js, page};

/// How long after `load` a page is given to ask for its order.
const SETTLE_MS: u32 = 3_000;

#[wasm_bindgen]
#[derive(Debug)]
pub struct Script {
    pub(crate) browser: Browser,
    pub(crate) hearing: Hearing,
    pub(crate) flow: Flow,
}

#[wasm_bindgen]
impl Script {
    /// Takes its place on an order confirmation page, before, amid or after the page's own code: the tag is `async`.
    /// `None` on any other page.
    ///
    /// What `entry.js` passes: `window`; `fetch` as it was; `app`, the origin that served this script; `store` and
    /// `methods` (a comma list of the offline methods that are ours) from its address;
    /// `behind(target, name, saw)`, which puts `saw` behind a method; `door(signal, tag)`, which makes a function
    /// that reports.
    pub fn start(own: JsValue) -> Option<Script> {
        let browser = Browser::new(own);
        page::confirmation(&js::text(&browser.location, "pathname"))?;
        let mut script = Script { browser, hearing: Hearing::default(), flow: Flow::new() };
        script.listen();
        script.resume();
        script.look_at_page();
        Some(script)
    }

    /// The door: everything the browser has to say to us, one thing at a time.
    pub fn on(&mut self, signal: u32, tag: u32, value: &JsValue) {
        let Some(signal) = Signal::from_number(signal) else { return };
        let Script { browser, flow, .. } = self;
        match signal {
            Signal::Opened => self.xhr_opened(value),
            Signal::Sent => self.xhr_sent(tag, value),
            Signal::Ended => self.xhr_loadend(tag, value),
            Signal::Fetched => self.page_fetched(value),
            Signal::Responded => self.responded(tag, value),
            Signal::Read => self.heard(tag, value),
            Signal::Lost => self.heard(tag, &JsValue::UNDEFINED),
            Signal::Loaded => self.look_for_missed(value),
            Signal::Overdue => self.overdue(tag),
            Signal::PageLoad => self.page_loaded(),
            Signal::PageReady => {
                flow.page_ready(browser);
                self.look_at_page();
            }
            Signal::PageSettled => {
                browser.place_card(true);
                self.ask_for_named_order();
            }
            Signal::Answered if browser.is_turn(tag) => browser.read_answer(value, tag),
            Signal::Told if browser.is_turn(tag) => match browser.take_answer(value) {
                Ok(answer) => flow.answered(answer, browser),
                Err(failure) => flow.failed(failure, browser),
            },
            Signal::Unanswered if browser.is_turn(tag) => flow.failed(Failure::Passing, browser),
            Signal::TimeIsUp if browser.is_turn(tag) => flow.time_is_up(browser.is_hidden(), browser),
            Signal::Answered | Signal::Told | Signal::Unanswered | Signal::TimeIsUp => {}
            Signal::Pressed => self.pressed(tag),
            Signal::VisibilityChanged if browser.is_hidden() => {}
            Signal::VisibilityChanged => flow.seen(browser),
            Signal::PageShown => {
                if js::get(value, "persisted").is_truthy() {
                    flow.came_back(browser);
                }
            }
            Signal::Mutated => browser.place_card(false),
            Signal::PlaceAnyhow => browser.place_card(true),
            Signal::StopPlacing => browser.stop_placing(),
        }
    }
}

impl Script {
    fn listen(&mut self) {
        let browser = &self.browser;
        self.hear();
        browser.listen(&browser.window, "pageshow", Signal::PageShown);
        browser.listen(&browser.document, "visibilitychange", Signal::VisibilityChanged);
        if browser.is_loaded() {
            self.page_loaded();
        } else {
            browser.listen(&browser.window, "load", Signal::PageLoad);
        }
    }

    fn page_loaded(&mut self) {
        self.browser.after(0, Signal::PageReady, 0);
        self.browser.after(SETTLE_MS, Signal::PageSettled, 0);
    }

    /// Back from the payment page, the token is in the fragment. It is taken out of the address, which shoppers
    /// copy and send to each other. It is not used before the page's order is known, and anything but a token's own
    /// characters is no token.
    fn resume(&mut self) {
        let browser = &mut self.browser;
        let fragment = js::text(&browser.location, "hash");
        let Some(token) = fragment.strip_prefix("#komoju=") else { return };
        if page::is_token(token) {
            browser.token = token.into();
        }
        let history = js::get(&browser.window, "history");
        js::call(&history, "replaceState", &[&js::get(&history, "state"), &"".into(), &browser.address()]);
    }

    /// Without the order nothing can be started here, but the server's own page can.
    fn pressed(&mut self, code: u32) {
        let Script { browser, flow, .. } = self;
        let Some(press) = Press::from_code(code) else { return };
        if browser.order_id == 0 && press != Press::Again {
            browser.go(&js::join(&[&browser.own("app"), &"/status/".into(), &browser.token]));
        } else {
            flow.pressed(press, browser);
        }
    }
}
