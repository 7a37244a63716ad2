//! The script itself, and the door through which the browser tells it things.

use wasm_bindgen::prelude::*;

use crate::browser::Browser;
use crate::flow::{Failure, Flow, Press};
use crate::hearing::Hearing;
use crate::host::Host;
use crate::signal::Signal;
use crate::{js, page};

/// How long (ms) after `load` a page is given to ask for its order.
const SETTLE_MS: u32 = 3_000;

/// Everything that lives on one page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Script {
    hearing: Hearing,
    flow: Flow,
    host: Host,
}

#[wasm_bindgen]
impl Script {
    /// Takes its place on an order confirmation page: before, between or after the page's own code, for the tag is
    /// `async`. None: this is another page. `own`: see `Browser::new`.
    pub fn start(own: JsValue) -> Option<Script> {
        let browser = Browser::new(own);
        page::confirmation(&js::text(&browser.location, "pathname"))?;
        let hearing = Hearing::start(&browser);
        let mut script = Script { hearing, flow: Flow::new(), host: Host::new(browser) };
        script.listen();
        script.resume();
        script.hearing.look_at_page(&mut script.flow, &mut script.host);
        Some(script)
    }

    /// The door: everything the browser tells us comes in here, one signal at a time.
    pub fn on(&mut self, signal: u32, tag: u32, value: &JsValue) {
        let Some(signal) = Signal::from_number(signal) else { return };
        let Script { hearing, flow, host } = self;
        let browser = &mut host.browser;
        match signal {
            Signal::Opened => hearing.xhr_opened(value, flow, host),
            Signal::Sent => hearing.xhr_sent(tag, value, flow, host),
            Signal::Ended => hearing.xhr_loadend(tag, value, flow, host),
            Signal::Fetched => hearing.page_fetched(value, flow, host),
            Signal::Responded => hearing.responded(tag, value, flow, host),
            Signal::Read => hearing.heard(tag, value, flow, host),
            Signal::Lost => hearing.heard(tag, &JsValue::UNDEFINED, flow, host),
            Signal::Loaded => hearing.look_for_missed(value, flow, host),
            Signal::Overdue => hearing.overdue(tag, flow, host),
            Signal::PageLoad => page_loaded(browser),
            Signal::PageReady => {
                flow.page_ready(host);
                hearing.look_at_page(flow, host);
            }
            Signal::PageSettled => {
                host.card.place(true, browser);
                hearing.ask_for_named_order(flow, host);
            }
            Signal::Answered if browser.is_turn(tag) => browser.read_answer(value, tag),
            Signal::Told if browser.is_turn(tag) => match browser.take_answer(value) {
                Ok(answer) => flow.answered(answer, host),
                Err(failure) => flow.failed(failure, host),
            },
            Signal::Unanswered if browser.is_turn(tag) => flow.failed(Failure::Passing, host),
            Signal::TimeIsUp if browser.is_turn(tag) => flow.time_is_up(browser.is_hidden(), host),
            Signal::Answered | Signal::Told | Signal::Unanswered | Signal::TimeIsUp | Signal::NotCopied => {}
            Signal::Reminded => flow.reminded(tag, host),
            Signal::Pressed => self.pressed(tag),
            Signal::Copy => browser.copy(value),
            Signal::Copied => browser.copied(),
            Signal::VisibilityChanged if browser.is_hidden() => {}
            Signal::VisibilityChanged => flow.seen(host),
            Signal::Online => flow.online(host),
            Signal::PageShown => {
                if js::get(value, "persisted").is_truthy() {
                    flow.came_back(host);
                }
            }
            Signal::Mutated => host.card.place(false, browser),
            Signal::PlaceAnyhow => host.card.place(true, browser),
            Signal::StopPlacing => host.card.stop_placing(),
        }
    }
}

impl Script {
    /// Listens to the page's own life: shown, hidden, loaded.
    fn listen(&self) {
        let browser = &self.host.browser;
        browser.listen(&browser.window, "pageshow", Signal::PageShown, 0);
        browser.listen(&browser.document, "visibilitychange", Signal::VisibilityChanged, 0);
        browser.listen(&browser.window, "online", Signal::Online, 0);
        if browser.is_loaded() {
            page_loaded(browser);
        } else {
            browser.listen(&browser.window, "load", Signal::PageLoad, 0);
        }
    }

    /// Back from the payment page, the address carries the token in its fragment. It is taken out of the address,
    /// because shoppers copy addresses and send them to each other. It is used only once the page's order is known,
    /// and text with other characters than a token's is not a token.
    fn resume(&mut self) {
        let browser = &mut self.host.browser;
        let fragment = js::text(&browser.location, "hash");
        let Some(token) = fragment.strip_prefix("#komoju=") else { return };
        if page::is_token(token) {
            browser.token = token.into();
        }
        let history = js::get(&browser.window, "history");
        js::call(&history, "replaceState", &[&js::get(&history, "state"), &"".into(), &browser.address()]);
    }

    /// A button was pressed. Without the order, nothing can be started here, but the server's own status page can.
    fn pressed(&mut self, code: u32) {
        let Some(press) = Press::from_code(code) else { return };
        let browser = &self.host.browser;
        if browser.order_id == 0 && press != Press::Again {
            browser.go(&js::join(&[&browser.own("app"), &"/status/".into(), &browser.token]));
        } else {
            self.flow.pressed(press, &mut self.host);
        }
    }
}

/// The page's `load` is over: one task later we may leave, and a few seconds later the page has settled.
fn page_loaded(browser: &Browser) {
    browser.after(0, Signal::PageReady, 0);
    browser.after(SETTLE_MS, Signal::PageSettled, 0);
}
