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
use tokio::sync::{mpsc, watch};

use crate::asking::Broken;
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

impl Mode {
    fn first_stage(self) -> Stage {
        match self {
            Self::Lost => Stage::Lost,
            Self::Held => Stage::Held,
            Self::Normal | Self::Times(_) | Self::Delayed(_) => Stage::Underway,
        }
    }
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

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::None(why) => write!(f, "no answer ({why})"),
        }
    }
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
    queue: mpsc::UnboundedSender<u64>,
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

    /// What happens to messages of this lane now.
    #[must_use]
    pub fn mode(&self, tenant: &str, side: Side) -> Mode {
        self.with_lane(&(side, tenant.to_owned()), |lane| lane.mode)
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
        self.with_lane(&key, |lane| {
            let id = lane.keep(outgoing, Stage::Underway);
            lane.dispatch(id);
        });
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
        let (id, mode) =
            self.with_lane(key, |lane| (lane.keep(outgoing, lane.mode.first_stage()), lane.mode));
        match mode {
            Mode::Lost | Mode::Held => {}
            Mode::Normal | Mode::Times(_) => self.with_lane(key, |lane| lane.dispatch(id)),
            Mode::Delayed(pause) => self.deliver_after(key.clone(), id, pause),
        }
    }

    fn deliver_after(&self, key: LaneKey, id: u64, pause: Duration) {
        let office = self.clone();
        self.handle.spawn(async move {
            tokio::time::sleep(pause).await;
            office.deliver(&key, id).await;
        });
    }

    /// Posts a message until it is answered 2xx or the schedule ends; only the first post is waited for.
    async fn deliver(&self, key: &LaneKey, id: u64) {
        if self.post(key, id, PAUSES.is_empty()).await {
            return;
        }
        let office = self.clone();
        let key = key.clone();
        self.handle.spawn(async move {
            for (nth, pause) in PAUSES.iter().enumerate() {
                tokio::time::sleep(*pause).await;
                if office.post(&key, id, nth + 1 == PAUSES.len()).await {
                    return;
                }
            }
        });
    }

    /// One post; true when no other must follow.
    async fn post(&self, key: &LaneKey, id: u64, last: bool) -> bool {
        let Some(outgoing) =
            self.with_lane(key, |lane| lane.find(id).map(|message| message.outgoing.clone()))
        else {
            return true;
        };
        let headers = (outgoing.make)(&outgoing.body);
        let sent = self.http.post(&outgoing.url).headers(headers.clone()).body(outgoing.body).send().await;
        let answer = match sent {
            Ok(response) => Answer::Status(response.status().as_u16()),
            Err(error) => Answer::None(Broken::from(error).to_string()),
        };
        let delivered = matches!(answer, Answer::Status(200..=299));
        self.with_lane(key, |lane| {
            let Some(message) = lane.find(id) else { return };
            message.record.posts.push(Post { at: OffsetDateTime::now_utc(), headers, answer });
            message.record.stage = match (delivered, last) {
                (true, _) => Stage::Delivered,
                (false, true) => Stage::GivenUp,
                (false, false) => Stage::Underway,
            };
        });
        self.tell();
        delivered
    }

    fn tell(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn with_lane<T>(&self, key: &LaneKey, work: impl FnOnce(&mut Lane) -> T) -> T {
        let mut lanes: MutexGuard<'_, _> = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key.clone()).or_insert_with(|| self.open(key.clone()));
        work(lane)
    }

    fn open(&self, key: LaneKey) -> Lane {
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let office = self.clone();
        self.handle.spawn(async move {
            while let Some(id) = waiting.recv().await {
                office.deliver(&key, id).await;
            }
        });
        Lane { mode: Mode::Normal, messages: Vec::new(), queue }
    }
}

impl Lane {
    /// Enters a message into the log.
    fn keep(&mut self, outgoing: Outgoing, stage: Stage) -> u64 {
        let id = self.messages.len() as u64;
        let record = Record {
            id,
            event: outgoing.event.clone(),
            url: outgoing.url.clone(),
            body: String::from_utf8_lossy(&outgoing.body).into_owned(),
            made_at: OffsetDateTime::now_utc(),
            stage,
            posts: Vec::new(),
        };
        self.messages.push(Message { outgoing, record });
        id
    }

    /// Queues a message behind the others.
    fn dispatch(&self, id: u64) {
        // Fails only when the sandbox's runtime is gone, and with it everybody who would receive the message.
        let _ = self.queue.send(id);
    }

    fn release(&mut self, order: &Order) -> usize {
        let held: Vec<u64> = self
            .messages
            .iter()
            .filter(|message| message.record.stage == Stage::Held)
            .map(|message| message.record.id)
            .collect();
        let leaving: Vec<u64> = match order {
            Order::AsMade => held,
            Order::Reversed => held.into_iter().rev().collect(),
            Order::Picked(positions) => {
                positions.iter().filter_map(|position| held.get(*position).copied()).collect()
            }
        };
        for id in &leaving {
            if let Some(message) = self.find(*id) {
                message.record.stage = Stage::Underway;
            }
            self.dispatch(*id);
        }
        leaving.len()
    }

    fn find(&mut self, id: u64) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.record.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::Router;
    use axum::extract::State;
    use axum::http::StatusCode;
    use tokio::net::TcpListener;

    const TENANT: &str = "tenant";

    /// A receiver that notes bodies and answers with the statuses of a list, then 200.
    struct Receiver {
        url: String,
        seen: Arc<Mutex<Vec<String>>>,
    }

    type Seen = (Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<StatusCode>>>);

    impl Receiver {
        async fn start(mut statuses: Vec<StatusCode>) -> Self {
            statuses.reverse();
            let seen = Arc::new(Mutex::new(Vec::new()));
            let state: Seen = (seen.clone(), Arc::new(Mutex::new(statuses)));
            let router = Router::new().fallback(receive).with_state(state);
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            let url = format!("http://{}/", listener.local_addr().expect("bound"));
            tokio::spawn(async move { axum::serve(listener, router).await });
            Self { url, seen }
        }

        fn message(&self, body: &str) -> Outgoing {
            Outgoing {
                tenant: TENANT.into(),
                side: Side::Komoju,
                url: self.url.clone(),
                event: "test".into(),
                make: Arc::new(|_| HeaderMap::new()),
                body: body.into(),
            }
        }

        fn seen(&self) -> Vec<String> {
            self.seen.lock().expect("no panic while held").clone()
        }
    }

    async fn receive(State((seen, statuses)): State<Seen>, body: String) -> StatusCode {
        seen.lock().expect("no panic while held").push(body);
        statuses.lock().expect("no panic while held").pop().unwrap_or(StatusCode::OK)
    }

    fn office() -> Delivery {
        Delivery::new(reqwest::Client::new(), Handle::current())
    }

    #[tokio::test]
    async fn messages_leave_in_the_order_they_were_made() {
        let (office, receiver) = (office(), Receiver::start(Vec::new()).await);
        for body in ["a", "b", "c"] {
            office.enqueue(receiver.message(body));
        }
        office.settled(TENANT, Side::Komoju).await;
        assert_eq!(receiver.seen(), ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn a_message_that_is_not_accepted_comes_again() {
        let (office, receiver) = (office(), Receiver::start(vec![StatusCode::SERVICE_UNAVAILABLE]).await);
        office.enqueue(receiver.message("a"));
        office.settled(TENANT, Side::Komoju).await;
        let log = office.deliveries(TENANT, Side::Komoju);
        let answers: Vec<_> = log[0].posts.iter().map(|post| post.answer.clone()).collect();
        assert_eq!(answers, [Answer::Status(503), Answer::Status(200)]);
    }

    #[tokio::test]
    async fn lost_messages_are_only_logged() {
        let (office, receiver) = (office(), Receiver::start(Vec::new()).await);
        office.set_mode(TENANT, Side::Komoju, Mode::Lost);
        office.enqueue(receiver.message("a"));
        office.settled(TENANT, Side::Komoju).await;
        assert_eq!(office.deliveries(TENANT, Side::Komoju)[0].stage, Stage::Lost);
        assert!(receiver.seen().is_empty());
    }

    #[tokio::test]
    async fn held_messages_leave_in_the_order_asked_for() {
        let (office, receiver) = (office(), Receiver::start(Vec::new()).await);
        office.set_mode(TENANT, Side::Komoju, Mode::Held);
        for body in ["a", "b", "c"] {
            office.enqueue(receiver.message(body));
        }
        assert_eq!(office.release(TENANT, Side::Komoju, &Order::Picked(vec![1])), 1);
        assert_eq!(office.release(TENANT, Side::Komoju, &Order::Reversed), 2);
        office.settled(TENANT, Side::Komoju).await;
        assert_eq!(receiver.seen(), ["b", "c", "a"]);
    }

    #[tokio::test]
    async fn a_message_can_arrive_three_times() {
        let (office, receiver) = (office(), Receiver::start(Vec::new()).await);
        office.set_mode(TENANT, Side::Komoju, Mode::Times(3));
        office.enqueue(receiver.message("a"));
        office.settled(TENANT, Side::Komoju).await;
        assert_eq!(receiver.seen(), ["a", "a", "a"]);
    }
}
