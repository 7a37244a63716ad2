use reqwest::Method;
use serde_json::json;

use super::Fixture;
use crate::alter::Alteration;
use crate::bigcommerce::OrderSpec;
use crate::faults::{Fault, FaultKind, Side};

impl Fixture {
    fn fault(&self, kind: FaultKind) {
        self.sandbox.faults().add(Fault::on(Side::BigCommerce, kind).tenant(&self.hash).method(Method::PUT));
    }

    fn status(&self, order: u64) -> u8 {
        self.sandbox.bigcommerce.order(&self.hash, order).status_id
    }

    /// Whether a PUT of status 11 was answered at all.
    async fn put_is_answered(&self, order: u64) -> bool {
        let path = format!("/v2/orders/{order}");
        self.request(Method::PUT, &path).json(&json!({ "status_id": 11 })).send().await.is_ok()
    }
}

#[tokio::test]
async fn a_cut_before_has_no_effect_and_one_after_has() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    fixture.fault(FaultKind::CutBefore);
    assert!(!fixture.put_is_answered(id).await);
    assert_eq!(fixture.status(id), 7);
    fixture.fault(FaultKind::CutAfter);
    assert!(!fixture.put_is_answered(id).await);
    assert_eq!(fixture.status(id), 11);
    assert!(fixture.put_is_answered(id).await, "each fault hits once");
    let seen = fixture.sandbox.faults().requests(&fixture.hash);
    let puts: Vec<_> =
        seen.iter().filter(|seen| seen.method == Method::PUT).map(|seen| (seen.status, seen.cut)).collect();
    assert_eq!(puts, [(0, true), (200, true), (200, false)]);
}

#[tokio::test]
async fn an_error_may_follow_an_effect_and_say_whatever_a_test_wants() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    fixture.fault(FaultKind::Answer(422, r#"[{"message":"no"}]"#.into()));
    let refused = fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11 })).await;
    assert_eq!((refused.status, &refused.body, fixture.status(id)), (422, &json!([{ "message": "no" }]), 7));
    fixture.fault(FaultKind::StatusAfter(503));
    let failed = fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11 })).await;
    assert_eq!((failed.status, &failed.body["title"]), (503, &json!("Service Unavailable")));
    assert_eq!(fixture.status(id), 11);
}

#[tokio::test]
async fn a_failing_platform_answers_in_its_own_shape() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    fixture.fault(FaultKind::Status(503));
    let failed = fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11 })).await;
    assert_eq!((failed.status, &failed.body["title"]), (503, &json!("Service Unavailable")));
    fixture.fault(FaultKind::RateLimited { retry_after_ms: 1500 });
    let limited = fixture.put(&format!("/v2/orders/{id}"), json!({ "status_id": 11 })).await;
    assert_eq!(
        (limited.status, limited.headers["x-rate-limit-time-reset-ms"].to_str().ok()),
        (429, Some("1500"))
    );
    assert_eq!(fixture.status(id), 7);
}

#[tokio::test]
async fn an_answer_may_hold_what_nobody_can_read() {
    let fixture = Fixture::start().await;
    let id = fixture.place(&OrderSpec::new()).order_id;
    let fault = |alteration| {
        let fault = Fault::on(Side::BigCommerce, FaultKind::Altered(alteration)).tenant(&fixture.hash);
        fixture.sandbox.faults().add(fault.path("/v2/orders"));
    };
    fault(Alteration::element("", 0, json!({ "id": "?" })));
    fault(Alteration::half_surrogate("customer_message"));
    let list = fixture.get("/v2/orders").await;
    let text = list.body.as_str().expect("text that no string of JSON can hold").to_owned();
    assert!(text.starts_with(r#"[{"id":"?"},{"#) && text.contains(r#""customer_message":"\ud83d"#), "{text}");
    assert_eq!(fixture.get("/v2/orders").await.body[0]["id"], id, "each fault hits once");
    fault(Alteration::noise_in_text(&["total_inc_tax"]));
    let order = fixture.get(&format!("/v2/orders/{id}")).await.body;
    assert!(order["total_inc_tax"].as_str().is_some_and(|total| total.ends_with("0000000000004")), "{order}");
}

#[tokio::test]
async fn a_firewall_answers_in_html() {
    let fixture = Fixture::start().await;
    let kind = FaultKind::Page(403, "<html><title>Attention Required!</title></html>".into());
    fixture.sandbox.faults().add(Fault::on(Side::BigCommerce, kind).tenant(&fixture.hash));
    let page = fixture.get("/v2/store").await;
    assert_eq!(
        (page.status, page.headers["content-type"].to_str().ok()),
        (403, Some("text/html; charset=utf-8"))
    );
}

#[tokio::test]
async fn faults_spare_other_tenants() {
    let fixture = Fixture::start().await;
    let fault = Fault::on(Side::BigCommerce, FaultKind::Status(500)).tenant("somebody").always();
    fixture.sandbox.faults().add(fault);
    assert_eq!(fixture.get("/v2/store").await.status, 200);
}
