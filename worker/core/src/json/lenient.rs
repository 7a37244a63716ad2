//! JSON as the other sides really send it. A broken character in a shopper's message must not hide the order's
//! amount.
//!
//! A body that is valid JSON is read as such. In any other, only what is inside strings is mended: half a surrogate
//! pair becomes U+FFFD, a raw control character is escaped, an unknown escape loses its backslash. Numbers and
//! structure are never touched, so an amount is read as it was sent or not at all.
//!
//! ```text
//! {"total":"1530.0000","customer_message":"thanks \ud83d"}    read: the emoji was cut in half
//! {"total":1530.,"customer_message":"thanks"}                 refused: that is no number
//! ```

use serde_json::Value;

/// The JSON of a body. Errors: not JSON, even after its strings are mended.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&mended(text)).map_err(|_| error))
}

/// The same text, with strings that every reader takes, and without the mark that some editors begin a text with.
pub fn mended(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut inside = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => {
                inside = !inside;
                out.push(c);
            }
            '\\' if inside => escape(&mut rest, &mut out),
            c if inside && c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Copies what follows a backslash, as far as it is an escape. `rest` stands behind the backslash, and is moved past
/// what was copied.
fn escape(rest: &mut std::str::Chars<'_>, out: &mut String) {
    let mut ahead = rest.clone();
    match ahead.next() {
        Some('u') => match unit(ahead.as_str()) {
            Some(high @ 0xd800..=0xdbff) => {
                let second =
                    ahead.as_str().get(4..).and_then(|after| after.strip_prefix("\\u")).and_then(unit);
                match second {
                    Some(low @ 0xdc00..=0xdfff) => {
                        out.push_str(&format!("\\u{high:04x}\\u{low:04x}"));
                        *rest = skipped(ahead, 10);
                    }
                    _ => {
                        out.push_str("\\ufffd");
                        *rest = skipped(ahead, 4);
                    }
                }
            }
            Some(0xdc00..=0xdfff) => {
                out.push_str("\\ufffd");
                *rest = skipped(ahead, 4);
            }
            Some(unit) => {
                out.push_str(&format!("\\u{unit:04x}"));
                *rest = skipped(ahead, 4);
            }
            // No number follows: the letter stands for itself.
            None => {}
        },
        Some(c @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
            out.extend(['\\', c]);
            *rest = ahead;
        }
        Some(_) | None => {}
    }
}

/// The UTF-16 unit that the first four characters name as hexadecimal digits.
fn unit(text: &str) -> Option<u16> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

/// The text behind the next `n` characters.
fn skipped(mut chars: std::str::Chars<'_>, n: usize) -> std::str::Chars<'_> {
    chars.by_ref().take(n).for_each(drop);
    chars
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_that_is_no_text_does_not_hide_the_rest() {
        for broken in [
            r#""\ud83d""#,
            r#""\ude00 x""#,
            r#""a\ud83db""#,
            r#""\ud83d\ud83d""#,
            r#""\ud83d\n""#,
            r#""\uD83D\u0041""#,
            r#""\x""#,
            r#""\u12""#,
            r#""\'""#,
            "\"tab\there\"",
            "\"line\nbreak\"",
            r#""\ud83d\ude00 \ud83d""#,
        ] {
            let body =
                [r#"{"id":7,"customer_message":"#, broken, r#","total":"1530.0000","list":[1,"\u3042"]}"#]
                    .concat();
            let value = parse(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
            assert_eq!((&value["id"], &value["total"]), (&json!(7), &json!("1530.0000")), "{body}");
            assert_eq!(value["list"], json!([1, "あ"]), "{body}");
        }
    }

    #[test]
    fn whole_characters_stay_what_they_are() {
        let body = r#"{"a":"\ud83d\ude00 \"\\\u3042","b":"\ud83d"}"#;
        let value = parse(body).expect("it can be put right");
        assert_eq!(value, json!({ "a": "😀 \"\\あ", "b": "\u{fffd}" }));
        assert_eq!(parse("\u{feff}{}").expect("a mark at its beginning is none of it"), json!({}));
    }

    #[test]
    fn what_is_broken_beside_its_text_stays_unreadable() {
        for body in [
            "",
            "<html>",
            "{",
            r#"{"a":1,}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a":"x}"#,
            r#"{"amount":12.}"#,
            "\u{1}",
        ] {
            assert!(parse(body).is_err(), "{body}");
        }
    }

    /// Wherever a body is cut off, nothing is made up, and nothing panics.
    #[test]
    fn a_body_that_was_cut_off_is_not_completed() {
        let body = r#"{"a":"\ud83d \ud83d\ude00","b":[1,2.5],"c":{"d":"\n"}}"#;
        let whole = parse(body).expect("it can be put right");
        for (cut, _) in body.char_indices() {
            assert!(parse(&body[..cut]).is_err(), "{}", &body[..cut]);
        }
        assert_eq!(whole["b"], json!([1, 2.5]));
    }
}
