//! A sandbox and a worker that know of each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, panic, process, thread};

use base64::prelude::{BASE64_STANDARD, Engine};
use tokio::sync::OnceCell;

use super::workerd::{Options, Workerd};
use crate::{Config, Sandbox, asking};

/// Delays of the worker run this many times faster: two minutes take two seconds.
const TIME_SCALE: &str = "60";

/// And this many times in [`hurried_world`].
const HURRIED: &str = "14400";

/// The key behind the worker's own tokens, by the id `s1`, so that tests can make such tokens and forge them.
pub const SIGNING_KEY: [u8; 32] = [0x5a; 32];

/// How much of the worker's log a failing test shows.
const LOG_TAIL: usize = 60;

/// Fields are dropped in this order: nobody serves a worker's last requests after it.
#[derive(Debug)]
pub struct World {
    pub worker: Workerd,
    pub sandbox: Sandbox,
    /// Storage of the worker, where it has one.
    pub(super) folder: Option<PathBuf>,
}

/// The world that all tests of this program share. Each makes its own store and merchant in it.
pub async fn world() -> &'static World {
    static WORLD: OnceCell<World> = OnceCell::const_new();
    let world = WORLD.get_or_init(|| async { World::start(|_| ()).await }).await;
    show_log_on_panic(world);
    world
}

/// A shared world whose delays are production's: within a test nothing happens there by itself, so that what a stranger
/// did not cause can be told from what they did.
pub async fn calm_world() -> &'static World {
    static WORLD: OnceCell<World> = OnceCell::const_new();
    let calm = |options: &mut Options| {
        options.vars.insert("TIME_SCALE".into(), "1".into());
    };
    let world = WORLD.get_or_init(|| async { World::start(calm).await }).await;
    show_log_on_panic(world);
    world
}

/// A shared world in which a day takes six seconds: for what comes days later.
pub async fn hurried_world() -> &'static World {
    static WORLD: OnceCell<World> = OnceCell::const_new();
    let hurry = |options: &mut Options| {
        options.vars.insert("TIME_SCALE".into(), HURRIED.into());
    };
    let world = WORLD.get_or_init(|| async { World::start(hurry).await }).await;
    show_log_on_panic(world);
    world
}

impl World {
    /// A world of one's own, whose worker can be killed and restarted without losing its storage.
    pub async fn own() -> Self {
        Self::own_with(|_| ()).await
    }

    /// [`World::own`] with other options: `World::own_with(|options| options.kv.extend(…))`.
    pub async fn own_with(change: impl FnOnce(&mut Options)) -> Self {
        Self::start(|options| {
            options.persist = Some(fresh_folder());
            change(options);
        })
        .await
    }

    async fn start(change: impl FnOnce(&mut Options)) -> Self {
        let port = super::workerd::free_port();
        let app_url = format!("http://app.localhost:{port}");
        let sandbox =
            Sandbox::start(Config { port: 0, app_url }).await.expect("the sandbox finds a free port");
        let mut options = Options { port, vars: vars(&sandbox), ..Options::default() };
        change(&mut options);
        let folder = options.persist.clone();
        Self { worker: Workerd::start(options), sandbox, folder }
    }

    /// The files in which the worker keeps what it knows, where it keeps any.
    #[must_use]
    pub fn stored(&self) -> Vec<PathBuf> {
        self.folder.iter().flat_map(|folder| files_below(folder)).collect()
    }

    /// Origin of the worker, as browsers and the sandbox see it.
    #[must_use]
    pub fn app_url(&self) -> String {
        format!("http://app.localhost:{}", self.worker.port())
    }

    /// An HTTP client that reaches the worker at [`World::app_url`] and follows no redirect. One per test: its
    /// connections belong to the test's runtime.
    #[must_use]
    pub fn client(&self) -> reqwest::Client {
        asking::client()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.worker.kill9();
        if thread::panicking() {
            show_log(&self.worker);
        }
        if let Some(folder) = self.folder.take() {
            fs::remove_dir_all(folder).expect("the worker has let go of its storage");
        }
    }
}

/// The worker's configuration: this sandbox for the whole outside world.
fn vars(sandbox: &Sandbox) -> BTreeMap<String, String> {
    let (app, places) = (sandbox.app(), sandbox.places());
    [
        ("APP_URL", app.url.clone()),
        ("BIGCOMMERCE_CLIENT_ID", app.client_id.clone()),
        ("BIGCOMMERCE_CLIENT_SECRET", app.client_secret.clone()),
        ("BIGCOMMERCE_API_URL", places.bigcommerce_api()),
        ("BIGCOMMERCE_LOGIN_URL", places.bigcommerce_login()),
        ("BIGCOMMERCE_PANEL_URL", places.panel()),
        ("KOMOJU_API_URL", places.komoju_api()),
        ("KOMOJU_HOSTED_URL", places.pay()),
        ("ENCRYPTION_KEYS", key("e1", &[0x5b; 32])),
        ("SIGNING_KEYS", key("s1", &SIGNING_KEY)),
        ("TIME_SCALE", TIME_SCALE.into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// A key as the configuration writes it.
fn key(id: &str, bytes: &[u8]) -> String {
    format!("{id}:{}", BASE64_STANDARD.encode(bytes))
}

/// An empty folder of this machine's temporary ones.
#[must_use]
pub fn fresh_folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("komoju-world-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("the temporary folder can be written to");
    folder
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the storage can be read");
    let paths = entries.map(|entry| entry.expect("the storage can be listed").path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// A failing test in the shared world shows what the worker logged last; one's own world does so when it ends.
fn show_log_on_panic(world: &'static World) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            default(info);
            show_log(&world.worker);
        }));
    });
}

fn show_log(worker: &Workerd) {
    let log = worker.log();
    let lines: Vec<&str> = log.lines().collect();
    eprintln!("the worker's log:\n{}", lines[lines.len().saturating_sub(LOG_TAIL)..].join("\n"));
}
