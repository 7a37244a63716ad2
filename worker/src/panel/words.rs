//! The panel's words for keys and facts.

use crate::objects::messages::health::{BUSY, NO_PERMISSION, NOT_FOUND, TOKEN_REFUSED, TOO_MANY, Trouble};
use crate::texts::panel::words as say;
use domain::state::settings::Provider;
use domain::texts::locale::Locale;
use domain::time::{JapanTime, in_japan};
use domain::values::attention::Side;

/// The confirmation after a form. None: no such word.
pub fn done(locale: Locale, word: &str) -> Option<&'static str> {
    Some(match word {
        "key" => say::done::key(locale),
        "secret" => say::done::secret(locale),
        "retired" => say::done::retired(locale),
        "methods" => say::done::methods(locale),
        "label" | "settings" => say::done::saved(locale),
        "repaired" => say::done::repaired(locale),
        "decided" => say::done::decided(locale),
        "overtaken" => say::done::overtaken(locale),
        "dismissed" => say::done::dismissed(locale),
        "looked" => say::done::looked(locale),
        _ => return None,
    })
}

/// What is wrong with the installation. `channel_name` gives the name of a storefront.
pub fn trouble(locale: Locale, trouble: &Trouble, channel_name: impl Fn(u64) -> String) -> String {
    use say::trouble;
    match trouble {
        Trouble::ScriptDisabled { channel } => trouble::script_disabled(locale, &channel_name(*channel)),
        Trouble::Script { channel, why } => {
            trouble::ScriptRefused { channel: &channel_name(*channel), why: reason(locale, why) }.say(locale)
        }
        Trouble::Hook { scope, why } => trouble::HookRefused { scope, why: reason(locale, why) }.say(locale),
        Trouble::Unreachable { call, why } => {
            trouble::Unreachable { call, why: reason(locale, why) }.say(locale)
        }
        Trouble::ScopeMissing { call } => trouble::scope_missing(locale, call),
        Trouble::CheckoutNotOptimized => trouble::checkout_not_optimized(locale).to_owned(),
        Trouble::ThemeNotStencil => trouble::theme_not_stencil(locale).to_owned(),
        Trouble::NobodyStarts { orders, since_ms } => {
            trouble::NobodyStarts { count: u64::from(*orders), since: &moment(*since_ms) }.say(locale)
        }
        Trouble::Silent { side: Side::Komoju, since_ms } => {
            trouble::komoju_silent(locale, &moment(*since_ms))
        }
        Trouble::Silent { side: Side::BigCommerce, since_ms } => {
            trouble::bigcommerce_silent(locale, &moment(*since_ms))
        }
        Trouble::KomojuKeyRefused => trouble::komoju_key_refused(locale).to_owned(),
    }
}

/// Why a call did not succeed: in the reader's language if the words are ours, else as the other side said it.
fn reason(locale: Locale, why: &str) -> &str {
    match why {
        BUSY => say::reason::busy(locale),
        TOO_MANY => say::reason::too_many(locale),
        TOKEN_REFUSED => say::reason::token_refused(locale),
        NO_PERMISSION => say::reason::no_permission(locale),
        NOT_FOUND => say::reason::not_found(locale),
        other => other,
    }
}

/// BigCommerce's own name for an offline method.
pub fn provider(locale: Locale, provider: Provider) -> &'static str {
    match provider {
        Provider::InStore => say::provider::in_store(locale),
        Provider::Cod => say::provider::cod(locale),
        Provider::Cheque => say::provider::cheque(locale),
        Provider::MoneyOrder => say::provider::money_order(locale),
        Provider::BankDeposit => say::provider::bank_deposit(locale),
    }
}

/// A moment (ms since the epoch) as `2026-11-25 23:59 JST`: the clock by which the deadlines of Japanese shops go.
pub fn moment(ms: i64) -> String {
    let JapanTime { year, month, day, hour, minute, .. } = in_japan(ms);
    let two = |n: i64| [if n < 10 { "0" } else { "" }, &n.to_string()].concat();
    [&year.to_string(), "-", &two(month), "-", &two(day), " ", &two(hour), ":", &two(minute), " JST"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::failure::Failure;

    #[test]
    fn moments_are_written_by_japans_clock() {
        assert_eq!(moment(1_795_618_799_000), "2026-11-25 23:59 JST");
    }

    #[test]
    fn busy_and_too_many_are_told_apart_in_both_languages() {
        let told = |failure: &Failure, locale| {
            let trouble = Trouble::of("orders", failure);
            super::trouble(locale, &trouble, |_| String::new())
        };
        for (failure, english, japanese) in [
            (Failure::busy(None), "busy, or locked", "ほかの処理が実行中"),
            (Failure::later(Some(5)), "too many requests", "リクエスト数が上限"),
            (Failure::Unauthorized, "token was refused", "アクセストークンが"),
            (Failure::NotFound, "not found", "見つかりません"),
        ] {
            assert!(told(&failure, Locale::En).contains(english), "{failure:?}");
            let told = told(&failure, Locale::Ja);
            assert!(told.contains(japanese), "{told}");
            assert!(told.chars().filter(char::is_ascii_alphabetic).count() == "orders".len(), "{told}");
        }
        // What the other side said is left in its own words.
        let refused = Failure::Refused {
            status: 422,
            code: String::new(),
            param: String::new(),
            message: "No.".into(),
        };
        assert!(told(&refused, Locale::Ja).contains("No."));
    }
}
