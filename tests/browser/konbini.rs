//! A konbini code: what to take to the till stands on the shop's page, which changes by itself once it was paid.

use sandbox::bigcommerce::{Locale, OrderSpec, PlacedOrder, StoreSpec};
use sandbox::harness::{Shop, ShopSpec, moves, world};
use sandbox::komoju::PaymentStatus;
use time::macros::offset;

use crate::shopper::{GOOD_CARD, Shopper};

#[tokio::test]
async fn the_code_is_shown_and_the_page_updates_when_it_was_paid_at_the_till() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shopper.order_coffee().await;
    let receipt = shopper.ask_for_konbini_code("family-mart").await;
    shopper.browser.click("#return-to-shop").await;

    let notice = shopper.notice("waiting").await;
    for words in ["ファミリーマートでのお支払い", &receipt, &deadline(&shop), "あと", "マルチコピー機"]
    {
        assert!(notice.contains(words), "{words} in {notice}");
    }
    assert_eq!(shop.order_now(order).status_id, 7);
    shopper.picture("waiting");
    shopper.browser.click("section.card button.copy").await;
    shopper.browser.wait_for_text("section.card button.copy", "コピーしました").await;
    let copied = "document.querySelector('#komoju-payment').shadowRoot.querySelector('button.copy').value";
    assert_eq!(shopper.browser.eval(copied).await, receipt.as_str(), "without the gaps of what is read");

    shop.pay_at_till();
    assert!(shopper.notice("paid").await.contains("お支払いが完了しました"));
    assert_eq!(moves(&shop.paid_order(order).await), [11]);
    shopper.picture("paid");
}

#[tokio::test]
async fn an_english_shop_names_the_chain_and_the_deadline_in_english() {
    let store = StoreSpec::default().locale(Locale::En);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    let shopper = Shopper::of(&shop).await;
    shopper.arrive(&shop.order(&OrderSpec::default())).await;
    shopper.ask_for_konbini_code("seven-eleven").await;
    shopper.browser.click("#return-to-shop").await;
    let notice = shopper.notice("waiting").await;
    for words in
        ["Pay at 7-Eleven", "(Japan time)", "days left", "払込票番号", "nanaco", "Show the payment slip"]
    {
        assert!(notice.contains(words), "{words} in {notice}");
    }
    shopper.picture("waiting");
}

#[tokio::test]
async fn a_shopper_who_wants_to_pay_another_way_is_asked_first_and_then_gives_up_the_code() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let order = shop.order(&OrderSpec::default());
    let receipt = with_code(&shopper, &order).await;
    shopper.browser.click_text("section.card button", "別の方法で支払う").await;
    let question = shopper.notice("asking").await;
    for words in [
        "別の方法でお支払いになりますか",
        "お控えのローソンの番号は無効になります",
        "ローソン　お客様番号",
        &receipt,
        "この番号のまま支払う",
    ] {
        assert!(question.contains(words), "{words} in {question}");
    }
    shopper.picture("asking");
    shopper.browser.click_text("section.card button", "番号を無効にして").await;
    shopper.pay_by_card(GOOD_CARD).await;
    shopper.notice("paid").await;

    assert_eq!(moves(&shop.paid_order(order.order_id).await), [11]);
    let ends = [PaymentStatus::Cancelled, PaymentStatus::Captured];
    assert_eq!(states(&shop), ends, "the code cannot be paid any more");
}

#[tokio::test]
async fn the_safe_answer_is_the_main_one_and_keeps_the_code() {
    let store = StoreSpec::default().locale(Locale::En);
    let shop = Shop::open_as(world().await, ShopSpec { store, ..ShopSpec::default() }).await;
    let shopper = Shopper::of(&shop).await;
    let receipt = with_code(&shopper, &shop.order(&OrderSpec::default())).await;
    shopper.browser.click_text("section.card button", "Pay another way").await;
    let question = shopper.notice("asking").await;
    for words in ["your Lawson number will be cancelled", "Lawson customer number", &receipt] {
        assert!(question.contains(words), "{words} in {question}");
    }
    shopper.picture("asking");
    shopper.browser.click_text("section.card button.main", "Keep this number").await;
    assert!(shopper.notice("waiting").await.contains(&receipt));
    assert_eq!(states(&shop), [PaymentStatus::Authorized]);
}

#[tokio::test]
async fn after_back_the_dead_number_is_named_as_dead() {
    let shop = Shop::open(world().await).await;
    let shopper = Shopper::of(&shop).await;
    let receipt = with_code(&shopper, &shop.order(&OrderSpec::default())).await;
    shopper.browser.click_text("section.card button", "別の方法で支払う").await;
    shopper.browser.click_text("section.card button", "番号を無効にして").await;
    shopper.at_komoju().await;
    shopper.browser.back().await;
    let notice = shopper.notice("unpaid").await;
    for words in ["お支払い方法をお選びください", "ローソンの番号は無効になりました", "（無効）", &receipt]
    {
        assert!(notice.contains(words), "{words} in {notice}");
    }
    let line =
        "getComputedStyle(document.querySelector('#komoju-payment').shadowRoot.querySelector('.dead .n'))
        .textDecorationLine";
    assert_eq!(shopper.browser.eval(line).await, "line-through");
    shopper.picture("dead-number");
}

/// Back in the shop with a code of Lawson's; gives its number.
async fn with_code(shopper: &Shopper<'_>, order: &PlacedOrder) -> String {
    shopper.arrive(order).await;
    let receipt = shopper.ask_for_konbini_code("lawson").await;
    shopper.browser.click("#return-to-shop").await;
    shopper.notice("waiting").await;
    receipt
}

fn states(shop: &Shop<'_>) -> Vec<PaymentStatus> {
    shop.world.sandbox.komoju.payments(&shop.merchant.id).iter().map(|payment| payment.status).collect()
}

/// The deadline of the shop's only payment, as a Japanese calendar has it.
fn deadline(shop: &Shop<'_>) -> String {
    let payments = shop.world.sandbox.komoju.payments(&shop.merchant.id);
    let deadline = payments[0].deadline.expect("a code has a deadline").to_offset(offset!(+9));
    format!("{}月{}日", u8::from(deadline.month()), deadline.day())
}
