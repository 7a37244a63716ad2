//! What happens next: from the order's answer to the card's last word. Pure; everything it does, it does
//! through [`Page`], and it knows no clock: the page reports when a wait is over.
//!
//! The rules it keeps:
//! - It leaves for the payment page by itself at most once, only on a first visit, and only after the page's own
//!   code has had its turn. Back, reload and an old permalink show the state and a button.
//! - One call or one wait at a time. The page drops whatever an earlier one brings in late, so answers cannot
//!   overtake each other.
//! - Status is asked for as long as the server wants it asked (`poll_ms`), less and less often while nothing
//!   changes, and not while nobody looks.

/// A call to the server. All but `Look` start a payment, with the intent they are named after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    Arrive,
    Pay,
    Restart,
    Look,
}

impl Ask {
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
    /// On the way to the payment page, its address not known yet.
    Going,
    /// On the way, with a link for the impatient.
    Leaving,
    /// The server's own words.
    Said,
    /// Its question before a live code is given up.
    Asking,
    /// Payable, but we may not leave by ourselves: a button.
    Unpaid,
    /// No answer after several tries: a way to try again, and a plain link.
    Trouble,
    /// The server refused, and says why.
    Refused,
}

/// What a press asks for. The numbers travel through JavaScript.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Press {
    Pay = 0,
    Restart = 1,
    Again = 2,
    /// Before [`Press::Restart`]: a live code is not given up unasked.
    Ask = 3,
    /// The answer that changes nothing.
    Keep = 4,
}

const ALL_PRESSES: [Press; 5] = [Press::Pay, Press::Restart, Press::Again, Press::Ask, Press::Keep];

impl Press {
    pub fn from_code(code: u32) -> Option<Press> {
        ALL_PRESSES.into_iter().find(|press| *press as u32 == code)
    }
}

/// The part of a server's answer that decides what happens next.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// It says where to go, and the address is one we may follow.
    pub redirect: bool,
    /// When to ask again; `None`: never.
    pub poll_ms: Option<u32>,
    /// It is not this start's turn yet: the same is asked again by itself, as often as it takes.
    pub queued: bool,
    /// It differs from the answer before it.
    pub news: bool,
}

/// Why a call brought no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The server knows that this order, or this store, is none of ours.
    NotOurs,
    /// Asking again would bring the same.
    Final,
    /// The network, a server in trouble, a limit reached.
    Passing,
    /// The same, and the server says after how many milliseconds to try again.
    Later(u32),
}

/// The browser, as far as the flow needs it.
pub trait Page {
    /// Call the server; the answer, the failure or [`CALL_MS`] comes back as an event.
    fn ask(&mut self, ask: Ask);
    /// Report [`Flow::time_is_up`] after this many milliseconds.
    fn wait(&mut self, ms: u32);
    fn show(&mut self, scene: Scene);
    /// Go to the address of the last answer.
    fn leave(&mut self);
}

/// How long a call may take before it counts as failed.
pub const CALL_MS: u32 = 20_000;
/// How long the page's own `load` may keep us from leaving.
const LOAD_MS: u32 = 3_000;
const FIRST_RETRY_MS: u32 = 1_000;
const RETRIES: u32 = 3;
const SLOWEST_POLL_MS: u32 = 30_000;
const FASTEST_POLL_MS: u32 = 250;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Nothing of ours on this page, as far as we know.
    Idle,
    Asking(Ask),
    /// Waiting to repeat a call that failed.
    Repeating(Ask),
    /// Waiting to ask for the status again.
    Watching(u32),
    /// Waiting for the page's own code before we leave.
    Leaving,
    Left,
    /// Nothing more to do unless the shopper does something.
    Resting,
    /// The server has said that this is not ours, for good.
    Over,
}

#[derive(Debug)]
pub struct Flow {
    stage: Stage,
    /// The order is known, ours and unpaid: a payment can be started.
    can_start: bool,
    /// A redirect that nobody pressed a button for may be followed.
    may_leave: bool,
    /// The page's own `load` handlers have run.
    page_ready: bool,
    /// What stands on the card is the server's word, and stays while the status cannot be asked for.
    told: bool,
    failures: u32,
    quiet: u32,
    stuck: Ask,
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
        }
    }

    /// A payment of this page's order is known by its token: show how it stands.
    pub fn known_payment(&mut self, page: &mut impl Page) {
        if self.stage == Stage::Idle {
            page.show(Scene::Checking);
            self.ask(Ask::Look, page);
        }
    }

    /// The order's own answer is there, ours and unpaid.
    pub fn unpaid_order(&mut self, first_visit: bool, page: &mut impl Page) {
        self.can_start = true;
        if self.stage == Stage::Idle {
            self.may_leave = first_visit;
            self.arrive(page);
        }
    }

    /// The order's own answer is there, and says that this is another method's order.
    pub fn others_order(&mut self, page: &mut impl Page) {
        self.end(page);
    }

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
            page.show(if answer.redirect { Scene::Unpaid } else { Scene::Said });
        }
        self.told = true;
        self.watch(answer.poll_ms, page);
    }

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

    /// Once more, after no less than the server asks for.
    fn repeat(&mut self, ask: Ask, least_ms: u32, page: &mut impl Page) {
        page.wait((FIRST_RETRY_MS << self.failures).max(least_ms));
        self.failures += 1;
        self.stage = Stage::Repeating(ask);
    }

    /// The server says that others come first. What may be left for stays as it is: once it is our turn, we go on as if
    /// nothing had been.
    fn stand_in_line(&mut self, ask: Ask, answer: Answer, page: &mut impl Page) {
        if answer.news {
            page.show(Scene::Said);
        }
        self.told = false;
        page.wait(answer.poll_ms.unwrap_or(FIRST_RETRY_MS).max(FASTEST_POLL_MS));
        self.stage = Stage::Repeating(ask);
    }

    /// The last wait, or the time of the last call, is over.
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

    /// The browser took the page out of its back-forward cache, as it was when we left.
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

    pub fn pressed(&mut self, press: Press, page: &mut impl Page) {
        if !matches!(self.stage, Stage::Resting | Stage::Watching(_) | Stage::Asking(Ask::Look)) {
            return;
        }
        let ask = match press {
            Press::Pay => Ask::Pay,
            Press::Restart => Ask::Restart,
            Press::Again => self.stuck,
            // The question stands in the place of what it is about, until it is answered or there is news.
            Press::Ask => return page.show(Scene::Asking),
            Press::Keep => return page.show(Scene::Said),
        };
        self.failures = 0;
        self.told = false;
        page.show(if ask == Ask::Look { Scene::Checking } else { Scene::Going });
        self.ask(ask, page);
    }

    fn arrive(&mut self, page: &mut impl Page) {
        page.show(if self.may_leave { Scene::Going } else { Scene::Checking });
        self.ask(Ask::Arrive, page);
    }

    fn ask(&mut self, ask: Ask, page: &mut impl Page) {
        self.stage = Stage::Asking(ask);
        page.ask(ask);
    }

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

    fn prepare_to_leave(&mut self, page: &mut impl Page) {
        self.told = false;
        self.stage = Stage::Leaving;
        page.show(Scene::Leaving);
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

    /// The token leads nowhere any more. Ask for the order itself, if we have it, but never leave for that.
    fn forget_payment(&mut self, page: &mut impl Page) {
        self.told = false;
        self.may_leave = false;
        if self.can_start {
            self.arrive(page);
        } else {
            self.stage = Stage::Idle;
            page.show(Scene::Nothing);
        }
    }

    fn stop(&mut self, scene: Scene, ask: Ask, page: &mut impl Page) {
        self.stage = Stage::Resting;
        self.stuck = ask;
        page.show(scene);
    }

    fn end(&mut self, page: &mut impl Page) {
        self.stage = Stage::Over;
        page.show(Scene::Nothing);
    }
}

/// When to ask again: as the server says, half as often after every third answer without news, up to 30 s.
fn poll_delay(poll_ms: u32, quiet: u32) -> u32 {
    let slower = poll_ms.saturating_mul(1 << (quiet / 3).min(8));
    slower.min(SLOWEST_POLL_MS.max(poll_ms)).max(FASTEST_POLL_MS)
}

#[cfg(test)]
mod tests;
