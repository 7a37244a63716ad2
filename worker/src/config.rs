//! What the deployment configures. It is read and checked as a whole before anything else, and kept: an isolate runs one
//! version of the worker with one configuration. A missing or malformed variable is one clear error that names it, and
//! nothing is served half-configured.

use crate::crypto::Key;
use crate::problem::Problem;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::bigcommerce::oauth::App;
use domain::secret::Secret;
use domain::url;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// A variable that is missing or cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub variable: &'static str,
    pub reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.reason)
    }
}

impl std::error::Error for ConfigError {}

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Self::new(500, Self::MISCONFIGURED, "The app is not configured", error.to_string())
    }
}

/// The whole configuration. No URL ends with a slash.
#[derive(Debug, Clone)]
pub struct Config {
    /// The app's id at BigCommerce.
    pub client_id: String,
    /// The app's secret at BigCommerce; it also signs payloads.
    pub client_secret: Secret,
    /// Where this worker can be reached, as registered with BigCommerce.
    pub app_url: String,
    pub bigcommerce_api_url: String,
    pub bigcommerce_login_url: String,
    /// One more page that may frame the panel. Used by the local sandbox only.
    pub bigcommerce_panel_url: Option<String>,
    pub komoju_api_url: String,
    /// The only foreign origin to which shoppers are sent.
    pub komoju_hosted_url: String,
    /// The keys that seal secrets at rest, 32 bytes each. The first seals; all of them open.
    pub encryption_keys: Vec<Key>,
    /// The keys that sign our own tokens, at least 32 bytes each. The first signs; all of them verify.
    pub signing_keys: Vec<Key>,
    /// Divides every delay, for local runs. 1 in production.
    pub time_scale: u32,
}

thread_local! {
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
}

impl Config {
    /// The worker's variables and secrets, read at the first call. Errors: the first variable that is missing or
    /// malformed; then the next call reads them again.
    pub fn from_env(env: &worker::Env) -> Result<Rc<Self>, ConfigError> {
        if let Some(known) = CONFIG.with_borrow(Clone::clone) {
            return Ok(known);
        }
        let config = Rc::new(Self::parse(|name| env.var(name).ok().map(|value| value.to_string()))?);
        CONFIG.set(Some(Rc::clone(&config)));
        Ok(config)
    }

    /// `lookup` gives a variable's text, or None if it is not set. An empty text counts as not set.
    pub fn parse(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name: &'static str| lookup(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let need = |name| get(name).ok_or_else(|| refuse(name, "is not set"));
        let url_or = |name, default: &str| url(name, get(name).unwrap_or_else(|| default.to_owned()));
        let config = Self {
            client_id: need("BIGCOMMERCE_CLIENT_ID")?,
            client_secret: Secret::new(need("BIGCOMMERCE_CLIENT_SECRET")?),
            app_url: url("APP_URL", need("APP_URL")?)?,
            bigcommerce_api_url: url_or("BIGCOMMERCE_API_URL", "https://api.bigcommerce.com")?,
            bigcommerce_login_url: url_or("BIGCOMMERCE_LOGIN_URL", "https://login.bigcommerce.com")?,
            bigcommerce_panel_url: get("BIGCOMMERCE_PANEL_URL")
                .map(|v| url("BIGCOMMERCE_PANEL_URL", v))
                .transpose()?,
            komoju_api_url: url_or("KOMOJU_API_URL", "https://komoju.com/api/v1")?,
            komoju_hosted_url: url_or("KOMOJU_HOSTED_URL", "https://komoju.com")?,
            encryption_keys: keys("ENCRYPTION_KEYS", &need("ENCRYPTION_KEYS")?, |n| n == 32, "32")?,
            signing_keys: keys("SIGNING_KEYS", &need("SIGNING_KEYS")?, |n| n >= 32, "at least 32")?,
            time_scale: time_scale(get("TIME_SCALE"))?,
        };
        config.check_time_scale()?;
        Ok(config)
    }

    /// What BigCommerce knows this deployment by.
    pub fn app(&self) -> App<'_> {
        App {
            login_url: &self.bigcommerce_login_url,
            app_url: &self.app_url,
            client_id: &self.client_id,
            client_secret: &self.client_secret,
        }
    }

    /// How many times faster than in production time runs.
    pub fn scale(&self) -> i64 {
        i64::from(self.time_scale)
    }

    /// A delay in ms, divided by the time scale. Never 0, so that a backoff always moves on.
    pub fn scaled_ms(&self, ms: i64) -> i64 {
        (ms / i64::from(self.time_scale)).max(1)
    }

    /// Scaled time must never meet real money: it is refused unless every API is on this machine.
    fn check_time_scale(&self) -> Result<(), ConfigError> {
        let urls = [
            &self.bigcommerce_api_url,
            &self.bigcommerce_login_url,
            &self.komoju_api_url,
            &self.komoju_hosted_url,
        ];
        match self.time_scale != 1 && !urls.iter().all(|url| url::is_loopback(url)) {
            true => {
                Err(refuse("TIME_SCALE", "may differ from 1 only where every API URL is on this machine"))
            }
            false => Ok(()),
        }
    }
}

fn refuse(variable: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError { variable, reason: reason.into() }
}

/// A whole URL without query, over https, or over http on this machine.
fn url(name: &'static str, text: String) -> Result<String, ConfigError> {
    let text = text.trim_end_matches('/');
    let whole =
        url::origin_of(text).is_some() && !text.contains(['?', '#', '\\', '"', '<', '>', ' ', '\'', ';']);
    match whole && (text.starts_with("https://") || url::is_loopback(text)) {
        true => Ok(text.to_owned()),
        false => Err(refuse(name, "must be an https URL without query (http only on this machine)")),
    }
}

fn time_scale(text: Option<String>) -> Result<u32, ConfigError> {
    let Some(text) = text else { return Ok(1) };
    let scale = text.parse().ok().filter(|n| (1..=1_000_000).contains(n));
    scale.ok_or_else(|| refuse("TIME_SCALE", "must be a whole number from 1 to 1000000"))
}

/// Keys as `id:base64,id:base64,…`. Errors: a malformed part, a wrong length, or an id that is used twice.
fn keys(
    name: &'static str,
    text: &str,
    fits: fn(usize) -> bool,
    length: &str,
) -> Result<Vec<Key>, ConfigError> {
    let keys =
        text.split(',').map(|part| key(name, part.trim(), fits, length)).collect::<Result<Vec<_>, _>>()?;
    let repeated = keys.iter().enumerate().any(|(i, key)| keys[..i].iter().any(|k| k.id == key.id));
    match repeated {
        true => Err(refuse(name, "names one key id twice")),
        false => Ok(keys),
    }
}

/// One `id:base64`.
fn key(name: &'static str, part: &str, fits: fn(usize) -> bool, length: &str) -> Result<Key, ConfigError> {
    let (id, encoded) =
        part.split_once(':').ok_or_else(|| refuse(name, "must be written id:base64,id:base64,…"))?;
    let id_ok = !id.is_empty() && id.len() <= 16 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if !id_ok {
        return Err(refuse(name, "has a key id that is not 1 to 16 letters and digits"));
    }
    let bytes =
        STANDARD.decode(encoded).map_err(|_| refuse(name, ["key ", id, " is not base64"].concat()))?;
    match fits(bytes.len()) {
        true => Ok(Key { id: id.to_owned(), bytes }),
        false => Err(refuse(name, ["key ", id, " must have ", length, " bytes"].concat())),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The variables of a complete configuration.
    pub(crate) fn variables() -> Vec<(&'static str, String)> {
        let key = |byte: u8| STANDARD.encode([byte; 32]);
        vec![
            ("BIGCOMMERCE_CLIENT_ID", "test-client".to_owned()),
            ("BIGCOMMERCE_CLIENT_SECRET", "test-client-secret".to_owned()),
            ("APP_URL", "https://app.example/".to_owned()),
            ("ENCRYPTION_KEYS", ["e2:", &key(2), ",e1:", &key(1)].concat()),
            ("SIGNING_KEYS", ["s2:", &key(4), ",s1:", &key(3)].concat()),
        ]
    }

    fn parse_with(change: (&'static str, &str)) -> Result<Config, ConfigError> {
        let mut vars = variables();
        vars.retain(|(name, _)| *name != change.0);
        vars.push((change.0, change.1.to_owned()));
        Config::parse(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()))
    }

    pub(crate) fn config() -> Config {
        parse_with(("TIME_SCALE", "1")).expect("the variables above are complete")
    }

    #[test]
    fn defaults_are_the_real_hosts_and_slashes_are_trimmed() {
        let config = config();
        assert_eq!(config.app_url, "https://app.example");
        assert_eq!(config.bigcommerce_api_url, "https://api.bigcommerce.com");
        assert_eq!(config.komoju_api_url, "https://komoju.com/api/v1");
        assert_eq!(config.encryption_keys[0].id, "e2");
    }

    #[test]
    fn each_missing_variable_is_named() {
        for (name, _) in variables() {
            let error = parse_with((name, "")).expect_err("an empty variable is a missing one");
            assert_eq!((error.variable, error.reason.as_str()), (name, "is not set"));
        }
    }

    #[test]
    fn malformed_variables_are_refused_by_name() {
        let short = STANDARD.encode([1; 31]);
        let good = STANDARD.encode([1; 32]);
        for (name, value) in [
            ("APP_URL", "app.example".to_owned()),
            ("APP_URL", "http://app.example".to_owned()),
            ("KOMOJU_API_URL", "https://komoju.example/api?x=1".to_owned()),
            ("ENCRYPTION_KEYS", "nocolon".to_owned()),
            ("ENCRYPTION_KEYS", "e1:%%%".to_owned()),
            ("ENCRYPTION_KEYS", ["e1:", &short].concat()),
            ("SIGNING_KEYS", ["a b:", &good].concat()),
            ("SIGNING_KEYS", ["s1:", &good, ",s1:", &good].concat()),
            ("TIME_SCALE", "0".to_owned()),
            ("TIME_SCALE", "fast".to_owned()),
        ] {
            let error = parse_with((name, &value)).expect_err(&value);
            assert_eq!(error.variable, name, "{value}");
        }
    }

    #[test]
    fn a_misconfigured_app_names_the_variable() {
        let error = ConfigError { variable: "APP_URL", reason: "is not set".to_owned() };
        assert_eq!(Problem::from(error).detail, "APP_URL is not set");
    }

    #[test]
    fn hurried_time_is_refused_where_an_api_is_real() {
        assert_eq!(
            parse_with(("TIME_SCALE", "60")).map(|_| ()).expect_err("real hosts").variable,
            "TIME_SCALE"
        );
        let local = ["BIGCOMMERCE_API_URL", "BIGCOMMERCE_LOGIN_URL", "KOMOJU_API_URL", "KOMOJU_HOSTED_URL"];
        let vars = variables();
        let config = Config::parse(|name| match name {
            "TIME_SCALE" => Some("60".to_owned()),
            name if local.contains(&name) => Some("http://127.0.0.1:8790/x".to_owned()),
            name => vars.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone()),
        });
        assert_eq!(config.expect("all local").scaled_ms(60_000), 1_000);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", config());
        assert!(!shown.contains("test-client-secret") && !shown.contains("[2, 2"), "{shown}");
    }
}
