//! For unit tests: the machine between a BigCommerce and a KOMOJU that answer at once, and that count what they were
//! asked to change. A test tells what people do (`pays`, `hears`, `refunds_order`, `decides`, `waits`) and checks
//! what was moved.

use super::{Input, Machine, Output, Reply, Surroundings};
use crate::plan::start::{Intent, Proof, Start};
use crate::state::call::{
    Answer, BankDetails, Browser, Call, Checkout, EventSeen, OrderRefundSeen, OrderSeen, RefundPart,
    SessionSeen, Transacted,
};
use crate::state::decision::{Decided, Decision, Ending, Taken, Upon};
use crate::state::delays::Delays;
use crate::state::failure::Failure;
use crate::state::hint::{About, Hint};
use crate::state::reading::{
    Amounts, OrderReading, PaymentReading, PaymentStatus, RefundReading, RefundRequestReading, RequestStatus,
    SessionReading, SessionStatus,
};
use crate::state::record::{Record, Rows};
use crate::state::settings::{Mode, Provider, Settings};
use crate::state::shop::Shop;
use crate::texts::locale::{Locale, Spoken};
use crate::values::attention::Attention;
use crate::values::ids::{AccountId, HintId, OrderId, PaymentId, RefundId, SessionId, StoreHash};
use crate::values::instructions::Instructions;
use crate::values::money::{Currency, Money};
use crate::values::order_status::OrderStatus;
use crate::values::sealed::Sealed;
use crate::views::statement::{Statement, statement};

pub const HOUR: i64 = 3_600_000;
/// 2026-11-24 00:00 UTC, when the order is placed.
pub const PLACED: i64 = 1_795_478_400_000;

/// What happens to a call that changes something.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// Fails, without effect.
    Fails(Failure),
    /// Takes effect, but the answer is lost.
    Lost,
}

/// The machine, the store, and the two sides as they are at this moment. A test changes what a side has (`order`,
/// `session`, `payments`, `booked`) and then lets a message about it arrive.
#[derive(Debug)]
pub struct Bench {
    pub machine: Machine,
    pub shop: Shop,
    pub now: i64,
    pub order: OrderSeen,
    pub session: SessionReading,
    pub payments: Vec<PaymentReading>,
    pub booked: Vec<OrderRefundSeen>,
    /// The statuses that we moved the order to, in turn.
    pub moves: Vec<u8>,
    /// How many PUTs the order got, with or without a new status.
    pub updates: usize,
    /// The money that we asked KOMOJU to move: the calls' short names, and amounts in minor units.
    pub moved: Vec<(&'static str, i64)>,
    /// True if KOMOJU's refund requests carry our description.
    pub describes: bool,
    /// True if KOMOJU takes refund requests and never shows them.
    pub hides_requests: bool,
    last_decision: Option<Decided>,
    /// The type of the event that KOMOJU has under any id.
    pub event: &'static str,
    /// What happens to the next calls of these names.
    pub fates: Vec<(&'static str, Fate)>,
    /// What is on disk.
    pub rows: Rows,
    hints: u32,
    wake: Option<i64>,
}

pub fn payment_id() -> PaymentId {
    PaymentId::parse("p1").expect("an id")
}

pub fn refund(id: &str, minor: i64) -> RefundReading {
    RefundReading { id: RefundId::parse(id).expect("an id"), minor, chargeback: false, cause: None, at: None }
}

pub fn unreachable() -> Failure {
    Failure::Indeterminate("the line is dead".to_owned())
}

impl Bench {
    /// A shopper has come to pay an order of ¥3,000, and is on KOMOJU's page.
    pub fn new(settings: Settings) -> Self {
        let due = Money::new(3_000, Currency::JPY);
        let reading = OrderReading {
            status: OrderStatus::AWAITING_PAYMENT,
            deleted: false,
            due: Ok(due),
            split: None,
            digital: false,
            channel: 1,
            label: Provider::InStore.default_label().to_owned(),
            payment_provider_id: String::new(),
            placed_at: PLACED,
            refunded_minor: 0,
        };
        let order = OrderSeen {
            id: None,
            reading,
            total: Some(due),
            cart: None,
            staff_notes: String::new(),
            checkout: Checkout::default(),
        };
        let mut bench = Self {
            machine: Machine::default(),
            shop: Shop {
                store: StoreHash::parse("bench1").expect("a store"),
                order: OrderId::new(501).expect("an order"),
                installed_at: PLACED - HOUR,
                settings,
                account: Some((AccountId::parse("aa11").expect("an account"), Mode::Live)),
                channels: Vec::new(),
                labels: Vec::new(),
                locale: Locale::En,
                confirmed: true,
            },
            now: PLACED,
            order,
            session: SessionReading {
                id: SessionId::parse("s1").expect("an id"),
                status: SessionStatus::Pending,
                expired: false,
                amount: None,
                payment: None,
                offered: Vec::new(),
            },
            payments: Vec::new(),
            booked: Vec::new(),
            moves: Vec::new(),
            updates: 0,
            moved: Vec::new(),
            describes: true,
            hides_requests: false,
            last_decision: None,
            event: "payment.captured",
            fates: Vec::new(),
            rows: Rows::default(),
            hints: 0,
            wake: None,
        };
        bench.start();
        bench
    }

    /// The shopper presses *Pay*.
    pub fn start(&mut self) -> Option<Reply> {
        self.handle(Self::pressed());
        self.run()
    }

    /// What [`Bench::start`] hands in.
    pub fn pressed() -> Input {
        Input::Start(Box::new(Start {
            proof: Proof::Link,
            intent: Intent::Pay,
            page: None,
            locale: Spoken(Locale::En),
            browser: Browser::default(),
            seen: None,
            visit: None,
        }))
    }

    /// The shopper pays. KOMOJU has the payment; we have not heard of it yet.
    pub fn pays(&mut self, method: &str, status: PaymentStatus) {
        let amount = self.session.amount;
        self.session.payment = Some(payment_id());
        self.session.status = SessionStatus::Completed;
        self.payments = vec![PaymentReading {
            id: payment_id(),
            status,
            session: Some(self.session.id.clone()),
            net: amount,
            total: amount,
            refunded_minor: 0,
            refunds: Vec::new(),
            refund_requests: Vec::new(),
            payment_type: method.to_owned(),
            instructions: Instructions::default(),
            deadline: None,
            unread: Vec::new(),
        }];
    }

    /// The first payment, as KOMOJU has it.
    pub fn payment(&mut self) -> &mut PaymentReading {
        self.payments.first_mut().expect("there is a payment")
    }

    /// Somebody refunds at KOMOJU; we have not heard of it yet.
    pub fn pays_back(&mut self, refund: RefundReading) {
        self.pays_back_of(&payment_id(), refund);
    }

    pub fn pays_back_of(&mut self, id: &PaymentId, refund: RefundReading) {
        let payment = self.payments.iter_mut().find(|payment| payment.id == *id).expect("it is there");
        let whole = payment.total.map_or(0, |m| m.minor);
        payment.refunded_minor += refund.minor;
        payment.refunds.push(refund);
        if payment.refunded_minor >= whole {
            payment.status = PaymentStatus::Refunded;
        }
    }

    /// The merchant refunds the order in BigCommerce.
    pub fn refunds_order(&mut self, id: u64, minor: i64) {
        self.book(id, minor, None);
        self.hears_of_order();
    }

    fn book(&mut self, id: u64, minor: i64, komoju: Option<RefundId>) {
        let part = RefundPart { provider: Some(Provider::InStore), decimal: minor.to_string() };
        self.booked.push(OrderRefundSeen {
            id,
            order: None,
            parts: vec![part],
            komoju,
            amounts: Amounts::Known,
        });
        self.order.reading.refunded_minor += minor;
        let all = self.order.reading.due.is_ok_and(|due| self.order.reading.refunded_minor >= due.minor);
        self.order.reading.status = if all { OrderStatus::REFUNDED } else { OrderStatus::PARTIALLY_REFUNDED };
    }

    /// KOMOJU's webhook arrives; then everything that follows from it happens.
    pub fn hears(&mut self, event: &str) {
        let session = Some(self.session.id.clone());
        self.hint(About::Komoju { session, payment: Some(payment_id()), event: event.to_owned() });
    }

    /// KOMOJU's webhook about another payment of the session arrives; nothing follows from it yet.
    pub fn hears_of(&mut self, payment: &PaymentId) {
        self.hears_that("payment.captured", payment);
    }

    pub fn hears_that(&mut self, event: &str, payment: &PaymentId) {
        let about = About::Komoju {
            session: Some(self.session.id.clone()),
            payment: Some(payment.clone()),
            event: event.to_owned(),
        };
        let id = HintId::parse(&format!("hint-{event}-of-{payment}")).expect("an id");
        self.handle(Input::Hint(Hint { id, about }));
    }

    /// BigCommerce's hook about the order arrives; then everything that follows from it happens.
    pub fn hears_of_order(&mut self) {
        self.hint(About::Order { scope: "store/order/refund/created".to_owned(), moved: None });
    }

    /// The merchant clicks "look again" in the panel.
    pub fn asks_for_look(&mut self) {
        self.hint(About::Click);
    }

    fn hint(&mut self, about: About) {
        self.hints += 1;
        let id = HintId::parse(&format!("hint-{}", self.hints)).expect("an id");
        self.handle(Input::Hint(Hint { id, about }));
        self.run();
    }

    /// The merchant decides in the panel, on the page as it stands now.
    pub fn decides(&mut self, decision: Decision) -> Taken {
        let upon = self.statement().upon;
        let taken = self.decides_upon(decision, upon);
        self.run();
        taken
    }

    /// The merchant decides on a page that was opened before; nothing follows from it yet.
    pub fn decides_upon(&mut self, decision: Decision, upon: Option<Upon>) -> Taken {
        self.hints += 1;
        let id = HintId::parse(&format!("decision-{}", self.hints)).expect("an id");
        let decided = Decided { id, decision, by: "Aki".to_owned(), upon };
        self.last_decision = Some(decided.clone());
        self.machine.decide(decided, self.now)
    }

    /// The merchant presses the same button of the same page once more.
    pub fn repeats_last_decision(&mut self) -> Option<Taken> {
        let decided = self.last_decision.clone()?;
        Some(self.machine.decide(decided, self.now))
    }

    /// Hands an input in; nothing follows from it yet.
    pub fn handle(&mut self, input: Input) {
        let now = Surroundings { shop: &self.shop, delays: Delays::default(), at: self.now };
        self.machine.handle(input, now);
    }

    /// Writes rows as the object's SQLite does.
    pub fn keep(&mut self, records: &[Record]) {
        for Record { kind, key, body } in records {
            let at = (kind.clone(), key.clone());
            match body {
                Some(body) => self.rows.insert(at, body.clone()),
                None => self.rows.remove(&at),
            }
        }
    }

    /// Stores what was just taken in, as before a webhook is answered. What was written.
    pub fn commits(&mut self) -> Vec<Record> {
        let records = self.machine.uncommitted().unwrap_or_default();
        self.keep(&records);
        records
    }

    /// The worker dies, and another life begins with what is on disk.
    pub fn dies(&mut self) {
        self.machine = Machine::load(&self.rows).expect("its own rows");
    }

    /// Does whatever is due, until the worker dies over a call of this name, which has left. The call.
    pub fn dies_over(&mut self, called: &str) -> Call {
        let call = self.until(called);
        self.dies();
        call
    }

    /// Does whatever is due, until a call of this name leaves. The call, which waits for its answer.
    pub fn until(&mut self, called: &str) -> Call {
        loop {
            let now = Surroundings { shop: &self.shop, delays: Delays::default(), at: self.now };
            match self.machine.poll(now) {
                Output::Commit(records) => self.keep(&records),
                Output::Call(call) if name(&call) == called => return call,
                Output::Call(call) => {
                    let answer = self.answer(call);
                    self.handle(Input::Answer(answer));
                }
                Output::Tell { .. } => self.handle(Input::LedgerSilent),
                Output::Idle { .. } if self.gathered() => {}
                other @ (Output::Idle { .. } | Output::Reply(_) | Output::Unconfirmed) => {
                    panic!("{called} does not leave: {other:?}")
                }
            }
        }
    }

    /// Lets the moment pass in which the machine waits for more messages. False: it does not.
    pub fn gathered(&mut self) -> bool {
        let waits = self.machine.gathers_until() > self.now;
        self.now = self.now.max(self.machine.gathers_until());
        waits
    }

    /// Does whatever is due, until the machine is idle. The answer to a start, if one came.
    pub fn run(&mut self) -> Option<Reply> {
        let mut reply = None;
        for _ in 0..200 {
            let now = Surroundings { shop: &self.shop, delays: Delays::default(), at: self.now };
            match self.machine.poll(now) {
                Output::Commit(records) => self.keep(&records),
                Output::Unconfirmed => panic!("a store that is confirmed is asked to confirm"),
                Output::Reply(said) => reply = Some(said),
                Output::Tell { .. } => {
                    let version = self.machine.state().head.version;
                    self.handle(Input::LedgerHas(version));
                }
                Output::Idle { .. } if self.gathered() => {}
                Output::Idle { wake } => {
                    self.wake = wake;
                    return reply;
                }
                Output::Call(call) => {
                    let answer = self.answer(call);
                    self.handle(Input::Answer(answer));
                }
            }
        }
        panic!("the machine never rests");
    }

    /// Lets time pass, and wakes the machine as its alarm would.
    pub fn waits(&mut self, ms: i64) {
        let until = self.now + ms;
        while let Some(at) = self.wake.filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.run();
        }
        self.now = until;
        self.run();
    }

    /// What the merchant must look at.
    pub fn attentions(&self) -> Vec<Attention> {
        self.machine.state().attentions(&self.shop.settings)
    }

    pub fn statement(&self) -> Statement {
        statement(self.machine.state(), &self.shop.settings)
    }

    /// How each decision about money ended, the newest first.
    pub fn endings(&self) -> Vec<Option<Ending>> {
        self.statement().decisions.iter().map(|line| line.ended.map(|ended| ended.how)).collect()
    }

    /// The order's status, as BigCommerce has it.
    pub fn status(&self) -> u8 {
        self.order.reading.status.0
    }

    /// Bank details as the state holds them; the bench's seal is plain JSON.
    pub fn bank() -> Sealed {
        Sealed(crate::json::write(&BankDetails::default()))
    }

    // ---- the two sides -------------------------------------------------------------------------------------------

    /// What a side answers to a call, after it has done what was asked.
    pub fn answer(&mut self, call: Call) -> Answer {
        let name = name(&call);
        let fate = self.fates.iter().position(|(of, _)| *of == name).map(|i| self.fates.remove(i).1);
        match fate {
            Some(Fate::Fails(failure)) => Answer::Failed(failure),
            Some(Fate::Lost) => {
                self.carry_out(call);
                Answer::Failed(unreachable())
            }
            None => self.carry_out(call),
        }
    }

    fn carry_out(&mut self, call: Call) -> Answer {
        match call {
            Call::ReadOrder => Answer::Order(Box::new(self.order.clone())),
            Call::ReadProvider => {
                Answer::Provider(Transacted { provider: Some(Provider::InStore), ..Transacted::default() })
            }
            Call::UpdateOrder { update, staff_notes } => {
                self.updates += 1;
                if let Some(status) = update.status {
                    self.moves.push(status.0);
                    self.order.reading.status = status;
                }
                self.order.staff_notes = staff_notes;
                Answer::Order(Box::new(self.order.clone()))
            }
            Call::CreateSession(new) => {
                (self.session.amount, self.session.status) = (Some(new.terms.amount), SessionStatus::Pending);
                self.session()
            }
            Call::ReadSession { .. } => self.session(),
            Call::CancelSession { .. } => {
                self.session.status = SessionStatus::Cancelled;
                self.session()
            }
            Call::ReadPayment { payment, .. } => self.read_payment(&payment),
            Call::ListPayments { .. } => {
                let list = self.payments.iter().map(|payment| self.shown(payment)).collect();
                Answer::Payments { list, whole: true }
            }
            Call::CancelPayment { payment, .. } => {
                self.payment().status = PaymentStatus::Cancelled;
                self.read_payment(&payment)
            }
            Call::Capture { minor, .. } => {
                let net = self.payment().net.map(|net| Money { minor: minor.unwrap_or(net.minor), ..net });
                self.moved.push(("capture", net.map_or(0, |m| m.minor)));
                let payment = self.payment();
                (payment.status, payment.net, payment.total) = (PaymentStatus::Captured, net, net);
                self.read_payment(&payment_id())
            }
            Call::RefundPayment { payment, minor, cause, .. } => {
                self.moved.push(("refund", minor));
                let id = format!("made-{}", self.moved.len());
                self.pays_back_of(&payment, RefundReading { cause: Some(cause), ..refund(&id, minor) });
                self.read_payment(&payment)
            }
            Call::RequestRefund { minor, cause, .. } => {
                self.moved.push(("request", minor));
                let cause = Some(cause).filter(|_| self.describes);
                let id = format!("q{}", self.moved.len());
                let at = Some(self.now);
                let status = RequestStatus::Pending;
                let request = RefundRequestReading { id, minor: None, status, cause, at };
                self.payment().refund_requests.push(request);
                Answer::Requested
            }
            Call::ReadEvent { event, .. } => {
                // See `hears_that`.
                let named = event.as_str().rsplit_once("-of-").and_then(|(_, id)| PaymentId::parse(id).ok());
                let payment = Some(named.unwrap_or_else(payment_id));
                Answer::Event(EventSeen { id: event, kind: self.event.to_owned(), payment })
            }
            Call::ReadOrderRefunds => Answer::OrderRefunds(self.booked.clone()),
            Call::QuoteRefund { amount } => {
                let part = RefundPart { provider: Some(Provider::InStore), decimal: amount.decimal() };
                Answer::Quote(vec![vec![part]])
            }
            Call::RecordRefund { amount, refund, .. } => {
                let paid = matches!(self.status(), 2 | 3 | 8..=14);
                if !paid {
                    let message = "an unpaid order has nothing to refund".to_owned();
                    let (code, param) = (String::new(), String::new());
                    return Answer::Failed(Failure::Refused { status: 422, code, param, message });
                }
                let id = 900 + u64::try_from(self.booked.len()).unwrap_or(0);
                self.book(id, amount.minor, Some(refund));
                Answer::OrderRefunds(self.booked.clone())
            }
        }
    }

    fn session(&self) -> Answer {
        Answer::Session(Box::new(SessionSeen {
            offers_nothing: false,
            reading: self.session.clone(),
            url: "https://pay.example/s1".to_owned(),
            expires_at: PLACED + 24 * HOUR,
            payment: self.session.payment.as_ref().and_then(|id| {
                self.payments.iter().find(|payment| payment.id == *id).map(|payment| self.shown(payment))
            }),
        }))
    }

    fn shown(&self, payment: &PaymentReading) -> PaymentReading {
        let mut shown = payment.clone();
        if self.hides_requests {
            shown.refund_requests.clear();
        }
        shown
    }

    fn read_payment(&self, id: &PaymentId) -> Answer {
        match self.payments.iter().find(|payment| payment.id == *id) {
            Some(payment) => Answer::Payment(Box::new(self.shown(payment))),
            None => Answer::Failed(Failure::NotFound),
        }
    }
}

/// The name by which a call's fate is set.
fn name(call: &Call) -> &'static str {
    match call {
        Call::ReadOrder => "read_order",
        Call::ReadProvider => "read_provider",
        Call::UpdateOrder { .. } => "update_order",
        Call::CreateSession(_) => "create_session",
        Call::ReadSession { .. } => "read_session",
        Call::CancelSession { .. } => "cancel_session",
        Call::ReadPayment { .. } => "read_payment",
        Call::CancelPayment { .. } => "cancel_payment",
        Call::Capture { .. } => "capture",
        Call::RefundPayment { .. } => "refund",
        Call::RequestRefund { .. } => "request",
        Call::ListPayments { .. } => "list_payments",
        Call::ReadEvent { .. } => "read_event",
        Call::ReadOrderRefunds => "read_refunds",
        Call::QuoteRefund { .. } => "quote",
        Call::RecordRefund { .. } => "record",
    }
}
