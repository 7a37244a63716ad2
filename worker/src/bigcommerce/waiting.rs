//! Orders that wait for their payment, to find those whose messages were lost.
//! <https://developer.bigcommerce.com/docs/rest-management/orders#get-all-orders>

use super::{Api, read};
use crate::http::{HttpRequest, Outcome};
use crate::json::readable;
use crate::payment::call::Failure;
use crate::payment::ids::OrderId;
use crate::payment::reading::Moment;
use crate::time::minute_in_japan;
use crate::web;

/// Far fewer than BigCommerce would give: an order may carry long notes, and all must fit into one answer.
const PER_PAGE: usize = 100;

/// What of an order tells whether it may be ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: OrderId,
    pub channel_id: u64,
    pub payment_method: String,
}
readable!(Waiting { id, channel_id or 1, payment_method or String::new() });

/// Orders *Awaiting Payment* that were placed since then, by rising number from `from` on: unlike pages, numbers do
/// not shift when an order in front is paid meanwhile.
pub fn request(api: Api<'_>, since: Moment, from: i64) -> HttpRequest {
    let (since, from, limit) = (minute_in_japan(since), from.to_string(), PER_PAGE.to_string());
    let query = web::form(&[
        ("status_id", "7"),
        ("min_date_created", &since),
        ("min_id", &from),
        ("sort", "id:asc"),
        ("limit", &limit),
    ]);
    api.get(&["/v2/orders?", &query].concat())
}

/// The orders, and whether there may be more.
pub fn answer(outcome: &Outcome) -> Result<(Vec<Waiting>, bool), Failure> {
    let orders: Vec<Waiting> = read(outcome)?.unwrap_or_default();
    let more = orders.len() >= PER_PAGE;
    Ok((orders, more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bigcommerce::tests::answer as answered;
    use crate::crypto::Secret;
    use crate::payment::ids::StoreHash;

    #[test]
    fn orders_are_asked_for_by_number_and_since_a_moment() {
        let (store, token) = (StoreHash::parse("q7w8e9").expect("a hash"), Secret::new("t"));
        let api = Api { base: "https://b.example", store: &store, token: &token, timeout_ms: 1 };
        assert_eq!(
            request(api, 1_795_618_799_000, 41).url,
            "https://b.example/stores/q7w8e9/v2/orders?status_id=7\
             &min_date_created=2026-11-25T23%3A59%3A00%2B09%3A00&min_id=41&sort=id%3Aasc&limit=100"
        );
    }

    #[test]
    fn a_full_page_may_not_be_the_last() {
        let one = r#"{"id":41,"channel_id":2,"payment_method":"Konbini","staff_notes":"x"}"#;
        let list = |n| answer(&answered(200, &["[", &vec![one; n].join(","), "]"].concat())).expect("a list");
        let (orders, more) = list(1);
        let id = OrderId::new(41).expect("an id");
        assert_eq!(orders, [Waiting { id, channel_id: 2, payment_method: "Konbini".to_owned() }]);
        assert!(!more && list(PER_PAGE).1);
        assert_eq!(answer(&answered(204, "")), Ok((Vec::new(), false)));
        assert_eq!(answer(&answered(403, "{}")), Err(Failure::Forbidden));
    }
}
