//! Paying back at KOMOJU: at once if the payment type can, else by a request that KOMOJU's staff carry out as a bank
//! transfer. <https://doc.komoju.com/reference/post_payments-id-refund>
//!
//! Each refund says in its description why it was made: `BigCommerce refund 12 (bc-refund:12)`. That mark pairs it
//! with its counterpart in BigCommerce's books, and it is how a later look finds the refund if the answer was lost.

use super::request::{Access, IDEMPOTENCY, put, success};
use crate::http::{HttpRequest, Outcome};
use crate::state::call::{Answer, BankDetails};
use crate::state::failure::Failure;
use crate::state::reading::Cause;
use crate::values::ids::PaymentId;
use serde_json::{Value, json};

/// Pays back `minor` (minor units of the payment's currency). KOMOJU answers with the payment as it then is:
/// [`super::payment::parse_answer`] reads it.
pub fn refund_request(
    access: Access<'_>,
    id: &PaymentId,
    minor: i64,
    cause: Cause,
    key: &str,
) -> HttpRequest {
    let body = json!({ "amount": minor, "description": description(cause) });
    access.post(&["payments/", id.as_str(), "/refund"].concat(), key, &body)
}

/// Asks KOMOJU to pay back `minor` by bank transfer. The fee that the shopper paid for the payment method stays paid:
/// it was never the order's. [`parse_transfer`] reads the answer.
pub fn transfer_request(
    access: Access<'_>,
    id: &PaymentId,
    minor: i64,
    cause: Cause,
    bank: &BankDetails,
    key: &str,
) -> HttpRequest {
    let mut body = json!({
        "amount": minor,
        "customer_name": bank.customer_name,
        "bank_name": bank.bank_name,
        "branch_number": bank.branch_number,
        "account_type": bank.account_type,
        "account_number": bank.account_number,
        "include_payment_method_fee": false,
        "description": description(cause),
    });
    put(&mut body, "bank_code", &bank.bank_code);
    put(&mut body, "branch_name", &bank.branch_name);
    access.post(&["payments/", id.as_str(), "/refund_request"].concat(), key, &body)
}

/// The same request with the account number as a number, under a key of its own. KOMOJU's documentation shows text,
/// and KOMOJU's own library sends a number; so if text is refused, this is sent once. None: `refusal` is about
/// something else, or the number has a leading zero that would be lost.
pub fn with_number(request: &HttpRequest, refusal: &Answer) -> Option<HttpRequest> {
    const FIELD: &str = "account_number";
    let Answer::Failed(Failure::Refused { param, message, .. }) = refusal else { return None };
    let about_it = |text: &str| text.to_ascii_lowercase().replace(' ', "_").contains(FIELD);
    let mut body: Value = serde_json::from_str(request.body.as_deref()?).ok()?;
    let number = body.get(FIELD)?.as_str().filter(|digits| !digits.starts_with('0'))?.parse::<u64>().ok()?;
    if !about_it(if param.is_empty() { message } else { param }) {
        return None;
    }
    body[FIELD] = json!(number);
    let mut again = HttpRequest { body: Some(body.to_string()), ..request.clone() };
    for (name, value) in &mut again.headers {
        if name == IDEMPOTENCY {
            value.push_str("-number");
        }
    }
    Some(again)
}

/// The answer to [`transfer_request`]. KOMOJU does not document what its body holds, and we do not need it: a later look at
/// the payment shows the request.
pub fn parse_transfer(outcome: &Outcome) -> Answer {
    match success(outcome) {
        Ok(_) => Answer::Requested,
        Err(failure) => Answer::Failed(failure),
    }
}

/// The description: words for people, and in brackets the mark for us.
fn description(cause: Cause) -> String {
    let words = match cause {
        Cause::OrderRefund(id) => format!("BigCommerce refund {id}"),
        Cause::Twice => "Order was paid twice".to_owned(),
        Cause::Merchant(n) => format!("Refund {n} made in the control panel"),
    };
    format!("{words} ({cause})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::komoju::request::tests::answer;
    use crate::secret::Secret;

    fn sent(make: impl FnOnce(Access<'_>, &PaymentId) -> HttpRequest) -> (String, Value) {
        let secret_key = Secret::new("sk_test_r");
        let access = Access { base: "https://k.example", secret_key: &secret_key };
        let request = make(access, &PaymentId::parse("pay9").expect("an id"));
        assert!(request.headers.contains(&("x-komoju-idempotency".to_owned(), "key-3".to_owned())));
        let body = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
        (request.url, body)
    }

    fn bank() -> BankDetails {
        BankDetails {
            customer_name: "ﾐﾔﾀ ﾘｴ".into(),
            bank_name: "みなと銀行".into(),
            branch_number: "204".into(),
            account_type: "savings".into(),
            account_number: "7654321".into(),
            ..BankDetails::default()
        }
    }

    #[test]
    fn every_description_is_found_again_by_its_mark() {
        for cause in [Cause::OrderRefund(12), Cause::Twice, Cause::Merchant(5)] {
            let text = description(cause);
            assert_eq!(Cause::in_text(&text), Some(cause), "{text}");
            assert!(text.is_ascii() && text.len() <= 100, "{text}");
        }
        assert_eq!(description(Cause::OrderRefund(12)), "BigCommerce refund 12 (bc-refund:12)");
    }

    #[test]
    fn a_refund_names_its_amount_and_its_reason() {
        let (url, body) = sent(|access, id| refund_request(access, id, 640, Cause::Twice, "key-3"));
        assert_eq!(url, "https://k.example/payments/pay9/refund");
        assert_eq!(body, json!({ "amount": 640, "description": "Order was paid twice (duplicate-payment)" }));
    }

    #[test]
    fn a_request_holds_where_to_and_leaves_out_what_is_not_known() {
        let (url, body) =
            sent(|access, id| transfer_request(access, id, 1_200, Cause::OrderRefund(8), &bank(), "key-3"));
        assert_eq!(url, "https://k.example/payments/pay9/refund_request");
        let plain = json!({
            "amount": 1_200, "customer_name": "ﾐﾔﾀ ﾘｴ", "bank_name": "みなと銀行", "branch_number": "204",
            "account_type": "savings", "account_number": "7654321", "include_payment_method_fee": false,
            "description": "BigCommerce refund 8 (bc-refund:8)",
        });
        assert_eq!(body, plain);
    }

    #[test]
    fn a_request_carries_bank_code_and_branch_name_where_they_are_known() {
        let bank = BankDetails { bank_code: "0562".into(), branch_name: "元町".into(), ..bank() };
        let (_, body) = sent(|access, id| transfer_request(access, id, 1, Cause::Twice, &bank, "key-3"));
        assert_eq!((&body["bank_code"], &body["branch_name"]), (&json!("0562"), &json!("元町")));
    }

    #[test]
    fn a_number_that_was_refused_as_text_is_sent_once_more_as_a_number() {
        let secret_key = Secret::new("sk_test_r");
        let access = Access { base: "https://k.example", secret_key: &secret_key };
        let id = PaymentId::parse("pay9").expect("an id");
        let with = |account_number: &str| {
            let bank = BankDetails { account_number: account_number.into(), ..bank() };
            transfer_request(access, &id, 1_200, Cause::Twice, &bank, "key-3")
        };
        let refused = |param: &str, message: &str| {
            Answer::Failed(Failure::Refused {
                status: 422,
                code: "invalid_parameter".into(),
                param: param.into(),
                message: message.into(),
            })
        };
        let about = refused("account_number", "");
        let again = with_number(&with("7654321"), &about).expect("it may be a number");
        let body: Value = serde_json::from_str(&again.body.expect("a body")).expect("JSON");
        assert_eq!((&body["account_number"], &body["amount"]), (&json!(7_654_321), &json!(1_200)));
        assert!(again.headers.contains(&(IDEMPOTENCY.to_owned(), "key-3-number".to_owned())));
        assert!(with_number(&with("7654321"), &refused("", "Account number must be an integer")).is_some());
        assert_eq!(with_number(&with("0654321"), &about), None, "a leading zero would be lost");
        assert_eq!(with_number(&with("7654321"), &refused("bank_code", "")), None);
        assert_eq!(with_number(&with("7654321"), &Answer::Requested), None);
    }

    #[test]
    fn whatever_the_body_a_request_that_was_taken_is_taken() {
        for (status, body) in [(200, r#"{"id":"pay9"}"#), (201, "{}"), (202, "accepted"), (204, "")] {
            assert_eq!(parse_transfer(&answer(status, body)), Answer::Requested, "{status}");
        }
        let refused = r#"{"error":{"code":"not_refundable","message":"no","param":null}}"#;
        let answer = parse_transfer(&answer(422, refused));
        assert!(matches!(answer, Answer::Failed(Failure::Refused { code, .. }) if code == "not_refundable"));
    }
}
