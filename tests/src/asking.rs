//! How the sandbox, and every test, asks over HTTP.
//!
//! Each request has a connection of its own. workerd closes a connection that was idle for five seconds; on a busy
//! machine a request may be put on such a connection in the very moment in which it is closed, and is lost. Nothing is
//! gained by keeping connections to the same machine, so none is kept.
//!
//! What breaks all the same is asked once more, where that is safe: a question, and whatever never left. What breaks
//! for good says why, down to the first cause.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Request, RequestBuilder, Url};

/// Longer than any answer takes, also on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Answered {
    pub status: u16,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: String,
}

/// A request that was not answered, or not to the end.
#[derive(Debug)]
pub struct Broken(reqwest::Error);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl Error for Broken {}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Self {
        Self(error)
    }
}

/// A client that reaches `*.localhost` on the loopback address with the Host header intact, follows no redirect, and
/// uses each connection once.
#[must_use]
pub fn client() -> Client {
    Client::builder()
        .dns_resolver(Arc::new(Loopback))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .timeout(PATIENCE)
        .build()
        .expect("no TLS backend and no system configuration is involved")
}

/// Asks, and asks once more where the request broke and may be repeated: a GET or HEAD, or one that never left.
///
/// # Errors
/// When that breaks as well, or must not be repeated.
pub async fn ask(request: RequestBuilder) -> Result<Answered, Broken> {
    let (client, request) = request.build_split();
    let request = request?;
    let question = matches!(*request.method(), Method::GET | Method::HEAD);
    let again = request.try_clone();
    match attempt(&client, request).await {
        Err(broken) if question || broken.0.is_connect() => match again {
            Some(again) => {
                eprintln!("asked once more, for the first time broke: {broken}");
                attempt(&client, again).await
            }
            None => Err(broken),
        },
        answered => answered,
    }
}

/// Asks once: for what can be redeemed a single time, although it is a GET.
///
/// # Errors
/// When the request breaks.
pub async fn ask_once(request: RequestBuilder) -> Result<Answered, Broken> {
    let (client, request) = request.build_split();
    attempt(&client, request?).await
}

async fn attempt(client: &Client, request: Request) -> Result<Answered, Broken> {
    let answer = client.execute(request).await?;
    let (status, url, headers) = (answer.status().as_u16(), answer.url().clone(), answer.headers().clone());
    let body = answer.text().await?;
    Ok(Answered { status, url, headers, body })
}

/// Resolves `localhost` and every name under it (RFC 6761 §6.3), and nothing else: the sandbox never leaves the machine.
#[derive(Debug)]
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, name: Name) -> Resolving {
        let local = name.as_str() == "localhost" || name.as_str().ends_with(".localhost");
        Box::pin(async move {
            if !local {
                return Err(format!("the sandbox only talks to *.localhost, not to {}", name.as_str()).into());
            }
            let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
            Ok(Box::new(std::iter::once(address)) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A server that hangs up on its first `broken` connections, and answers whatever comes after. Counts connections.
    async fn moody(broken: u32) -> (String, Arc<AtomicU32>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://app.localhost:{}/", listener.local_addr().expect("bound").port());
        let seen = Arc::new(AtomicU32::new(0));
        let count = seen.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("it listens");
                let before = count.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 1024];
                let _read = stream.read(&mut request).await;
                if before >= broken {
                    let _sent = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
                }
            }
        });
        (url, seen)
    }

    #[tokio::test]
    async fn a_question_that_breaks_is_asked_once_more_and_says_why_when_that_breaks_too() {
        let (url, seen) = moody(1).await;
        let answer = ask(client().get(&url)).await.expect("the second time it is answered");
        assert_eq!((answer.body.as_str(), seen.load(Ordering::SeqCst)), ("ok", 2));
        let (url, seen) = moody(9).await;
        let broken = ask(client().get(&url)).await.expect_err("it is never answered").to_string();
        assert!(broken.contains("error sending request") && broken.matches(": ").count() >= 2, "{broken}");
        assert_eq!(seen.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn what_may_have_had_an_effect_is_not_asked_again() {
        let (url, seen) = moody(1).await;
        assert!(ask(client().post(&url).body("x")).await.is_err());
        assert!(ask_once(client().get("http://app.localhost:1/")).await.is_err(), "nobody listens there");
        assert_eq!(seen.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn no_connection_is_used_twice() {
        let (url, seen) = moody(0).await;
        let client = client();
        for asked in 1..=3 {
            assert_eq!(ask(client.get(&url)).await.expect("it is answered").status, 200);
            assert_eq!(seen.load(Ordering::SeqCst), asked);
        }
    }
}
