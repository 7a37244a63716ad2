//! The storefront's own texts.

use crate::bigcommerce::store::Locale;

macro_rules! words {
    ($($name:ident: $en:literal / $ja:literal,)*) => {
        /// One language's texts.
        #[derive(Clone, Copy, Debug)]
        pub(super) struct Words { $(pub $name: &'static str,)* }

        const EN: Words = Words { $($name: $en,)* };
        const JA: Words = Words { $($name: $ja,)* };
    };
}

words! {
    brand: "Hoshi Coffee Roasters" / "星珈琲焙煎所",
    tagline: "Small-batch coffee from Yanaka, Tokyo." / "東京・谷中の小さな焙煎所です。",
    lead: "Roasted on Mondays, at your door by Thursday." / "月曜に焙煎、木曜にはお手元へ。",
    add: "Add to cart" / "カートに入れる",
    buy_now: "Buy now" / "今すぐ買う",
    cart: "Cart" / "カート",
    cart_empty: "Your cart is empty." / "カートは空です。",
    continue_shopping: "Continue shopping" / "買い物を続ける",
    remove: "Remove" / "削除",
    quantity: "Qty" / "数量",
    subtotal: "Subtotal" / "小計",
    shipping: "Shipping" / "送料",
    total: "Total" / "合計",
    tax_included: "Tax included" / "税込",
    checkout: "Check out" / "レジに進む",
    contact: "Customer" / "お客様情報",
    email: "E-mail" / "メールアドレス",
    last_name: "Last name" / "姓",
    first_name: "First name" / "名",
    phone: "Phone" / "電話番号",
    address: "Shipping" / "お届け先",
    zip: "Postal code" / "郵便番号",
    state: "State" / "都道府県",
    city: "City" / "市区町村",
    street: "Address" / "番地",
    street_2: "Apartment, suite" / "建物名・部屋番号",
    country: "Country" / "国",
    payment: "Payment" / "お支払い方法",
    comment: "Order comments" / "ご要望",
    place_order: "Place Order" / "注文を確定する",
    order_summary: "Order summary" / "ご注文内容",
    download: "Download" / "ダウンロード",
    confirmation: "Order confirmation" / "ご注文の確認",
    not_found: "There is nothing here." / "ページが見つかりません。",
    sandbox: "A demonstration shop: nothing is sold here." / "これはデモショップです。実際の販売はしていません。",
    card_number: "Card number" / "カード番号",
}

impl Words {
    pub(super) fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::En => &EN,
            Locale::Ja => &JA,
        }
    }
}
