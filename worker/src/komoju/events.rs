//! KOMOJU's own record of what it told us: one event by its id, as proof of a claim that no payment shows, and all
//! events since some moment, to find the messages that were lost. <https://doc.komoju.com/reference/get_events>

use super::request::{Access, read as read_answer, rows};
use super::webhook::{Notice, notice};
use crate::http::{HttpRequest, Outcome};
use crate::json::unsigned;
use crate::payment::call::{Answer, EventSeen, Failure};
use crate::payment::ids::HintId;
use crate::payment::reading::Moment;
use crate::time::minute_in_japan;
use crate::web;

const PER_PAGE: &str = "100";

pub fn read(access: Access<'_>, event: &HintId) -> HttpRequest {
    access.get(&["events/", &web::encode(event.as_str())].concat())
}

/// The answer to [`read`].
pub fn answer(outcome: &Outcome) -> Answer {
    match read_answer(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match notice(&body) {
            Some(notice) => Answer::Event(EventSeen { kind: notice.event, payment: notice.payment }),
            None => Answer::Failed(Failure::Indeterminate("the event cannot be read".to_owned())),
        },
    }
}

/// A page of the events since the beginning of that minute, the newest first. The first page is 1.
pub fn page_request(access: Access<'_>, since: Moment, page: u64) -> HttpRequest {
    let (since, page) = (minute_in_japan(since), page.to_string());
    let query = web::form(&[("start_time", &since), ("page", &page), ("per_page", PER_PAGE)]);
    access.get(&["events?", &query].concat())
}

/// What one page tells, of payments and of everything else.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub notices: Vec<Notice>,
    /// 1 where there is but this one.
    pub last_page: u64,
}

/// The answer to [`page_request`]. An event that cannot be read is passed over, as a webhook of its shape would be.
pub fn page(outcome: &Outcome) -> Result<Page, Failure> {
    let body = read_answer(outcome)?;
    let notices = rows(&body)?.iter().filter_map(notice).collect();
    Ok(Page { notices, last_page: unsigned(&body, "last_page").unwrap_or(1).max(1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secret;
    use crate::komoju::request::tests::answer as answered;
    use serde_json::{Value, json};

    fn url(make: impl FnOnce(Access<'_>) -> HttpRequest) -> String {
        let secret_key = Secret::new("sk_test_e");
        let request = make(Access { base: "https://k.example", secret_key: &secret_key });
        assert_eq!((request.method, request.body), ("GET", None));
        request.url
    }

    fn marked_as_fraud() -> Value {
        json!({ "id": "ev31", "type": "payment.marked.as.fraud", "resource": "event", "created_at": "2026-11-20T01:00:00Z",
            "data": { "id": "pay31", "resource": "payment", "status": "captured" } })
    }

    #[test]
    fn an_event_tells_its_kind_and_its_payment() {
        let seen = answer(&answered(200, &marked_as_fraud().to_string()));
        let payment = crate::payment::ids::PaymentId::parse("pay31").ok();
        assert_eq!(seen, Answer::Event(EventSeen { kind: "payment.marked.as.fraud".into(), payment }));
        assert_eq!(answer(&answered(404, "{}")), Answer::Failed(Failure::NotFound));
        assert!(matches!(answer(&answered(200, "{}")), Answer::Failed(Failure::Indeterminate(_))));
    }

    #[test]
    fn an_events_id_stays_one_segment_of_the_path() {
        let odd = HintId::parse("a/../b?c").expect("printable");
        assert_eq!(url(|access| read(access, &odd)), "https://k.example/events/a%2F..%2Fb%3Fc");
    }

    #[test]
    fn a_page_is_asked_for_from_its_minute_on() {
        let since = 1_795_618_799_000;
        assert_eq!(
            url(|access| page_request(access, since, 2)),
            "https://k.example/events?start_time=2026-11-25T23%3A59%3A00%2B09%3A00&page=2&per_page=100"
        );
    }

    #[test]
    fn what_is_no_event_does_not_hide_the_others() {
        let ping = json!({ "id": "ev1", "type": "ping", "data": {} });
        let body = json!({ "resource": "list", "last_page": 3, "data": [ping, 7, {}, marked_as_fraud()] });
        let page = page(&answered(200, &body.to_string())).expect("a page");
        let events: Vec<_> = page.notices.iter().map(|n| n.event.as_str()).collect();
        assert_eq!((events.as_slice(), page.last_page), (&["ping", "payment.marked.as.fraud"][..], 3));
    }

    #[test]
    fn what_is_no_list_is_no_empty_list() {
        assert!(matches!(page(&answered(200, "{}")), Err(Failure::Indeterminate(_))));
        let empty = page(&answered(200, r#"{"data":[],"last_page":0}"#)).expect("a page");
        assert_eq!(empty, Page { notices: Vec::new(), last_page: 1 });
    }
}
