//! KOMOJU makes no sessions for a while: we ask by the ladder, however often the shopper presses the button.

use crate::machine::Reply;
use crate::machine::bench::{Bench, Fate, HOUR, unreachable};
use crate::plan::start::Refusal;
use crate::state::failure::Failure;
use crate::state::reading::SessionStatus;
use crate::state::settings::{Mode, Settings};
use crate::values::ids::AccountId;

const MINUTE: i64 = HOUR / 60;

/// The former session is over, and KOMOJU fails this often to make another.
fn fails(failure: &Failure, times: usize) -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.session.status = SessionStatus::Cancelled;
    bench.hears("payment.cancelled");
    bench.fates = vec![("create_session", Fate::Fails(failure.clone())); times];
    bench
}

fn refused() -> Failure {
    let (code, message) = ("forbidden".to_owned(), "no such type".to_owned());
    Failure::Refused { status: 403, code, param: String::new(), message }
}

/// How often we asked KOMOJU, while the shopper kept pressing the button.
fn asked(bench: &mut Bench, during: i64, every: i64) -> usize {
    let before = bench.fates.len();
    let until = bench.now + during;
    while bench.now < until {
        bench.start();
        bench.now += every;
    }
    before - bench.fates.len()
}

#[test]
fn while_komoju_is_down_it_is_asked_by_the_ladder() {
    for failure in [unreachable(), Failure::later(None), Failure::Unreadable("odd".to_owned()), refused()] {
        let mut bench = fails(&failure, 10_000);
        // At once, once more at once, after 5 s, after 30 s, and then every two minutes.
        assert_eq!(asked(&mut bench, MINUTE, 500), 4, "{failure:?}");
        assert_eq!(asked(&mut bench, 2 * HOUR, 10_000), 60, "{failure:?}");
    }
}

#[test]
fn where_komoju_is_asked_too_much_the_shopper_hears_how_long_to_wait() {
    let mut bench = fails(&Failure::later(Some(4_000)), 10_000);
    asked(&mut bench, MINUTE, 500);
    let Some(Reply::Refuse(Refusal::Busy { after_ms: Some(after) })) = bench.start() else {
        panic!("nobody waits");
    };
    bench.now += i64::try_from(after).expect("a time");
    bench.fates.clear();
    let reply = bench.start();
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
}

#[test]
fn what_komoju_said_last_is_told_again() {
    let refusal = Refusal::KomojuRefused("no such type".to_owned());
    for (failure, told) in [(refused(), refusal), (unreachable(), Refusal::KomojuUnavailable)] {
        let mut bench = fails(&failure, 10_000);
        asked(&mut bench, MINUTE, 500);
        assert_eq!(bench.start(), Some(Reply::Refuse(told)));
    }
}

#[test]
fn what_the_merchant_puts_right_is_tried_at_once() {
    let mut bench = fails(&refused(), 10_000);
    asked(&mut bench, MINUTE, 500);
    bench.fates.clear();
    bench.shop.account = Some((AccountId::parse("bb22").expect("an account"), Mode::Live));
    let reply = bench.start();
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
}

#[test]
fn a_single_failure_holds_nobody_up() {
    let mut bench = fails(&unreachable(), 1);
    bench.start();
    let reply = bench.start();
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
}
