//! The KOMOJU account: secret key, webhook address, webhook secret.

use super::fields::{copy_field, hidden_token};
use super::layout::{PanelPage, Tab, mode_pill, page as frame};
use super::request::Panel;
use crate::context::Ctx;
use crate::crypto::random_hex;
use crate::objects::messages::desk::Desk;
use crate::profile::{KomojuAccount, field};
use crate::texts::panel::keys as say;
use domain::hash::sha256_hex;
use domain::komoju::webhook::EVENTS;
use domain::secret::Secret;
use domain::state::settings::Mode;
use domain::texts::locale::Locale;
use domain::url::{Pair, value};
use domain::values::ids::{AccountId, StoreHash};
use domain::values::sealed::Sealed;
use maud::{Markup, html};
use worker::Result;

/// What is wrong with the key that was entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A publishable key (`pk_…`) instead of the secret one.
    Publishable,
    NotAKey,
    /// KOMOJU does not accept it.
    Unknown,
    /// KOMOJU did not answer, so the key could not be tried.
    Unanswered,
}

/// The key form, as entered. A key that was refused is not kept: no page ever shows a key.
#[derive(Clone, Default)]
pub struct KeyEntry {
    text: String,
    fault: Option<Fault>,
}

impl KeyEntry {
    pub fn read(form: &[Pair]) -> Self {
        let text: String = value(form, "secret_key").unwrap_or("").trim().chars().take(256).collect();
        Self { text, fault: None }
    }

    /// The form with a fault and without the key.
    pub fn refused(fault: Fault) -> Self {
        Self { text: String::new(), fault: Some(fault) }
    }

    /// The key that was entered. None: the field was left blank, which keeps the stored key. Errors: it cannot be a
    /// secret key.
    pub fn key(&self) -> std::result::Result<Option<Secret>, Fault> {
        match self.text.as_str() {
            "" => Ok(None),
            text if text.starts_with("pk_") => Err(Fault::Publishable),
            text => mode_of(text).map(|_| Some(Secret::new(text))).ok_or(Fault::NotAKey),
        }
    }
}

/// Live or test, and what follows the prefix, which alone decides that. It still stands in a masked key.
pub fn split(key: &str) -> Option<(Mode, &str)> {
    let live = key.strip_prefix("sk_live_").map(|rest| (Mode::Live, rest));
    live.or_else(|| key.strip_prefix("sk_test_").map(|rest| (Mode::Test, rest)))
}

/// Live or test. None: it is not a secret key.
fn mode_of(key: &str) -> Option<Mode> {
    let (mode, rest) = split(key)?;
    (rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(mode)
}

/// The key as it may be shown: `sk_live_••••1234`.
fn masked(key: &str) -> String {
    let (shown, hidden) = key.split_at(8.min(key.len()));
    [shown, "••••", &hidden[hidden.len().saturating_sub(4)..]].concat()
}

/// The account that this key opens, with the key sealed. The account's id is a fingerprint of the key.
pub async fn account(ctx: &Ctx, store: &StoreHash, key: &Secret) -> Result<KomojuAccount> {
    let text = key.expose();
    let fingerprint = &sha256_hex(["komoju account\0", text].concat().as_bytes())[..32];
    Ok(KomojuAccount {
        id: AccountId::parse(fingerprint).map_err(|e| worker::Error::RustError(e.to_string()))?,
        mode: mode_of(text).unwrap_or(Mode::Test),
        secret_key: ctx.vault().seal(store, field::KOMOJU_SECRET_KEY, key).await?,
        masked: masked(text),
        merchant_name: None,
        current: true,
    })
}

/// A new random webhook secret, sealed.
pub async fn new_webhook_secret(ctx: &Ctx, store: &StoreHash) -> Result<Sealed> {
    Ok(ctx.vault().seal(store, field::KOMOJU_WEBHOOK_SECRET, &Secret::new(random_hex(24)?)).await?)
}

/// True if keys and secrets are reserved for the owner, and somebody else is looking.
fn is_kept(desk: &Desk) -> bool {
    desk.profile.settings.keys_for_owner && !desk.is_owner
}

fn kept_words(locale: Locale) -> Markup {
    html! { p.hint { (say::kept(locale)) } }
}

/// The page. Opens the newest webhook secret, to be copied, for those who may see it.
pub async fn page<'a>(panel: &Panel<'a>, desk: &Desk, entry: &KeyEntry) -> Result<PanelPage<'a>> {
    let locale = panel.visitor.locale;
    let secret = match desk.profile.webhook_secrets.first().filter(|_| !is_kept(desk)) {
        Some(sealed) => {
            let vault = panel.ctx.vault();
            vault.open(&panel.visitor.store, field::KOMOJU_WEBHOOK_SECRET, sealed).await?.expose().to_owned()
        }
        None => String::new(),
    };
    let content = html! {
        (key_card(panel, desk, locale, entry))
        (webhook_card(panel, desk, locale, &secret))
    };
    Ok(frame(panel, desk, Tab::Keys, content))
}

fn key_card(panel: &Panel<'_>, desk: &Desk, locale: Locale, entry: &KeyEntry) -> Markup {
    html! {
        section.card {
            h2 { (say::title(locale)) }
            (current_key(desk, locale))
            @if is_kept(desk) { (kept_words(locale)) } @else { (key_form(panel, desk, locale, entry)) }
        }
    }
}

fn key_form(panel: &Panel<'_>, desk: &Desk, locale: Locale, entry: &KeyEntry) -> Markup {
    let described = if entry.fault.is_some() { "key-fault" } else { "key-hint" };
    let placeholder = desk.profile.current_account().map_or("sk_live_…", |account| account.masked.as_str());
    html! {
        form method="post" action="/panel/keys" {
            (hidden_token(panel))
            label for="secret_key" { (say::new_key(locale)) }
            input.code id="secret_key" name="secret_key" autocomplete="off" spellcheck="false"
                aria-describedby=(described) placeholder=(placeholder);
            @if let Some(fault) = entry.fault {
                p.fault id="key-fault" { (fault_words(locale, fault)) }
            }
            p.hint id="key-hint" { (say::key_hint(locale)) }
            button.primary { (say::save(locale)) }
        }
    }
}

fn current_key(desk: &Desk, locale: Locale) -> Markup {
    html! {
        p.current {
            @if let Some(account) = desk.profile.current_account() {
                (mode_pill(account.mode)) " " code { (account.masked) }
            } @else {
                (say::no_key(locale))
            }
        }
    }
}

fn fault_words(locale: Locale, fault: Fault) -> &'static str {
    match fault {
        Fault::Publishable => say::fault::publishable(locale),
        Fault::NotAKey => say::fault::not_a_key(locale),
        Fault::Unknown => say::fault::unknown(locale),
        Fault::Unanswered => say::fault::unanswered(locale),
    }
}

fn webhook_card(panel: &Panel<'_>, desk: &Desk, locale: Locale, secret: &str) -> Markup {
    let url = [&panel.ctx.config.app_url, "/webhooks/komoju/", panel.visitor.store.as_str()].concat();
    html! {
        section.card {
            h2 { "Webhook" }
            p { (say::webhook_hint(locale)) }
            (copy_field(locale, "webhook_url", say::webhook_url(locale), &url))
            (copy_field(locale, "webhook_secret", say::webhook_secret(locale), secret))
            h3 { (say::events(locale)) }
            ul.events {
                @for event in EVENTS { li { code { (event) } } }
            }
            (secret_actions(panel, desk, locale))
        }
    }
}

/// Making a new webhook secret, and retiring the former one.
fn secret_actions(panel: &Panel<'_>, desk: &Desk, locale: Locale) -> Markup {
    if is_kept(desk) {
        return kept_words(locale);
    }
    let older = desk.profile.webhook_secrets.len() > 1;
    html! {
        form.actions method="post" action="/panel/webhook-secret" {
            (hidden_token(panel))
            button name="do" value="new" { (say::new_secret(locale)) }
            @if older {
                button name="do" value="retire" { (say::retire(locale)) }
            }
        }
        @if older {
            p.hint { (say::retire_hint(locale)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::url::pairs;

    fn key(text: &str) -> std::result::Result<Option<Mode>, Fault> {
        let entry = KeyEntry::read(&pairs(&domain::url::form(&[("secret_key", text)])));
        entry.key().map(|key| key.and_then(|key| mode_of(key.expose())))
    }

    #[test]
    fn the_prefix_tells_test_from_live() {
        assert_eq!(key("sk_live_abcdefgh1234"), Ok(Some(Mode::Live)));
        assert_eq!(key(" sk_test_abcdefgh1234\n"), Ok(Some(Mode::Test)));
    }

    #[test]
    fn blank_keeps_what_is_stored_and_other_keys_are_refused() {
        assert_eq!(key(""), Ok(None));
        assert_eq!(key("pk_live_abcdefgh1234"), Err(Fault::Publishable));
        for bad in ["sk_abcdefgh1234", "sk_live_", "sk_live_abc def ghi", "sk_prod_abcdefgh1234", "hello"] {
            assert_eq!(key(bad), Err(Fault::NotAKey), "{bad}");
        }
    }

    #[test]
    fn a_masked_key_shows_its_mode_and_its_end() {
        assert_eq!(masked("sk_live_abcdefgh1234"), "sk_live_••••1234");
    }
}
