//! What each act of a schedule does: shoppers, merchants, KOMOJU's people, time.

use domain::json::write;
use domain::machine::{Input, Reply};
use domain::plan::start::{Intent, Proof, Seen, Start};
use domain::state::call::{BankDetails, Browser};
use domain::state::decision::{Decided, Decision, Upon};
use domain::state::delays::Delays;
use domain::state::hint::{About, Hint};
use domain::state::settings::Capture;
use domain::texts::locale::{Locale, Spoken};
use domain::values::ids::{CartId, HintId, PaymentId, SessionId};
use domain::values::sealed::Sealed;

use super::bank::{Payment, part};
use super::mutation::Mutation;
use super::page::Page;
use super::schedule::{Act, Lists, MINUTE};
use super::shop::{fate_of_unpaid, refund_policy};
use super::store::{By, CART};
use super::world::World;

impl World {
    pub fn perform(&mut self, act: Act) {
        match act {
            Act::OpensPage => drop(self.start(Intent::Arrive)),
            Act::PressesPay => drop(self.start(Intent::Pay)),
            Act::PressesAnotherWay => drop(self.start(Intent::Restart)),
            Act::FollowsLink => drop(self.start(Intent::Visit)),
            Act::SeesAnotherAmount => self.sees_another_amount(),
            Act::ComesBack => self.comes_back(),
            Act::PageAsks => {
                self.handle(Input::Status);
                self.commit_and_wake();
            }
            Act::Waits(minutes) => self.pass_until(self.now + minutes * MINUTE),
            Act::Trouble(after, what) => self.faults.trouble(after, what),
            Act::TroubleWithDeed(after, what) => self.faults.trouble_with_deed(after, what),
            Act::Crash(after) => self.faults.crash(after),
            Act::Outage(side, what, minutes) => {
                self.faults.outage_until(side, what, self.now + minutes * MINUTE)
            }
            Act::CopyIsStale(minutes) => {
                self.edge.stale = Some((self.shop.clone(), self.now, self.now + minutes * MINUTE));
            }
            Act::CopyFails(minutes) => self.edge.fails_until = self.now + minutes * MINUTE,
            Act::OwnerIsSilent(minutes) => self.edge.silent_until = self.now + minutes * MINUTE,
            Act::Before(after, act) => self.faults.act_before(after, *act),
            act => self.pay_or_manage(act),
        }
    }

    fn pay_or_manage(&mut self, act: Act) {
        let decimals = self.store.decimals > 0;
        let bank = &mut self.bank;
        let wallet = |p: &Payment| p.status == "pending" && p.kind == "paypay";
        match act {
            Act::PaysByCard => drop(bank.begin("credit_card", "captured", false)),
            Act::IsDeclined => drop(bank.begin("credit_card", "failed", false)),
            Act::PaysAbroad => drop(bank.begin("credit_card", "captured", true)),
            // Cash is yen.
            Act::TakesCode if !decimals => drop(bank.begin("konbini", "authorized", false)),
            Act::TakesTransferCode if !decimals => drop(bank.begin("bank_transfer", "authorized", false)),
            Act::TakesCode | Act::TakesTransferCode => {}
            Act::PaysByUnknownType => drop(bank.begin("seaweed_pay", "captured", false)),
            Act::PaysByNoType => drop(bank.begin("", "captured", false)),
            Act::PaysCode => {
                bank.move_newest("captured", |p| p.waits_once_authorized() && p.status == "authorized");
            }
            Act::PaysDeadCode => drop(bank.move_newest("captured", |p| p.is_cash() && p.status == "expired")),
            Act::OpensWallet => drop(bank.begin("paypay", "pending", false)),
            Act::ApprovesWallet => {
                let manual = bank.newest(wallet).is_some_and(|id| bank.payments[&id].manual);
                bank.move_newest(if manual { "authorized" } else { "captured" }, wallet);
            }
            Act::RefusesWallet => drop(bank.move_newest("failed", wallet)),
            Act::RefundsAtKomoju(part) => drop(bank.refund_by_hand(part)),
            Act::CapturesAtKomoju(part) => drop(bank.capture_by_hand(part)),
            Act::CancelsAtKomoju => drop(bank.move_newest("cancelled", |p| p.status == "authorized")),
            Act::ChargesBack => drop(bank.charge_back()),
            Act::MarksFraud => drop(bank.mark_fraud()),
            Act::CompletesRequest => drop(bank.decide_request(true)),
            Act::RejectsRequest => drop(bank.decide_request(false)),
            Act::BalanceIsShort(short) => bank.balance_is_short = short,
            Act::CapturesAreRefused(refused) => bank.refuses_captures = refused,
            Act::CancelsAreInVain(in_vain) => bank.cancels_in_vain = in_vain,
            Act::SessionsAreRefused(refused) => bank.refuses_sessions = refused,
            Act::UpdatesAreRefused(refused) => self.store.refuses_updates = refused,
            Act::ListsAre(lists) => {
                let odd = (lists == Lists::PartlyUnreadable).then_some(self.now);
                self.odd_since = odd.map(|now| self.odd_since.unwrap_or(now));
                (bank.lists, self.store.lists) = (lists, lists);
            }
            act => self.manage(act),
        }
    }

    fn manage(&mut self, act: Act) {
        match act {
            Act::Moves(status) if !self.store.deleted => self.store.move_to(status),
            Act::Edits(total) if !self.store.deleted => self.store.edit(total),
            Act::Deletes if !self.store.deleted => self.store.delete(),
            Act::RefundsOrder(part) => drop(self.store.refund_by_merchant(part, false)),
            Act::RefundsToCredit(part) => drop(self.store.refund_by_merchant(part, true)),
            Act::AsksForLook => {
                self.decisions += 1;
                let id = HintId::parse(&format!("click-{}", self.decisions)).expect("an id");
                self.machine.hear(Hint { id, about: About::Click }, self.now, Delays::default());
                self.commit_and_wake();
            }
            Act::ConfirmsRefund => self.decide_about_refund(|refund| Decision::ConfirmRefund { refund }),
            Act::SettlesOutside => self.settle_outside(),
            Act::GivesBankDetails => {
                self.decide_about_refund(|refund| Decision::BankDetails { refund, sealed: bank_details() })
            }
            Act::RefundsInPanel(part) => self.refund_in_panel(part),
            Act::CapturesInPanel(part) => self.capture_in_panel(part),
            Act::OpensSecondPage => self.open_second_page(),
            Act::RefundsOnSecondPage(part) => self.refund_on_second_page(part),
            Act::Dismisses => self.dismiss(),
            Act::ChangesPrefix => {
                self.shop.settings.order_prefix.push('Z');
                self.shop.settings.version += 1;
            }
            act => self.change_settings(act),
        }
    }

    /// At any moment, whatever is under way.
    fn change_settings(&mut self, act: Act) {
        let settings = &mut self.shop.settings;
        match act {
            Act::TogglesCapture => {
                let manual = settings.capture == Capture::Manual;
                settings.capture = if manual { Capture::Auto } else { Capture::Manual };
            }
            Act::TogglesCaptureOnShipping => {
                settings.capture_on_shipping = !settings.capture_on_shipping;
                self.shipping_was_free |= !settings.capture_on_shipping;
            }
            Act::TogglesRefundOfSecond => {
                settings.refund_second = !settings.refund_second;
                self.second_was_to_go_back |= settings.refund_second;
            }
            Act::SetsRefunds(policy) => {
                settings.refunds = refund_policy(policy);
                self.set_refunds(policy);
            }
            Act::SetsUnpaid(unpaid) => {
                settings.unpaid = fate_of_unpaid(unpaid);
                self.unpaid.push(unpaid);
            }
            _ => return,
        }
        self.shop.settings.version += 1;
    }

    // ---- the shopper ---------------------------------------------------------------------------------------------

    /// The shopper stands on the page. None: the worker died over it.
    pub fn start(&mut self, intent: Intent) -> Option<Reply> {
        self.start_with(intent, None, None)
    }

    /// The shopper stands on the page for the first time, in a visit that names itself.
    pub fn start_by(&mut self, visit: &str) -> Option<Reply> {
        self.start_with(Intent::Arrive, None, Some(visit.to_owned()))
    }

    fn start_with(&mut self, intent: Intent, seen: Option<Seen>, visit: Option<String>) -> Option<Reply> {
        let start = Start {
            proof: Proof::Cart(CartId::parse(CART).expect("a cart")),
            intent,
            page: None,
            locale: Spoken(Locale::Ja),
            browser: Browser::default(),
            seen,
            visit,
        };
        let reply = self.start_beside_owner(&start);
        if let Some(Reply::Show { snapshot, redirect: true }) = &reply {
            match &snapshot.session_url {
                Some(url) => self.bank.show_to_shopper(url),
                None => self.violations.push("a shopper is sent away to nowhere".to_owned()),
            }
        }
        reply
    }

    fn sees_another_amount(&mut self) {
        let decimal = self.store.decimal(self.store.total + 1);
        let currency = self.store.currency().to_owned();
        let seen = Seen { currency, total: Some(decimal), ..Seen::default() };
        let reply = self.start_with(Intent::Arrive, Some(seen), None);
        self.amount_was_disputed = true;
        if matches!(reply, Some(Reply::Show { redirect: true, .. })) {
            self.violations.push("a shopper who saw another amount is sent away to pay".to_owned());
        }
    }

    fn comes_back(&mut self) {
        let Some(session) = self.bank.sessions.values().rev().find(|s| s.shown).map(|s| s.id.clone()) else {
            return;
        };
        self.decisions += 1;
        let id = HintId::parse(&format!("return-{}", self.decisions)).expect("an id");
        let about = About::Return { session: SessionId::parse(&session).ok() };
        self.machine.hear(Hint { id, about }, self.now, Delays::default());
        self.commit_and_wake();
        if let Some(mutation) = self.mutation {
            mutation.on_return(self, &session);
        }
        self.work();
    }

    // ---- the panel -----------------------------------------------------------------------------------------------

    /// False: it was not taken.
    pub fn decide(&mut self, decision: Decision) -> bool {
        let upon = self.machine.state().upon();
        let id = self.decide_upon(decision, Some(upon));
        self.taken(&id).is_some()
    }

    /// The number of a decision that was taken.
    fn taken(&self, id: &HintId) -> Option<u64> {
        let all = &self.machine.state().decisions;
        all.iter().find(|stored| stored.decided.id == *id).map(|stored| stored.seq)
    }

    fn decide_upon(&mut self, decision: Decision, upon: Option<Upon>) -> HintId {
        self.decisions += 1;
        let id = HintId::parse(&format!("decision-{}", self.decisions)).expect("an id");
        self.handle(Input::Decide(Decided { id: id.clone(), decision, by: "Rin".to_owned(), upon }));
        self.commit_and_wake();
        id
    }

    /// The newest refund of the merchant's that the panel shows.
    fn refund_on_show(&self) -> Option<u64> {
        let known = self.machine.state().order_refunds.reading.as_ref()?;
        let shown = |id: u64| known.iter().any(|r| r.id == id);
        self.store
            .refunds
            .iter()
            .rev()
            .find(|r| r.by == By::Merchant && r.ours > 0 && shown(r.id))
            .map(|r| r.id)
    }

    fn decide_about_refund(&mut self, decision: impl FnOnce(u64) -> Decision) {
        if let Some(refund) = self.refund_on_show() {
            let taken = self.decide(decision(refund));
            self.confirmed.extend(taken.then_some(refund));
        }
    }

    fn settle_outside(&mut self) {
        if let Some(refund) = self.refund_on_show() {
            // What is on show may be gone by the time somebody presses.
            let taken = self.decide(Decision::SettleOutside { refund });
            self.settled_outside.extend(taken.then_some(refund));
        }
    }

    /// The newest payment of this status, as the panel knows it.
    fn payment_on_show(&self, status: &str) -> Option<&Payment> {
        let known = &self.machine.state().payments;
        let shown = |p: &Payment| {
            let reading = known
                .iter()
                .find(|(id, _)| id.as_str() == p.id)
                .and_then(|(_, k)| k.register.reading.as_ref());
            reading.is_some_and(|r| format!("{:?}", r.status).to_lowercase() == status)
        };
        self.bank.payments.values().rev().find(|p| shown(p))
    }

    fn refund_in_panel(&mut self, percent: u8) {
        if let Some(page) = self.page_to_refund() {
            self.refund_on(page, percent);
        }
    }

    fn page_to_refund(&self) -> Option<Page> {
        let held = self.payment_on_show("captured")?;
        let upon = self.machine.state().upon();
        Some(Page { payment: held.id.clone(), free: held.free(), is_cash: held.is_cash(), upon })
    }

    fn open_second_page(&mut self) {
        self.second_page = self.page_to_refund();
    }

    fn refund_on_second_page(&mut self, percent: u8) {
        if let Some(page) = self.second_page.clone() {
            self.refund_on(page, percent);
        }
    }

    fn refund_on(&mut self, page: Page, percent: u8) {
        let minor = (percent != 100).then(|| part(page.free, percent));
        let sealed = page.is_cash.then(bank_details);
        let payment = PaymentId::parse(&page.payment).expect("an id");
        let decision = Decision::Refund { payment, minor, sealed, towards: None };
        let upon = Some(page.upon.clone()).filter(|_| self.mutation != Some(Mutation::DecidesUponNothing));
        let id = self.decide_upon(decision, upon);
        match self.taken(&id) {
            Some(seq) => self.pressed.push((seq, page)),
            None => drop(self.faults.struck.insert("decision upon an old page".to_owned())),
        }
    }

    fn capture_in_panel(&mut self, percent: u8) {
        let Some(held) = self.payment_on_show("authorized").filter(|p| !p.is_cash()) else { return };
        let minor = (percent != 100).then(|| part(held.amount, percent));
        let payment = PaymentId::parse(&held.id).expect("an id");
        self.decide(Decision::Capture { payment, minor });
    }

    fn dismiss(&mut self) {
        if let Some(attention) = self.attentions().first().copied() {
            self.dismissed.push(attention);
            self.decide(Decision::Dismiss { attention });
        }
    }
}

/// As the worker has them once they are opened.
fn bank_details() -> Sealed {
    Sealed(write(&BankDetails {
        customer_name: "ﾓﾘ ｱｵｲ".to_owned(),
        bank_name: "Harbour Bank".to_owned(),
        branch_number: "031".to_owned(),
        account_type: "normal".to_owned(),
        account_number: "0246813".to_owned(),
        ..BankDetails::default()
    }))
}
