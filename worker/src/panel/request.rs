//! One request to the panel: who makes it, and what the store and its payments answer. Every page is given one.

use super::session::Visitor;
use crate::context::Ctx;
use crate::objects::messages::payment::History;
use crate::objects::payment_client::PaymentClient;
use crate::objects::store_client::StoreClient;
use domain::url::Pair;
use domain::values::ids::OrderId;
use worker::Result;

/// A request to the panel, made by somebody whose token is good.
pub struct Panel<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) visitor: Visitor,
    pub(super) store: StoreClient,
    pub(super) query: Vec<Pair>,
}

impl Panel<'_> {
    /// What is known of the payment of an order. None: nothing is.
    pub(super) async fn history(&self, order: &str) -> Result<Option<(OrderId, History)>> {
        let Ok(order) = OrderId::parse(order) else { return Ok(None) };
        let history = PaymentClient::existing(&self.ctx.env, &self.visitor.store, order).history().await?;
        Ok(history.map(|history| (order, history)))
    }
}
