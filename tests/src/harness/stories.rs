//! Whole lives of payments, told by everybody but the worker, and how each must end: paid, captured, refunded and ended
//! once.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{Shop, booked, eventually_within, moves, notes};
use crate::bigcommerce::{OrderSpec, PlacedOrder};
use crate::komoju::{PaymentStatus, Session};

/// However often a story is cut short, it ends within this.
const PATIENCE: Duration = Duration::from_secs(180);
/// Shoppers do not wait for a dead server.
const SHOPPERS_PATIENCE: Duration = Duration::from_secs(10);

/// What happens to an order after it was paid, or instead of it. The store refunds at once, and captures by hand for the
/// last two.
#[derive(Clone, Copy, Debug)]
pub enum Story {
    Card,
    Code,
    CodeRunsOut,
    RefundedInBigCommerce,
    RefundedAtKomoju,
    CapturedOnShipping,
    CancelledWhileReserved,
}

impl Story {
    /// Where it ends: the order's status, the payment's, and what went back on both sides.
    fn end(self) -> (u8, PaymentStatus, Vec<i64>) {
        match self {
            Self::Card | Self::Code => (11, PaymentStatus::Captured, vec![]),
            Self::CodeRunsOut => (7, PaymentStatus::Expired, vec![]),
            Self::RefundedInBigCommerce | Self::RefundedAtKomoju => (14, PaymentStatus::Captured, vec![300]),
            Self::CapturedOnShipping => (2, PaymentStatus::Captured, vec![]),
            Self::CancelledWhileReserved => (5, PaymentStatus::Cancelled, vec![]),
        }
    }

    /// The story up to the last thing that anybody but the worker does in it.
    pub async fn live(self, shop: &Shop<'_>) -> Told {
        let (komoju, bigcommerce) = (&shop.world.sandbox.komoju, &shop.world.sandbox.bigcommerce);
        let (order, session) = begin(shop).await;
        let id = order.order_id;
        let payment = match self {
            Self::Code | Self::CodeRunsOut => shop.take_code(&session),
            _ => shop.pay_by_card(&session),
        };
        match self {
            Self::Code => komoju.capture(&payment).expect("the code is live"),
            Self::CodeRunsOut => {
                komoju.expire_payment(&payment).expect("the code is live");
                return Told { story: self, order, payment };
            }
            _ => {}
        }
        let is_told = async || (shop.now(&order).status_id == 11).then_some(());
        eventually_within(PATIENCE, format!("order {id} to be 11"), is_told).await;
        match self {
            Self::Card | Self::Code | Self::CodeRunsOut => {}
            Self::RefundedInBigCommerce => {
                shop.refund_order(&order, 300);
            }
            Self::RefundedAtKomoju => komoju.refund(&payment, Some(300)).expect("KOMOJU takes the refund"),
            Self::CapturedOnShipping => bigcommerce.ship(&shop.hash, id),
            Self::CancelledWhileReserved => bigcommerce.cancel(&shop.hash, id),
        }
        Told { story: self, order, payment }
    }
}

/// A story that was told, and what it was about.
#[derive(Debug)]
pub struct Told {
    story: Story,
    order: PlacedOrder,
    payment: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, order {}, payment {}", self.story, self.order.order_id, self.payment)
    }
}

impl Told {
    /// Waits until the worker has come to the end by itself, with nobody bothered without a reason.
    pub async fn ends(&self, shop: &Shop<'_>) {
        let (status, paid, refunds) = self.story.end();
        let ended = async || {
            let (now, money) = (shop.now(&self.order), shop.payment(&self.payment));
            let right = (now.status_id, money.status) == (status, paid)
                && booked(&now) == refunds
                && shop.paid_back(&self.payment) == refunds
                && shop.attention(&self.order).await.is_empty();
            right.then_some(())
        };
        eventually_within(PATIENCE, self.to_string(), ended).await;
    }

    /// The worker is asked to look at it once more.
    pub async fn is_looked_at(&self, shop: &Shop<'_>) {
        shop.save(&format!("payments/{}", self.order.order_id), &[]).await;
    }

    /// Now that nothing is under way any more: nothing was done twice on the way there.
    pub fn was_done_once(&self, shop: &Shop<'_>) {
        let (status, _, refunds) = self.story.end();
        // A code may have run out before the worker looked: then there was nothing to tell.
        let ran_out = matches!(self.story, Story::CodeRunsOut);
        let expected = if ran_out { vec![] } else { vec![11] };
        let now = shop.now(&self.order);
        assert_eq!((now.status_id, moves(&now)), (status, expected), "{self}");
        assert_eq!((booked(&now), shop.paid_back(&self.payment)), (refunds.clone(), refunds), "{self}");
        let mark =
            |line: &str| line.rsplit_once('（').map(|(_, mark)| mark.to_owned()).expect("it ends in a mark");
        let marks: Vec<_> = notes(&now).into_iter().map(mark).collect();
        let told_once = marks.iter().enumerate().all(|(at, mark)| !marks[..at].contains(mark));
        assert!(told_once && (ran_out || !marks.is_empty()), "{self}: {}", now.staff_notes);
    }

    /// Whatever was sent about its payment, was sent under one key.
    pub fn has_one_key(&self, shop: &Shop<'_>) {
        let posts = shop.requests(&Method::POST, &format!("/payments/{}/", self.payment));
        let mut keys: Vec<_> = posts.into_iter().filter_map(|post| post.idempotency_key).collect();
        keys.dedup();
        assert!(keys.len() <= 1, "{self}: one deed, one key: {keys:?}");
    }
}

/// A shopper who presses again until a payment page opens.
async fn begin(shop: &Shop<'_>) -> (PlacedOrder, Session) {
    let order = shop.order(&OrderSpec::total(1_000));
    let mut body = shop.arrival(&order);
    body["intent"] = json!("pay");
    let session = eventually_within(PATIENCE, "a payment page", async || {
        let url = format!("{}/api/payments", shop.world.app_url());
        let told: Value = post(&shop.client, &url, &body).await?;
        let go = shop.client.get(told["redirect_url"].as_str()?).timeout(SHOPPERS_PATIENCE);
        let to =
            go.send().await.ok()?.headers().get("location")?.to_str().ok()?.rsplit('/').next()?.to_owned();
        shop.world.sandbox.komoju.session(&to).ok()
    });
    let session = session.await;
    (order, session)
}

async fn post(client: &Client, url: &str, body: &Value) -> Option<Value> {
    let request = client.post(url).header("content-type", "text/plain").timeout(SHOPPERS_PATIENCE);
    let text = request.body(body.to_string()).send().await.ok()?.text().await.ok()?;
    serde_json::from_str(&text).ok()
}
