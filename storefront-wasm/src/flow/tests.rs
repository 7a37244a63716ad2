//! The flow, against a page that only takes notes of what it is told.

use alloc::vec::Vec;

use super::*;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Deed {
    Ask(Ask),
    Wait(u32),
    Show(Scene),
    Leave,
}
use Deed::{Leave, Show, Wait};

#[derive(Default)]
struct Notes(Vec<Deed>, Vec<(u32, u32)>);

impl Notes {
    /// What was done since this was last called.
    fn take(&mut self) -> Vec<Deed> {
        core::mem::take(&mut self.0)
    }
}

impl Page for Notes {
    fn ask(&mut self, ask: Ask) {
        self.0.push(Deed::Ask(ask));
    }
    fn wait(&mut self, ms: u32) {
        self.0.push(Wait(ms));
    }
    fn remind(&mut self, ms: u32, tag: u32) {
        self.1.push((ms, tag));
    }
    fn show(&mut self, scene: Scene) {
        self.0.push(Show(scene));
    }
    fn leave(&mut self) {
        self.0.push(Leave);
    }
}

const REDIRECT: Answer = Answer { redirect: true, poll_ms: None, news: true, queued: false };
const DONE: Answer = Answer { redirect: false, poll_ms: None, news: true, queued: false };

fn told(poll_ms: u32, news: bool) -> Answer {
    Answer { redirect: false, poll_ms: Some(poll_ms), news, queued: false }
}

fn queued(poll_ms: u32, news: bool) -> Answer {
    Answer { redirect: false, poll_ms: Some(poll_ms), news, queued: true }
}

/// A page whose `load` is over and that has just heard of an unpaid order.
fn arrived(first_visit: bool) -> (Flow, Notes) {
    let (mut flow, mut page) = (Flow::new(), Notes::default());
    flow.page_ready(&mut page);
    flow.unpaid_order(first_visit, &mut page);
    (flow, page)
}

/// A page that is shown again after the shopper has been away.
fn returned() -> (Flow, Notes) {
    let (mut flow, mut page) = (Flow::new(), Notes::default());
    flow.page_ready(&mut page);
    flow.known_payment(&mut page);
    flow.unpaid_order(true, &mut page);
    (flow, page)
}

#[test]
fn first_visit_leaves_for_the_payment_page() {
    let (mut flow, mut page) = arrived(true);
    assert_eq!(page.take(), [Show(Scene::Going), Deed::Ask(Ask::Arrive)]);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Leaving), Leave]);
}

/// The two reminders of the way that was taken last, and what each turns the card to.
fn reminders(page: &mut Notes) -> [(u32, u32); 2] {
    core::mem::take(&mut page.1).try_into().expect("two for each way")
}

#[test]
fn a_slow_way_offers_a_link_and_then_a_button() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    let [(link_ms, link), (button_ms, button)] = reminders(&mut page);
    assert_eq!((link_ms, button_ms), (LINK_MS, BUTTON_MS));
    flow.reminded(link, &mut page);
    flow.failed(Failure::Passing, &mut page);
    flow.reminded(button, &mut page);
    assert_eq!(page.take(), [Show(Scene::GoingSlowly), Wait(1_000), Show(Scene::GoingTooLong)]);
    flow.time_is_up(false, &mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Arrive), Show(Scene::Leaving), Leave], "it goes on by itself");
}

#[test]
fn a_reminder_of_another_way_or_of_none_changes_nothing() {
    let (mut flow, mut page) = arrived(true);
    let [(_, link), (_, button)] = reminders(&mut page);
    flow.answered(told(2_000, true), &mut page);
    page.take();
    flow.reminded(link, &mut page);
    assert_eq!(page.take(), [], "the server has spoken");
    flow.pressed(Press::Pay, &mut page);
    page.take();
    flow.reminded(button, &mut page);
    assert_eq!(page.take(), [], "of the way before");
    let [_, (_, button)] = reminders(&mut page);
    flow.reminded(button, &mut page);
    assert_eq!(page.take(), [Show(Scene::GoingTooLong)]);
    flow.answered(queued(1_500, true), &mut page);
    page.take();
    flow.reminded(button, &mut page);
    assert_eq!(page.take(), [], "it is not the shopper's turn");
}

#[test]
fn leaving_waits_for_the_pages_own_load_handlers() {
    let (mut flow, mut page) = (Flow::new(), Notes::default());
    flow.unpaid_order(true, &mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take()[2..], [Show(Scene::Leaving), Wait(LOAD_MS)]);
    flow.page_ready(&mut page);
    assert_eq!(page.take(), [Leave]);
}

#[test]
fn a_page_that_never_finishes_loading_holds_nobody_for_long() {
    let (mut flow, mut page) = (Flow::new(), Notes::default());
    flow.unpaid_order(true, &mut page);
    flow.answered(REDIRECT, &mut page);
    page.take();
    flow.time_is_up(false, &mut page);
    flow.page_ready(&mut page);
    assert_eq!(page.take(), [Leave]);
}

#[test]
fn returning_shows_the_state_and_never_leaves() {
    let (mut flow, mut page) = returned();
    assert_eq!(page.take(), [Show(Scene::Checking), Deed::Ask(Ask::Look)]);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Unpaid)]);
}

#[test]
fn permalink_offers_a_button_instead_of_leaving() {
    let (mut flow, mut page) = arrived(false);
    assert_eq!(page.take(), [Show(Scene::Checking), Deed::Ask(Ask::Arrive)]);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Unpaid)]);
    flow.pressed(Press::Pay, &mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Going), Deed::Ask(Ask::Pay), Show(Scene::Leaving), Leave]);
}

#[test]
fn back_from_the_cache_looks_and_does_not_leave_again() {
    let (mut flow, mut page) = arrived(true);
    flow.answered(REDIRECT, &mut page);
    page.take();
    flow.seen(&mut page);
    assert_eq!(page.take(), [], "the tab was only switched while the browser is on its way");
    flow.came_back(&mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look), Show(Scene::Unpaid)]);
}

#[test]
fn polls_as_told_then_less_often_until_told_to_stop() {
    let (mut flow, mut page) = returned();
    page.take();
    let mut waits = Vec::new();
    for round in 0..14 {
        flow.answered(told(2_000, round == 0), &mut page);
        flow.time_is_up(false, &mut page);
        waits
            .extend(page.take().iter().filter_map(|deed| if let Wait(ms) = deed { Some(*ms) } else { None }));
    }
    assert_eq!(waits[..7], [2_000, 2_000, 2_000, 4_000, 4_000, 4_000, 8_000]);
    assert_eq!(waits[13], SLOWEST_POLL_MS);
    flow.answered(told(2_000, true), &mut page);
    assert_eq!(page.take(), [Show(Scene::Said), Wait(2_000)], "news is asked after quickly again");
    flow.time_is_up(false, &mut page);
    flow.answered(DONE, &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look), Show(Scene::Said)]);
}

#[test]
fn a_slow_poll_is_not_hurried_and_a_fast_one_is_bounded() {
    assert_eq!(poll_delay(120_000, 9), 120_000);
    assert_eq!(poll_delay(1, 0), FASTEST_POLL_MS);
    assert_eq!(poll_delay(2_000, u32::MAX), SLOWEST_POLL_MS);
}

#[test]
fn the_same_answer_is_not_drawn_twice() {
    let (mut flow, mut page) = returned();
    flow.answered(told(2_000, true), &mut page);
    page.take();
    flow.time_is_up(false, &mut page);
    flow.answered(told(2_000, false), &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look), Wait(2_000)]);
}

#[test]
fn nobody_looking_nothing_asked_until_somebody_looks() {
    let (mut flow, mut page) = returned();
    flow.answered(told(2_000, true), &mut page);
    page.take();
    flow.time_is_up(true, &mut page);
    assert_eq!(page.take(), []);
    flow.seen(&mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look)]);
}

#[test]
fn a_start_is_repeated_three_times_then_offered_again() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    for wait in [1_000, 2_000, 4_000] {
        flow.failed(Failure::Passing, &mut page);
        flow.time_is_up(false, &mut page);
        assert_eq!(page.take(), [Wait(wait), Deed::Ask(Ask::Arrive)]);
    }
    flow.failed(Failure::Passing, &mut page);
    assert_eq!(page.take(), [Show(Scene::Trouble)]);
    flow.pressed(Press::Again, &mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Going), Deed::Ask(Ask::Arrive), Show(Scene::Leaving), Leave]);
}

#[test]
fn a_queued_start_goes_on_by_itself_as_often_as_it_takes() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    flow.answered(queued(1_500, true), &mut page);
    assert_eq!(page.take(), [Show(Scene::Said), Wait(1_500)]);
    for _ in 0..50 {
        flow.time_is_up(true, &mut page);
        flow.answered(queued(5_000, false), &mut page);
        assert_eq!(page.take(), [Deed::Ask(Ask::Arrive), Wait(5_000)]);
    }
    flow.time_is_up(false, &mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Arrive), Show(Scene::Leaving), Leave]);
}

#[test]
fn a_queued_press_leaves_once_it_is_its_turn() {
    let (mut flow, mut page) = arrived(false);
    flow.answered(DONE, &mut page);
    flow.pressed(Press::Restart, &mut page);
    flow.answered(queued(1_000, true), &mut page);
    flow.time_is_up(false, &mut page);
    page.take();
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Leaving), Leave]);
}

#[test]
fn no_call_is_repeated_sooner_than_the_server_asks() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    for wait in [20_000, 20_000, 20_000] {
        flow.failed(Failure::Later(20_000), &mut page);
        flow.time_is_up(false, &mut page);
        assert_eq!(page.take(), [Wait(wait), Deed::Ask(Ask::Arrive)]);
    }
    flow.failed(Failure::Later(20_000), &mut page);
    assert_eq!(page.take(), [Show(Scene::Trouble)]);
}

#[test]
fn a_call_that_takes_too_long_has_failed() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    flow.time_is_up(false, &mut page);
    assert_eq!(page.take(), [Wait(1_000)]);
}

#[test]
fn what_is_shown_stays_while_the_status_cannot_be_asked_for() {
    let (mut flow, mut page) = returned();
    flow.answered(told(2_000, true), &mut page);
    page.take();
    for _ in 0..9 {
        flow.time_is_up(false, &mut page);
        flow.failed(Failure::Passing, &mut page);
    }
    assert!(page.take().iter().all(|deed| matches!(deed, Deed::Ask(Ask::Look) | Wait(_))));
}

#[test]
fn anothers_order_leaves_no_trace() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    flow.failed(Failure::NotOurs, &mut page);
    assert_eq!(page.take(), [Show(Scene::Nothing)]);
    flow.unpaid_order(true, &mut page);
    flow.pressed(Press::Pay, &mut page);
    flow.came_back(&mut page);
    flow.time_is_up(false, &mut page);
    assert_eq!(page.take(), []);
}

#[test]
fn a_refusal_is_shown_and_not_repeated() {
    let (mut flow, mut page) = arrived(true);
    page.take();
    flow.failed(Failure::Final, &mut page);
    assert_eq!(page.take(), [Show(Scene::Refused)]);
    flow.time_is_up(false, &mut page);
    assert_eq!(page.take(), []);
}

#[test]
fn a_token_that_leads_nowhere_is_replaced_by_asking_for_the_order() {
    let (mut flow, mut page) = returned();
    page.take();
    flow.failed(Failure::Final, &mut page);
    flow.answered(REDIRECT, &mut page);
    assert_eq!(page.take(), [Show(Scene::Checking), Deed::Ask(Ask::Arrive), Show(Scene::Unpaid)]);
}

#[test]
fn a_foreign_token_without_an_order_leaves_no_trace() {
    let (mut flow, mut page) = (Flow::new(), Notes::default());
    flow.known_payment(&mut page);
    page.take();
    flow.failed(Failure::Final, &mut page);
    assert_eq!(page.take(), [Show(Scene::Nothing)]);
}

#[test]
fn two_presses_are_one() {
    let (mut flow, mut page) = arrived(false);
    flow.answered(DONE, &mut page);
    page.take();
    flow.pressed(Press::Restart, &mut page);
    flow.pressed(Press::Restart, &mut page);
    flow.pressed(Press::Pay, &mut page);
    assert_eq!(page.take(), [Show(Scene::Going), Deed::Ask(Ask::Restart)]);
}

#[test]
fn a_live_code_is_given_up_only_after_a_question() {
    let (mut flow, mut page) = returned();
    flow.answered(told(15_000, true), &mut page);
    page.take();
    flow.pressed(Press::Ask, &mut page);
    assert_eq!(page.take(), [Show(Scene::Asking)]);
    flow.pressed(Press::Keep, &mut page);
    assert_eq!(page.take(), [Show(Scene::Said)]);
    flow.pressed(Press::Ask, &mut page);
    flow.pressed(Press::Restart, &mut page);
    assert_eq!(page.take(), [Show(Scene::Asking), Show(Scene::Going), Deed::Ask(Ask::Restart)]);
}

#[test]
fn the_question_stays_while_nothing_changes_and_gives_way_to_news() {
    let (mut flow, mut page) = returned();
    flow.answered(told(15_000, true), &mut page);
    flow.pressed(Press::Ask, &mut page);
    page.take();
    flow.time_is_up(false, &mut page);
    flow.answered(told(15_000, false), &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look), Wait(15_000)]);
    flow.time_is_up(false, &mut page);
    flow.answered(DONE, &mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look), Show(Scene::Said)]);
}

#[test]
fn a_press_does_not_wait_for_a_running_status_call() {
    let (mut flow, mut page) = returned();
    flow.answered(told(2_000, true), &mut page);
    flow.time_is_up(false, &mut page);
    page.take();
    flow.pressed(Press::Pay, &mut page);
    assert_eq!(page.take(), [Show(Scene::Going), Deed::Ask(Ask::Pay)]);
}

#[test]
fn a_slow_status_offers_a_link_in_the_meantime() {
    let (mut flow, mut page) = returned();
    page.take();
    let [(link_ms, link), (_, later)] = reminders(&mut page);
    assert_eq!(link_ms, LINK_MS);
    flow.reminded(link, &mut page);
    flow.reminded(later, &mut page);
    assert_eq!(page.take(), [Show(Scene::CheckingSlowly), Show(Scene::CheckingSlowly)]);
    flow.answered(told(15_000, true), &mut page);
    page.take();
    flow.reminded(later, &mut page);
    assert_eq!(page.take(), [], "the server has spoken");
}

#[test]
fn a_browser_that_is_online_again_asks_again() {
    let (mut flow, mut page) = returned();
    for _ in 0..=RETRIES {
        flow.failed(Failure::Passing, &mut page);
        flow.time_is_up(false, &mut page);
    }
    page.take();
    flow.online(&mut page);
    assert_eq!(page.take(), [Show(Scene::Checking), Deed::Ask(Ask::Look)]);
    flow.answered(told(15_000, true), &mut page);
    page.take();
    flow.online(&mut page);
    assert_eq!(page.take(), [Deed::Ask(Ask::Look)], "a status on show is asked for at once");
    flow.answered(DONE, &mut page);
    page.take();
    flow.online(&mut page);
    assert_eq!(page.take(), [], "there is nothing to ask for any more");
}

/// A press may end a code, and leaves the page: by itself only what asks is asked again.
#[test]
fn what_was_pressed_is_not_pressed_again_by_the_network() {
    for press in [Press::Restart, Press::Pay] {
        let (mut flow, mut page) = returned();
        flow.answered(DONE, &mut page);
        flow.pressed(press, &mut page);
        for _ in 0..=RETRIES {
            flow.failed(Failure::Passing, &mut page);
            flow.time_is_up(false, &mut page);
        }
        page.take();
        flow.online(&mut page);
        assert_eq!(page.take(), [], "{press:?}");
    }
    let (mut flow, mut page) = arrived(true);
    flow.failed(Failure::Final, &mut page);
    page.take();
    flow.online(&mut page);
    assert_eq!(page.take(), [], "a final no");
}
