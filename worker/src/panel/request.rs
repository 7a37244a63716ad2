//! One request to the panel: who makes it, and what the store and its payments answer. Every page is given one.

use super::layout::signed_out;
use super::session::Visitor;
use crate::context::Ctx;
use crate::objects::messages::desk::{Answer, Desk, Wish};
use crate::objects::messages::payment::History;
use crate::objects::payment_client::PaymentClient;
use crate::objects::store_client::StoreClient;
use crate::stop::Handled;
use domain::url::{Pair, value};
use domain::values::ids::OrderId;
use worker::Result;

/// A request to the panel, made by somebody whose token is good.
pub struct Panel<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) visitor: Visitor,
    pub(super) store: StoreClient,
    pub(super) query: Vec<Pair>,
}

impl<'a> Panel<'a> {
    /// Whoever's token is not ours, or has expired, is asked to open the panel anew (401). `lang` in the query switches
    /// the language.
    pub(super) fn enter(ctx: &'a Ctx, token: &str, query: Vec<Pair>) -> Handled<Self> {
        let Some(mut visitor) = Visitor::of(ctx, token) else { return Err(signed_out(ctx, 401)?.into()) };
        if let Some(language) = value(&query, "lang") {
            visitor.speak(language);
        }
        let store = StoreClient::new(&ctx.env, &visitor.store)?;
        Ok(Self { ctx, visitor, store, query })
    }

    /// The desk after a wish. Whoever is no longer staff of this store, or signed in before the app was installed
    /// anew, is shown out (403).
    pub(super) async fn ask(&self, wish: Wish) -> Handled<Box<Desk>> {
        match self.store.desk(self.visitor.session(), wish).await? {
            Answer::Desk(desk) => Ok(desk),
            Answer::Denied | Answer::Payments(_) | Answer::Changes(_) | Answer::OwnerOnly => {
                Err(signed_out(self.ctx, 403)?.into())
            }
        }
    }

    /// What is known of the payment of an order. None: nothing is.
    pub(super) async fn history(&self, order: &str) -> Result<Option<(OrderId, History)>> {
        let Ok(order) = OrderId::parse(order) else { return Ok(None) };
        let history = PaymentClient::existing(&self.ctx.env, &self.visitor.store, order).history().await?;
        Ok(history.map(|history| (order, history)))
    }
}
