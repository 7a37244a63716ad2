/** All that a page can tell of a response, its body last. */
const seen = async (response) => {
  const { status, statusText, ok, type, redirected, bodyUsed } = response;
  const headers = [...response.headers].filter(([name]) => name !== "date");
  const address = response.url.replace(location.origin, "");
  return { status, statusText, ok, type, redirected, bodyUsed, headers, address, text: await response.text(), used: response.bodyUsed };
};

// What fetch is called with.
for (const [name, hears, call] of [
  ["an address as text", HEARD, (at) => [location.origin + at.order()]],
  ["a path", HEARD, (at) => [at.order()]],
  ["a path that begins at the page", HEARD, (at) => [`..${at.order()}`]],
  ["a URL", HEARD, (at) => [new URL(at.order(), location)]],
  ["a Request", HEARD, (at) => [new Request(at.order())]],
  ["a Request and options", HEARD, (at) => [new Request(at.order()), { headers: { Accept: "application/json" } }]],
  ["an object with a text of its own", HEARD, (at) => [{ toString: () => at.order() }]],
  ["an address without a query", HEARD, ({ id }) => [`/api/storefront/orders/${id}`]],
  ["an address with a fragment", HEARD, (at) => [`${at.order()}#part`]],
  ["an address that ends with a slash", HEARD, ({ id }) => [`/api/storefront/orders/${id}/?from=page`]],
  ["the older address", HEARD, ({ id }) => [`/api/storefront/order/${id}?from=page`]],
  ["an address below a locale's folder", HEARD, (at) => [`/ja${at.order()}`]],
  ["GET in the options", HEARD, (at) => [at.order(), { method: "get" }]],
  ["no method in the options", HEARD, (at) => [at.order(), { method: undefined, cache: "no-store" }]],
  ["GET in the Request", HEARD, (at) => [new Request(at.order(), { method: "GET" })]],
  ["GET in the options over POST in the Request", HEARD, (at) => [new Request(at.order(), { method: "POST" }), { method: "GET" }]],
  ["POST in the options", ASKED, (at) => [at.order(), { method: "POST", body: "{}" }]],
  ["POST in the Request", ASKED, (at) => [new Request(at.order(), { method: "POST", body: "{}" })]],
  ["POST in the options over GET in the Request", ASKED, (at) => [new Request(at.order()), { method: "POST" }]],
  ["HEAD", ASKED, (at) => [at.order(), { method: "HEAD" }]],
  ["another origin", IGNORED, (at) => [APP + at.order()]],
  ["another number below the order", IGNORED, ({ id }) => [`/api/storefront/orders/${id}/emails`]],
  ["null", IGNORED, () => [null]],
  ["nothing", IGNORED, () => []],
  ["a symbol", IGNORED, () => [Symbol("order")]],
  ["an address that is none", IGNORED, () => ["http://"]],
  ["a method that is none", IGNORED, (at) => [at.order(), { method: "GE T" }]],
  ["a Request that has been used", IGNORED, (at) => {
    const request = new Request(at.order(), { method: "POST", body: "{}" });
    return request.text().then(() => [request]);
  }],
]) {
  row(name, hears, async (at) => {
    const all = await call(at);
    return seen(await fetch(...all));
  });
}

// How it is called.
row("by any name", HEARD, async (at) => seen(await globalThis.self["fetch"](at.order())));
row("with this undefined", HEARD, async (at) => seen(await fetch.call(undefined, at.order())));
row("with this null", HEARD, async (at) => seen(await fetch.apply(null, [at.order()])));
row("by Reflect", HEARD, async (at) => seen(await Reflect.apply(fetch, window, [at.order()])));
row("bound", HEARD, async (at) => seen(await fetch.bind(window)(at.order())));
row("with this of no window", ASKED, async (at) => seen(await fetch.call({}, at.order())));
row("as a constructor", IGNORED, async (at) => new fetch(at.order()));

// What the page has in the place of fetch, before us or after us.
early("own properties of the page's fetch", HEARD, async (at) => {
  const real = fetch;
  const own = Object.assign((...all) => real(...all), { polyfill: true, original: real });
  window.fetch = own;
  const before = Object.getOwnPropertyDescriptor(window, "fetch");
  await at.us();
  fetch.later = 7;
  const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(window, "fetch");
  return [
    [fetch.polyfill, fetch.original === real, own.later, fetch.name, fetch.length, Reflect.ownKeys(fetch)],
    [writable, enumerable, configurable, before.writable, before.enumerable, before.configurable],
    await seen(await fetch(at.order())),
  ];
});
row("the browser's fetch", IGNORED, () => {
  const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(window, "fetch");
  return [fetch.name, fetch.length, typeof fetch, "prototype" in fetch, Reflect.ownKeys(fetch), writable, enumerable, configurable];
});
early("one wrapper before us, one after", HEARD, async (at) => {
  const steps = [];
  const wrap = (name, inner) => async (...all) => {
    steps.push(`${name} in`);
    const response = await inner.apply(window, all);
    steps.push(`${name} out`);
    return response;
  };
  window.fetch = wrap("first", fetch);
  await at.us();
  window.fetch = wrap("second", fetch);
  const response = await fetch(at.order());
  // From here on our own call may come by.
  const before = [...steps];
  return [await seen(response), before];
});
row("our script a second time", HEARD, async (at) => {
  const [first, open] = [fetch, XMLHttpRequest.prototype.open];
  await at.us("/storefront/0123456789abcdef0123456789abcdef.js");
  return [fetch === first, XMLHttpRequest.prototype.open === open, await seen(await fetch(at.order()))];
});
early("a fetch of before us, put back", ASKED, async (at) => {
  const real = fetch;
  await at.us();
  window.fetch = real;
  return seen(await fetch(at.order()));
});
early("no fetch", SILENT, async (at) => {
  delete window.fetch;
  await at.us();
  const call = new XMLHttpRequest();
  call.open("GET", at.order());
  call.send();
  await until(() => call.readyState === 4);
  return [typeof fetch, "fetch" in window, call.responseText];
});
early("a fetch that cannot be replaced", ASKED, async (at) => {
  const real = fetch;
  Object.defineProperty(window, "fetch", { value: real, writable: false, configurable: false });
  await at.us();
  return [fetch === real, await seen(await fetch(at.order()))];
});
early("a fetch that can only be read", ASKED, async (at) => {
  const real = fetch;
  Object.defineProperty(window, "fetch", { get: () => real, configurable: false });
  await at.us();
  return [fetch === real, await seen(await fetch(at.order()))];
});

// The very thing that the page's own fetch gives or throws.
early("the same promise, and the same response", HEARD, async (at) => {
  const given = fetch(at.order());
  const response = await given;
  const real = fetch;
  window.fetch = (...all) => (all[0] === at.order() ? given : real(...all));
  await at.us();
  const got = fetch(at.order());
  return [got === given, (await got) === response, await seen(await got)];
});
early("something that is no promise", HEARD, async (at) => {
  const given = { status: 200 };
  const real = fetch;
  window.fetch = (...all) => (String(all[0]).includes("answer=odd") ? given : real(...all));
  await at.us();
  return [fetch(at.order("odd")) === given, await seen(await fetch(at.order()))];
});
early("a response of the page's own making", HEARD, async (at) => {
  const body = await (await fetch(at.order())).json();
  const real = fetch;
  window.fetch = async (...all) => (String(all[0]).includes("answer=own") ? Response.json(body) : real(...all));
  await at.us();
  return seen(await fetch(at.order("own")));
});
early("a stand-in for a response", ASKED, async (at) => {
  const real = fetch;
  const given = { status: 200, ok: true, json: async () => ({ status: "AWAITING_PAYMENT" }) };
  window.fetch = async (...all) => (String(all[0]).includes("answer=odd") ? given : real(...all));
  await at.us();
  const got = await fetch(at.order("odd"));
  return [got === given, Object.keys(got), await got.json()];
});
early("an error that is thrown at once", IGNORED, async (at) => {
  const error = new Error("no");
  const real = fetch;
  window.fetch = (...all) => {
    if (String(all[0]).includes("answer=odd")) throw error;
    return real(...all);
  };
  await at.us();
  try {
    fetch(at.order("odd"));
  } catch (caught) {
    return caught === error;
  }
});

// Calls that bring no answer.
row("a call that fails", ASKED, (at) => fetch(at.order("lost")));
row("a call that is aborted before it begins", ASKED, (at) => fetch(at.order(), { signal: AbortSignal.abort() }));
row("a call that is aborted", ASKED, (at) => {
  const control = new AbortController();
  const call = fetch(at.order("held"), { signal: control.signal });
  control.abort();
  return call;
});
row("a call that is aborted for a reason", ASKED, async (at) => {
  const control = new AbortController();
  const reason = { why: "enough" };
  const call = fetch(new Request(at.order("held"), { signal: control.signal }));
  control.abort(reason);
  return call.catch((error) => error === reason);
});
row("a call that is aborted while its body comes", ASKED, async (at) => {
  const control = new AbortController();
  const response = await fetch(at.order("endless"), { signal: control.signal });
  const reader = response.body.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  control.abort();
  return [first, await outcome(() => reader.read())];
});
row("a body that the page breaks off", HEARD, async (at) => {
  const response = await fetch(at.order());
  return [await response.body.cancel(), response.bodyUsed];
});

// Bodies, in every way that a page can read them.
const text = (bytes) => new TextDecoder().decode(bytes);
for (const [name, read] of [
  ["as JSON", (response) => response.json()],
  ["as text", (response) => response.text()],
  ["as bytes", async (response) => text(await response.arrayBuffer())],
  ["as a blob", async (response) => {
    const blob = await response.blob();
    return [blob.type, await blob.text()];
  }],
  ["as a form, which it is not", (response) => response.formData()],
  ["piece by piece", async (response) => {
    let all = "";
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) all += piece.value;
    return [all, response.bodyUsed, response.body.locked];
  }],
  ["into bytes of the page's own", async (response) => {
    const reader = response.body.getReader({ mode: "byob" });
    const { value } = await reader.read(new Uint8Array(1));
    return value.length;
  }],
  ["from a copy", async (response) => [await response.clone().json(), response.bodyUsed, await response.json()]],
  ["twice", async (response) => [await response.json(), await outcome(() => response.json()), await outcome(() => response.clone())]],
  ["not at all", (response) => [response.bodyUsed, response.body.locked]],
]) {
  row(`a body that is read ${name}`, HEARD, (at) => fetch(at.order()).then(read));
}

// Answers that are no order.
for (const answer of ["201", "202", "204", "301", "304", "400", "401", "403", "404", "429", "500", "502", "503"]) {
  row(`an answer of ${answer}`, ASKED, async (at) => seen(await fetch(at.order(answer))));
}
for (const answer of ["html", "broken", "empty", "null", "number", "list", "bare", "odd"]) {
  row(`an answer of 200 that is ${answer}`, ASKED, async (at) => seen(await fetch(at.order(answer))));
}
row("a redirection that the page follows by itself", ASKED, async (at) => {
  const { type, status, redirected, headers, body } = await fetch(at.order("301"), { redirect: "manual" });
  return [type, status, redirected, [...headers], body];
});
