//! Runs one machine the way its Durable Object does: commits to a table, calls out, sleeps until woken, and sometimes
//! crashes, with nothing left but the table.

use komoju_bigcommerce_worker::bigcommerce::Api;
use komoju_bigcommerce_worker::crypto::Secret;
use komoju_bigcommerce_worker::http::{HttpRequest, Outcome, ResponseHeaders};
use komoju_bigcommerce_worker::komoju::request::Access;
use komoju_bigcommerce_worker::komoju::session::Origin;
use komoju_bigcommerce_worker::payment::call::{Browser, Call, Locale};
use komoju_bigcommerce_worker::payment::delays::Delays;
use komoju_bigcommerce_worker::payment::hint::{About, Hint};
use komoju_bigcommerce_worker::payment::ids::{
    AccountId, CartId, HintId, OrderId, PaymentId, SessionId, StoreHash,
};
use komoju_bigcommerce_worker::payment::machine::{Input, Machine, Now, Output, Reply};
use komoju_bigcommerce_worker::payment::record::{Record, Rows};
use komoju_bigcommerce_worker::payment::settings::{Mode, Settings};
use komoju_bigcommerce_worker::payment::shop::Shop;
use komoju_bigcommerce_worker::payment::start::{Intent, Proof, Start};
use komoju_bigcommerce_worker::wire::{self, Parse};
use serde_json::Value;

use super::bank::Bank;
use super::store::{CART, Store};

/// 2026-11-22 00:00 UTC, when every order here is placed.
pub const EPOCH: i64 = 1_795_305_600_000;
const GUARD: i64 = 5 * 60_000;

pub fn answer(status: u16, body: &Value) -> Outcome {
    Outcome::Answer { status, headers: ResponseHeaders::default(), body: body.to_string() }
}

/// What goes wrong with a call, or with the worker around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    None,
    /// No answer and no effect.
    CutBefore,
    /// The effect, but no answer.
    CutAfter,
    /// A 500 without effect.
    Broken,
    /// 429.
    TooMany,
    /// The worker dies before the call leaves.
    CrashBefore,
    /// The worker dies after the call took effect, before its answer.
    CrashAfter,
}

#[derive(Debug)]
pub struct World {
    pub now: i64,
    pub store: Store,
    pub bank: Bank,
    machine: Machine,
    rows: Rows,
    alarm: Option<i64>,
    shop: Shop,
    /// What befalls the next calls, first to last; afterwards all goes well.
    pub troubles: Vec<Trouble>,
    hints: u32,
}

impl World {
    pub fn new() -> Self {
        let (store, order) =
            (StoreHash::parse("simstore").expect("a store"), OrderId::new(1_001).expect("an order"));
        let account = AccountId::parse("abc123").expect("an account");
        let shop = Shop {
            store,
            order,
            settings: Settings::default(),
            account: Some((account, Mode::Live)),
            channels: Vec::new(),
            labels: Vec::new(),
            locale: Locale::En,
        };
        Self {
            now: EPOCH,
            store: Store::with_order(4_980, EPOCH),
            bank: Bank::open(EPOCH),
            machine: Machine::default(),
            rows: Rows::default(),
            alarm: None,
            shop,
            troubles: Vec::new(),
            hints: 0,
        }
    }

    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The shopper stands on the page. None: the worker died over it.
    pub fn start(&mut self, intent: Intent) -> Option<Reply> {
        let start = Start {
            proof: Proof::Cart(CartId::parse(CART).expect("a cart")),
            intent,
            page: None,
            locale: Locale::Ja,
            browser: Browser::default(),
            seen: None,
        };
        self.handle(Input::Start(Box::new(start)));
        let reply = self.run();
        if let Some(Reply::Show { snapshot, redirect: true }) = &reply {
            self.bank
                .show_to_shopper(snapshot.session_url.as_deref().expect("a redirect has somewhere to go"));
        }
        reply
    }

    /// A KOMOJU webhook, under an id of its own or one used before.
    pub fn hear_komoju(&mut self, id: u32, session: &str, payment: &str) {
        let about = About::Komoju {
            session: SessionId::parse(session).ok(),
            payment: PaymentId::parse(payment).ok(),
            event: "payment.updated".to_owned(),
        };
        self.hear(&format!("event-{id}"), about);
    }

    pub fn hear_bigcommerce(&mut self) {
        self.hints += 1;
        let about = About::Order { scope: "store/order/statusUpdated".to_owned() };
        self.hear(&format!("hook-{}", self.hints), about);
    }

    fn hear(&mut self, id: &str, about: About) {
        let hint = Hint { id: HintId::parse(id).expect("an id"), about };
        self.machine.hear(hint, self.now);
        if let Some(records) = self.machine.uncommitted() {
            self.commit(&records);
            self.alarm = Some(self.now);
        }
    }

    /// Lets time pass until `until`, waking whatever is to be woken.
    pub fn pass_until(&mut self, until: i64) {
        let mut turns = 0;
        while let Some(at) = self.alarm.filter(|at| *at <= until) {
            turns += 1;
            assert!(turns < 2_000, "the machine never rests");
            self.now = self.now.max(at);
            self.bank.now = self.now;
            self.alarm = Some(self.now + GUARD);
            self.run();
        }
        self.now = self.now.max(until);
        self.bank.now = self.now;
    }

    fn handle(&mut self, input: Input) {
        let now = Now { shop: &self.shop, delays: Delays::default(), at: self.now };
        self.machine.handle(input, now);
    }

    /// As objects/payment.rs runs it.
    fn run(&mut self) -> Option<Reply> {
        loop {
            let now = Now { shop: &self.shop, delays: Delays::default(), at: self.now };
            match self.machine.poll(now) {
                Output::Commit(records) => {
                    self.commit(&records);
                    self.alarm = Some(self.alarm.map_or(self.now + GUARD, |at| at.min(self.now + GUARD)));
                }
                Output::Call(call) => self.call(&call)?,
                Output::Reply(reply) => {
                    self.alarm = Some(self.now);
                    return Some(reply);
                }
                Output::Idle { wake } => {
                    self.alarm = wake;
                    return None;
                }
            }
        }
    }

    fn commit(&mut self, records: &[Record]) {
        for Record { kind, key, body } in records {
            let at = (kind.clone(), key.clone());
            match body {
                Some(body) => self.rows.insert(at, body.clone()),
                None => self.rows.remove(&at),
            }
        }
    }

    /// None: the worker died.
    fn call(&mut self, call: &Call) -> Option<()> {
        let trouble = if self.troubles.is_empty() { Trouble::None } else { self.troubles.remove(0) };
        let (request, parse) = self.request(call);
        let outcome = match trouble {
            Trouble::None | Trouble::CutAfter | Trouble::CrashAfter => self.serve(call, &request),
            Trouble::CutBefore | Trouble::CrashBefore => Outcome::NoAnswer("cut".to_owned()),
            Trouble::Broken => answer(500, &Value::Null),
            Trouble::TooMany => answer(429, &Value::Null),
        };
        if matches!(trouble, Trouble::CrashBefore | Trouble::CrashAfter) {
            self.crash();
            return None;
        }
        let outcome =
            if trouble == Trouble::CutAfter { Outcome::NoAnswer("cut".to_owned()) } else { outcome };
        self.handle(Input::Answer(parse(&outcome)));
        Some(())
    }

    /// Nothing is left but what was committed; the guard wakes what comes after.
    fn crash(&mut self) {
        self.machine = Machine::load(self.rows.clone()).expect("what was committed can be read");
    }

    fn serve(&mut self, call: &Call, request: &HttpRequest) -> Outcome {
        match wire::side(call) {
            wire::Side::BigCommerce => self.store.serve(request),
            wire::Side::Komoju(_) => self.bank.serve(request),
        }
    }

    fn request(&self, call: &Call) -> (HttpRequest, Parse) {
        let secret = Secret::new("secret");
        let api =
            Api { base: "https://shop.example", store: &self.shop.store, token: &secret, timeout_ms: 1 };
        let access = Access { base: "https://bank.example/v1", secret_key: &secret };
        let origin = Origin { store: &self.shop.store, order: self.shop.order };
        let back = |attempt| format!("https://app.example/return/{attempt}");
        wire::to_bigcommerce(call, &api, self.shop.order)
            .or_else(|| wire::to_komoju(call, access, origin, back))
            .expect("every call goes to one side or the other")
    }
}
