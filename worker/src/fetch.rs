//! The only place that calls Fetch. Every call has a deadline, a limit on how much it reads, and follows no redirect:
//! an API that redirects is answering something we did not ask.

use domain::http::{HttpRequest, Outcome, headers_of};
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::{AbortSignal, Fetch, Request, Response, web_sys};

/// More than any answer that we ask for, in bytes; the longest is a page of 250 orders.
const MAX_BODY: usize = 2 * 1024 * 1024;

/// Makes the call. Never fails: what went wrong is an outcome ([`Outcome::NoAnswer`]).
pub async fn send(request: HttpRequest) -> Outcome {
    answer(&request).await.unwrap_or_else(|why| Outcome::NoAnswer(why.to_string()))
}

/// Errors: no answer, or one that could not be read to its end.
async fn answer(request: &HttpRequest) -> worker::Result<Outcome> {
    let signal = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(request.timeout_ms));
    let response = Fetch::Request(build(request)?).send_with_signal(&signal).await?;
    let status = response.status_code();
    let headers = headers_of(|name| response.headers().get(name).ok().flatten());
    let body = read(response).await?;
    Ok(Outcome::Answer { status, headers, body })
}

fn build(request: &HttpRequest) -> worker::Result<Request> {
    let headers = web_sys::Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    let init = web_sys::RequestInit::new();
    init.set_method(request.method);
    init.set_headers(&headers);
    init.set_redirect(web_sys::RequestRedirect::Manual);
    if let Some(body) = &request.body {
        init.set_body(&JsValue::from_str(body));
    }
    Ok(web_sys::Request::new_with_str_and_init(&request.url, &init)?.into())
}

/// A request to one of our own objects. It has a deadline only if the caller can go on without the answer.
pub fn post(url: &str, body: &str, timeout_ms: Option<u32>) -> worker::Result<Request> {
    let init = web_sys::RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(body));
    if let Some(ms) = timeout_ms {
        init.set_signal(Some(&web_sys::AbortSignal::timeout_with_u32(ms)));
    }
    Ok(web_sys::Request::new_with_str_and_init(url, &init)?.into())
}

/// The whole text of an answer. Errors: longer than 2 MiB.
pub async fn read(response: Response) -> worker::Result<String> {
    let Some(stream) = web_sys::Response::from(response).body() else { return Ok(String::new()) };
    let bytes = read_at_most(&stream, MAX_BODY).await?;
    let bytes =
        bytes.ok_or_else(|| worker::Error::RustError("the answer is larger than 2 MiB".to_owned()))?;
    // Bytes that are not UTF-8 (somebody's broken name) become replacement characters: they must not hide the rest of
    // the answer.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads a stream piece by piece, so that an endless one is dropped early. None: it is longer than `most` bytes.
pub async fn read_at_most(stream: &web_sys::ReadableStream, most: usize) -> worker::Result<Option<Vec<u8>>> {
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let step = JsFuture::from(reader.read()).await?;
        if Reflect::get(&step, &"done".into())?.is_truthy() {
            return Ok(Some(bytes));
        }
        let piece: Uint8Array = Reflect::get(&step, &"value".into())?.dyn_into()?;
        if bytes.len() + piece.length() as usize > most {
            return Ok(None);
        }
        bytes.extend(piece.to_vec());
    }
}
