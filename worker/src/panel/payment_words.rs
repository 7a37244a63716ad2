//! The panel's words for one payment: how it stands, why it needs a person, what has happened.

use super::words::Words;
use crate::markup;
use crate::objects::messages::payment::History;
use domain::state::decision::DecisionKind;
use domain::state::deed::{ActionKind, MilestoneKind, Subject};
use domain::state::history::{DeedName, Event};
use domain::state::reading::PaymentStatus;
use domain::values::attention::{Attention, Side};
use domain::values::locale::Locale;
use domain::values::name::Name;
use maud::Markup;

/// KOMOJU's status of one payment, for the history. `cash`: an authorized cash payment is a code that waits to be
/// paid, not money.
pub fn status(locale: Locale, status: &PaymentStatus, cash: bool) -> &str {
    match status {
        PaymentStatus::Pending => locale.of("Under way", "手続き中"),
        PaymentStatus::Authorized if cash => locale.of("Waiting for payment", "入金待ち"),
        PaymentStatus::Authorized => locale.of("Authorized", "仮売上"),
        PaymentStatus::Captured => locale.of("Paid", "支払い済み"),
        PaymentStatus::Refunded => locale.of("Refunded", "返金済み"),
        PaymentStatus::Cancelled => locale.of("Cancelled", "取消"),
        PaymentStatus::Expired => locale.of("Expired", "期限切れ"),
        PaymentStatus::Failed => locale.of("Declined", "承認されず"),
        PaymentStatus::Other(other) => other,
    }
}

/// The words for a reason in the ledger. A reason that another version wrote stands for itself.
pub fn attention_name(locale: Locale, name: &Name<Attention>) -> &str {
    match name {
        Name::Known(known) => attention(locale, *known),
        Name::Other(other) => other,
    }
}

/// What happened, and what to do about it.
pub fn attention(locale: Locale, attention: Attention) -> &'static str {
    match attention {
        Attention::PaidAfterEnd => locale.of(
            "Paid, although the order was already cancelled, refunded or deleted. Ship it, or refund the payment.",
            "キャンセル・返金・削除済みの注文に対して支払いがありました。発送するか、返金してください。",
        ),
        Attention::AmountMismatch => locale.of(
            "The amount paid is not the order's amount. Compare both before you ship, and refund what is too much.",
            "支払われた金額が注文の金額と異なります。発送前に確認し、過払い分は返金してください。",
        ),
        Attention::OrderEdited => locale.of(
            "The order was edited after its payment, and comes to another amount now. Refund the difference, or ask for it.",
            "支払い後に注文が変更され、金額が変わりました。差額を返金または請求してください。",
        ),
        Attention::CancelledWhilePaid => locale.of(
            "The order was cancelled, but its payment is still held. Refund it, unless you keep it on purpose.",
            "注文はキャンセルされましたが、代金は返金されていません。必要に応じて返金してください。",
        ),
        Attention::PaidTwice => locale.of(
            "Paid twice. Refund one of the payments.",
            "二重に支払われています。どちらか一方を返金してください。",
        ),
        Attention::Disputed => locale.of(
            "The payment is disputed (chargeback). Do not ship before this is settled.",
            "支払いにチャージバック（異議申し立て）がありました。解決するまで発送しないでください。",
        ),
        Attention::FraudMarked => locale.of(
            "KOMOJU marked the payment as fraud. Do not ship; look at it in the KOMOJU dashboard.",
            "KOMOJU がこの支払いを不正利用と判定しました。発送せず、KOMOJU の管理画面でご確認ください。",
        ),
        Attention::RefundedAtKomoju => locale.of(
            "Refunded at KOMOJU, but BigCommerce did not take the refund. Record it there by hand.",
            "KOMOJU で返金済みですが、BigCommerce に記録できませんでした。BigCommerce で手動で返金を記録してください。",
        ),
        Attention::RefundToConfirm => locale.of(
            "Refunded in BigCommerce. Confirm that KOMOJU shall pay the shopper back.",
            "BigCommerce で返金されました。KOMOJU での返金を承認してください。",
        ),
        Attention::RefundRefused => locale.of(
            "A refund was not made. The reason stands beside it or in the history; it may be tried again later.",
            "返金が完了していません。理由は返金欄または履歴にあります。後でもう一度お試しください。",
        ),
        Attention::RefundTooLarge => locale.of(
            "More was refunded in BigCommerce than KOMOJU holds, so KOMOJU paid back nothing of it by itself. Refund at \
             KOMOJU what it still holds, pay the rest back yourself, then mark the refund as paid back.",
            "BigCommerce での返金額が KOMOJU の残額を超えているため、自動では返金していません。残額を KOMOJU で返金し、\
             不足分を別途返金したうえで、「別の方法で返金済み」としてください。",
        ),
        Attention::RefundNeedsBank => locale.of(
            "A cash payment is paid back by bank transfer. Ask the shopper for their account, and enter it.",
            "コンビニ・銀行振込・ペイジーの返金は銀行振込で行います。購入者に振込先口座を確認し、入力してください。",
        ),
        Attention::TransferToCheck => locale.of(
            "KOMOJU does not show clearly what became of a refund by bank transfer, or how much it takes. Look at this payment \
             in the KOMOJU dashboard before anything more is paid back.",
            "銀行振込による返金について、結果または金額を KOMOJU の情報だけでは判断できません。追加で返金する前に、KOMOJU の\
             管理画面でこの支払いをご確認ください。",
        ),
        Attention::OrderUpdateRefused => locale.of(
            "BigCommerce did not take the order's new status. Set it by hand.",
            "BigCommerce が注文ステータスの変更を受け付けませんでした。手動で変更してください。",
        ),
        Attention::CaptureRefused => locale.of(
            "KOMOJU did not capture the authorized money. Do not ship; try again. For another payment, cancel this one \
             in the KOMOJU dashboard, set the order back to Awaiting Payment, then send the payment link that shows then.",
            "KOMOJU で売上を確定できませんでした。発送せず、再試行してください。別の方法で支払ってもらう場合は、KOMOJU の\
             管理画面でこの支払いを取り消し、注文を Awaiting Payment に戻してから、表示される支払いリンクを送ってください。",
        ),
        Attention::CaptureDue => locale.of(
            "The authorization lapses within days, or the goods have left and it is not captured by itself. Capture the \
             money.",
            "仮売上の期限が数日以内に切れるか、発送済みで自動確定の対象外となっています。売上を確定してください。",
        ),
        Attention::AuthorizationLost => locale.of(
            "The authorized money is gone: it lapsed, or was released. Do not ship. Set the order back to Awaiting Payment, \
             then send the payment link that shows then.",
            "仮売上が失効したか、取り消されました。発送せず、注文を Awaiting Payment に戻してから、表示される支払い\
             リンクを送ってください。",
        ),
        Attention::CancelRefused => locale.of(
            "A session or code that should end could not be cancelled at KOMOJU; it may still be paid. Cancel it in the \
             KOMOJU dashboard; should it be paid all the same, refund it.",
            "無効にすべき決済を KOMOJU で取り消せず、まだ支払われる可能性があります。KOMOJU の管理画面で取り消してください。\
             支払われた場合は返金してください。",
        ),
        Attention::SessionRefused => locale.of(
            "KOMOJU refused to open its payment page for this order. Put right what the history gives as the reason, in the \
             KOMOJU dashboard or under Payment methods, then send the payment link.",
            "KOMOJU がこの注文の決済ページを作成しませんでした。履歴にある理由を KOMOJU の管理画面または「支払い方法」で解消し、\
             支払いリンクを送ってください。",
        ),
        Attention::NoMethods => locale.of(
            "KOMOJU's payment page for this order would offer no way to pay, so nobody was sent there. Switch on a method \
             at KOMOJU that takes this currency and amount, or tick others under Payment methods, then send the payment link.",
            "KOMOJU の決済ページに利用できる支払い方法がないため、購入者を案内していません。この通貨と金額に対応する支払い方法を \
             KOMOJU で有効にするか、「支払い方法」で選び直してから、支払いリンクを送ってください。",
        ),
        Attention::SessionElsewhere => locale.of(
            "KOMOJU named a payment page on a host that is not KOMOJU's, so nobody was sent there. Tell whoever runs this \
             app; once that is put right, send the payment link.",
            "KOMOJU から想定外のホストの決済ページが返されたため、購入者を案内していません。このアプリの運営者にご連絡ください。\
             解消後に支払いリンクを送ってください。",
        ),
        Attention::CurrencyUnsupported => locale.of(
            "KOMOJU does not take this order's currency, so nobody can pay for it there. Agree on another way to pay with the \
             shopper, and hide this payment method for that currency.",
            "この注文の通貨は KOMOJU で利用できないため、支払えません。購入者に別の支払い方法をご案内のうえ、この通貨では KOMOJU \
             の支払い方法を表示しないようにしてください。",
        ),
        Attention::AmountUnreadable => locale.of(
            "The order's total has fractions that its currency does not have, half a yen for example, so KOMOJU cannot take \
             it. Correct the order's prices, tax or discount in BigCommerce, then send the payment link.",
            "注文の合計金額に、その通貨にない端数（円未満など）があるため、KOMOJU で請求できません。BigCommerce で価格・税・割引を\
             修正してから、支払いリンクを送ってください。",
        ),
        Attention::AmountDisputed => locale.of(
            "The shopper's page showed another amount than the order has, so nothing was charged. Compare, and send the payment link.",
            "購入者の画面の金額が注文の金額と異なるため、請求していません。確認のうえ、支払いリンクを送ってください。",
        ),
        Attention::AmountUndecided => locale.of(
            "Store credit or a gift certificate paid a part of this order, and BigCommerce does not say whether the total \
             still contains it. Nothing has been charged. Choose what is left to pay; later orders follow by themselves.",
            "この注文にはストアクレジットまたはギフト券が使われていますが、注文の合計金額がその差し引き前か後かを BigCommerce \
             から判断できないため、請求していません。請求すべき金額を選んでください。以後の注文には自動で適用されます。",
        ),
        Attention::Garbled => locale.of(
            "KOMOJU or BigCommerce answers, but for a day in a form that this app cannot read. It is tried daily. Look at the \
             order and the payment there by hand, and report this to whoever looks after the app.",
            "KOMOJU または BigCommerce から応答はありますが、1 日以上、内容を読み取れていません。毎日再試行します。注文と支払いを\
             それぞれの管理画面で直接ご確認のうえ、アプリの管理者にご連絡ください。",
        ),
        Attention::RefundUnreadable => locale.of(
            "An amount or a refund of this order could not be read, so it is not known how much is left. Nothing is paid back or booked by \
             itself, and this app offers nothing for it. Compare both sides by hand.",
            "この注文の金額または返金に内容を読み取れないものがあり、残額が確定できません。自動での返金と記録、このアプリでの操作を停止して\
             います。KOMOJU と BigCommerce の双方で直接ご確認ください。",
        ),
        Attention::Unreachable => unreachable(locale, &[]),
        Attention::CaptureVanished => locale.of(
            "KOMOJU no longer shows what it once showed of this payment or a refund. Look at it in the KOMOJU dashboard.",
            "KOMOJU で一度確認できた支払いまたは返金が、表示されなくなりました。KOMOJU の管理画面でご確認ください。",
        ),
    }
}

/// The same for a side that does not answer, by its name if we know which one it is.
pub fn unreachable(locale: Locale, silent: &[Side]) -> &'static str {
    match silent {
        [Side::Komoju] => locale.of(
            "KOMOJU has not answered for a day. It is tried daily; to try at once, ask again on the payment's page. If that \
             changes nothing, check the secret key under KOMOJU account, and whether KOMOJU reports an outage.",
            "KOMOJU から 1 日以上応答がありません。毎日再試行します。すぐに試すには、支払いの詳細画面で最新状況を確認してください。\
             解消しない場合は、「KOMOJU アカウント」のシークレットキーと KOMOJU の障害情報をご確認ください。",
        ),
        [Side::BigCommerce] => locale.of(
            "BigCommerce has not answered for a day. It is tried daily; to try at once, ask again on the payment's page. If \
             that changes nothing, look at Health on the Overview, and whether BigCommerce reports an outage.",
            "BigCommerce から 1 日以上応答がありません。毎日再試行します。すぐに試すには、支払いの詳細画面で最新状況を確認して\
             ください。解消しない場合は、「概要」の「状態」と BigCommerce の障害情報をご確認ください。",
        ),
        _ => locale.of(
            "KOMOJU or BigCommerce has not answered for a day. It is tried daily; to try at once, ask again on the payment's \
             page. If that changes nothing, check the secret key and Health on the Overview, and whether either reports an \
             outage.",
            "KOMOJU または BigCommerce から 1 日以上応答がありません。毎日再試行します。すぐに試すには、支払いの詳細画面で最新状況\
             を確認してください。解消しない場合は、シークレットキーと「概要」の「状態」、両社の障害情報をご確認ください。",
        ),
    }
}

/// A line of the history: what happened, and to what.
pub fn event<'a>(locale: Locale, history: &History, event: &'a Event) -> (&'a str, Option<Markup>) {
    match event {
        Event::Met => {
            (locale.of("The order came in, without its shopper", "注文を確認（購入者は未訪問）"), None)
        }
        Event::HeardKomoju { event } => {
            (locale.of("KOMOJU sent a notification", "KOMOJU から通知"), code(event))
        }
        Event::HeardBigCommerce { scope } => {
            (locale.of("BigCommerce sent a notification", "BigCommerce から通知"), code(scope))
        }
        Event::ShopperReturned => (locale.of("The shopper came back", "購入者が戻りました"), None),
        Event::Begun { asked } => (locale.of("A payment was begun", "支払い手続きを開始"), code(asked)),
        Event::Recalled { attempt } => (
            locale.of(
                "A payment page was withdrawn: it had been made with settings that had changed since",
                "設定の変更前の内容で作成されたため、決済ページを取り消しました",
            ),
            code(attempt),
        ),
        Event::SessionMade { session } => {
            (locale.of("KOMOJU opened its payment page", "KOMOJU の決済ページを作成"), code(session))
        }
        Event::SessionNotMade { why } => (
            locale.of("KOMOJU did not open its payment page", "KOMOJU の決済ページを作成できませんでした"),
            code(why),
        ),
        Event::SessionLean { field } => (
            locale.of(
                "KOMOJU refused a detail that is not needed; asked again without such details",
                "KOMOJU が必須でない項目を受け付けなかったため、省略して再依頼",
            ),
            code(field),
        ),
        Event::PaymentIs { payment, status: is } => {
            let lines = &history.statement.payments;
            let cash = lines.iter().any(|line| line.by_transfer && line.id == *payment);
            let about = markup![(status(locale, is, cash)) " " (code(payment.as_str()))];
            (locale.of("KOMOJU says", "KOMOJU の状態"), Some(about))
        }
        Event::Done { deed: done } => (locale.of("Done", "実行"), Some(markup![(deed(locale, done))])),
        Event::Failed { deed: failed, why } => {
            (locale.of("Not done", "失敗"), Some(markup![(deed(locale, failed)) " " (code(why))]))
        }
        Event::Reached { milestone, subject } => (milestone_name(locale, *milestone), about_subject(subject)),
        Event::Decided { decision, by } => (decision_name(locale, *decision), Some(markup![(by)])),
        Event::DecisionOvertaken { by } => (
            locale.of(
                "A decision was overtaken by other events: nothing was moved for it",
                "先に状況が変わったため、操作は実行されませんでした",
            ),
            Some(markup![(by)]),
        ),
        Event::DecisionWithdrawn { by } => (
            locale.of(
                "A decision was withdrawn: nothing was moved for it",
                "操作は取り下げられ、実行されませんでした",
            ),
            Some(markup![(by)]),
        ),
        Event::Other { what, detail } => (what, code(detail)),
    }
}

fn code(text: &str) -> Option<Markup> {
    (!text.is_empty()).then(|| markup!["<code>" (text) "</code>"])
}

/// What a milestone is about, if that means anything to the merchant.
fn about_subject(subject: &Subject) -> Option<Markup> {
    match subject {
        Subject::Payment(id) => code(id.as_str()),
        Subject::Refund(id) => code(id.as_str()),
        Subject::Attempt(n) => code(&n.to_string()),
        Subject::Order => None,
    }
}

/// What a milestone is called in the history.
pub fn milestone_name(locale: Locale, milestone: MilestoneKind) -> &'static str {
    match milestone {
        MilestoneKind::CodeIssued => locale.of("A payment code was issued", "支払い番号を発行"),
        MilestoneKind::Authorized => locale.of("Authorized", "仮売上"),
        MilestoneKind::Paid => locale.of("Paid", "支払い完了"),
        MilestoneKind::Mismatch => locale.of("Paid, but not as asked", "請求と異なる支払い"),
        MilestoneKind::Refunded => locale.of("Refunded", "返金"),
        MilestoneKind::Disputed => locale.of("Disputed", "チャージバック（異議申し立て）"),
        MilestoneKind::Fraud => locale.of("Marked as fraud", "不正利用の判定"),
        MilestoneKind::CaptureRefused => locale.of("KOMOJU did not capture", "売上を確定できませんでした"),
        MilestoneKind::LapsesSoon => {
            locale.of("The authorization lapses soon", "仮売上の期限が近づいています")
        }
        MilestoneKind::Ended => {
            locale.of("Ended: the order is not to be paid any more", "支払い対象外となり終了")
        }
        MilestoneKind::Unpaid => locale.of("Not paid in time", "期限までに未払い"),
        MilestoneKind::Restored => locale.of("Your status was put back", "ステータスを元に戻しました"),
    }
}

/// What a decision is called in the history.
pub fn decision_name(locale: Locale, decision: DecisionKind) -> &'static str {
    match decision {
        DecisionKind::Capture => locale.of("Capture decided", "売上の確定を指示"),
        DecisionKind::Refund => locale.of("Refund decided", "返金を指示"),
        DecisionKind::Confirm => locale.of("Refund confirmed", "返金を承認"),
        DecisionKind::Outside => locale.of("Marked as paid back outside KOMOJU", "KOMOJU 外で返金済みと記録"),
        DecisionKind::Bank => locale.of("Bank details entered", "口座情報を入力"),
        DecisionKind::Owed => locale.of("Amount to pay chosen", "請求金額を選択"),
        DecisionKind::Unanswered => locale.of(
            "An unanswered request was settled outside KOMOJU",
            "応答のない処理を KOMOJU 外で解決済みと記録",
        ),
        DecisionKind::Transfer => locale.of("Said what became of a bank transfer", "銀行振込の結果を記録"),
        DecisionKind::Two => locale
            .of("Two refunds that were taken for one were parted", "同一とみなした 2 件の返金を別件に変更"),
        DecisionKind::Dismiss => locale.of("Notice dismissed", "確認済みに変更"),
    }
}

/// What one of our deeds did. A deed that this version does not know stands for itself.
fn deed(locale: Locale, deed: &DeedName) -> &str {
    match deed.kind {
        Some(ActionKind::UpdateOrder) => locale.of("order updated", "注文を更新"),
        Some(ActionKind::CancelSession) => locale.of("payment page closed", "決済ページを終了"),
        Some(ActionKind::CancelPayment) => locale.of("unpaid payment ended", "未払いの決済を取消"),
        Some(ActionKind::Capture) => locale.of("money captured", "売上を確定"),
        Some(ActionKind::RequestRefund) => {
            locale.of("refund by bank transfer requested", "振込での返金を依頼")
        }
        Some(ActionKind::RefundPayment) => locale.of("refunded at KOMOJU", "KOMOJU で返金"),
        Some(ActionKind::RecordRefund) => {
            locale.of("refund entered in BigCommerce", "BigCommerce に返金を記録")
        }
        None => &deed.key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::deed::Action;
    use domain::state::reading::Cause;
    use domain::values::ids::PaymentId;
    use domain::values::locale::Locale;
    use strum::VariantArray;

    fn both<'a>(say: impl Fn(Locale) -> &'a str) -> (&'a str, &'a str) {
        (say(Locale::En), say(Locale::Ja))
    }

    #[test]
    fn attentions_of_the_ledger_have_words_and_unknown_ones_stand_for_themselves() {
        let (en, ja) = both(|locale| attention_name(locale, &Name::Known(Attention::CaptureDue)));
        assert!(en.starts_with("The authorization lapses") && ja.starts_with("仮売上"));
        let of_tomorrow = Name::Other("of_tomorrow".to_owned());
        assert_eq!(both(|locale| attention_name(locale, &of_tomorrow)), ("of_tomorrow", "of_tomorrow"));
    }

    #[test]
    fn a_side_that_is_silent_is_named() {
        let (en, ja) = both(|locale| unreachable(locale, &[Side::Komoju]));
        assert!(en.contains("KOMOJU") && ja.contains("KOMOJU") && !en.contains("BigCommerce"));
        let (en, ja) = both(|locale| unreachable(locale, &[Side::BigCommerce]));
        assert!(en.starts_with("BigCommerce") && ja.starts_with("BigCommerce") && !en.contains("KOMOJU"));
        assert!(
            both(|locale| attention(locale, Attention::Unreachable)).0.starts_with("KOMOJU or BigCommerce")
        );
    }

    /// The same sentence is shown in the list and on the payment's page, so it may point to no place on either.
    #[test]
    fn sentences_say_what_to_do_and_point_to_no_place_on_the_screen() {
        for one in Attention::VARIANTS {
            let (en, ja) = both(|locale| attention(locale, *one));
            let pointing = ["below", "above", " here", "下で", "下の", "下記", "上記", "ここ", "次の"];
            let points = |words: &str| pointing.iter().any(|place| words.contains(place));
            assert!(!points(en) && !points(ja), "{one:?}: {en} {ja}");
            assert!(en.ends_with('.') && ja.ends_with('。'), "{one:?}: {en} {ja}");
        }
    }

    #[test]
    fn milestones_and_decisions_are_told_in_the_readers_language() {
        let milestones =
            MilestoneKind::VARIANTS.iter().map(|one| both(|locale| milestone_name(locale, *one)));
        let decisions = DecisionKind::VARIANTS.iter().map(|one| both(|locale| decision_name(locale, *one)));
        for (en, ja) in milestones.chain(decisions) {
            assert!(en.is_ascii() && !ja.is_ascii(), "{en} {ja}");
        }
    }

    #[test]
    fn deeds_are_told_by_what_they_did() {
        let payment = PaymentId::parse("pay1").expect("an id");
        let cause = Cause::OrderRefund(12);
        let says = |action: Action| deed(Locale::En, &DeedName::from(&action)).to_owned();
        assert_eq!(says(Action::CancelSession { attempt: 1 }), "payment page closed");
        assert_eq!(says(Action::CancelPayment { payment: payment.clone() }), "unpaid payment ended");
        assert_eq!(says(Action::RefundPayment { payment: payment.clone(), cause }), "refunded at KOMOJU");
        assert_eq!(says(Action::RequestRefund { payment, cause }), "refund by bank transfer requested");
        let of_tomorrow = DeedName { kind: None, key: "of-tomorrow-1".to_owned() };
        assert_eq!(deed(Locale::Ja, &of_tomorrow), "of-tomorrow-1");
    }
}
