//! The built worker in real workerd, started, killed and started again on the same storage.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{env, process, thread};

use serde_json::json;

use super::wait::PATIENCE;

/// Where workers listen; Linux lends ports from 32768 on to outgoing connections.
const FIRST_PORT: u16 = 12_000;
const LAST_PORT: u16 = 32_000;

/// How long node and workerd may take to start: on a busy machine, longer than anything that they do then.
const STARTS: Duration = Duration::from_secs(4 * PATIENCE.as_secs());

/// How to run the worker.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// 0 picks a free one, which then stays the same across restarts.
    pub port: u16,
    /// Folder for Durable Objects and KV; None keeps them in memory, gone with the process.
    pub persist: Option<PathBuf>,
    /// Variables and secrets alike.
    pub vars: BTreeMap<String, String>,
    /// What already lies in STORE_KV, as if `scripts/deploy` of an earlier version had put it there.
    pub kv: BTreeMap<String, String>,
    pub code: Code,
}

/// What runs in workerd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Code {
    /// Our worker, with tests/watched.mjs in front of it, and everything it logs at hand.
    #[default]
    Watched,
    /// Our worker as it is deployed. Its log is dropped.
    Shipped,
    /// Another worker: a file of this project that has the classes which wrangler.toml names.
    Peer(&'static str),
}

impl Code {
    fn setting(&self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Shipped => "shipped",
            Self::Peer(file) => file,
        }
    }
}

/// A running worker. Dropping it kills it.
#[derive(Debug)]
pub struct Workerd {
    options: Options,
    process: Mutex<Option<Child>>,
    log: Log,
    /// Where node and workerd put what they need while they run: what is killed does not clean up after itself.
    scratch: PathBuf,
}

impl Workerd {
    /// Starts the worker that `scripts/build` left behind and returns once it answers.
    ///
    /// # Panics
    /// When there is no built worker, or it does not start; the message holds what it logged.
    #[must_use]
    pub fn start(mut options: Options) -> Self {
        if options.port == 0 {
            options.port = free_port();
        }
        let scratch = scratch_folder();
        let mut worker = Self { options, process: Mutex::default(), log: Log::default(), scratch };
        worker.restart();
        // From now on the storage speaks for itself.
        worker.options.kv.clear();
        worker
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.options.port
    }

    /// Ends node and workerd as a power cut would: no handler runs, nothing is flushed.
    pub fn kill9(&self) {
        let Some(mut node) = self.process().take() else { return };
        let all: Vec<u32> = std::iter::once(node.id()).chain(descendants(node.id())).collect();
        kill(&all);
        node.wait().expect("our own child can be waited for");
        wait_until_gone(&all);
        // What is left of it is in nobody's way, and gone with the machine's next start.
        let _left = fs::remove_dir_all(&self.scratch);
    }

    /// Starts again on the same port and storage, after a [`Workerd::kill9`] where it still runs.
    pub fn restart(&self) {
        self.kill9();
        let mut node = spawn(&self.options, &self.scratch);
        self.log.follow(node.stderr.take().expect("stderr is piped"));
        let ready = first_line(node.stdout.take().expect("stdout is piped"));
        *self.process() = Some(node);
        let answer = ready.recv_timeout(STARTS);
        assert!(
            matches!(&answer, Ok(line) if line.contains("url")),
            "workerd did not start:\n{}",
            self.log()
        );
    }

    /// How much memory workerd and what starts it hold now, in kB. 0: it does not run.
    #[must_use]
    pub fn resident_kb(&self) -> u32 {
        let Some(node) = self.process().as_ref().map(Child::id) else { return 0 };
        std::iter::once(node).chain(descendants(node)).filter_map(|one| resident_kb(one).ok()?).sum()
    }

    /// Everything the worker has logged so far, over all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lines().join("\n")
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.kill9();
    }
}

/// What a process writes, line by line, kept for the message of a failing test.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn follow(&self, stream: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                log.lines().push(line);
            }
        });
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The folder this workspace lies in.
pub(super) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace")
}

fn spawn(options: &Options, scratch: &Path) -> Child {
    let built = project().join("worker/build/index.js");
    assert!(built.exists(), "{} is missing: run scripts/build first", built.display());
    let Options { port, persist, vars, kv, code } = options;
    let settings = json!({
        "port": port, "persist": persist, "vars": vars, "kv": kv, "scratch": scratch, "code": code.setting(),
    });
    fs::create_dir_all(scratch).expect("the machine has room for temporary files");
    Command::new("node_modules/.bin/node")
        .env("TMPDIR", scratch)
        .args(["tests/workerd.mjs", &settings.to_string()])
        .current_dir(project())
        .env("WRANGLER_SEND_METRICS", "false")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node_modules/.bin/node runs: scripts/setup installs it")
}

fn scratch_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("komoju-workerd-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    env::temp_dir().join(name)
}

/// The first line a process prints; an error when it ends without any.
pub(super) fn first_line(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        if let Some(line) = lines.next() {
            // Nobody listens any more once the wait was given up.
            let _given_up = sender.send(line);
        }
        // Read on: a full pipe would stop the process.
        lines.for_each(drop);
    });
    receiver
}

/// A free port, below those that the system lends to outgoing connections: between a worker's death and its next life
/// nobody else gets it, nor can a connection to it be connected to itself.
pub(super) fn free_port() -> u16 {
    static DRAWN: AtomicU32 = AtomicU32::new(0);
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let draw = || {
        let nth = DRAWN.fetch_add(1, Ordering::Relaxed);
        // Programs of tests that run side by side begin far from each other.
        let at = process::id().wrapping_mul(197).wrapping_add(nth) % u32::from(LAST_PORT - FIRST_PORT);
        FIRST_PORT + u16::try_from(at).expect("it is less than the range")
    };
    std::iter::repeat_with(draw).take(1_000).find(free).expect("the machine has a free port")
}

/// What `process` holds of the machine's memory, in kB.
fn resident_kb(process: u32) -> io::Result<Option<u32>> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()))
}

/// Children of `process`, and theirs.
fn descendants(process: u32) -> Vec<u32> {
    let children = children(process).unwrap_or_default();
    children.iter().copied().chain(children.iter().flat_map(|&child| descendants(child))).collect()
}

fn children(process: u32) -> io::Result<Vec<u32>> {
    let mut found = Vec::new();
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let children = fs::read_to_string(task?.path().join("children"))?;
        found.extend(children.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    Ok(found)
}

fn kill(processes: &[u32]) {
    let ids = processes.iter().map(u32::to_string);
    // A process that has ended by itself meanwhile is as good.
    Command::new("kill").arg("-9").args(ids).stderr(Stdio::null()).status().expect("kill runs");
}

/// Until none of them runs: only then are port and storage free. A zombie holds neither.
fn wait_until_gone(processes: &[u32]) {
    let runs = |id: &u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
    };
    while processes.iter().any(runs) {
        thread::yield_now();
    }
}
