//! Webhook delivery for both sides, and the ways in which the post can go wrong.
//!
//! A sender enqueues a message; the message is posted, logged, and posted again until it is answered 2xx or the
//! schedule ends. What may happen to it on the way is the [`Mode`] of its lane. A *lane* is one tenant's messages of
//! one side (a store's hooks, a KOMOJU merchant's webhooks), so that one test's lost post is never another's.
//!
//! Within a lane first posts leave in order, one after the other; repeated posts do not wait for anybody. Everything
//! runs on the sandbox's own runtime, so a message outlives the test function that caused it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use time::OffsetDateTime;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::faults::Side;

/// Pauses before the second, third, … post of a message that was not answered 2xx.
///
/// Neither provider publishes its schedule; this one is short enough to be watched.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// The headers of one post. Called anew for every post, because ids and timestamps differ from post to post.
pub type Signer = Arc<dyn Fn(&[u8]) -> HeaderMap + Send + Sync>;

/// A webhook to be delivered.
#[derive(Clone)]
pub struct Outgoing {
    /// Store hash or KOMOJU merchant id.
    pub tenant: String,
    pub side: Side,
    pub url: String,
    /// What it is about, for the log: `payment.captured`, `store/order/statusUpdated`.
    pub event: String,
    /// Makes the headers, Content-Type and signature included.
    pub make: Signer,
    pub body: Vec<u8>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("event", &self.event).field("url", &self.url).finish_non_exhaustive()
    }
}

/// What happens to the messages of a lane from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Normal,
    /// Never delivered; only logged.
    Lost,
    /// Each is delivered this many times.
    Times(u32),
    /// Kept until [`Delivery::release`].
    Held,
    /// Each leaves this much later.
    Delayed(Duration),
}

/// In which order held messages leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    AsMade,
    Reversed,
    /// By position in the order they were made; the same one may leave twice. Those not named stay held.
    Picked(Vec<usize>),
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Lost,
    Held,
    /// Waiting to be posted, being posted, or to be posted again.
    Underway,
    /// Answered 2xx.
    Delivered,
    /// Never answered 2xx, and no post is left.
    GivenUp,
}

/// The answer to one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Status(u16),
    /// No answer at all, and why.
    None(String),
}

/// One post.
#[derive(Clone, Debug)]
pub struct Post {
    pub at: OffsetDateTime,
    pub headers: HeaderMap,
    pub answer: Answer,
}

/// A message as the log shows it. A message delivered three times on purpose is three records.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: u64,
    pub event: String,
    pub url: String,
    pub body: String,
    pub made_at: OffsetDateTime,
    pub stage: Stage,
    pub posts: Vec<Post>,
}

impl Record {
    /// Status of the last post that was answered.
    #[must_use]
    pub fn last_status(&self) -> Option<u16> {
        self.posts.iter().rev().find_map(|post| match post.answer {
            Answer::Status(status) => Some(status),
            Answer::None(_) => None,
        })
    }
}

type LaneKey = (Side, String);

/// The post office. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    http: reqwest::Client,
    handle: Handle,
    lanes: Arc<Mutex<HashMap<LaneKey, Lane>>>,
    /// Counts changes, for whoever waits for one.
    changed: Arc<watch::Sender<u64>>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").finish_non_exhaustive()
    }
}

struct Lane {
    mode: Mode,
    messages: Vec<Message>,
    /// Feeds the task that makes the first posts, one after the other.
    queue: tokio::sync::mpsc::UnboundedSender<u64>,
}

struct Message {
    outgoing: Outgoing,
    record: Record,
}

impl Delivery {
    /// `handle` is the runtime that outlives every caller: the sandbox's own.
    #[must_use]
    pub fn new(http: reqwest::Client, handle: Handle) -> Self {
        Self { http, handle, lanes: Arc::default(), changed: Arc::new(watch::Sender::new(0)) }
    }

    /// Takes a message and returns at once; its lane's mode decides what becomes of it.
    pub fn enqueue(&self, outgoing: Outgoing) {
        let key = (outgoing.side, outgoing.tenant.clone());
        let copies = self.with_lane(&key, |lane| match lane.mode {
            Mode::Times(copies) => copies,
            Mode::Normal | Mode::Lost | Mode::Held | Mode::Delayed(_) => 1,
        });
        for _ in 0..copies {
            self.take(&key, outgoing.clone());
        }
        self.tell();
    }

    /// Decides what happens to messages enqueued from now on. Messages already held stay held.
    pub fn set_mode(&self, tenant: &str, side: Side, mode: Mode) {
        self.with_lane(&(side, tenant.to_owned()), |lane| lane.mode = mode);
    }

    /// Lets held messages leave. Returns how many left; [`Delivery::settled`] waits for them.
    pub fn release(&self, tenant: &str, side: Side, order: &Order) -> usize {
        let key = (side, tenant.to_owned());
        let released = self.with_lane(&key, |lane| lane.release(order));
        self.tell();
        released
    }

    /// Sends a message of the log once more, as a new message; the lane's mode is not asked. `None`: no such message.
    pub fn resend(&self, tenant: &str, side: Side, id: u64) -> Option<()> {
        let key = (side, tenant.to_owned());
        let outgoing = self.with_lane(&key, |lane| lane.find(id).map(|message| message.outgoing.clone()))?;
        self.with_lane(&key, |lane| lane.send(outgoing));
        self.tell();
        Some(())
    }

    /// The log of a lane, oldest first.
    #[must_use]
    pub fn deliveries(&self, tenant: &str, side: Side) -> Vec<Record> {
        self.with_lane(&(side, tenant.to_owned()), |lane| {
            lane.messages.iter().map(|message| message.record.clone()).collect()
        })
    }

    /// Waits until nothing of this lane is underway: everything was answered 2xx, given up, lost, or is held.
    pub async fn settled(&self, tenant: &str, side: Side) {
        self.until(tenant, side, |records| records.iter().all(|record| record.stage != Stage::Underway))
            .await;
    }

    /// Waits until the log of a lane satisfies `done`.
    pub async fn until(&self, tenant: &str, side: Side, done: impl Fn(&[Record]) -> bool) {
        let mut changes = self.changed.subscribe();
        while !done(&self.deliveries(tenant, side)) {
            changes.changed().await.expect("the sender lives as long as self");
        }
    }

    fn take(&self, key: &LaneKey, outgoing: Outgoing) {
        let delayed = self.with_lane(key, |lane| match lane.mode {
            Mode::Lost => lane.keep(outgoing, Stage::Lost).zip_none(),
            Mode::Held => lane.keep(outgoing, Stage::Held).zip_none(),
            Mode::Normal | Mode::Times(_) => lane.send(outgoing).zip_none(),
            Mode::Delayed(pause) => Some((lane.keep(outgoing, Stage::Underway), pause)),
        });
        if let Some((id, pause)) = delayed {
            self.post_after(key.clone(), id, pause);
        }
    }
}
