//! The page as the flow sees it: the browser and the card carry out what the flow decides.

use crate::browser::Browser;
use crate::card::Card;
use crate::flow::{Ask, Page, Scene};
use crate::js;
use crate::signal::Signal;

/// Everything that is done to the page and shown on it. The flow knows it only as [`Page`].
#[derive(Debug)]
pub struct Host {
    pub browser: Browser,
    pub card: Card,
}

impl Host {
    pub fn new(browser: Browser) -> Host {
        Host { browser, card: Card::default() }
    }
}

impl Page for Host {
    fn ask(&mut self, ask: Ask) {
        self.browser.call_server(ask);
    }

    fn wait(&mut self, ms: u32) {
        let turn = self.browser.next_turn();
        self.browser.after(ms, Signal::TimeIsUp, turn);
    }

    fn remind(&mut self, ms: u32, tag: u32) {
        self.browser.after(ms, Signal::Reminded, tag);
    }

    /// Draws the scene. What the server said last is still shown although another call has begun, which clears `said`; and
    /// so it is on a page that was opened again, until there is news.
    fn show(&mut self, scene: Scene) {
        let Host { browser, card } = self;
        let checking = matches!(scene, Scene::Checking | Scene::CheckingSlowly);
        let is_view = js::get(&browser.said, "state").is_string();
        if !is_view && (checking || matches!(scene, Scene::Said | Scene::Asking)) {
            browser.said = js::parse(&browser.view);
        }
        let is_known = checking && js::get(&browser.said, "card").is_truthy();
        card.draw(if is_known { Scene::Said } else { scene }, browser);
    }

    fn leave(&mut self) {
        self.browser.go(&js::get(&self.browser.said, "redirect_url"));
    }
}
