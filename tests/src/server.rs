//! One listener for everything. API calls are told apart by path (workerd can only call IP addresses), people's pages by
//! host name, so that shop, control panel, app and KOMOJU are cross-site to each other, as they are in the world.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::bigcommerce::BigCommerce;
use crate::env::{App, Env, Places};
use crate::faults::{Cut, Faults};
use crate::host::host_name;
use crate::komoju::Komoju;

#[derive(Clone, Debug)]
pub struct Config {
    /// 0 picks a free one.
    pub port: u16,
    /// Origin of the worker, for instance `http://app.localhost:8787`.
    pub app_url: String,
}

/// The running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox {
    pub bigcommerce: BigCommerce,
    pub komoju: Komoju,
    env: Env,
    runtime: Option<Runtime>,
}

impl Sandbox {
    /// Listens on 127.0.0.1 and, where the machine has it, on `[::1]`: browsers may resolve `*.localhost` to either.
    ///
    /// # Errors
    /// When the port is taken or no thread can be started.
    pub async fn start(config: Config) -> io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(2).thread_name("sandbox").enable_all().build()?;
        let (env, listeners) = {
            let _guard = runtime.enter();
            let listeners = listen(config.port)?;
            let places = Places::new(listeners[0].local_addr()?.port());
            (Env::new(places, App::new(&config.app_url)), listeners)
        };
        let sandbox = Self {
            bigcommerce: BigCommerce::new(env.clone()),
            komoju: Komoju::new(env.clone()),
            env,
            runtime: Some(runtime),
        };
        let sites = Sites::new(&sandbox.bigcommerce, &sandbox.komoju);
        for listener in listeners {
            sandbox.spawn(accept(listener, sites.clone()));
        }
        Ok(sandbox)
    }

    #[must_use]
    pub fn places(&self) -> &Places {
        &self.env.places
    }

    #[must_use]
    pub fn app(&self) -> &App {
        &self.env.app
    }

    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.env.faults
    }

    #[must_use]
    pub fn delivery(&self) -> &crate::delivery::Delivery {
        &self.env.delivery
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(work);
        }
    }
}

impl Drop for Sandbox {
    /// In the background: a runtime must not be waited for from within another.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn listen(port: u16) -> io::Result<Vec<TcpListener>> {
    let first = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    let port = first.local_addr()?.port();
    let second = bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).ok();
    Ok(std::iter::once(first).chain(second).collect())
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

async fn accept(listener: TcpListener, sites: Sites) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, sites.clone()));
        }
    }
}

/// Speaks HTTP/1 on one connection. An error from the service makes hyper close it without any answer: that is the cut.
async fn serve(stream: TcpStream, sites: Sites) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let sites = sites.clone();
        async move {
            let response = sites.dispatch(request.map(Body::new)).await;
            match response.extensions().get::<Cut>() {
                Some(_) => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                None => Ok(response),
            }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        // Whoever keeps a connection decides when it ends: closed from here, it could take a request with it.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    // The peer closing, or us cutting, is the ordinary end of a connection.
    let _ended = connection.await;
}

#[derive(Clone, Debug)]
struct Sites {
    api: Router,
    panel: Router,
    pay: Router,
    shop: Router,
}

impl Sites {
    fn new(bigcommerce: &BigCommerce, komoju: &Komoju) -> Self {
        Self {
            api: Router::new()
                .nest("/bigcommerce", bigcommerce.api())
                .nest("/bigcommerce-login", bigcommerce.login())
                .nest("/komoju/api/v1", komoju.api()),
            panel: bigcommerce.panel(),
            pay: komoju.pages(),
            shop: bigcommerce.storefront(),
        }
    }

    async fn dispatch(&self, request: Request) -> Response {
        let router = match site_of(request.uri(), host_name(request.headers())) {
            Site::Api => &self.api,
            Site::Panel => &self.panel,
            Site::Pay => &self.pay,
            Site::Shop => &self.shop,
            Site::Unknown => return unknown(),
        };
        let answered: Result<Response, Infallible> = router.clone().oneshot(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Site {
    Api,
    Panel,
    Pay,
    Shop,
    Unknown,
}

const API_PREFIXES: [&str; 3] = ["/bigcommerce/", "/bigcommerce-login/", "/komoju/api/v1/"];

fn site_of(uri: &Uri, host: &str) -> Site {
    if API_PREFIXES.iter().any(|prefix| uri.path().starts_with(prefix)) {
        return Site::Api;
    }
    match host {
        "panel.localhost" => Site::Panel,
        "pay.localhost" => Site::Pay,
        "shop.localhost" => Site::Shop,
        _ if host.ends_with(".shop.localhost") => Site::Shop,
        _ => Site::Unknown,
    }
}

fn unknown() -> Response {
    let text = "This is the sandbox. It answers on shop.localhost, panel.localhost and pay.localhost, \
                and below /bigcommerce, /bigcommerce-login and /komoju/api/v1 on any host.\n";
    (StatusCode::NOT_FOUND, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apis_go_by_path_and_pages_by_host() {
        let site = |uri: &str, host: &str| site_of(&uri.parse().expect("a fixed URI"), host);
        assert_eq!(site("/bigcommerce/stores/a/v2/store", "127.0.0.1"), Site::Api);
        assert_eq!(site("/komoju/api/v1/sessions", "pay.localhost"), Site::Api);
        assert_eq!(site("/", "shop.localhost"), Site::Shop);
        assert_eq!(site("/", "abc.shop.localhost"), Site::Shop);
        assert_eq!(site("/", "panel.localhost"), Site::Panel);
        assert_eq!(site("/", "127.0.0.1"), Site::Unknown);
    }
}
