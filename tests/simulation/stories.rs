//! Makes schedules: a seed tells a story of a shopper, a merchant and KOMOJU, and lets other things happen in between.
//!
//! Acts picked blindly mostly do nothing; [`super::reach`] holds these stories to where they must get.

use super::random::Random;
use super::schedule::Act::*;
use super::schedule::{
    Act, Fate, Lists, Outage as Down, Refunds, Schedule, Setup, Side, Trouble as Fault, Unpaid,
};

/// The schedule of a seed: a few scenes that belong together, and between them whatever else may happen.
pub fn schedule(seed: u64) -> Schedule {
    let mut random = Random::new(seed);
    let setup = setup(&mut random);
    // Some schedules have no faults at all: what must hold then is more.
    let faults = if random.one_in(4) { 0 } else { random.pick(&[1, 2, 4]) };
    let mut acts = story(&mut random);
    for _ in 0..random.pick(&[0, 1, 2, 4, 6]) {
        let at = usize::try_from(random.below(acts.len() as u64 + 1)).unwrap_or(0);
        acts.insert(at, act(&mut random, setup, faults));
    }
    if faults > 0 {
        trouble_where_money_moves(&mut random, &mut acts);
    }
    let steps = acts.into_iter().map(|act| (act, fate(&mut random, faults))).collect();
    Schedule { setup, steps }
}

/// Trouble there is worth more than trouble anywhere.
fn trouble_where_money_moves(random: &mut Random, acts: &mut Vec<Act>) {
    let back =
        |act: &Act| matches!(act, RefundsOrder(_) | RefundsInPanel(_) | ConfirmsRefund | RefundsAtKomoju(_));
    let paid =
        |act: &Act| matches!(act, PaysByCard | PaysCode | ApprovesWallet | CapturesInPanel(_) | Moves(_));
    let places = [acts.iter().position(back), acts.iter().rposition(back), acts.iter().rposition(paid)];
    if let Some(at) = random.pick(&places) {
        let what = match random.below(9) {
            0 => Before(random.small(4), random.pick(&[&Moves(2), &Moves(10), &Moves(4)])),
            1 | 2 => Before(random.small(4), random.pick(&BETWEEN)),
            3 => outage(random),
            4..=6 => TroubleWithDeed(random.pick(&[0, 0, 1]), trouble(random)),
            _ => Trouble(random.small(6), trouble(random)),
        };
        acts.insert(at, what);
    }
}

/// The shopper comes, perhaps pays, and then things go on.
fn story(random: &mut Random) -> Vec<Act> {
    let mut acts = match random.below(24) {
        0 | 1 => Vec::new(),
        2 => vec![
            SessionsAreRefused(true),
            OpensPage,
            SessionsAreRefused(false),
            Waits(pause(random)),
            OpensPage,
        ],
        3 => vec![UpdatesAreRefused(true), OpensPage],
        _ => vec![OpensPage],
    };
    if random.one_in(8) {
        let odd = [
            CopyFails(pause(random)),
            OwnerIsSilent(random.between(1, 3_000)),
            ListsAre(Lists::PartlyUnreadable),
        ];
        acts.insert(0, random.pick(&odd));
    }
    if random.one_in(12) {
        acts.splice(0..0, [CopyIsStale(6_000), random.pick(&[TogglesCapture, SetsUnpaid(Unpaid::Cancel)])]);
    }
    acts.extend(paying(random));
    if random.one_in(6) {
        acts.extend([PressesAnotherWay]);
        acts.extend(paying(random));
    }
    for _ in 0..random.pick(&[0, 1, 1, 2, 3]) {
        if !random.one_in(3) {
            acts.push(Waits(pause(random)));
        }
        acts.extend(afterwards(random));
    }
    acts
}

fn paying(random: &mut Random) -> Vec<Act> {
    let (code, wait) = (random.pick(&[TakesCode, TakesCode, TakesTransferCode]), Waits(pause(random)));
    match random.below(14) {
        13 => vec![random.pick(&[PaysByUnknownType, PaysByNoType]), wait, PaysCode],
        // What speaks against the money is there before anybody looks.
        12 => vec![
            PaysByCard,
            random.pick(&[MarksFraud, ChargesBack, RefundsAtKomoju(100), RefundsAtKomoju(33)]),
            wait,
        ],
        0..=3 => vec![PaysByCard],
        4 => vec![IsDeclined, PaysByCard],
        5 => vec![PaysAbroad],
        6 | 7 => vec![code, wait, PaysCode],
        8 => vec![OpensWallet, wait, ApprovesWallet],
        9 => vec![OpensWallet, PaysByCard, ApprovesWallet],
        10 => vec![TakesCode, Waits(5_000), PaysDeadCode],
        _ => vec![random.pick(&[code, OpensWallet, IsDeclined])],
    }
}

fn afterwards(random: &mut Random) -> Vec<Act> {
    let part = random.pick(&[100, 100, 10, 33, 50]);
    let wait = Waits(pause(random));
    match random.below(25) {
        22 => vec![
            ListsAre(Lists::PartlyUnreadable),
            random.pick(&[RefundsOrder(part), RefundsAtKomoju(part), ChargesBack]),
            wait,
            random.pick(&[ConfirmsRefund, GivesBankDetails, RefundsInPanel(part)]),
            wait,
        ],
        23 => vec![
            RefundsOrder(part),
            Waits(1),
            ConfirmsRefund,
            wait,
            ListsAre(Lists::PartlyUnreadable),
            AsksForLook,
            wait,
            random.pick(&[AsksForLook, RefundsOrder(100)]),
        ],
        24 => vec![
            OwnerIsSilent(random.between(1, 3_000)),
            random.pick(&[RefundsOrder(part), RefundsAtKomoju(part), Moves(2), Moves(5)]),
            wait,
        ],
        20 => vec![
            OpensSecondPage,
            RefundsInPanel(random.pick(&[10, 33, 50])),
            random.pick(&[wait, AsksForLook]),
            RefundsOnSecondPage(random.pick(&[10, 33, 50, 100])),
            wait,
        ],
        21 => vec![
            CopyIsStale(6_000),
            SetsRefunds(random.pick(&[Refunds::Confirm, Refunds::Never, Refunds::AtOnce])),
            RefundsOrder(part),
            wait,
        ],
        0 => vec![RefundsOrder(part), Waits(1), ConfirmsRefund],
        1 => {
            vec![RefundsOrder(part), wait, ConfirmsRefund, wait, RefundsOrder(100), Waits(1), ConfirmsRefund]
        }
        2 => vec![RefundsOrder(part), Waits(1), GivesBankDetails, wait, CompletesRequest],
        3 => vec![
            RefundsOrder(part),
            Waits(1),
            GivesBankDetails,
            wait,
            RejectsRequest,
            Waits(2_000),
            GivesBankDetails,
        ],
        4 => vec![
            BalanceIsShort(true),
            RefundsOrder(part),
            Waits(1),
            ConfirmsRefund,
            wait,
            BalanceIsShort(false),
            ConfirmsRefund,
        ],
        5 | 6 => vec![RefundsAtKomoju(part)],
        7 => vec![RefundsAtKomoju(part), wait, RefundsAtKomoju(100)],
        8 => vec![RefundsInPanel(part), wait, CompletesRequest],
        9 => vec![Moves(random.pick(&[2, 10]))],
        10 => vec![CapturesInPanel(part), wait, Moves(random.pick(&[2, 10]))],
        11 => vec![CapturesAtKomoju(part)],
        12 => vec![Moves(random.pick(&[5, 6]))],
        13 => vec![Moves(status(random))],
        14 => vec![random.pick(&[ChargesBack, MarksFraud]), wait],
        15 => {
            vec![CapturesAreRefused(true), Moves(2), wait, CapturesAreRefused(false), CapturesInPanel(part)]
        }
        16 => vec![CancelsAreInVain(true), Moves(random.pick(&[2, 5, 6])), wait],
        17 => vec![SessionsAreRefused(true), PressesAnotherWay, wait],
        18 => vec![UpdatesAreRefused(true), RefundsAtKomoju(part), ChargesBack, wait],
        _ => vec![Waits(45_000)],
    }
}

fn setup(random: &mut Random) -> Setup {
    let total = random.pick(&[100, 1_999, 4_980, 11_000, 123_457]);
    Setup {
        manual: random.one_in(3),
        authorized_status: random.pick(&[7, 8, 9, 11, 11, 11, 12]),
        capture_on_shipping: !random.one_in(5),
        unpaid: random.weighted(&[(4, Unpaid::Leave), (1, Unpaid::Cancel), (1, Unpaid::Decline)]),
        grace_hours: random.pick(&[1, 72, 200]),
        refunds: random.weighted(&[(2, Refunds::AtOnce), (2, Refunds::Confirm), (1, Refunds::Never)]),
        refund_second: random.one_in(3),
        digital: random.one_in(6),
        cents: random.one_in(3),
        total,
        store_credit: if random.one_in(5) { total / 3 } else { 0 },
        fee: random.pick(&[0, 0, 220]),
        silent_transfers: random.one_in(2),
        installed_later: random.one_in(8),
    }
}

fn act(random: &mut Random, setup: Setup, faults: u64) -> Act {
    match random.weighted(&[(9, 0), (5, 1), (4, 2), (3, 3), (6, 4), (faults, 5)]) {
        0 => shopper(random),
        1 => merchant(random, setup),
        2 => at_komoju(random),
        3 => in_panel(random),
        4 => Waits(pause(random)),
        _ => fault(random),
    }
}

fn shopper(random: &mut Random) -> Act {
    random.weighted(&[
        (2, OpensPage),
        (3, PressesPay),
        (2, PressesAnotherWay),
        (1, FollowsLink),
        (2, ComesBack),
        (1, PageAsks),
        (1, SeesAnotherAmount),
        (5, PaysByCard),
        (2, IsDeclined),
        (2, PaysAbroad),
        (4, TakesCode),
        (1, TakesTransferCode),
        (4, PaysCode),
        (1, PaysDeadCode),
        (3, OpensWallet),
        (3, ApprovesWallet),
        (1, RefusesWallet),
    ])
}

fn merchant(random: &mut Random, setup: Setup) -> Act {
    match random.below(10) {
        0 if random.one_in(3) => UpdatesAreRefused(random.one_in(2)),
        0..=3 => Moves(status(random)),
        4 => Edits(setup.total + random.pick(&[-100, 50, 1_000]).max(50 - setup.total)),
        5 if random.one_in(3) => Deletes,
        5 | 6 => RefundsOrder(100),
        7 => RefundsToCredit(random.pick(&[100, 40])),
        _ => RefundsOrder(random.pick(&[10, 33, 50])),
    }
}

fn status(random: &mut Random) -> u8 {
    random.pick(&[1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 14])
}

fn at_komoju(random: &mut Random) -> Act {
    let (part, on) = (random.pick(&[100, 100, 10, 33, 50]), random.one_in(2));
    let lists = random.pick(&[Lists::OfEverybody, Lists::Repeated, Lists::PartlyUnreadable, Lists::AsAsked]);
    random.weighted(&[
        (5, RefundsAtKomoju(part)),
        (3, CapturesAtKomoju(part)),
        (1, CancelsAtKomoju),
        (1, ChargesBack),
        (1, MarksFraud),
        (2, CompletesRequest),
        (1, RejectsRequest),
        (1, BalanceIsShort(true)),
        (1, BalanceIsShort(false)),
        (1, CapturesAreRefused(on)),
        (1, CancelsAreInVain(on)),
        (1, SessionsAreRefused(on)),
        (1, ListsAre(lists)),
    ])
}

fn in_panel(random: &mut Random) -> Act {
    let part = random.pick(&[100, 100, 25, 60]);
    let setting = setting(random);
    random.weighted(&[
        (1, AsksForLook),
        (4, ConfirmsRefund),
        (1, SettlesOutside),
        (2, GivesBankDetails),
        (2, RefundsInPanel(part)),
        (1, OpensSecondPage),
        (2, RefundsOnSecondPage(part)),
        (3, CapturesInPanel(part)),
        (1, Dismisses),
        (1, ChangesPrefix),
        (1, TogglesCapture),
        (2, setting),
    ])
}

fn setting(random: &mut Random) -> Act {
    match random.below(7) {
        4 => CopyIsStale(pause(random)),
        5 => CopyFails(pause(random)),
        6 => OwnerIsSilent(random.between(1, 3_000)),
        0 => TogglesCaptureOnShipping,
        1 => TogglesRefundOfSecond,
        2 => SetsUnpaid(random.pick(&[Unpaid::Leave, Unpaid::Cancel, Unpaid::Decline])),
        _ => SetsRefunds(random.pick(&[Refunds::AtOnce, Refunds::Confirm, Refunds::Never])),
    }
}

fn pause(random: &mut Random) -> i64 {
    let longest = random.weighted(&[(4, 2), (4, 60), (3, 1_440), (2, 6_000), (1, 60_000)]);
    random.between(1, longest)
}

/// What may happen between a look and the call that follows it.
const BETWEEN: [&Act; 42] = [
    &Moves(1),
    &Moves(2),
    &Moves(2),
    &Moves(3),
    &Moves(4),
    &Moves(5),
    &Moves(5),
    &Moves(6),
    &Moves(7),
    &Moves(8),
    &Moves(10),
    &Moves(10),
    &Moves(12),
    &Moves(14),
    &Edits(3_000),
    &Edits(150_000),
    &Deletes,
    &RefundsOrder(100),
    &RefundsOrder(33),
    &RefundsToCredit(40),
    &PaysByCard,
    &PaysCode,
    &PaysDeadCode,
    &ApprovesWallet,
    &RefusesWallet,
    &RefundsAtKomoju(100),
    &RefundsAtKomoju(33),
    &CapturesAtKomoju(100),
    &CapturesAtKomoju(50),
    &CancelsAtKomoju,
    &ChargesBack,
    &MarksFraud,
    &CompletesRequest,
    &RejectsRequest,
    &ConfirmsRefund,
    &SettlesOutside,
    &RefundsInPanel(100),
    &CapturesInPanel(60),
    &SetsRefunds(Refunds::Never),
    &SetsRefunds(Refunds::Confirm),
    &TogglesCaptureOnShipping,
    &TogglesRefundOfSecond,
];

fn fault(random: &mut Random) -> Act {
    match random.below(8) {
        0 => Crash(random.small(12)),
        1 => outage(random),
        2 | 3 => Before(random.small(6), random.pick(&BETWEEN)),
        _ => Trouble(random.small(6), trouble(random)),
    }
}

fn outage(random: &mut Random) -> Act {
    let side = random.pick(&[Side::BigCommerce, Side::Komoju]);
    let what = random.pick(&[Down::Silent, Down::Broken, Down::Unauthorized, Down::Forbidden, Down::TooMany]);
    let longest = random.weighted(&[(3, 600), (2, 3_000), (1, 15_000)]);
    Outage(side, what, random.between(1, longest))
}

fn trouble(random: &mut Random) -> Fault {
    random.weighted(&[
        (1, Fault::CutBefore),
        (3, Fault::CutAfter),
        (4, Fault::StillRuns),
        (1, Fault::Broken),
        (2, Fault::BrokenAfter),
        (1, Fault::TooMany),
        (1, Fault::Hiccup),
        (1, Fault::CrashBefore),
        (2, Fault::CrashAfter),
    ])
}

fn fate(random: &mut Random, faults: u64) -> Fate {
    if faults == 0 {
        return Fate::Arrives;
    }
    match random.below(9) {
        0 => Fate::Overtakes,
        1 | 2 => Fate::Lost,
        3 => Fate::Twice,
        4 => Fate::Late(pause(random)),
        _ => Fate::Arrives,
    }
}
