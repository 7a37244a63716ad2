//! KOMOJU says that a session is completed, and does not show what it took: nobody may pay again before we have found
//! that.

use crate::machine::Reply;
use crate::machine::bench::{Bench, HOUR};
use crate::state::reading::{PaymentStatus, SessionStatus};
use crate::state::settings::Settings;
use crate::values::ids::SessionId;

const MINUTE: i64 = HOUR / 60;

fn completed_unshown(status: PaymentStatus) -> Bench {
    let mut bench = Bench::new(Settings::default());
    bench.pays("credit_card", status);
    bench.session.payment = None;
    bench.now += 2 * MINUTE;
    bench
}

#[test]
fn what_a_completed_session_took_is_looked_for_before_anybody_pays_again() {
    let mut bench = completed_unshown(PaymentStatus::Captured);
    bench.start();
    assert_eq!((bench.machine.state().attempts.len(), &bench.moves[..]), (1, &[11][..]));
}

#[test]
fn where_it_took_nothing_the_shopper_pays_anew() {
    let mut bench = completed_unshown(PaymentStatus::Captured);
    bench.payments.clear();
    let reply = bench.start();
    assert!(matches!(reply, Some(Reply::Show { redirect: false, .. })), "{reply:?}");
    bench.session.id = SessionId::parse("s2").expect("an id");
    bench.session.status = SessionStatus::Pending;
    let reply = bench.start();
    assert!(matches!(reply, Some(Reply::Show { redirect: true, .. })), "{reply:?}");
    assert_eq!(bench.machine.state().attempts.len(), 2);
}
