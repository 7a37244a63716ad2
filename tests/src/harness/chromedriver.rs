//! One chromedriver for the whole test program, and the few calls to it that must work where nothing can be awaited:
//! in a `drop`, while a test panics.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::runtime::Builder;

/// Chromedriver leaves its browsers behind when it is ended, and so would a killed test program leave chromedriver. The
/// shell stays between: when the pipe to it closes, for whatever reason, it ends its process group and clears up.
const GUARD: &str = r#"
folder=$(mktemp -d)
TMPDIR="$folder" chromedriver --port=0 --log-level=SEVERE &
cat >/dev/null
trap '' TERM
kill 0
wait
for _ in 1 2 3 4 5 6 7 8 9; do rm -rf "$folder" 2>/dev/null && break; sleep 0.2; done
kill -9 0
"#;

/// How long a call may take when a test is over.
const PARTING: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Chromedriver {
    port: u16,
    /// Its standard input is the pipe that keeps chromedriver alive.
    _guard: Child,
}

impl Chromedriver {
    /// The shared one, started on first use.
    pub(super) fn shared() -> &'static Self {
        static SHARED: OnceLock<Chromedriver> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn start() -> Self {
        let mut guard = Command::new("sh")
            .args(["-c", GUARD])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("every system has sh");
        let output = guard.stdout.take().expect("stdout is piped");
        let port = announced_port(output).expect("chromedriver starts: scripts/setup --test installs it");
        Self { port, _guard: guard }
    }

    /// A blocking WebDriver call below `/session/`; the answer's `value`.
    pub(super) fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, reqwest::Error> {
        let url = format!("{}/session/{path}", self.url());
        // A thread of its own, because the caller's runtime is busy with the caller.
        let answer = thread::scope(|scope| scope.spawn(|| block_on(call(method, &url, body))).join());
        answer.expect("the thread does not panic")
    }
}

async fn call(method: Method, url: &str, body: Option<&Value>) -> Result<Value, reqwest::Error> {
    let client = reqwest::Client::builder().no_proxy().timeout(PARTING).build()?;
    let request = client.request(method, url);
    let request = body.into_iter().fold(request, RequestBuilder::json);
    let mut answer: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(answer["value"].take())
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("the system gives us one more event queue").block_on(work)
}

/// "ChromeDriver was started successfully on port 43210."
fn announced_port(output: ChildStdout) -> Option<u16> {
    let lines = BufReader::new(output).lines().map_while(Result::ok);
    lines.filter_map(|line| port_in(&line)).next()
}

fn port_in(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once("successfully on port ")?;
    rest.trim_end_matches('.').parse().ok()
}
