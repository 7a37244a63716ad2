//! What happens next: from the order's answer to the last thing the card says. Pure: everything it does goes through
//! [`Page`], and it knows no clock; the page reports when a wait is over.
//!
//! The rules:
//! - It leaves for the payment page by itself at most once, only on a first visit, and only after the page's own code
//!   has had its turn. After Back, reload or an old permalink it shows the state and a button instead.
//! - One call or one wait at a time. The page drops whatever an earlier one brings in late, so answers cannot
//!   overtake each other.
//! - However slow the server is, the card offers a link to the payment page after 4 s, and a button after 10 s.
//! - It asks for the status as long as the server wants that (`poll_ms`), less often while nothing changes, and not
//!   while nobody looks at the page.
//!
//! A shopper who pays at a convenience store:
//!
//! ```text
//! unpaid order heard, first visit   show Going,    ask Arrive
//! answer: redirect                  show Leaving,  leave after the page's `load`      (stage Left)
//! ... on KOMOJU's page the shopper gets a code and comes back with a token ...
//! token known                       show Checking, ask Look
//! answer: waiting, poll 15 s        show Said (the code, its deadline), wait 15 s
//! same answer, three times          wait 15 s, 15 s, then 30 s
//! answer: paid, no poll             show Said, rest
//! ```
//!
//! The same shopper presses Back on KOMOJU's page instead:
//!
//! ```text
//! page out of the back-forward cache   ask Look
//! answer: unpaid                       show Said (the server's words and a Pay button), never leave by itself
//! the shopper presses Pay              show Going, ask Pay; redirect: leave
//! ```

/// A call to our server. `Look` asks for the status; the others start a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// The confirmation page was reached.
    Arrive,
    /// The shopper pressed "Pay".
    Pay,
    /// The shopper gives up the live code for another way of paying.
    Restart,
    /// How does the payment stand?
    Look,
}

impl Ask {
    /// The intent that the server is told. A `Look` without a token is sent as an arrival.
    pub fn intent(self) -> &'static str {
        match self {
            Ask::Arrive | Ask::Look => "arrive",
            Ask::Pay => "pay",
            Ask::Restart => "restart",
        }
    }
}

/// What the shopper is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scene {
    /// Nothing, and no trace of us.
    Nothing,
    /// The status is being asked for.
    Checking,
    /// The same after [`LINK_MS`]: with a plain link to the payment page.
    CheckingSlowly,
    /// On the way to the payment page; its address is not known yet.
    Going,
    /// The same after [`LINK_MS`]: with a plain link there.
    GoingSlowly,
    /// The same after [`BUTTON_MS`]: with a button there.
    GoingTooLong,
    /// The address is known, and the browser about to go there; with a link for the impatient.
    Leaving,
    /// What the server said.
    Said,
    /// The server's question before a live code is given up.
    Asking,
    /// Can be paid, but we may not leave by ourselves: what the server says of that, with a button.
    Unpaid,
    /// No answer after several tries: a button to try again, and a plain link.
    Trouble,
    /// The server refused for good, and says why.
    Refused,
}

/// A button that the shopper pressed. The numbers travel through JavaScript.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Press {
    Pay = 0,
    Restart = 1,
    /// Repeat the call that failed.
    Again = 2,
    /// Show the question before [`Press::Restart`]: a live code is not given up without asking.
    Ask = 3,
    /// Keep the code: the answer to that question that changes nothing.
    Keep = 4,
}

const ALL_PRESSES: [Press; 5] = [Press::Pay, Press::Restart, Press::Again, Press::Ask, Press::Keep];

impl Press {
    /// The press with this number. None: there is no such press.
    pub fn from_code(code: u32) -> Option<Press> {
        ALL_PRESSES.into_iter().find(|press| *press as u32 == code)
    }
}

/// The part of a server's answer that decides what happens next. The rest is for the card.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// It names the payment page, and the address is one that we may follow.
    pub redirect: bool,
    /// After how many ms to ask again. None: never.
    pub poll_ms: Option<u32>,
    /// Others come first: the same call is made again by itself, as often as it takes.
    pub queued: bool,
    /// It differs from the answer before.
    pub news: bool,
}

/// Why a call brought no answer that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The server says that this order, or this store, is not ours.
    NotOurs,
    /// Asking again would bring the same.
    Final,
    /// May pass: the network, a server in trouble, a limit.
    Passing,
    /// The same, and the server says how many ms to wait before the next try.
    Later(u32),
}

/// The browser, as far as the flow needs it. The tests have one that only takes notes.
pub trait Page {
    /// Calls the server. The answer, the failure, or the end of [`CALL_MS`] comes back as an event.
    fn ask(&mut self, ask: Ask);
    /// Has [`Flow::time_is_up`] called after this many ms.
    fn wait(&mut self, ms: u32);
    /// Has [`Flow::reminded`] called with this tag after this many ms, whatever happens until then.
    fn remind(&mut self, ms: u32, tag: u32);
    /// Shows a scene in place of the last one.
    fn show(&mut self, scene: Scene);
    /// Goes to the address in the last answer.
    fn leave(&mut self);
}

/// How long a call may take before it counts as failed, in ms.
pub const CALL_MS: u32 = 20_000;
/// How long (ms) the shopper may wait for the first answer, or be on the way, before the card offers a link to the payment
/// page, however slow the server is.
const LINK_MS: u32 = 4_000;
/// The same for a button.
const BUTTON_MS: u32 = 10_000;
const REMINDERS: [u32; 2] = [LINK_MS, BUTTON_MS];
/// How long the page's own `load` may keep us from leaving, in ms.
const LOAD_MS: u32 = 3_000;
/// The wait before the first repeat of a failed call, in ms; it doubles each time.
const FIRST_RETRY_MS: u32 = 1_000;
/// How often a failed call is repeated.
const RETRIES: u32 = 3;
/// However quiet it is, the status is asked for at least this often (ms), unless the server itself says less often.
const SLOWEST_POLL_MS: u32 = 30_000;
/// However fast the server wants it, never more often than this (ms).
const FASTEST_POLL_MS: u32 = 250;

/// Where the flow is. Only one call or one wait can be under way, so this is one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Nothing of ours on this page, as far as we know.
    Idle,
    /// A call is under way.
    Asking(Ask),
    /// Waiting before a call is made again.
    Repeating(Ask),
    /// Waiting before the status is asked for again.
    Watching(u32),
    /// The payment page's address is known; waiting for the page's own code before we leave.
    Leaving,
    /// The browser is on its way. If the page is shown again, the shopper pressed Back.
    Left,
    /// Nothing more to do unless the shopper does something.
    Resting,
    /// The server, or the order itself, says that this is not ours. For good.
    Over,
}

/// The state of the flow. See the head of this module for its rules.
#[derive(Debug)]
pub struct Flow {
    stage: Stage,
    /// The order is known to be ours and unpaid, so a payment can be started.
    can_start: bool,
    /// The next redirect may be followed although nobody pressed a button.
    may_leave: bool,
    /// The page's own `load` handlers have run.
    page_ready: bool,
    /// The card shows what the server said. It stays while the status cannot be had.
    told: bool,
    /// Failures of the present call in a row.
    failures: u32,
    /// Answers in a row that brought nothing new.
    quiet: u32,
    /// The call that [`Press::Again`] repeats.
    stuck: Ask,
    /// How often a wait has begun that the card speaks of: a reminder of an earlier one is none.
    waits: u32,
    /// What the card shows of that wait: [`Scene::Checking`] or [`Scene::Going`]; anything else is none.
    shown: Scene,
}

impl Flow {
    pub const fn new() -> Flow {
        Flow {
            stage: Stage::Idle,
            can_start: false,
            may_leave: false,
            page_ready: false,
            told: false,
            failures: 0,
            quiet: 0,
            stuck: Ask::Arrive,
            waits: 0,
            shown: Scene::Nothing,
        }
    }

    /// This page's order has a payment whose token we know: shows how it stands.
    pub fn known_payment(&mut self, page: &mut impl Page) {
        if self.stage == Stage::Idle {
            self.set_out(Scene::Checking, page);
            self.ask(Ask::Look, page);
        }
    }

    /// BigCommerce has answered with the order: it is ours and unpaid. `first_visit`: we may leave by ourselves.
    pub fn unpaid_order(&mut self, first_visit: bool, page: &mut impl Page) {
        self.can_start = true;
        if self.stage == Stage::Idle {
            self.may_leave = first_visit;
            self.arrive(page);
        }
    }

    /// BigCommerce has answered with the order: it is paid by another method.
    pub fn others_order(&mut self, page: &mut impl Page) {
        self.end(page);
    }

    /// The server has answered the call under way.
    pub fn answered(&mut self, answer: Answer, page: &mut impl Page) {
        let Stage::Asking(ask) = self.stage else { return };
        self.failures = 0;
        if answer.queued {
            return self.stand_in_line(ask, answer, page);
        }
        let pressed = matches!(ask, Ask::Pay | Ask::Restart);
        let may_leave = pressed || (ask == Ask::Arrive && self.may_leave);
        self.may_leave = false;
        if answer.redirect && may_leave {
            return self.prepare_to_leave(page);
        }
        if answer.news || !self.told {
            self.quiet = 0;
            self.show(if answer.redirect { Scene::Unpaid } else { Scene::Said }, page);
        }
        self.told = true;
        self.watch(answer.poll_ms, page);
    }

    /// The call under way has failed. A status that is on show stays; anything else is repeated three times.
    pub fn failed(&mut self, failure: Failure, page: &mut impl Page) {
        let Stage::Asking(ask) = self.stage else { return };
        match failure {
            Failure::NotOurs => self.end(page),
            Failure::Final if ask == Ask::Look => self.forget_payment(page),
            Failure::Final => self.stop(Scene::Refused, ask, page),
            Failure::Passing if ask == Ask::Look && self.told => {
                self.watch(Some(FIRST_RETRY_MS * 2), page);
            }
            Failure::Later(ms) if ask == Ask::Look && self.told => self.watch(Some(ms), page),
            Failure::Passing if self.failures < RETRIES => self.repeat(ask, 0, page),
            Failure::Later(ms) if self.failures < RETRIES => self.repeat(ask, ms, page),
            Failure::Passing | Failure::Later(_) => self.stop(Scene::Trouble, ask, page),
        }
    }

    /// Makes the call again, after 1, 2, 4 s or after what the server asks for, whichever is longer.
    fn repeat(&mut self, ask: Ask, least_ms: u32, page: &mut impl Page) {
        page.wait((FIRST_RETRY_MS << self.failures).max(least_ms));
        self.failures += 1;
        self.stage = Stage::Repeating(ask);
    }

    /// The server says that others come first. Whether we may leave by ourselves is kept, so once it is our turn
    /// everything goes on as if there had been no wait.
    fn stand_in_line(&mut self, ask: Ask, answer: Answer, page: &mut impl Page) {
        if answer.news {
            self.show(Scene::Said, page);
        }
        self.told = false;
        page.wait(answer.poll_ms.unwrap_or(FIRST_RETRY_MS).max(FASTEST_POLL_MS));
        self.stage = Stage::Repeating(ask);
    }

    /// The last wait is over, or the last call has used up its time. `hidden`: nobody looks at the page.
    pub fn time_is_up(&mut self, hidden: bool, page: &mut impl Page) {
        match self.stage {
            Stage::Asking(_) => self.failed(Failure::Passing, page),
            Stage::Repeating(ask) => self.ask(ask, page),
            Stage::Watching(_) if !hidden => self.ask(Ask::Look, page),
            Stage::Leaving => self.leave(page),
            Stage::Watching(_) | Stage::Idle | Stage::Left | Stage::Resting | Stage::Over => {}
        }
    }

    /// The shopper looks at the page again.
    pub fn seen(&mut self, page: &mut impl Page) {
        if let Stage::Watching(_) = self.stage {
            self.quiet = 0;
            self.ask(Ask::Look, page);
        }
    }

    /// The browser has shown the page again from its back-forward cache, just as it was when we left.
    pub fn came_back(&mut self, page: &mut impl Page) {
        if matches!(self.stage, Stage::Left | Stage::Watching(_) | Stage::Resting) {
            self.quiet = 0;
            self.ask(Ask::Look, page);
        }
    }

    /// The page's own `load` handlers have run, and one task more.
    pub fn page_ready(&mut self, page: &mut impl Page) {
        self.page_ready = true;
        if self.stage == Stage::Leaving {
            self.leave(page);
        }
    }

    /// The shopper pressed a button. Presses while a start is under way are ignored, so two presses are one.
    pub fn pressed(&mut self, press: Press, page: &mut impl Page) {
        if !matches!(self.stage, Stage::Resting | Stage::Watching(_) | Stage::Asking(Ask::Look)) {
            return;
        }
        let ask = match press {
            Press::Pay => Ask::Pay,
            Press::Restart => Ask::Restart,
            Press::Again => self.stuck,
            // The question takes the place of what it is about, until it is answered or there is news.
            Press::Ask => return self.show(Scene::Asking, page),
            Press::Keep => return self.show(Scene::Said, page),
        };
        self.failures = 0;
        self.told = false;
        self.set_out(if ask == Ask::Look { Scene::Checking } else { Scene::Going }, page);
        self.ask(ask, page);
    }

    /// The browser is online again: what could not be had is asked for once more.
    pub fn online(&mut self, page: &mut impl Page) {
        // What a press asked for is asked for again by a press only: it may end a code, and leaves the page.
        let asks_nothing = matches!(self.stuck, Ask::Look | Ask::Arrive);
        match self.stage {
            Stage::Resting if self.shown == Scene::Trouble && asks_nothing => {
                self.pressed(Press::Again, page)
            }
            _ => self.seen(page),
        }
    }

    /// The wait has taken as long as this reminder was for.
    pub fn reminded(&mut self, tag: u32, page: &mut impl Page) {
        if tag >> 1 != self.waits {
            return;
        }
        match (self.shown, tag & 1) {
            (Scene::Checking, _) => page.show(Scene::CheckingSlowly),
            (Scene::Going, 0) => page.show(Scene::GoingSlowly),
            (Scene::Going, _) => page.show(Scene::GoingTooLong),
            _ => {}
        }
    }

    fn show(&mut self, scene: Scene, page: &mut impl Page) {
        self.shown = scene;
        page.show(scene);
    }

    /// Shows that something is waited for, and has itself reminded of it.
    fn set_out(&mut self, scene: Scene, page: &mut impl Page) {
        self.show(scene, page);
        self.waits = self.waits.wrapping_add(1) & (u32::MAX >> 1);
        for (tag, ms) in (self.waits << 1..).zip(REMINDERS) {
            page.remind(ms, tag);
        }
    }

    /// Starts with the order that was heard.
    fn arrive(&mut self, page: &mut impl Page) {
        self.set_out(if self.may_leave { Scene::Going } else { Scene::Checking }, page);
        self.ask(Ask::Arrive, page);
    }

    /// Makes a call.
    fn ask(&mut self, ask: Ask, page: &mut impl Page) {
        self.stage = Stage::Asking(ask);
        page.ask(ask);
    }

    /// Asks for the status again later, or rests if the server does not want to be asked.
    fn watch(&mut self, poll_ms: Option<u32>, page: &mut impl Page) {
        match poll_ms {
            Some(ms) => {
                page.wait(poll_delay(ms, self.quiet));
                self.quiet += 1;
                self.stage = Stage::Watching(ms);
            }
            None => self.stage = Stage::Resting,
        }
    }

    /// Leaves once the page's own code has had its turn.
    fn prepare_to_leave(&mut self, page: &mut impl Page) {
        self.told = false;
        self.stage = Stage::Leaving;
        self.show(Scene::Leaving, page);
        if self.page_ready {
            self.leave(page);
        } else {
            page.wait(LOAD_MS);
        }
    }

    fn leave(&mut self, page: &mut impl Page) {
        self.stage = Stage::Left;
        page.leave();
    }

    /// The token leads nowhere. Asks for the order itself, if we have it, but never leaves because of that.
    fn forget_payment(&mut self, page: &mut impl Page) {
        self.told = false;
        self.may_leave = false;
        if self.can_start {
            self.arrive(page);
        } else {
            self.stage = Stage::Idle;
            self.show(Scene::Nothing, page);
        }
    }

    /// Gives up a call and shows why, until the shopper presses a button.
    fn stop(&mut self, scene: Scene, ask: Ask, page: &mut impl Page) {
        self.stage = Stage::Resting;
        self.stuck = ask;
        self.show(scene, page);
    }

    /// Not ours: leaves no trace, for good.
    fn end(&mut self, page: &mut impl Page) {
        self.stage = Stage::Over;
        self.show(Scene::Nothing, page);
    }
}

/// The wait before the next status call, in ms: what the server says, doubled after every third answer without news,
/// up to 30 s.
fn poll_delay(poll_ms: u32, quiet: u32) -> u32 {
    let slower = poll_ms.saturating_mul(1 << (quiet / 3).min(8));
    slower.min(SLOWEST_POLL_MS.max(poll_ms)).max(FASTEST_POLL_MS)
}

#[cfg(test)]
mod tests;
