//! Journeys of a shopper or a merchant, in real Chromium, with the worker in real workerd.
//!
//! A file tells one behaviour; [`shopper`] has the words they are told in.

mod accessible;
mod alive;
mod another_browser;
mod another_method;
mod back_from_komoju;
mod declined;
mod foreign_token;
mod hanging_host;
mod interception;
mod konbini;
mod languages;
mod late_script;
mod lost_shopper;
mod merchant;
mod newly_installed;
mod no_storage;
mod no_wasm;
mod odd_calls;
mod odd_loaders;
mod older_script;
mod on_the_way;
mod other_pages;
mod our_own_page;
mod paid_by_card;
mod panel_capture;
mod panel_pay_link;
mod panel_refunds;
mod panel_settings;
mod panel_states;
mod panel_unpayable;
mod panel_unsettled;
mod permalink;
mod purchase_event;
mod queued;
mod shopper;
mod steady;
mod test_money;
mod two_tabs;
mod webhooks;
