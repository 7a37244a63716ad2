//! Orders that wait for their payment, to find those whose hook was lost. The hourly sweep walks over them.
//! <https://developer.bigcommerce.com/docs/rest-management/orders#get-all-orders>

use super::{Api, NotOne, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::{Each, text, unsigned};
use crate::state::failure::Failure;
use crate::time::Moment;
use crate::time::{minute_in_utc, parse_rfc2822};
use crate::url;
use crate::values::ids::OrderId;
use serde::Deserialize;
use serde_json::Value;

/// Far fewer than BigCommerce would give: an order may carry long notes, and all must fit into one answer.
const PER_PAGE: usize = 100;

/// What tells whether an order may be ours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Waiting {
    pub id: OrderId,
    pub channel_id: u64,
    /// The display name of its payment method, which the merchant may rename.
    pub payment_method: String,
    status: u64,
    placed_at: Option<Moment>,
}

impl TryFrom<Value> for Waiting {
    type Error = NotOne;

    fn try_from(value: Value) -> Result<Self, NotOne> {
        let order = &value;
        let Some(id) = unsigned(order, "id").and_then(|id| OrderId::new(id).ok()) else {
            return Err(NotOne);
        };
        let channel_id = unsigned(order, "channel_id").unwrap_or(1);
        Ok(Self {
            id,
            channel_id,
            payment_method: text(order, "payment_method"),
            status: unsigned(order, "status_id").unwrap_or(0),
            placed_at: parse_rfc2822(&text(order, "date_created")),
        })
    }
}

/// Asks for orders *Awaiting Payment* (7) that were placed since then, by rising number from `from` on. Numbers do
/// not shift when an order further in front is paid meanwhile; pages would.
///
/// ```text
/// from 1     orders 41 … 140, a full page    go on from 141
/// from 141   orders 141 … 180                done
/// ```
pub fn page_request(api: Api<'_>, since: Moment, from: i64) -> HttpRequest {
    let (since, from, limit) = (minute_in_utc(since), from.to_string(), PER_PAGE.to_string());
    let query = url::form(&[
        ("status_id", "7"),
        ("min_date_created", &since),
        ("min_id", &from),
        ("sort", "id:asc"),
        ("limit", &limit),
    ]);
    api.get(&["/v2/orders?", &query].concat())
}

/// One page of them, and only what was asked for: a filter that BigCommerce ignored is applied here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPage {
    pub orders: Vec<Waiting>,
    pub next: Next,
}

/// How a walk over the orders goes on. It moves forward or ends, so it can never run in a circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// This was the last page.
    Done,
    /// There may be more, from this order number on.
    From(i64),
    /// There may be more, but the answer is not in the order asked for, so nobody knows from where on.
    Lost,
}

/// The answer to [`page_request`] with the same `since` and `from`. Errors: no answer, a refusal, or not a list.
pub fn parse_page(outcome: &Outcome, since: Moment, from: i64) -> Result<WaitingPage, Failure> {
    let listed: Each<Waiting> = read(outcome)?.unwrap_or(Each { read: Vec::new(), unread: 0 });
    let is_full = listed.read.len() + listed.unread >= PER_PAGE;
    let numbers: Vec<i64> = listed.read.iter().filter_map(|o| i64::try_from(o.id.get()).ok()).collect();
    let next = match numbers.last() {
        _ if !is_full => Next::Done,
        _ if !numbers.is_sorted() => Next::Lost,
        // An answer with numbers before `from` ignored it, so it would be the same for every `from`.
        Some(last) if *last >= from => Next::From(last + 1),
        Some(_) | None => Next::Lost,
    };
    let asked_for = |order: &Waiting| {
        let number = i64::try_from(order.id.get()).unwrap_or(i64::MAX);
        let since = since - since.rem_euclid(60_000);
        number >= from && order.status == 7 && order.placed_at.is_some_and(|at| at >= since)
    };
    let orders = listed.read.into_iter().filter(asked_for).collect();
    Ok(WaitingPage { orders, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::tests::answer as answered;
    use crate::secret::Secret;
    use crate::values::ids::StoreHash;
    use serde_json::{Value, json};

    const SINCE: Moment = 1_795_618_799_000;

    fn order(id: u64) -> Value {
        json!({ "id": id, "status_id": 7, "channel_id": 2, "payment_method": "Konbini", "staff_notes": "x",
            "date_created": "Wed, 25 Nov 2026 15:00:00 +0000" })
    }

    fn page(orders: &[Value], from: i64) -> WaitingPage {
        parse_page(&answered(200, &json!(orders).to_string()), SINCE, from).expect("a list")
    }

    fn numbers(page: &WaitingPage) -> Vec<u64> {
        page.orders.iter().map(|order| order.id.get()).collect()
    }

    #[test]
    fn orders_are_asked_for_by_number_and_since_a_moment_in_utc() {
        let (store, token) = (StoreHash::parse("q7w8e9").expect("a hash"), Secret::new("t"));
        let api = Api { base: "https://b.example", store: &store, token: &token, timeout_ms: 1 };
        assert_eq!(
            page_request(api, SINCE, 41).url,
            "https://b.example/stores/q7w8e9/v2/orders?status_id=7\
             &min_date_created=2026-11-25T14%3A59%3A00Z&min_id=41&sort=id%3Aasc&limit=100"
        );
    }

    #[test]
    fn a_full_page_may_not_be_the_last() {
        let list = |n: u64| page(&(41..41 + n).map(order).collect::<Vec<_>>(), 41);
        let one = list(1);
        let id = OrderId::new(41).expect("an id");
        assert_eq!((one.orders[0].id, one.orders[0].channel_id), (id, 2));
        assert_eq!(one.orders[0].payment_method, "Konbini");
        assert_eq!((one.next, list(100).next), (Next::Done, Next::From(141)));
        let nothing = WaitingPage { orders: Vec::new(), next: Next::Done };
        assert_eq!(parse_page(&answered(204, ""), SINCE, 1), Ok(nothing));
        assert_eq!(parse_page(&answered(403, "{}"), SINCE, 1), Err(Failure::Forbidden));
    }

    #[test]
    fn what_was_not_asked_for_is_not_taken() {
        let with = |field: &str, value: Value| {
            let mut odd = order(50);
            odd[field] = value;
            numbers(&page(&[order(49), odd, order(51)], 40))
        };
        assert_eq!(with("date_created", json!("Wed, 25 Nov 2026 14:58:59 +0000")), [49, 51], "placed before");
        assert_eq!(with("date_created", json!("Wed, 25 Nov 2026 23:59:00 +0900")), [49, 50, 51]);
        assert_eq!(with("date_created", Value::Null), [49, 51], "nobody knows when");
        assert_eq!(with("status_id", json!(11)), [49, 51]);
        assert_eq!(with("id", json!(39)), [49, 51]);
    }

    #[test]
    fn a_walk_moves_forward_or_ends() {
        let all: Vec<Value> = (1..=100).map(order).collect();
        assert_eq!(page(&all, 1).next, Next::From(101));
        // `min_id` is ignored: the same hundred again.
        let again = page(&all, 101);
        assert_eq!((numbers(&again).len(), again.next), (0, Next::Lost));
        // `sort` is ignored, too.
        let backwards: Vec<Value> = (1..=100).rev().map(order).collect();
        assert_eq!(page(&backwards, 1).next, Next::Lost);
    }

    /// Whatever one element becomes, its neighbours are read.
    #[test]
    fn one_bad_order_hides_no_other() {
        let bad = [
            json!(null),
            json!("x"),
            json!(7),
            json!([]),
            json!({}),
            json!({ "id": "many" }),
            json!({ "id": -1 }),
        ];
        for bad in bad {
            for at in 0..3 {
                let mut list = vec![order(41), order(42), order(43)];
                list[at] = bad.clone();
                let mut expected = vec![41, 42, 43];
                expected.remove(at);
                assert_eq!(numbers(&page(&list, 1)), expected, "{bad} at {at}");
            }
        }
        for field in ["channel_id", "payment_method", "staff_notes"] {
            let mut odd = order(41);
            odd[field] = json!({ "of": ["another", "shape"] });
            assert_eq!(numbers(&page(&[odd], 1)), [41], "{field}");
        }
    }
}
