//! The merchant's control panel: server-rendered pages in an iframe inside BigCommerce's own control panel.
//!
//! It uses no cookies, because in an iframe they would be third-party cookies. Instead, a short-lived token of our
//! own is in the query of every GET and in a hidden field of every POST. Each page renews it. It leaks nowhere: no
//! referrer, no cache, no log. Because a browser never sends it by itself, no other site can make a request in the
//! merchant's name.

pub mod session;

mod acts;
mod admission;
mod bank;
mod changes;
mod deciding;
mod fields;
mod forms;
mod keys;
mod layout;
mod links;
mod methods;
mod offer;
mod overview;
mod payment;
mod payment_words;
mod payments;
mod pill;
mod request;
mod settings;
mod unsettled;
mod words;

pub use bank::BankForm;
pub use layout::{message, open_again, problem};
pub use settings::SettingsForm;

use crate::context::Ctx;
use crate::fetch;
use crate::objects::messages::desk::{Desk, DeskAnswer, Wish};
use crate::objects::messages::ledger::Query;
use crate::objects::payment_client::PaymentClient;
use crate::problem::Problem;
use crate::request::{body, query};
use crate::respond::see_other;
use crate::stop::Handled;
use domain::komoju::methods as komoju_methods;
use domain::komoju::request::Access;
use domain::state::failure::Failure;
use domain::state::hint::{About, Hint};
use domain::url::{Pair, pairs, value};
use domain::values::ids::{HintId, OrderId};
use request::Panel;
use worker::{Method, Request};

/// In bytes. The largest form is five methods with every KOMOJU payment type ticked.
const MAX_FORM: usize = 64 * 1024;

/// Everything below `/panel`. `path`: the segments after it.
pub async fn serve(request: Request, ctx: &Ctx, path: &[&str]) -> Handled {
    let query = query(&request);
    match request.method() {
        Method::Get => show(ctx, query, path).await,
        Method::Post => act(request, ctx, query, path).await,
        _ => Err(Problem::method_not_allowed().into()),
    }
}

/// A page. 401: the token is not ours or has expired. 403: its bearer is no longer staff.
async fn show(ctx: &Ctx, query: Vec<Pair>, path: &[&str]) -> Handled {
    let token = value(&query, "t").unwrap_or("").to_owned();
    let panel = Panel::enter(ctx, &token, query)?;
    let desk = panel.ask(Wish::Look).await?;
    match path {
        [] | [""] => overview::page(&panel, &desk).response(),
        ["keys"] => keys::page(&panel, &desk, &keys::KeyEntry::default()).await?.response(),
        ["methods"] => methods::page(&panel, &desk, &forms::MethodsForm::of(&desk)).response(),
        ["settings"] => settings::page(&panel, &desk, &SettingsForm::of(&desk.profile.settings)).response(),
        ["changes"] => panel.changes(&desk).await,
        ["payments"] => panel.payments(&desk).await,
        ["payments", order] => panel.payment(&desk, order).await,
        ["payments", order, act] => panel.ask_first(&desk, order, act).await,
        _ => layout::not_found(&panel, &desk).response(),
    }
}

/// A form that was submitted.
async fn act(mut request: Request, ctx: &Ctx, query: Vec<Pair>, path: &[&str]) -> Handled {
    let form = pairs(&String::from_utf8_lossy(&body(&mut request, MAX_FORM).await?));
    let token = value(&form, "t").unwrap_or("").to_owned();
    let panel = Panel::enter(ctx, &token, query)?;
    match path {
        ["keys"] => panel.save_key(&form).await,
        ["webhook-secret"] => panel.webhook_secret(&form).await,
        ["methods"] => panel.save_methods(&form).await,
        ["settings"] => panel.save_settings(&form).await,
        ["labels"] => panel.place_label(&form).await,
        ["repair"] => panel.done(Wish::Repair, "", "repaired").await,
        ["payments", order] => panel.look_again(order).await,
        ["payments", order, act] => panel.decide(&form, order, act).await,
        _ => Err(Problem::not_found().into()),
    }
}

impl Panel<'_> {
    /// Carries out a wish, then shows the page that it belongs to, with a word of confirmation.
    async fn done(&self, wish: Wish, page: &str, word: &str) -> Handled {
        match self.store.desk(self.visitor.session(), wish).await? {
            DeskAnswer::Desk(_) => see_other(&self.visitor.link(self.ctx, page, &[("done", word)])),
            DeskAnswer::OwnerOnly => layout::owner_only(self.ctx, self.visitor.locale),
            DeskAnswer::Denied | DeskAnswer::Payments(_) | DeskAnswer::Changes(_) => {
                layout::signed_out(self.ctx, 403)
            }
        }
    }

    /// Tries the key at KOMOJU before it is saved.
    async fn save_key(&self, form: &[Pair]) -> Handled {
        let entry = keys::KeyEntry::read(form);
        let key = match entry.key() {
            Ok(Some(key)) => key,
            Ok(None) => return see_other(&self.visitor.link(self.ctx, "/keys", &[])),
            Err(fault) => return self.keys_again(keys::KeyEntry::refused(fault)).await,
        };
        let access = Access { base: &self.ctx.config.komoju_api_url, secret_key: &key };
        let outcome = fetch::send(komoju_methods::list_request(access)).await;
        match komoju_methods::parse_list(&outcome) {
            Ok(types) => {
                let account = keys::account(self.ctx, &self.visitor.store, &key).await?;
                self.done(Wish::SaveKey { account, types }, "/keys", "key").await
            }
            Err(Failure::Unauthorized | Failure::Forbidden) => {
                self.keys_again(keys::KeyEntry::refused(keys::Fault::Unknown)).await
            }
            Err(_) => self.keys_again(keys::KeyEntry::refused(keys::Fault::Unanswered)).await,
        }
    }

    /// The keys page with a fault.
    async fn keys_again(&self, entry: keys::KeyEntry) -> Handled {
        let desk = self.ask(Wish::Look).await?;
        keys::page(self, &desk, &entry).await?.status(422).response()
    }

    /// Makes a new webhook secret, or retires the former ones.
    async fn webhook_secret(&self, form: &[Pair]) -> Handled {
        match value(form, "do") {
            Some("retire") => self.done(Wish::RetireWebhookSecrets, "/keys", "retired").await,
            _ => {
                let secret = keys::new_webhook_secret(self.ctx, &self.visitor.store).await?;
                self.done(Wish::NewWebhookSecret { secret }, "/keys", "secret").await
            }
        }
    }

    async fn save_methods(&self, form: &[Pair]) -> Handled {
        let desk = self.ask(Wish::Look).await?;
        let form = forms::MethodsForm::read(form, &desk);
        match form.checked() {
            Some(methods) => self.done(Wish::SaveMethods { methods }, "/methods", "methods").await,
            None => methods::page(self, &desk, &form).status(422).response(),
        }
    }

    async fn save_settings(&self, form: &[Pair]) -> Handled {
        let desk = self.ask(Wish::Look).await?;
        let form = SettingsForm::read(form, &desk.profile.settings, desk.is_owner);
        match form.checked() {
            Some(settings) => self.done(Wish::SaveSettings { settings }, "/settings", "settings").await,
            None => settings::page(self, &desk, &form).status(422).response(),
        }
    }

    async fn place_label(&self, form: &[Pair]) -> Handled {
        let invalid =
            || Problem::new(422, "invalid_label", "Invalid form", "Channel, label or method is missing.");
        self.done(forms::label(form).ok_or_else(invalid)?, "/methods", "label").await
    }

    async fn changes(&self, desk: &Desk) -> Handled {
        match self.store.desk(self.visitor.session(), Wish::Changes).await? {
            DeskAnswer::Changes(changes) => changes::page(self, desk, &changes).response(),
            DeskAnswer::Denied | DeskAnswer::Desk(_) | DeskAnswer::Payments(_) | DeskAnswer::OwnerOnly => {
                layout::signed_out(self.ctx, 403)
            }
        }
    }

    async fn payments(&self, desk: &Desk) -> Handled {
        let get = |name| value(&self.query, name).unwrap_or("");
        let query = Query {
            search: get("search").chars().take(128).collect(),
            attention_only: get("attention") == "1",
            skip: get("skip").parse().unwrap_or(0),
        };
        match self.store.desk(self.visitor.session(), Wish::Payments { query: query.clone() }).await? {
            DeskAnswer::Payments(found) => payments::page(self, desk, &query, &found).response(),
            DeskAnswer::Denied | DeskAnswer::Desk(_) | DeskAnswer::Changes(_) | DeskAnswer::OwnerOnly => {
                layout::signed_out(self.ctx, 403)
            }
        }
    }

    async fn payment(&self, desk: &Desk, order: &str) -> Handled {
        match self.history(order).await? {
            Some((order, history)) => payment::page(self, desk, order, &history)?.response(),
            None => layout::not_found(self, desk).response(),
        }
    }

    /// The merchant wants to know how things really stand: a hint, which has BigCommerce and KOMOJU asked.
    async fn look_again(&self, order: &str) -> Handled {
        let order = OrderId::parse(order).map_err(|_| Problem::not_found())?;
        self.ask(Wish::Look).await?;
        if let Ok(id) = HintId::parse(&["click-", &self.ctx.request_id].concat()) {
            let hint = Hint { id, about: About::Click };
            PaymentClient::existing(&self.ctx.env, &self.visitor.store, order).hint(hint).await?;
        }
        self.back_to(order, "looked")
    }
}
