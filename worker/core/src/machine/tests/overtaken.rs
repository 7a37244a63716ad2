//! Our PUT replaces a status that the merchant had set a moment before, and puts it back.

use crate::machine::bench::{Bench, HOUR};
use crate::machine::{Input, Output, Surroundings};
use crate::state::call::Call;
use crate::state::delays::Delays;
use crate::state::hint::{About, Hint, Moved};
use crate::state::reading::PaymentStatus;
use crate::state::settings::Settings;
use crate::values::ids::HintId;
use crate::values::order_status::OrderStatus;

/// BigCommerce's word that the order moved.
fn word(bench: &Bench, from: u8, to: u8) -> Input {
    let moved = Some(Moved { from: OrderStatus(from), to: OrderStatus(to), at: bench.now });
    let id = HintId::parse(&format!("moved-{from}-{to}")).expect("an id");
    let about = About::Order { scope: "store/order/statusUpdated".to_owned(), moved };
    Input::Hint(Hint { id, about })
}

/// Runs the machine. `between`: what the merchant moves the order to right before each of our PUTs, in turn; the word of
/// what the PUT replaced comes before its answer.
fn run(bench: &mut Bench, between: &[u8]) {
    let mut between = between.iter();
    for _ in 0..50 {
        let now = Surroundings { shop: &bench.shop, delays: Delays::default(), at: bench.now };
        match bench.machine.poll(now) {
            Output::Commit(_) => {}
            Output::Call(call) => {
                let put = if let Call::UpdateOrder { update, .. } = &call { update.status } else { None };
                let theirs = put.and_then(|ours| Some((*between.next()?, ours)));
                if let Some((theirs, _)) = theirs {
                    bench.order.reading.status = OrderStatus(theirs);
                }
                let answer = bench.answer(call);
                if let Some((theirs, ours)) = theirs {
                    let word = word(bench, theirs, ours.0);
                    bench.handle(word);
                }
                bench.handle(Input::Answer(answer));
            }
            Output::Idle { .. } if bench.gathered() => {}
            Output::Idle { .. } => return,
            Output::Tell { .. } => bench.handle(Input::LedgerSilent),
            other @ (Output::Reply(_) | Output::Unconfirmed) => panic!("{other:?}"),
        }
    }
    panic!("the machine never rests");
}

/// The PUT that was to put 4 back replaced 14, and the word of that came before its own answer: the answer ended both.
#[test]
fn what_is_put_back_over_another_status_of_the_merchants_is_put_right_again() {
    for (between, expected) in
        [(&[4][..], &[11, 4][..]), (&[4, 14], &[11, 4, 14]), (&[4, 14, 2], &[11, 4, 14, 2])]
    {
        let mut bench = Bench::new(Settings::default());
        bench.pays("credit_card", PaymentStatus::Captured);
        let about = About::Komoju {
            session: Some(bench.session.id.clone()),
            payment: None,
            event: "payment.captured".to_owned(),
        };
        bench.handle(Input::Hint(Hint { id: HintId::parse("paid").expect("an id"), about }));
        run(&mut bench, between);
        bench.waits(HOUR);
        assert_eq!(bench.moves, expected);
        assert_eq!(bench.machine.state().head.replaced, None);
    }
}
