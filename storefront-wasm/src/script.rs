//! The script itself: what it knows of the page, and the door through which the browser tells it things.

use alloc::string::String;
use wasm_bindgen::prelude::*;

use crate::flow::{Ask, Flow, Page, Press, Scene};
use crate::hearing::Hearing;
use crate::panel::Panel;
use crate::{js, page};

/// What the browser calls us for. Each comes with a tag (a number of ours) and a value. The numbers travel
/// through JavaScript.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// The page opened an XMLHttpRequest: `[xhr, arguments, result]`.
    Opened,
    /// … and has set its own handlers: the same.
    Sent,
    /// … which has ended, and every `load` handler of the page has run: its event.
    Ended,
    /// The page called fetch: `[window, arguments, promise]`.
    Fetched,
    /// A fetch that concerns us was answered: the response. The tag says what for, see [`crate::hearing`].
    Responded,
    /// … and this is its body; or, without a value, it has failed.
    Read,
    Lost,
    /// The browser finished loading some resources.
    Loaded,
    /// The page's own `load`.
    PageLoad,
    /// … and the task after it.
    PageReady,
    /// Some seconds after `load`: whatever the page asks for by itself, it has asked for.
    PageSettled,
    /// The server answered the call numbered by the tag: the response.
    Answered,
    /// … its body.
    Told,
    /// … or did not.
    Unanswered,
    /// The wait numbered by the tag is over.
    TimeIsUp,
    /// A button: the tag is a [`Press`].
    Pressed,
    VisibilityChanged,
    PageShown,
    /// Nodes came or went.
    Mutated,
    /// The page's own content has had its time to appear.
    PlaceAnyhow,
    /// … and to settle.
    StopPlacing,
}

impl Signal {
    const ALL: [Signal; 21] = [
        Signal::Opened,
        Signal::Sent,
        Signal::Ended,
        Signal::Fetched,
        Signal::Responded,
        Signal::Read,
        Signal::Lost,
        Signal::Loaded,
        Signal::PageLoad,
        Signal::PageReady,
        Signal::PageSettled,
        Signal::Answered,
        Signal::Told,
        Signal::Unanswered,
        Signal::TimeIsUp,
        Signal::Pressed,
        Signal::VisibilityChanged,
        Signal::PageShown,
        Signal::Mutated,
        Signal::PlaceAnyhow,
        Signal::StopPlacing,
    ];
}

/// Makes functions that the browser may call, each for one signal and tag.
#[derive(Clone, Debug)]
pub struct Door(JsValue);

impl Door {
    pub fn to(&self, signal: Signal, tag: u32) -> JsValue {
        js::apply(&self.0, &JsValue::UNDEFINED, &[&(signal as u32).into(), &tag.into()])
    }
}

/// Who we are and where, fixed from the start.
#[derive(Debug)]
pub struct Place {
    /// Origin of the app that served this script, and the only one it follows an address to.
    pub app: String,
    pub store: String,
    /// Comma list of the offline methods that are ours.
    pub methods: String,
    pub origin: String,
    pub path: String,
    /// The shopper came by a link that may be days old.
    pub permalink: bool,
}

impl Place {
    fn new(own: &JsValue, location: &JsValue) -> Place {
        Place {
            app: js::text_or_empty(own, "app"),
            store: js::text_or_empty(own, "store"),
            methods: js::text_or_empty(own, "methods"),
            origin: js::text_or_empty(location, "origin"),
            path: js::text_or_empty(location, "pathname"),
            permalink: page::is_permalink(&js::text_or_empty(location, "search")),
        }
    }
}

/// The order of this page, once it is known to be ours.
#[derive(Debug)]
pub struct Order {
    pub id: u32,
    pub body: JsValue,
}

/// The browser, and what we keep about this page.
#[derive(Debug)]
pub struct Browser {
    pub window: JsValue,
    pub document: JsValue,
    pub location: JsValue,
    /// `fetch` as we found it.
    pub fetch: JsValue,
    pub door: Door,
    pub place: Place,
    pub store_language: Option<String>,
    pub order: Option<Order>,
    /// Names the payment to the server.
    pub token: Option<String>,
    /// Whether the last call was answered with 200, its body as it came, and as JSON: a view or a problem.
    pub fine: bool,
    pub raw: JsValue,
    pub said: JsValue,
    pub panel: Panel,
    /// Number of the running call or wait; what belongs to an earlier one is dropped.
    turn: u32,
}

#[wasm_bindgen]
#[derive(Debug)]
pub struct Script {
    pub(crate) browser: Browser,
    pub(crate) hearing: Hearing,
    pub(crate) flow: Flow,
}

#[wasm_bindgen]
impl Script {
    /// Takes its place on an order confirmation page, synchronously, before the page's own code runs.
    /// `None` on any other page.
    ///
    /// What `entry.js` passes: `window`; `app`, the origin that served this script; `store` and `methods` from its
    /// address; `behind(target, name, saw)`, which puts `saw` behind a method; `door(signal, tag)`, which makes a
    /// function that reports.
    pub fn start(own: &JsValue) -> Option<Script> {
        let window = js::get(own, "window");
        let location = js::get(&window, "location");
        let place = Place::new(own, &location);
        if !page::is_confirmation(&place.path) {
            return None;
        }
        let browser = Browser {
            place,
            location,
            document: js::get(&window, "document"),
            fetch: js::get(&window, "fetch"),
            window,
            door: Door(js::get(own, "door")),
            store_language: None,
            order: None,
            token: None,
            fine: false,
            raw: JsValue::UNDEFINED,
            said: JsValue::UNDEFINED,
            panel: Panel::default(),
            turn: 0,
        };
        let mut script = Script { browser, hearing: Hearing::default(), flow: Flow::new() };
        script.hear(&js::get(own, "behind"));
        script.listen();
        script.resume();
        Some(script)
    }

    /// The door: everything the browser has to say to us, one thing at a time.
    pub fn on(&mut self, signal: u32, tag: u32, value: &JsValue) {
        let Some(signal) = Signal::ALL.get(signal as usize) else { return };
        match signal {
            Signal::Opened => self.xhr_opened(value),
            Signal::Sent => self.xhr_sent(value),
            Signal::Ended => self.xhr_ended(value),
            Signal::Fetched => self.page_fetched(value),
            Signal::Responded => self.responded(tag, value),
            Signal::Read => self.heard(tag, value),
            Signal::Lost => self.heard(tag, &JsValue::UNDEFINED),
            Signal::Loaded => self.look_for_missed(value),
            Signal::PageLoad => self.page_loaded(),
            Signal::PageReady => self.flow.page_ready(&mut self.browser),
            Signal::PageSettled => self.ask_for_named_order(),
            Signal::Answered | Signal::Told | Signal::Unanswered | Signal::TimeIsUp => {
                if self.browser.turn == tag {
                    self.server_event(*signal, tag, value);
                }
            }
            Signal::Pressed => self.pressed(tag),
            Signal::VisibilityChanged => {
                if !self.browser.is_hidden() {
                    self.flow.seen(&mut self.browser);
                }
            }
            Signal::PageShown => {
                if js::get(value, "persisted").is_truthy() {
                    self.flow.came_back(&mut self.browser);
                }
            }
            Signal::Mutated => self.browser.place_panel(false),
            Signal::PlaceAnyhow => self.browser.place_panel(true),
            Signal::StopPlacing => self.browser.panel.stop_placing(),
        }
    }
}

impl Script {
    fn listen(&mut self) {
        let browser = &self.browser;
        browser.listen(&browser.window, "pageshow", Signal::PageShown);
        browser.listen(&browser.document, "visibilitychange", Signal::VisibilityChanged);
        if js::text_or_empty(&browser.document, "readyState") == "complete" {
            self.page_loaded();
        } else {
            browser.listen(&browser.window, "load", Signal::PageLoad);
        }
    }

    fn page_loaded(&mut self) {
        self.browser.after(0, Signal::PageReady, 0);
        self.browser.after(3_000, Signal::PageSettled, 0);
    }

    /// Back from the payment page, the token is in the fragment. It is taken out of the address, which shoppers
    /// copy and send to each other.
    fn resume(&mut self) {
        let browser = &mut self.browser;
        let fragment = js::text_or_empty(&browser.location, "hash");
        let Some(token) = fragment.strip_prefix("#komoju=") else { return };
        browser.token = Some(token.into());
        let address = js::join(&[&browser.place.path, &js::text_or_empty(&browser.location, "search")]);
        let history = js::get(&browser.window, "history");
        js::call(&history, "replaceState", &[&js::get(&history, "state"), &"".into(), &address.into()]);
        self.flow.known_payment(browser);
    }

    /// Without the order nothing can be started here, but the server's own page can.
    fn pressed(&mut self, code: u32) {
        let Some(press) = Press::from_code(code) else { return };
        let browser = &mut self.browser;
        match (&browser.order, &browser.token) {
            (None, Some(token)) if press != Press::Again => {
                browser.go(&js::join(&[&browser.place.app, "/status/", token]));
            }
            _ => self.flow.pressed(press, browser),
        }
    }
}

impl Browser {
    pub fn listen(&self, target: &JsValue, event: &str, signal: Signal) {
        js::call(target, "addEventListener", &[&event.into(), &self.door.to(signal, 0)]);
    }

    /// Report `signal` in `ms` milliseconds.
    pub fn after(&self, ms: u32, signal: Signal, tag: u32) {
        js::call(&self.window, "setTimeout", &[&self.door.to(signal, tag), &ms.into()]);
    }

    /// `promise.then(…)`: one signal if it is kept, another if it is broken.
    pub fn follow(&self, promise: &JsValue, kept: Signal, broken: Signal, tag: u32) {
        js::call(promise, "then", &[&self.door.to(kept, tag), &self.door.to(broken, tag)]);
    }

    /// Whatever was begun before does not count any more.
    pub fn next_turn(&mut self) -> u32 {
        self.turn = self.turn.wrapping_add(1);
        self.turn
    }

    pub fn is_hidden(&self) -> bool {
        js::get(&self.document, "hidden").is_truthy()
    }

    /// The page's language: what the theme declares, else the store's, else the browser's.
    pub fn locale(&self) -> String {
        js::text(&js::get(&self.document, "documentElement"), "lang")
            .or_else(|| self.store_language.clone())
            .unwrap_or_else(|| js::text_or_empty(&js::get(&self.window, "navigator"), "language"))
    }

    pub fn go(&self, url: &str) {
        js::call_with(&self.location, "assign", url);
    }
}

impl Page for Browser {
    fn ask(&mut self, ask: Ask) {
        self.call_server(ask);
    }

    fn wait(&mut self, ms: u32) {
        let turn = self.next_turn();
        self.after(ms, Signal::TimeIsUp, turn);
    }

    fn show(&mut self, scene: Scene) {
        self.draw(scene);
    }

    fn leave(&mut self) {
        self.go(&js::text_or_empty(&self.said, "redirect_url"));
    }
}
