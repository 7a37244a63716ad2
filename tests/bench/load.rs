//! The load: requests over connections that stay open, as little work for each as can be. The generator shares the
//! machine with what it measures, so whatever it does itself brings our figures and the peer's closer together.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use sandbox::komoju::sign;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// One signed message, ready to be sent.
#[derive(Clone, Debug)]
pub struct Message(Vec<u8>);

impl Message {
    /// `POST path`, signed as KOMOJU signs.
    pub fn signed(path: &str, secret: &str, body: &str) -> Self {
        let signature = sign(secret, body.as_bytes());
        let length = body.len();
        Self(
            format!(
                "POST {path} HTTP/1.1\r\nhost: app.localhost\r\ncontent-type: application/json\r\n\
                 x-komoju-signature: {signature}\r\ncontent-length: {length}\r\n\r\n{body}"
            )
            .into_bytes(),
        )
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
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("the worker listens");
        stream.set_nodelay(true).expect("the system knows how");
        connections.push((stream, share));
    }
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for (mut stream, share) in connections {
        let first = u32::try_from(tasks.len()).expect("some connections") * pause;
        let every = u32::try_from(at_once).expect("some connections") * pause;
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(share.len());
            for (message, n) in share.into_iter().zip(0..) {
                tokio::time::sleep_until((began + first + every * n).into()).await;
                let began = Instant::now();
                let status = exchange(&mut stream, &message).await.expect("each message is answered");
                assert_eq!(status, 200);
                times.push(began.elapsed());
            }
            times
        });
    }
    let mut each = tasks.join_all().await.concat();
    let all = began.elapsed();
    each.sort_unstable();
    Taken { all, each }
}

/// Sends one message and reads its whole answer. The status.
async fn exchange(stream: &mut TcpStream, message: &Message) -> io::Result<u16> {
    stream.write_all(&message.0).await?;
    let mut read = Vec::with_capacity(1_024);
    loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(status) = whole(&read) {
            return Ok(status);
        }
    }
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
