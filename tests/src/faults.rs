//! Faults that can be switched on, and the log of every API request.
//!
//! Both API routers are wrapped by [`watch`]. A fault is matched before the handler runs, so "before the effect" and
//! "after the effect" are exact: [`FaultKind::CutBefore`] never reaches the handler, [`FaultKind::CutAfter`] lets it
//! finish and then loses its answer.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode, request::Parts};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::alter::Alteration;

/// Bodies above this are refused; nothing real comes near.
const BODY_LIMIT: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    BigCommerce,
    Komoju,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The request waits this long, then proceeds.
    Latency(Duration),
    /// Answered with this status and the side's own error body; no effect.
    Status(u16),
    /// The effect happens, and is answered as [`FaultKind::Status`] answers.
    StatusAfter(u16),
    /// Answered with this status and this JSON; no effect.
    Answer(u16, String),
    /// Answered with this status and this HTML, as a firewall or a page of maintenance is; no effect.
    Page(u16, String),
    /// The effect happens, and its answer's body is altered: see [`crate::alter`].
    Altered(Alteration),
    /// 429 with the side's rate-limit headers; no effect.
    RateLimited { retry_after_ms: u64 },
    /// The connection is dropped; no effect.
    CutBefore,
    /// The effect happens; the connection is dropped instead of answered.
    CutAfter,
    /// The effect happens; its answer waits this long.
    LateAnswer(Duration),
    /// The request waits until the gate is opened, then proceeds.
    Held(Gate),
    /// The effect happens; its answer waits until the gate is opened.
    HeldAnswer(Gate),
}

/// Holds requests or answers until a test has seen what it wanted to see: unlike a pause, it fits any machine.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<tokio::sync::watch::Sender<bool>>);

impl Gate {
    /// Lets everything through, from now on.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    async fn passed(&self) {
        let mut gate = self.0.subscribe();
        // The sender lives as long as this gate.
        let _open = gate.wait_for(|open| *open).await;
    }
}

impl PartialEq for Gate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Gate {}

/// One fault and the requests it hits. Start from [`Fault::on`].
#[derive(Clone, Debug)]
pub struct Fault {
    pub side: Side,
    /// Store hash or merchant id; `None` hits every tenant.
    pub tenant: Option<String>,
    pub method: Option<Method>,
    /// Part of path and query, for instance `"/refunds"`; empty hits all.
    pub path_contains: String,
    pub kind: FaultKind,
    /// How many requests it hits; `u32::MAX` until cleared.
    pub times: u32,
}

impl Fault {
    /// A fault that hits every request of one side, once.
    #[must_use]
    pub fn on(side: Side, kind: FaultKind) -> Self {
        Self { side, tenant: None, method: None, path_contains: String::new(), kind, times: 1 }
    }

    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    #[must_use]
    pub fn path(mut self, part: impl Into<String>) -> Self {
        self.path_contains = part.into();
        self
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    #[must_use]
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    fn hits(&self, seen: &Logged) -> bool {
        self.times > 0
            && self.side == seen.side
            && self.tenant.as_ref().is_none_or(|tenant| Some(tenant) == seen.tenant.as_ref())
            && self.method.as_ref().is_none_or(|method| *method == seen.method)
            && seen.path.contains(&self.path_contains)
    }
}

/// One API request as it arrived, and what became of it.
#[derive(Clone, Debug)]
pub struct Logged {
    pub side: Side,
    /// Store hash or merchant id, where the request named one.
    pub tenant: Option<String>,
    pub method: Method,
    /// Path with query, relative to the side's API base.
    pub path: String,
    /// As answered, or as it would have been where the connection was cut after the effect; 0 while in progress and
    /// where it was cut before.
    pub status: u16,
    /// The caller never saw an answer.
    pub cut: bool,
    pub idempotency_key: Option<String>,
    pub headers: HeaderMap,
    pub body: String,
    pub at: SystemTime,
}

#[derive(Clone, Debug, Default)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    faults: Vec<Fault>,
    log: Vec<Logged>,
}

impl Faults {
    pub fn add(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Removes the faults of one tenant, and leaves the others' alone.
    pub fn clear(&self, tenant: &str) {
        self.lock().faults.retain(|fault| fault.tenant.as_deref() != Some(tenant));
    }

    pub fn clear_all(&self) {
        self.lock().faults.clear();
    }

    /// Every request of a tenant on either side, oldest first.
    #[must_use]
    pub fn requests(&self, tenant: &str) -> Vec<Logged> {
        self.lock().log.iter().filter(|seen| seen.tenant.as_deref() == Some(tenant)).cloned().collect()
    }

    /// Takes the faults that hit, in the order they were added, and counts them down.
    fn take(&self, seen: &Logged) -> Vec<FaultKind> {
        let mut inner = self.lock();
        let mut taken = Vec::new();
        for fault in inner.faults.iter_mut().filter(|fault| fault.hits(seen)) {
            let terminal = !matches!(fault.kind, FaultKind::Latency(_) | FaultKind::Altered(_));
            if fault.times != u32::MAX {
                fault.times -= 1;
            }
            taken.push(fault.kind.clone());
            if terminal {
                break;
            }
        }
        inner.faults.retain(|fault| fault.times > 0);
        taken
    }

    fn begin(&self, seen: Logged) -> usize {
        let mut inner = self.lock();
        inner.log.push(seen);
        inner.log.len() - 1
    }

    fn finish(&self, entry: usize, status: u16, cut: bool) {
        if let Some(seen) = self.lock().log.get_mut(entry) {
            seen.status = status;
            seen.cut = cut;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks a response that must never be sent: the server closes the connection instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Before,
    After,
}

type TenantOf = Arc<dyn Fn(&Parts) -> Option<String> + Send + Sync>;
type ErrorBody = fn(StatusCode) -> Response;

/// State of the [`watch`] middleware: which side it guards, and that side's ways.
#[derive(Clone)]
pub struct Watch {
    side: Side,
    faults: Faults,
    tenant_of: TenantOf,
    error: ErrorBody,
}

impl Watch {
    /// `tenant_of` reads store or merchant off a request; `error` is the side's body for a 5xx.
    pub fn new(
        side: Side,
        faults: Faults,
        tenant_of: impl Fn(&Parts) -> Option<String> + Send + Sync + 'static,
        error: ErrorBody,
    ) -> Self {
        Self { side, faults, tenant_of: Arc::new(tenant_of), error }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("side", &self.side).finish_non_exhaustive()
    }
}

/// The middleware of both API routers:
/// `router.layer(axum::middleware::from_fn_with_state(Watch::new(…), watch))`.
pub async fn watch(State(watch): State<Watch>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return (watch.error)(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let seen = logged(&watch, &parts, &body);
    let kinds = watch.faults.take(&seen);
    let entry = watch.faults.begin(seen);
    let response = answer(&watch, kinds, Request::from_parts(parts, Body::from(body)), next).await;
    let cut = response.extensions().get::<Cut>().copied();
    let status = if cut == Some(Cut::Before) { 0 } else { response.status().as_u16() };
    watch.faults.finish(entry, status, cut.is_some());
    response
}

async fn answer(watch: &Watch, kinds: Vec<FaultKind>, request: Request, next: Next) -> Response {
    let (mut cut_after, mut status_after, mut late) = (false, None, Duration::ZERO);
    let (mut alterations, mut held) = (Vec::new(), None);
    for kind in kinds {
        match kind {
            FaultKind::Latency(wait) => tokio::time::sleep(wait).await,
            FaultKind::Status(status) => return refuse(watch, status),
            FaultKind::StatusAfter(status) => status_after = Some(status),
            FaultKind::Answer(status, body) => return answer_with(status, body),
            FaultKind::Page(status, html) => return (status_of(status), Html(html)).into_response(),
            FaultKind::Altered(alteration) => alterations.push(alteration),
            FaultKind::RateLimited { retry_after_ms } => return rate_limited(watch, retry_after_ms),
            FaultKind::CutBefore => return cut(StatusCode::NO_CONTENT.into_response(), Cut::Before),
            FaultKind::CutAfter => cut_after = true,
            FaultKind::LateAnswer(wait) => late = wait,
            FaultKind::Held(gate) => gate.passed().await,
            FaultKind::HeldAnswer(gate) => held = Some(gate),
        }
    }
    let mut response = next.run(request).await;
    tokio::time::sleep(late).await;
    if let Some(gate) = held {
        Gate::passed(&gate).await;
    }
    for alteration in alterations {
        response = alter(response, &alteration).await;
    }
    if let Some(status) = status_after {
        return refuse(watch, status);
    }
    if cut_after { cut(response, Cut::After) } else { response }
}

fn cut(mut response: Response, when: Cut) -> Response {
    response.extensions_mut().insert(when);
    response
}

fn refuse(watch: &Watch, status: u16) -> Response {
    (watch.error)(status_of(status))
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn alter(response: Response, alteration: &Alteration) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(alteration.apply(&String::from_utf8_lossy(&body))))
}

fn answer_with(status: u16, body: String) -> Response {
    (status_of(status), [(CONTENT_TYPE, "application/json")], body).into_response()
}

fn rate_limited(watch: &Watch, retry_after_ms: u64) -> Response {
    let mut response = (watch.error)(StatusCode::TOO_MANY_REQUESTS);
    let headers = response.headers_mut();
    let seconds = retry_after_ms.div_ceil(1000);
    match watch.side {
        Side::BigCommerce => {
            headers.insert("x-rate-limit-time-window-ms", 30_000_u64.into());
            headers.insert("x-rate-limit-time-reset-ms", retry_after_ms.into());
            headers.insert("x-rate-limit-requests-quota", 150_u64.into());
            headers.insert("x-rate-limit-requests-left", 0_u64.into());
            headers.insert("x-retry-after", seconds.into());
        }
        Side::Komoju => {
            headers.insert("retry-after", seconds.into());
        }
    }
    response
}

fn logged(watch: &Watch, parts: &Parts, body: &Bytes) -> Logged {
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let key = parts.headers.get("x-komoju-idempotency").and_then(|key| key.to_str().ok());
    Logged {
        side: watch.side,
        tenant: (watch.tenant_of)(parts),
        method: parts.method.clone(),
        path,
        status: 0,
        cut: false,
        idempotency_key: key.map(str::to_owned),
        headers: parts.headers.clone(),
        body: String::from_utf8_lossy(body).into_owned(),
        at: SystemTime::now(),
    }
}
