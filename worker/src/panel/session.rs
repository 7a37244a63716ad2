//! Who uses the panel: a token made from a payload that BigCommerce has signed. It is valid for an hour, and each
//! page renews it. Whether its bearer still belongs to the store's staff is for StoreObject to say, at each request.

use crate::context::Ctx;
use crate::crypto::Purpose;
use crate::objects::messages::desk::Session;
use crate::texts::panel::LANGUAGES;
use domain::texts::locale::Locale;
use domain::url::form;
use domain::values::ids::StoreHash;
use serde::{Deserialize, Serialize};

/// How long a token is valid, in seconds.
const LIFETIME_S: i64 = 3600;

/// A member of a store's staff, and the language that they read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    pub store: StoreHash,
    /// BigCommerce's user id.
    user: u64,
    /// The installation that admitted them.
    generation: u64,
    pub locale: Locale,
}

impl Visitor {
    /// A visitor whom BigCommerce has just vouched for.
    pub fn new(store: StoreHash, user: u64, generation: u64, locale: Locale) -> Self {
        Self { store, user, generation, locale }
    }

    /// The visitor with this token. None: it is not ours, or has expired.
    pub(super) fn of(ctx: &Ctx, token: &str) -> Option<Self> {
        ctx.tokens().open_json(Purpose::Panel, token, ctx.now_s()).ok()
    }

    /// Switches the language, if the panel has it.
    pub(super) fn speak(&mut self, language: &str) {
        self.locale = Locale::among(LANGUAGES, language).unwrap_or(self.locale);
    }

    pub(super) fn session(&self) -> Session {
        Session { user: self.user, generation: self.generation }
    }

    /// A fresh token for the next page.
    pub fn token(&self, ctx: &Ctx) -> String {
        ctx.tokens().sign_json(Purpose::Panel, ctx.now_s() + LIFETIME_S, self)
    }

    /// The address of a page of the panel (`""` is the overview), with a fresh token.
    pub fn link(&self, ctx: &Ctx, page: &str, more: &[(&str, &str)]) -> String {
        let token = self.token(ctx);
        let query: Vec<(&str, &str)> =
            [("t", token.as_str())].into_iter().chain(more.iter().copied()).collect();
        ["/panel", page, "?", &form(&query)].concat()
    }
}
