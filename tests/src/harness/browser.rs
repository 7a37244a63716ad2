//! Real Chromium, driven the way a person uses it: look until it is there, then click.

use std::path::PathBuf;
use std::{fs, thread};

use base64::prelude::{BASE64_STANDARD, Engine};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Map, Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::chromedriver::Chromedriver;
use super::wait::eventually;
use super::workerd::project;

/// How many tests may have a browser open at once: more only slow each other down.
static SEATS: Semaphore = Semaphore::const_new(3);

/// The first visible element for a selector (and a text within it), wherever it is: also in open shadow roots.
const FIND: &str = r"
const [selector, text] = arguments;
const roots = [document];
for (const root of roots) {
  for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot);
  for (const element of root.querySelectorAll(selector)) {
    const says = element.innerText ?? element.textContent;
    if (element.checkVisibility() && (text === null || says.includes(text))) return element;
  }
}
return null;
";

/// What the browser asks pages for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Japanese,
    English,
    Korean,
    /// As browsers name it: by a region, not by how it is written.
    TraditionalChinese,
}

impl Language {
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
            Self::Korean => "ko",
            Self::TraditionalChinese => "zh-TW",
        }
    }
}

/// A Chromium of its own: no cookies, no cache, no history. Closed when dropped; when its test has failed, it leaves a
/// screenshot in `target/screenshots` and its last words on stderr.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    session: String,
    _seat: Option<SemaphorePermit<'static>>,
}

impl Browser {
    /// # Panics
    /// When Chromium or its driver is missing: `scripts/setup --test` installs them.
    pub async fn open(language: Language) -> Self {
        Self::open_as(capabilities(language)).await
    }

    /// One whose [`Browser::goto`] waits for nothing, for pages whose `load` never comes.
    pub async fn open_impatient(language: Language) -> Self {
        let mut capabilities = capabilities(language);
        capabilities.insert("pageLoadStrategy".into(), "none".into());
        Self::open_as(capabilities).await
    }

    async fn open_as(capabilities: Map<String, Value>) -> Self {
        let seat = SEATS.acquire().await.expect("the semaphore is never closed");
        Self::start(capabilities, Some(seat)).await
    }

    /// A second browser for the same test, a stranger to the first.
    pub async fn open_another(&self, language: Language) -> Self {
        Self::start(capabilities(language), None).await
    }

    async fn start(capabilities: Map<String, Value>, seat: Option<SemaphorePermit<'static>>) -> Self {
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&Chromedriver::shared().url())
            .await
            .expect("chromedriver opens a browser");
        let session = client.session_id().await.ok().flatten().expect("an open browser has a session");
        Self { client, session, _seat: seat }
    }

    /// The WebDriver client below, for what this type has no word for.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Loads a page and waits for its `load` event.
    pub async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("cannot open {url}: {error}"));
    }

    pub async fn url(&self) -> Url {
        self.client.current_url().await.expect("the browser is open")
    }

    /// Waits until the address satisfies `expected`, and returns it.
    #[track_caller]
    pub fn wait_for_url(&self, what: &str, expected: impl Fn(&Url) -> bool) -> impl Future<Output = Url> {
        eventually(format!("the address to be {what}"), async move || {
            self.client.current_url().await.ok().filter(|url| expected(url))
        })
    }

    /// Waits until something that fits the selector is visible, in the page or in an open shadow root.
    #[track_caller]
    pub fn wait_for(&self, selector: &str) -> impl Future<Output = Element> {
        eventually(format!("{selector} to be visible"), async move || self.find(selector, None).await)
    }

    /// Waits until something that fits the selector is visible and contains the text.
    #[track_caller]
    pub fn wait_for_text(&self, selector: &str, text: &str) -> impl Future<Output = Element> {
        eventually(format!("{selector} to say {text:?}"), async move || self.find(selector, Some(text)).await)
    }

    /// Waits until nothing that fits the selector is visible.
    #[track_caller]
    pub fn wait_until_gone(&self, selector: &str) -> impl Future<Output = ()> {
        eventually(format!("{selector} to be gone"), async move || match self.look(selector, None).await {
            Ok(None) => Some(()),
            Ok(Some(_)) | Err(_) => None,
        })
    }

    /// Clicks what fits the selector as soon as it can be clicked.
    #[track_caller]
    pub fn click(&self, selector: &str) -> impl Future<Output = ()> {
        eventually(format!("{selector} to be clicked"), async move || {
            self.find(selector, None).await?.click().await.ok()
        })
    }

    /// Clicks what fits the selector and contains the text, as soon as it can be clicked.
    #[track_caller]
    pub fn click_text(&self, selector: &str, text: &str) -> impl Future<Output = ()> {
        eventually(format!("{selector} with {text:?} to be clicked"), async move || {
            self.find(selector, Some(text)).await?.click().await.ok()
        })
    }

    /// Replaces what stands in a field.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) -> impl Future<Output = ()> {
        eventually(format!("{selector} to be filled in"), async move || {
            let field = self.find(selector, None).await?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
    }

    /// The visible text of what fits the selector, once it is there.
    #[track_caller]
    pub fn text(&self, selector: &str) -> impl Future<Output = String> {
        eventually(format!("{selector} to have a text"), async move || {
            self.find(selector, None).await?.text().await.ok()
        })
    }

    /// Whether something that fits the selector is visible right now. For what must *not* be there, wait first for
    /// something that comes after it.
    pub async fn sees(&self, selector: &str) -> bool {
        self.find(selector, None).await.is_some()
    }

    /// Goes on inside a frame, until [`Browser::leave_frame`].
    #[track_caller]
    pub fn enter_frame(&self, selector: &str) -> impl Future<Output = ()> {
        eventually(format!("{selector} to be a frame"), async move || {
            self.find(selector, None).await?.enter_frame().await.ok()
        })
    }

    pub async fn leave_frame(&self) {
        self.client.enter_parent_frame().await.expect("the browser is open");
    }

    /// Goes back, as with the Back button.
    pub async fn back(&self) {
        self.client.back().await.expect("the browser is open");
    }

    pub async fn reload(&self) {
        self.client.refresh().await.expect("the browser is open");
    }

    /// Makes the page this large, in CSS pixels, as on such a device; windows themselves have a smallest size.
    pub fn resize(&self, width: u32, height: u32) {
        let metrics =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        let _empty = self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// A command of the DevTools protocol, for what no page can see of itself. Gives its result.
    #[must_use]
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let command = json!({ "cmd": command, "params": parameters });
        let path = format!("{}/goog/cdp/execute", self.session);
        Chromedriver::shared().call(Method::POST, &path, Some(&command)).expect("the browser is open")
    }

    /// Has pages believe that their reader likes it `light` or `dark`.
    pub fn prefer_scheme(&self, scheme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        let command = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": [feature] } });
        let path = format!("{}/goog/cdp/execute", self.session);
        Chromedriver::shared().call(Method::POST, &path, Some(&command)).expect("the browser is open");
    }

    /// What a promise in the page comes to.
    pub async fn eval_soon(&self, promise: &str) -> Value {
        let script = format!("({promise}).then(arguments[arguments.length - 1]);");
        let value = self.client.execute_async(&script, Vec::new()).await;
        value.unwrap_or_else(|error| panic!("{promise}: {error}"))
    }

    /// The value of a JavaScript expression in the page.
    pub async fn eval(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// What the console said since the last call, errors of the network included.
    #[must_use]
    pub fn console(&self) -> Vec<String> {
        let path = format!("{}/se/log", self.session);
        let entries = Chromedriver::shared().call(Method::POST, &path, Some(&json!({ "type": "browser" })));
        let entries = entries.unwrap_or_default();
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries.iter().filter_map(|entry| Some(entry["message"].as_str()?.to_owned())).collect()
    }

    /// Keeps a picture of the page as `target/screenshots/{name}.png`.
    pub fn screenshot(&self, name: &str) -> Option<PathBuf> {
        let picture = self.ask("screenshot").ok()?;
        let bytes = BASE64_STANDARD.decode(picture.as_str()?).ok()?;
        let folder = project().join("target/screenshots");
        let file = folder.join(format!("{}.png", name.replace("::", "-")));
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, bytes)).ok()?;
        Some(file)
    }

    /// None where it is not there, or where the page is being replaced this very moment.
    async fn find(&self, selector: &str, text: Option<&str>) -> Option<Element> {
        self.look(selector, text).await.ok().flatten()
    }

    async fn look(&self, selector: &str, text: Option<&str>) -> Result<Option<Element>, CmdError> {
        let found = self.client.execute(FIND, vec![json!(selector), json!(text)]).await?;
        match found {
            Value::Null => Ok(None),
            found => Ok(element_id(&found).map(|id| Element::from_element_id(self.client.clone(), id))),
        }
    }

    fn ask(&self, what: &str) -> Result<Value, reqwest::Error> {
        Chromedriver::shared().call(Method::GET, &format!("{}/{what}", self.session), None)
    }

    /// What a person would want to know of a test that failed.
    fn last_words(&self) {
        let test = thread::current().name().unwrap_or("test").to_owned();
        let url = self.ask("url").unwrap_or_default();
        eprintln!("the browser was at {url}");
        for line in self.console() {
            eprintln!("  console: {line}");
        }
        if let Some(file) = self.screenshot(&test) {
            eprintln!("  picture: {}", file.display());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if thread::panicking() {
            self.last_words();
        }
        // A browser that has crashed is closed as well.
        let _closed = Chromedriver::shared().call(Method::DELETE, &self.session, None);
    }
}

/// How WebDriver writes an element in JSON: an object with one member, the id.
fn element_id(found: &Value) -> Option<ElementRef> {
    let id = found.as_object()?.values().next()?.as_str()?;
    Some(ElementRef::from(id.to_owned()))
}

fn capabilities(language: Language) -> Map<String, Value> {
    let language = language.code();
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1200,900",
        &format!("--lang={language}"),
    ];
    let capabilities = json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "args": arguments,
            "prefs": { "intl.accept_languages": language, "translate.enabled": false },
        },
    });
    match capabilities {
        Value::Object(capabilities) => capabilities,
        other => unreachable!("an object was written above, not {other}"),
    }
}
