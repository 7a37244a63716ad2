//! Secrets at rest and tokens in flight.
//!
//! A secret leaves this process sealed (AES-256-GCM, by the platform's WebCrypto) or not at all. A seal is bound to
//! one store and one field: copied into another store's row, or another field, it does not open. A token is bound to
//! one purpose: a token for the status page does not open the panel.
//!
//! What proves a message ([`Vault::open_often`]) stays open in this isolate's memory, as the keys do: the same store's
//! messages come one after the other, and WebCrypto would be asked twice for each. Nothing else does.
//!
//! Keys are rotated by listing them: put the new one first, keep the old one until nothing needs it.
//!
//! ```text
//! ENCRYPTION_KEYS=k2:…,k1:…     k2 seals from now on; what k1 sealed still opens
//! ENCRYPTION_KEYS=k2:…          what k1 sealed is lost (`UnknownKey`)
//! ```

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use domain::hash::{hex, hmac_parts, is_cut_mac};
use domain::json::{read, write};
use domain::secret::Secret;
use domain::values::ids::StoreHash;
use domain::values::sealed::Sealed;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::fmt;

mod aes;

/// One symmetric key, and the id that everything made with it carries.
#[derive(Clone)]
pub struct Key {
    pub id: String,
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({}, …)", self.id)
    }
}

/// Why a sealed value did not open. None of these reveals anything about the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealError {
    /// Not of the form that [`Vault::seal`] makes.
    Malformed,
    /// Sealed with a key that `ENCRYPTION_KEYS` no longer lists.
    UnknownKey,
    /// It belongs to another store or another field, or was damaged.
    Refused,
    /// WebCrypto or the source of random numbers failed.
    Platform,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the sealed value is malformed",
            Self::UnknownKey => "the sealed value needs a key that ENCRYPTION_KEYS no longer lists",
            Self::Refused => "the sealed value does not open for this store and field",
            Self::Platform => "the platform's cryptography failed",
        })
    }
}

impl std::error::Error for SealError {}

impl From<SealError> for worker::Error {
    fn from(error: SealError) -> Self {
        worker::Error::RustError(error.to_string())
    }
}

/// Seals and opens secrets with `ENCRYPTION_KEYS`. A sealed value reads `{key id}.{nonce}.{ciphertext}`, the last two
/// in URL-safe base64.
#[derive(Debug, Clone, Copy)]
pub struct Vault<'a> {
    keys: &'a [Key],
}

impl<'a> Vault<'a> {
    pub fn new(keys: &'a [Key]) -> Self {
        Self { keys }
    }

    /// Seals a secret for this store and field. Errors: `Platform`.
    pub async fn seal(&self, store: &StoreHash, field: &str, secret: &Secret) -> Result<Sealed, SealError> {
        let key = self.keys.first().ok_or(SealError::UnknownKey)?;
        let nonce = random::<12>().map_err(|_| SealError::Platform)?;
        let bound_to = bound_to(&key.id, store, field);
        let sealed = aes::encrypt(&key.bytes, &nonce, &bound_to, secret.expose().as_bytes()).await;
        let sealed = sealed.map_err(|_| SealError::Platform)?;
        Ok(Sealed([&key.id, ".", &B64.encode(nonce), ".", &B64.encode(sealed)].concat()))
    }

    /// Opens what was sealed for this store and field.
    pub async fn open(&self, store: &StoreHash, field: &str, sealed: &Sealed) -> Result<Secret, SealError> {
        let (id, nonce, ciphertext) = parts(sealed).ok_or(SealError::Malformed)?;
        let key = self.keys.iter().find(|key| key.id == id).ok_or(SealError::UnknownKey)?;
        let open = aes::decrypt(&key.bytes, &nonce, &bound_to(id, store, field), &ciphertext).await;
        let open = open.map_err(|_| SealError::Refused)?;
        String::from_utf8(open).map(Secret::new).map_err(|_| SealError::Malformed)
    }

    /// [`Self::open`] for what each message is checked with: it is remembered. Not for what may be used against somebody
    /// else's service, or is somebody's own: tokens, keys, bank accounts.
    pub async fn open_often(
        &self,
        store: &StoreHash,
        field: &str,
        sealed: &Sealed,
    ) -> Result<Secret, SealError> {
        let id = sealed.0.split('.').next().unwrap_or_default();
        if !self.keys.iter().any(|key| key.id == id) {
            return Err(SealError::UnknownKey);
        }
        let bound_to = bound_to(id, store, field);
        if let Some(known) = OPENED.with_borrow(|all| all.find(sealed, &bound_to)) {
            return Ok(known);
        }
        let secret = self.open(store, field, sealed).await?;
        OPENED.with_borrow_mut(|all| all.keep(sealed.clone(), bound_to, secret.clone()));
        Ok(secret)
    }
}

thread_local! {
    static OPENED: RefCell<Opened> = const { RefCell::new(Opened(Vec::new())) };
}

/// How many opened seals an isolate remembers: a few each of the stores that it serves.
const REMEMBERED: usize = 64;

/// The seals opened lately, the oldest first: what was sealed, what it is bound to, what it holds.
struct Opened(Vec<(Sealed, Vec<u8>, Secret)>);

impl Opened {
    /// What this very seal holds, for the store and field that it is bound to.
    fn find(&self, sealed: &Sealed, bound_to: &[u8]) -> Option<Secret> {
        let is_it = |(known, bound, _): &&(Sealed, Vec<u8>, Secret)| known == sealed && bound == bound_to;
        self.0.iter().find(is_it).map(|(_, _, secret)| secret.clone())
    }

    fn keep(&mut self, sealed: Sealed, bound_to: Vec<u8>, secret: Secret) {
        if self.find(&sealed, &bound_to).is_some() {
            return;
        }
        if self.0.len() >= REMEMBERED {
            self.0.remove(0);
        }
        self.0.push((sealed, bound_to, secret));
    }
}

/// Key id, nonce and ciphertext of a sealed value.
fn parts(sealed: &Sealed) -> Option<(&str, [u8; 12], Vec<u8>)> {
    let (id, rest) = sealed.0.split_once('.')?;
    let (nonce, ciphertext) = rest.split_once('.')?;
    Some((id, B64.decode(nonce).ok()?.try_into().ok()?, B64.decode(ciphertext).ok()?))
}

/// The associated data of a seal. Key ids and store hashes hold no NUL, so the three parts cannot be mistaken for
/// each other.
fn bound_to(key_id: &str, store: &StoreHash, field: &str) -> Vec<u8> {
    [key_id, "\0", store.as_str(), "\0", field].concat().into_bytes()
}

fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// `n` random bytes as lower-case hexadecimal.
pub fn random_hex(n: usize) -> worker::Result<String> {
    let mut bytes = vec![0; n];
    getrandom::fill(&mut bytes).map_err(|e| worker::Error::RustError(e.to_string()))?;
    Ok(hex(&bytes))
}

/// What a token is for. The purpose is part of what is signed, so a token for one purpose is a forgery for every
/// other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// See how one payment stands, and nothing else.
    Status,
    /// `POST /pay/…`: act for the shopper. Whoever holds it may pay another way, which cancels a live code.
    Act,
    /// `POST /pay/…`: pay, and nothing that ends a live code. For who has shown the order's e-mail address and a number.
    Pay,
    /// `/go/…`: go on to KOMOJU's page.
    Go,
    /// `/return/…`: come back from KOMOJU's page.
    Return,
    /// `/pay/…`: start a payment by a link that the merchant made.
    PayLink,
    /// Use the control panel as a member of the merchant's staff.
    Panel,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Act => "act",
            Self::Pay => "pay",
            Self::Go => "go",
            Self::Return => "return",
            Self::PayLink => "pay-link",
            Self::Panel => "panel",
        }
    }
}

/// Why a token was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not of the form that [`Tokens::sign`] makes.
    Malformed,
    /// Signed with a key that `SIGNING_KEYS` does not list, for another purpose, or by somebody else.
    Forged,
    Expired,
}

/// Makes and opens our own tokens: `{key id}.{payload}.{mac}`, the last two in URL-safe base64. The MAC is
/// HMAC-SHA256, cut to 128 bits. Anybody can read the payload: a token hides nothing, it only cannot be forged.
#[derive(Debug, Clone, Copy)]
pub struct Tokens<'a> {
    keys: &'a [Key],
}

/// Bytes of the MAC.
const MAC_LENGTH: usize = 16;

impl<'a> Tokens<'a> {
    pub fn new(keys: &'a [Key]) -> Self {
        Self { keys }
    }

    /// A token without an expiry of its own.
    pub fn sign(&self, purpose: Purpose, payload: &[u8]) -> String {
        let key = &self.keys[0]; // Config refuses an empty list.
        let mac = hmac_parts(&key.bytes, &framed(key, purpose, payload));
        [&key.id, ".", &B64.encode(payload), ".", &B64.encode(&mac[..MAC_LENGTH])].concat()
    }

    /// The payload of a token for this purpose. Compares in constant time.
    pub fn open(&self, purpose: Purpose, token: &str) -> Result<Vec<u8>, TokenError> {
        let (id, payload, signature) = split(token).ok_or(TokenError::Malformed)?;
        let key = self.keys.iter().find(|key| key.id == id).ok_or(TokenError::Forged)?;
        match is_cut_mac(&key.bytes, &framed(key, purpose, &payload), &signature, MAC_LENGTH) {
            true => Ok(payload),
            false => Err(TokenError::Forged),
        }
    }

    /// A token that carries a value and an expiry, in seconds since the epoch.
    pub fn sign_json<T: Serialize>(&self, purpose: Purpose, expires_s: i64, value: &T) -> String {
        self.sign(purpose, write(&(expires_s, value)).as_bytes())
    }

    /// The value of a token. Errors: it is not ours, or `now_s` has reached its expiry.
    pub fn open_json<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
        now_s: i64,
    ) -> Result<T, TokenError> {
        self.open_dated(purpose, token, now_s).map(|(_, value)| value)
    }

    /// The same, with the expiry. A token made in place of another must not live longer than that one.
    pub fn open_dated<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
        now_s: i64,
    ) -> Result<(i64, T), TokenError> {
        let payload = self.open(purpose, token)?;
        let (expires_s, value): (i64, T) =
            read(&String::from_utf8_lossy(&payload)).map_err(|_| TokenError::Malformed)?;
        match now_s < expires_s {
            true => Ok((expires_s, value)),
            false => Err(TokenError::Expired),
        }
    }
}

/// What a token's MAC is over. Every part is framed by NULs, so parts cannot be mistaken for each other.
fn framed<'a>(key: &'a Key, purpose: Purpose, payload: &'a [u8]) -> [&'a [u8]; 6] {
    [b"komoju-bigcommerce token\0", purpose.name().as_bytes(), b"\0", key.id.as_bytes(), b"\0", payload]
}

/// Key id, payload and MAC of a token.
fn split(token: &str) -> Option<(&str, Vec<u8>, Vec<u8>)> {
    let (id, rest) = token.split_once('.')?;
    let (payload, mac) = rest.split_once('.')?;
    Some((id, B64.decode(payload).ok()?, B64.decode(mac).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_opens_for_its_own_store_and_field_only_and_not_for_ever() {
        let store = |hash| StoreHash::parse(hash).expect("a hash");
        let (a, b) = (store("aaaaaa"), store("bbbbbb"));
        let sealed = |n: usize| Sealed(format!("k1.nonce.{n}"));
        let mut opened = Opened(Vec::new());
        opened.keep(sealed(0), bound_to("k1", &a, "token"), Secret::new("t0ken"));
        let find = |opened: &Opened, sealed: Sealed, key, store, field| {
            opened.find(&sealed, &bound_to(key, store, field)).map(|secret| secret.expose().to_owned())
        };
        assert_eq!(find(&opened, sealed(0), "k1", &a, "token").as_deref(), Some("t0ken"));
        for (other, key, store, field) in
            [(1, "k1", &a, "token"), (0, "k2", &a, "token"), (0, "k1", &b, "token"), (0, "k1", &a, "key")]
        {
            assert_eq!(find(&opened, sealed(other), key, store, field), None, "{other} {key} {field}");
        }
        for n in 1..=REMEMBERED {
            opened.keep(sealed(n), bound_to("k1", &b, "key"), Secret::new("s"));
        }
        assert_eq!(opened.0.len(), REMEMBERED);
        assert_eq!(find(&opened, sealed(0), "k1", &a, "token"), None, "the oldest makes room");
    }

    fn key(id: &str, byte: u8) -> Key {
        Key { id: id.to_owned(), bytes: vec![byte; 32] }
    }

    #[test]
    fn a_token_opens_for_its_purpose_only() {
        let keys = [key("a", 1)];
        let token = Tokens::new(&keys).sign(Purpose::Status, b"order 7");
        assert_eq!(Tokens::new(&keys).open(Purpose::Status, &token).as_deref(), Ok(b"order 7".as_slice()));
        let others =
            [Purpose::Act, Purpose::Pay, Purpose::Go, Purpose::Return, Purpose::PayLink, Purpose::Panel];
        for other in others {
            assert_eq!(Tokens::new(&keys).open(other, &token), Err(TokenError::Forged));
        }
    }

    #[test]
    fn forged_and_damaged_tokens_are_refused() {
        let keys = [key("a", 1)];
        let tokens = Tokens::new(&keys);
        let token = tokens.sign(Purpose::Panel, b"store abc");
        let elsewhere = Tokens::new(&[key("a", 9)]).sign(Purpose::Panel, b"store abc");
        assert_eq!(tokens.open(Purpose::Panel, &elsewhere), Err(TokenError::Forged));
        let other_payload = token.replace(&B64.encode(b"store abc"), &B64.encode(b"store xyz"));
        assert_eq!(tokens.open(Purpose::Panel, &other_payload), Err(TokenError::Forged));
        let truncated = &token[..token.len() - 4];
        assert!(tokens.open(Purpose::Panel, truncated).is_err());
        let unsigned = ["a.", &B64.encode(b"store abc"), "."].concat();
        assert_eq!(tokens.open(Purpose::Panel, &unsigned), Err(TokenError::Forged));
        for malformed in ["", "a", "a.b", "a.!.!", "a.b.c.d"] {
            assert!(tokens.open(Purpose::Panel, malformed).is_err(), "{malformed}");
        }
    }

    #[test]
    fn the_first_key_signs_and_all_open() {
        let old = [key("a", 1)];
        let rotated = [key("b", 2), key("a", 1)];
        let token = Tokens::new(&old).sign(Purpose::Go, b"x");
        assert!(Tokens::new(&rotated).open(Purpose::Go, &token).is_ok());
        assert!(Tokens::new(&rotated).sign(Purpose::Go, b"x").starts_with("b."));
        let retired = [key("b", 2)];
        assert_eq!(Tokens::new(&retired).open(Purpose::Go, &token), Err(TokenError::Forged));
    }

    #[test]
    fn a_dated_token_ends_on_its_second() {
        let keys = [key("a", 1)];
        let tokens = Tokens::new(&keys);
        let token = tokens.sign_json(Purpose::Panel, 1_000, &("abc", 3_u32));
        let at = |now| tokens.open_json::<(String, u32)>(Purpose::Panel, &token, now);
        assert_eq!(at(999), Ok(("abc".to_owned(), 3)));
        assert_eq!(at(1_000), Err(TokenError::Expired));
    }

    #[test]
    fn malformed_seals_are_told_from_unknown_keys() {
        let parts = |text: &str| parts(&Sealed(text.to_owned())).is_some();
        assert!(!parts("") && !parts("k.x") && !parts("k.AAAA.AAAA"));
        assert!(parts(&["k.", &B64.encode([0; 12]), ".AAAA"].concat()));
    }
}
