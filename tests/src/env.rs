//! What both sides of the sandbox share: where things are, the app's registration, and a way out to the worker.
//!
//! The sandbox owns its runtime. Tests each bring their own, short-lived one; work that must outlive a call (webhook
//! retries) is therefore spawned here, never on the caller's runtime.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::asking;
use crate::delivery::Delivery;
use crate::faults::Faults;

/// Handed to both sides; cheap to clone.
#[derive(Clone, Debug)]
pub struct Env {
    pub places: Places,
    pub app: Arc<App>,
    pub http: reqwest::Client,
    pub faults: Faults,
    pub delivery: Delivery,
    handle: Handle,
}

impl Env {
    /// Must be called within the sandbox's own runtime.
    #[must_use]
    pub fn new(places: Places, app: App) -> Self {
        let http = asking::client();
        let handle = Handle::current();
        let delivery = Delivery::new(http.clone(), handle.clone());
        Self { places, app: Arc::new(app), http, faults: Faults::default(), delivery, handle }
    }

    /// Runs `work` on the sandbox's runtime, whoever asks for it.
    ///
    /// # Panics
    /// When the sandbox has been shut down, or when `work` itself panicked.
    pub async fn run<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.handle.spawn(work).await.expect("the sandbox is running")
    }
}

/// The app as it stands in the (pretended) Developer Portal.
#[derive(Clone, Debug)]
pub struct App {
    pub client_id: String,
    pub client_secret: String,
    /// OAuth scopes, as the app's profile asks for them.
    pub scopes: Vec<String>,
    /// Origin of the worker, without a trailing slash.
    pub url: String,
}

impl App {
    pub const CLIENT_ID: &str = "sandbox-client-id";
    pub const CLIENT_SECRET: &str = "sandbox-client-secret-0123456789abcdef";
    const SCOPES: [&str; 8] = [
        "store_v2_orders",
        "store_v2_content",
        "store_content_checkout",
        "store_v2_information_read_only",
        "store_v2_transactions_read_only",
        "store_channel_settings_read_only",
        "store_sites_read_only",
        "store_app_extensions_manage",
    ];

    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            client_id: Self::CLIENT_ID.into(),
            client_secret: Self::CLIENT_SECRET.into(),
            scopes: Self::SCOPES.iter().map(ToString::to_string).collect(),
            url: url.trim_end_matches('/').into(),
        }
    }

    #[must_use]
    pub fn callback(&self, name: &str) -> String {
        format!("{}/{name}", self.url)
    }
}

/// Every address of the sandbox; one port, told apart by host name and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    port: u16,
}

impl Places {
    #[must_use]
    pub fn new(port: u16) -> Self {
        Self { port }
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Origin of the storefront of the first store.
    #[must_use]
    pub fn demo_shop(&self) -> String {
        format!("http://shop.localhost:{}", self.port)
    }

    /// Origin of the storefront of the store `hash`.
    #[must_use]
    pub fn shop(&self, hash: &str) -> String {
        format!("http://{hash}.shop.localhost:{}", self.port)
    }

    /// Origin of the BigCommerce control panel.
    #[must_use]
    pub fn panel(&self) -> String {
        format!("http://panel.localhost:{}", self.port)
    }

    /// Origin of KOMOJU's hosted pages and dashboard.
    #[must_use]
    pub fn pay(&self) -> String {
        format!("http://pay.localhost:{}", self.port)
    }

    /// Stands for `https://api.bigcommerce.com`; an IP address, because workerd resolves no `*.localhost`.
    #[must_use]
    pub fn bigcommerce_api(&self) -> String {
        format!("http://127.0.0.1:{}/bigcommerce", self.port)
    }

    /// Stands for `https://login.bigcommerce.com`.
    #[must_use]
    pub fn bigcommerce_login(&self) -> String {
        format!("http://127.0.0.1:{}/bigcommerce-login", self.port)
    }

    /// Stands for `https://komoju.com/api/v1`.
    #[must_use]
    pub fn komoju_api(&self) -> String {
        format!("http://127.0.0.1:{}/komoju/api/v1", self.port)
    }
}
