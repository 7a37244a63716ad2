//! Who may come in: by a good token, and as long as they belong to the store's staff.

use super::layout::signed_out;
use super::request::Panel;
use super::session::Visitor;
use crate::context::Ctx;
use crate::objects::messages::desk::{Desk, DeskAnswer, Wish};
use crate::objects::store_client::StoreClient;
use crate::stop::Handled;
use domain::url::{Pair, value};

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
            DeskAnswer::Desk(desk) => Ok(desk),
            DeskAnswer::Denied | DeskAnswer::Payments(_) | DeskAnswer::Changes(_) | DeskAnswer::OwnerOnly => {
                Err(signed_out(self.ctx, 403)?.into())
            }
        }
    }
}
