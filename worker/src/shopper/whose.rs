//! Whose page a shopper reads when something has gone wrong: the shop's, as far as the address they opened names it,
//! with a way on.
//!
//! The address is all that is known. A token of ours names a store and an order, also once it has expired: then the
//! page offers the way by e-mail (`way_back`), and says nothing else of the order.

use super::page::{self, Whose};
use crate::context::Ctx;
use crate::crypto::Purpose;
use crate::links::{self, LinkSubject};
use crate::objects::profiles;
use crate::problem::Problem;
use crate::stop::Handled;
use domain::texts::locale::Locale;
use domain::url::{pairs, query_of, value};
use domain::values::ids::{OrderId, StoreHash};

/// What an address names.
struct Named {
    store: StoreHash,
    order: Option<OrderId>,
    expired: bool,
}

/// The page of a problem that opening `url` has led to. `locale`: the language that the address or the browser asks for;
/// None: the store's.
pub async fn explain(ctx: &Ctx, url: &str, problem: &Problem, locale: Option<Locale>) -> Handled {
    let (mut whose, mut said) = (Whose::default(), locale.unwrap_or_default());
    // Of a store that cannot be had just now nothing is shown: the problem is told all the same.
    if let Some(named) = named(url, ctx)
        && let Ok(Ok(profile)) = profiles::named(&ctx.env, &named.store).await
    {
        said = locale.unwrap_or(profile.locale());
        // Also for a cart's id that is wrong: the same whether the order exists or not.
        let is_lost = named.expired || problem.code == "order_not_found";
        whose.way_back = named.order.filter(|_| is_lost).map(|order| {
            let address = links::way_back(&ctx.config, &named.store, &order.to_string());
            [&address, "&locale=", said.code()].concat()
        });
        whose.home = profile.home().map(str::to_owned);
        whose.shop = profile.store_name;
    }
    page::problem(problem, &whose, said)
}

/// Every purpose of a token that stands in a shopper's address.
const PURPOSES: [Purpose; 6] =
    [Purpose::Status, Purpose::PayLink, Purpose::Act, Purpose::Pay, Purpose::Return, Purpose::Go];

/// What the address names: by the token at its end, else by its query. None: no store.
fn named(url: &str, ctx: &Ctx) -> Option<Named> {
    let path = url.split('?').next().unwrap_or_default();
    let token = path.rsplit('/').next().unwrap_or_default();
    let opened = PURPOSES.iter().find_map(|purpose| links::named(&ctx.config, *purpose, token, ctx.now_ms));
    if let Some((LinkSubject { store, order, .. }, expired)) = opened {
        return Some(Named { store, order: Some(order), expired });
    }
    let query = pairs(query_of(url));
    let store = StoreHash::parse(value(&query, "store")?).ok()?;
    let order = value(&query, "order_id").and_then(|number| OrderId::parse(number).ok());
    Some(Named { store, order, expired: false })
}
