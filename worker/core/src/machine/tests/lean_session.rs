//! KOMOJU refuses an optional field of a session: the payment goes on without it.

use crate::machine::Reply;
use crate::machine::bench::{Bench, Fate, HOUR};
use crate::plan::start::Refusal;
use crate::state::Stage;
use crate::state::failure::Failure;
use crate::state::history::Event;
use crate::state::reading::SessionStatus;
use crate::state::settings::Settings;

fn refuses(param: &str, times: usize) -> (Bench, Option<Reply>) {
    let mut bench = Bench::new(Settings::default());
    bench.session.status = SessionStatus::Cancelled;
    bench.hears("payment.cancelled");
    bench.session.status = SessionStatus::Pending;
    let failure = Failure::Refused {
        status: 422,
        code: "invalid_parameter".to_owned(),
        param: param.to_owned(),
        message: "is invalid".to_owned(),
    };
    bench.fates = (0..times).map(|_| ("create_session", Fate::Fails(failure.clone()))).collect();
    let reply = bench.start();
    (bench, reply)
}

fn stages(bench: &Bench) -> Vec<Stage> {
    bench.machine.state().attempts.iter().map(|attempt| attempt.stage).collect()
}

#[test]
fn a_refused_detail_costs_one_more_request_and_not_the_payment() {
    for param in ["email", "fraud_details[phone]", "payment_data[billing_address][zipcode]", "line_items"] {
        let (bench, reply) = refuses(param, 1);
        assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{param}: {reply:?}");
        assert_eq!(stages(&bench), [Stage::Open, Stage::Void, Stage::Open], "{param}");
        let numbers: Vec<_> =
            bench.machine.state().attempts.iter().map(|a| &a.terms.external_order_num).collect();
        assert!(numbers[1] != numbers[2], "{numbers:?}");
        assert!(
            bench
                .machine
                .state()
                .timeline
                .iter()
                .any(|entry| matches!(entry.event, Event::SessionLean { .. }))
        );
        assert_eq!(bench.attentions(), []);
    }
}

#[test]
fn refused_without_it_as_well_it_is_refused() {
    let (bench, reply) = refuses("email", 2);
    assert!(matches!(reply, Some(Reply::Refuse(Refusal::KomojuRefused(_)))), "{reply:?}");
    assert_eq!(stages(&bench), [Stage::Open, Stage::Void, Stage::Void]);
}

#[test]
fn what_komoju_needs_is_never_left_out() {
    for param in ["amount", "currency", "payment_types", "payment_data[capture]"] {
        let (bench, reply) = refuses(param, 1);
        assert!(matches!(reply, Some(Reply::Refuse(Refusal::KomojuRefused(_)))), "{param}: {reply:?}");
        assert_eq!(stages(&bench), [Stage::Open, Stage::Void], "{param}");
    }
}

#[test]
fn a_session_that_does_not_say_when_it_was_made_is_as_good_as_new() {
    let mut bench = Bench::new(Settings::default());
    bench.session.status = SessionStatus::Cancelled;
    // By KOMOJU's `created_at`, the next session has expired before it is made.
    bench.now += 30 * HOUR;
    bench.hears("payment.cancelled");
    bench.session.status = SessionStatus::Pending;
    bench.start();
    bench.start();
    let attempts = &bench.machine.state().attempts;
    assert_eq!((attempts.len(), attempts[1].expires_at), (2, bench.now + 24 * HOUR));
}
