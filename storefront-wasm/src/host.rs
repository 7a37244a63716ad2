//! The page as the flow sees it: what the flow decides is done here, by the browser and the card.

use crate::browser::Browser;
use crate::card::Card;
use crate::flow::{Ask, Page, Scene};
use crate::js;
use crate::signal::Signal;

/// What is done to the page and shown on it. The flow knows it as [`Page`] only.
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

    fn show(&mut self, scene: Scene) {
        let Host { browser, card } = self;
        if matches!(scene, Scene::Said | Scene::Asking) && browser.said.is_undefined() {
            // It is being asked for again: what it said last still stands.
            browser.said = browser.parse(&browser.raw);
        }
        card.draw(scene, browser);
    }

    fn leave(&mut self) {
        self.browser.go(&js::get(&self.browser.said, "redirect_url"));
    }
}
