//! KOMOJU's own record of what it told us: one event by its id, as proof of a claim that no field of a payment shows
//! (a fraud mark), and all events since some moment, to find the webhooks that were lost.
//! <https://doc.komoju.com/reference/get_events>

use super::request::{Access, read as read_answer, rows};
use super::webhook::{Notice, notice};
use crate::http::{HttpRequest, Outcome};
use crate::json::{text, unsigned};
use crate::state::call::{Answer, EventSeen};
use crate::state::failure::Failure;
use crate::time::Moment;
use crate::time::{minute_in_utc, parse_rfc3339};
use crate::url;
use crate::values::ids::HintId;
use serde_json::Value;

/// The most events that KOMOJU puts on one page.
const PER_PAGE: &str = "100";
/// More than a large merchant's month of events. An answer that claims more pages than this is not believed, so a
/// walk over them always ends.
const MOST_PAGES: u64 = 2_000;

/// One event, as KOMOJU has it.
pub fn event_request(access: Access<'_>, event: &HintId) -> HttpRequest {
    access.get(&["events/", &url::encode(event.as_str())].concat())
}

/// The answer to [`event_request`].
pub fn parse_event(outcome: &Outcome) -> Answer {
    match read_answer(outcome) {
        Err(failure) => Answer::Failed(failure),
        Ok(body) => match notice(&body) {
            Some(notice) => {
                Answer::Event(EventSeen { id: notice.id, kind: notice.event, payment: notice.payment })
            }
            None => Answer::Failed(Failure::Unreadable("the event cannot be read".to_owned())),
        },
    }
}

/// One page of the events since the beginning of that minute, the newest first. `since`: ms since the epoch. The
/// first page is 1.
pub fn page_request(access: Access<'_>, since: Moment, page: u64) -> HttpRequest {
    let (since, page) = (minute_in_utc(since), page.to_string());
    let query = url::form(&[("start_time", &since), ("page", &page), ("per_page", PER_PAGE)]);
    access.get(&["events?", &query].concat())
}

/// What one page tells, about payments and about everything else.
#[derive(Debug, Clone, PartialEq)]
pub struct EventsPage {
    pub notices: Vec<Notice>,
    /// True if there may be another page behind this one.
    pub more: bool,
    /// The id of its first event. If it is that of the page before, KOMOJU has sent the same page again, and the walk
    /// ends.
    pub first: Option<HintId>,
}

/// The answer to [`page_request`] with the same `since` and `page`. Errors: as for every answer.
///
/// An event that cannot be read is passed over, as a webhook of its shape would be. An event from before `since` was
/// not asked for, and behind it there are only older ones.
pub fn parse_page(outcome: &Outcome, since: Moment, page: u64) -> Result<EventsPage, Failure> {
    let body = read_answer(outcome)?;
    let rows = rows(&body)?;
    let since = since - since.rem_euclid(60_000);
    // An event without a date is taken: one look too many does no harm.
    let is_old = |row: &&Value| parse_rfc3339(&text(row, "created_at")).is_some_and(|at| at < since);
    let asked = rows.iter().filter(|row| !is_old(row));
    let notices: Vec<Notice> = asked.filter_map(notice).collect();
    let is_page = unsigned(&body, "page").is_none_or(|answered| answered == page);
    let more = is_page
        && !rows.is_empty()
        && !rows.iter().any(|row| is_old(&row))
        && page < unsigned(&body, "last_page").unwrap_or(1).min(MOST_PAGES);
    let first = rows.first().and_then(|row| HintId::parse(&text(row, "id")).ok());
    Ok(EventsPage { notices, more, first })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::komoju::request::tests::answer as answered;
    use crate::secret::Secret;
    use serde_json::json;

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
        let seen = parse_event(&answered(200, &marked_as_fraud().to_string()));
        let payment = crate::values::ids::PaymentId::parse("pay31").ok();
        let id = HintId::parse("ev31").expect("an id");
        assert_eq!(seen, Answer::Event(EventSeen { id, kind: "payment.marked.as.fraud".into(), payment }));
        assert_eq!(parse_event(&answered(404, "{}")), Answer::Failed(Failure::NotFound));
        assert!(matches!(parse_event(&answered(200, "{}")), Answer::Failed(Failure::Unreadable(_))));
    }

    #[test]
    fn an_events_id_stays_one_segment_of_the_path() {
        let odd = HintId::parse("a/../b?c").expect("printable");
        assert_eq!(url(|access| event_request(access, &odd)), "https://k.example/events/a%2F..%2Fb%3Fc");
    }

    #[test]
    fn a_page_is_asked_for_from_its_minute_on() {
        let since = 1_795_618_799_000;
        assert_eq!(
            url(|access| page_request(access, since, 2)),
            "https://k.example/events?start_time=2026-11-25T14%3A59%3A00Z&page=2&per_page=100"
        );
    }

    #[test]
    fn what_is_no_event_does_not_hide_the_others() {
        let ping = json!({ "id": "ev1", "type": "ping", "data": {} });
        let body = json!({ "resource": "list", "last_page": 3, "data": [ping, 7, {}, marked_as_fraud()] });
        let page = parse_page(&answered(200, &body.to_string()), 0, 1).expect("a page");
        let events: Vec<_> = page.notices.iter().map(|n| n.event.as_str()).collect();
        assert_eq!((events.as_slice(), page.more), (&["ping", "payment.marked.as.fraud"][..], true));
    }

    #[test]
    fn what_is_no_list_is_no_empty_list() {
        assert!(matches!(parse_page(&answered(200, "{}"), 0, 1), Err(Failure::Unreadable(_))));
        let empty = parse_page(&answered(200, r#"{"data":[],"last_page":0}"#), 0, 1).expect("a page");
        assert_eq!(empty, EventsPage { notices: Vec::new(), more: false, first: None });
    }

    #[test]
    fn a_walk_ends_whatever_the_answer_says_of_its_pages() {
        let more = |asked: u64, changes: Value| {
            let mut body = json!({ "data": [marked_as_fraud()], "page": asked, "last_page": 9 });
            for (name, value) in changes.as_object().expect("an object") {
                body[name] = value.clone();
            }
            parse_page(&answered(200, &body.to_string()), 0, asked).expect("a page").more
        };
        assert!(more(2, json!({})) && more(2, json!({ "page": null })));
        assert!(!more(9, json!({})), "the last");
        assert!(!more(2, json!({ "page": 1 })), "another page than was asked for");
        assert!(!more(2, json!({ "data": [] })), "nothing on it");
        assert!(!more(2, json!({ "last_page": null })));
        assert!(!more(MOST_PAGES, json!({ "last_page": 9_000_000_000_u64 })), "no end in sight");
    }

    #[test]
    fn events_from_before_the_moment_asked_for_end_the_walk() {
        let since = parse_rfc3339("2026-11-20T01:00:30Z").expect("a moment");
        let at = |created: &str| {
            let mut event = marked_as_fraud();
            event["created_at"] = json!(created);
            let body = json!({ "data": [event], "page": 1, "last_page": 9 });
            let page = parse_page(&answered(200, &body.to_string()), since, 1).expect("a page");
            (page.notices.len(), page.more)
        };
        assert_eq!(at("2026-11-20T01:00:00Z"), (1, true), "the same minute");
        assert_eq!(at("2026-11-20T10:00:00+09:00"), (1, true));
        assert_eq!(at("2026-11-20T00:59:59Z"), (0, false));
        assert_eq!(at("soon"), (1, true));
    }
}
