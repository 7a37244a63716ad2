//! The few sentences that are needed before the server has answered, or when it does not. All others come from the
//! server.

/// One language's sentences.
#[derive(Debug)]
pub struct Text {
    /// The title of every notice about an order that is not paid yet.
    pub unfinished: &'static str,
    pub going: &'static str,
    pub go_now: &'static str,
    pub checking: &'static str,
    pub moment: &'static str,
    pub received: &'static str,
    pub pay: &'static str,
    pub trouble: &'static str,
    pub safe: &'static str,
    pub again: &'static str,
    pub open: &'static str,
}

static EN: Text = Text {
    unfinished: "Your payment is not finished yet",
    going: "Taking you to the payment page. Please wait a moment.",
    go_now: "Go to payment now",
    checking: "Checking your payment",
    moment: "This takes only a moment.",
    received: "We have received your order. Please go on to make your payment.",
    pay: "Pay now",
    trouble: "We could not reach the payment page",
    safe: "We have received your order. Please try once more.",
    again: "Try again",
    open: "Open the payment page",
};

static JA: Text = Text {
    unfinished: "お支払いはまだ完了していません",
    going: "お支払い画面へ移動しています。そのままお待ちください。",
    go_now: "お支払い画面へ進む",
    checking: "お支払い状況を確認しています",
    moment: "少々お待ちください。",
    received: "ご注文を承りました。続けてお支払い手続きをお願いいたします。",
    pay: "お支払いへ進む",
    trouble: "お支払い画面に接続できませんでした",
    safe: "ご注文は承っております。お手数ですが、もう一度お試しください。",
    again: "もう一度試す",
    open: "お支払い画面を開く",
};

/// The language part of a tag: `ja` of `ja-JP`, and of BigCommerce's `ja_JP`.
pub fn language(tag: &str) -> &str {
    let end = tag.bytes().position(|byte| matches!(byte, b'-' | b'_')).unwrap_or(tag.len());
    tag.get(..end).unwrap_or(tag)
}

/// True if two tags name the same language: `ja_JP` and `ja`.
pub fn is_same(tag: &str, other: &str) -> bool {
    language(tag).eq_ignore_ascii_case(language(other))
}

/// The sentences for a language tag; English for every language that we do not have.
#[inline(never)]
pub fn text(tag: &str) -> &'static Text {
    if language(tag).eq_ignore_ascii_case("ja") { &JA } else { &EN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_by_any_tag_and_english_otherwise() {
        for tag in ["ja", "ja-JP", "ja_JP", "JA"] {
            assert_eq!(text(tag).pay, JA.pay, "{tag}");
        }
        for tag in ["en", "en_AU", "ko", "jam", ""] {
            assert_eq!(text(tag).pay, EN.pay, "{tag}");
        }
    }
}
