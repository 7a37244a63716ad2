//! The answer to a capture is lost: it is looked for before anything is sent again.

use std::time::Duration;

use reqwest::Method;
use sandbox::faults::FaultKind;
use sandbox::komoju::PaymentStatus;

use super::{authorized, two_step};

#[tokio::test]
async fn money_is_taken_once() {
    let shop = two_step(&[]).await;
    let faults = [
        FaultKind::CutAfter,
        FaultKind::CutBefore,
        FaultKind::Status(500),
        FaultKind::LateAnswer(Duration::from_secs(2)),
    ];
    for kind in faults {
        let (order, payment) = authorized(&shop, 5_000).await;
        shop.komoju_fault(Method::POST, "/capture", kind.clone(), 1);
        shop.world.sandbox.bigcommerce.ship(&shop.hash, order.order_id);
        shop.payment_when(&payment, PaymentStatus::Captured).await;
        shop.history_when(&order, "Paid").await;
        let now = shop.at_rest(&order).await;
        assert_eq!((now.status_id, shop.attention(&order).await.len()), (2, 0), "{kind:?}");
        let posts = shop.requests(&Method::POST, &format!("{payment}/capture"));
        let keys: Vec<_> = posts.into_iter().map(|post| post.idempotency_key).collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "one try, one key: {keys:?}");
    }
}
