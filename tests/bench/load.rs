//! The load: requests over connections that stay open, as little work for each as can be. The generator shares the
//! machine with what it measures, so whatever it does itself brings our figures and the peer's closer together.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use sandbox::komoju::sign;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// One request, ready to be sent.
#[derive(Clone, Debug)]
pub struct Message(Vec<u8>);

impl Message {
    /// `POST path`, signed as KOMOJU signs.
    pub fn signed(path: &str, secret: &str, body: &str) -> Self {
        let signature = sign(secret, body.as_bytes());
        let headers = [("content-type", "application/json"), ("x-komoju-signature", &signature)];
        Self::new("POST", path, &headers, body)
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path, &[], "")
    }

    pub fn new(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let head =
            format!("{method} {path} HTTP/1.1\r\nhost: app.localhost\r\n{headers}content-length: {length}");
        Self([&head, "\r\n\r\n", body].concat().into_bytes())
    }
}

/// What a request was answered, as it came.
#[derive(Debug)]
pub struct Told {
    pub status: u16,
    pub text: String,
    pub took: Duration,
}

/// A connection that stays open.
#[derive(Debug)]
pub struct Line(TcpStream);

impl Line {
    pub async fn to(port: u16) -> Self {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("the worker listens");
        stream.set_nodelay(true).expect("the system knows how");
        Self(stream)
    }

    /// Sends one request and reads its whole answer.
    pub async fn ask(&mut self, message: &Message) -> Told {
        let began = Instant::now();
        let (status, answer) = self.exchange(message).await.expect("each request is answered");
        Told { status, took: began.elapsed(), text: String::from_utf8_lossy(&answer).into_owned() }
    }

    async fn exchange(&mut self, message: &Message) -> io::Result<(u16, Vec<u8>)> {
        self.0.write_all(&message.0).await?;
        let mut read = Vec::with_capacity(1_024);
        loop {
            if self.0.read_buf(&mut read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(status) = whole(&read) {
                return Ok((status, read));
            }
        }
    }
}

/// How a batch went.
#[derive(Debug)]
pub struct Taken {
    pub all: Duration,
    /// Of each message, the shortest first.
    pub each: Vec<Duration>,
}

impl Taken {
    pub fn per_second(&self) -> f64 {
        rate(self.each.len(), self.all)
    }

    /// The middle one, in ms.
    pub fn middle(&self) -> f64 {
        self.each[self.each.len() / 2].as_secs_f64() * 1_000.0
    }
}

#[allow(clippy::cast_precision_loss, reason = "a batch is some thousand messages")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// Sends the messages, `at_once` of them at a time, and returns once each is answered with 200. `pause`: between any two;
/// none sends as fast as answers come.
pub async fn send(port: u16, messages: Vec<Message>, at_once: usize, pause: Duration) -> Taken {
    let mut shares = vec![Vec::new(); at_once];
    for (n, message) in messages.into_iter().enumerate() {
        shares[n % at_once].push(message);
    }
    let mut connections = Vec::new();
    for share in shares {
        connections.push((Line::to(port).await, share));
    }
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for (mut line, share) in connections {
        let first = u32::try_from(tasks.len()).expect("some connections") * pause;
        let every = u32::try_from(at_once).expect("some connections") * pause;
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(share.len());
            for (message, n) in share.into_iter().zip(0..) {
                tokio::time::sleep_until((began + first + every * n).into()).await;
                let told = line.ask(&message).await;
                assert_eq!(told.status, 200, "{}", told.text);
                times.push(told.took);
            }
            times
        });
    }
    let mut each = tasks.join_all().await.concat();
    let all = began.elapsed();
    each.sort_unstable();
    Taken { all, each }
}

/// The status of an answer, once it is here whole.
fn whole(read: &[u8]) -> Option<u16> {
    let head = read.windows(4).position(|end| end == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&read[..head]).ok()?.to_ascii_lowercase();
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let body = &read[head + 4..];
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let is_whole = length.map_or_else(|| body.ends_with(b"0\r\n\r\n"), |length: usize| body.len() >= length);
    is_whole.then_some(status)
}
