const EVENTS = ["readystatechange", "loadstart", "progress", "load", "error", "abort", "timeout", "loadend"];

/** Writes down everything that happens to a call. In how many pieces its body comes is chance: one is noted. */
const watched = (call = new XMLHttpRequest()) => {
  const steps = [];
  const note = (...step) => {
    const again = call.readyState === 3 && steps.some((it) => JSON.stringify(it) === JSON.stringify(step));
    if (!again) steps.push(step);
  };
  for (const name of EVENTS) {
    call.addEventListener(name, ({ target, loaded }) => note(name, target === call, call.readyState, call.status, loaded));
    call[`on${name}`] = () => note(`on${name}`, call.readyState);
  }
  return { call, steps };
};

/** All that a page can tell of a call. */
const seen = (call) => {
  const { readyState, status, statusText, responseType, responseURL, timeout, withCredentials } = call;
  const text = ["", "text"].includes(responseType) ? call.responseText : typeof call.response;
  const headers = call.getAllResponseHeaders().replace(/^date.*\r\n/m, "");
  return [readyState, status, statusText, responseType, responseURL.replace(location.origin, ""), timeout, withCredentials, text, headers];
};

const over = (call) => new Promise((resolve) => call.addEventListener("loadend", () => resolve()));
const sent = async (call) => {
  const end = over(call);
  call.send();
  await end;
  return seen(call);
};

// What it is opened with.
for (const [name, hears, all] of [
  ["a path", HEARD, (at) => ["GET", at.order()]],
  ["an address", HEARD, (at) => ["GET", location.origin + at.order()]],
  ["a URL", HEARD, (at) => ["GET", new URL(at.order(), location)]],
  ["a small get", HEARD, (at) => ["get", at.order()]],
  ["all its arguments", HEARD, (at) => ["GET", at.order(), true, null, null]],
  ["the older address", HEARD, ({ id }) => ["GET", `/api/storefront/order/${id}?from=page`]],
  ["POST", ASKED, (at) => ["POST", at.order()]],
  ["another origin", IGNORED, (at) => ["GET", APP + at.order()]],
]) {
  row(`opened with ${name}`, hears, async (at) => {
    const { call, steps } = watched();
    const given = call.open(...all(at));
    return [given, await sent(call), steps];
  });
}
for (const [name, ...all] of [
  ["nothing"],
  ["no address", "GET"],
  ["a method that is none", "GE T", "/"],
  ["a method that is forbidden", "TRACE", "/"],
  ["an address that is none", "GET", "http://"],
  ["a symbol", "GET", Symbol("order")],
]) {
  row(`opened with ${name}`, IGNORED, () => new XMLHttpRequest().open(...all));
}
row("open of something that is no call", IGNORED, (at) => XMLHttpRequest.prototype.open.call({}, "GET", at.order()));
row("the browser's open", IGNORED, () => {
  const { open } = XMLHttpRequest.prototype;
  const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "open");
  return [open.name, open.length, "prototype" in open, Reflect.ownKeys(open), writable, enumerable, configurable];
});

// When it is opened, and by whom.
early("opened before us, and sent after", ASKED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order());
  await at.us();
  return [await sent(call), steps];
});
early("sent before us, and ended after", ASKED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order("gate"));
  const end = sent(call);
  await at.us();
  await fetch("/gate");
  return [await end, steps];
});
early("ended before us", ASKED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order());
  const told = [await sent(call), steps];
  await at.us();
  return told;
});
early("by a class of the page's own", HEARD, async (at) => {
  class Own extends XMLHttpRequest {
    open(...all) {
      this.note = all[0];
      return super.open(...all);
    }
  }
  await at.us();
  const { call, steps } = watched(new Own());
  call.open("GET", at.order());
  return [await sent(call), call.note, call instanceof XMLHttpRequest, steps];
});
early("wrapped before us and after", HEARD, async (at) => {
  const steps = [];
  const wrap = (name) => {
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (...all) {
      steps.push(name);
      return open.apply(this, all);
    };
  };
  wrap("first");
  await at.us();
  wrap("second");
  const call = new XMLHttpRequest();
  call.open("GET", at.order());
  return [await sent(call), steps];
});
early("an open that cannot be replaced", ASKED, async (at) => {
  Object.freeze(XMLHttpRequest.prototype);
  await at.us();
  const { call, steps } = watched();
  call.open("GET", at.order());
  return [await sent(call), steps];
});

// How its answer is read.
for (const [kind, hears] of [
  ["", HEARD],
  ["text", HEARD],
  ["json", HEARD],
  ["arraybuffer", ASKED],
  ["blob", ASKED],
  ["document", ASKED],
]) {
  row(`with the response type "${kind}"`, hears, async (at) => {
    const { call, steps } = watched();
    call.open("GET", at.order());
    call.responseType = kind;
    const told = await sent(call);
    return [told, call.response === call.response, JSON.stringify(call.response), steps];
  });
}
row("with a type of the page's own", HEARD, async (at) => {
  const call = new XMLHttpRequest();
  call.open("GET", at.order());
  call.overrideMimeType("text/plain; charset=x-user-defined");
  call.withCredentials = true;
  return sent(call);
});

// When its handlers are set, and in which order they are called.
row("with handlers set at every moment", HEARD, async (at) => {
  const steps = [];
  const note = (name) => () => steps.push(name);
  const call = new XMLHttpRequest();
  const end = over(call);
  for (const event of ["load", "loadend"]) call.addEventListener(event, note(`${event} before open`));
  call.onloadend = note("onloadend before open");
  call.open("GET", at.order());
  for (const event of ["load", "loadend"]) call.addEventListener(event, note(`${event} before send`));
  call.onload = note("onload before send");
  call.send();
  for (const event of ["load", "loadend"]) call.addEventListener(event, note(`${event} after send`));
  call.onloadend = note("onloadend after send");
  await Promise.resolve();
  for (const event of ["load", "loadend"]) call.addEventListener(event, note(`${event} later`));
  await end;
  await turn();
  return [seen(call), steps];
});
row("with a handler that throws", HEARD, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order());
  call.onload = () => {
    throw new Error("of the page's own");
  };
  return [await sent(call), steps];
});
row("with a synchronous answer", HEARD, (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order(), false);
  call.send();
  return [seen(call), steps];
});
row("with a synchronous failure", ASKED, (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order("lost"), false);
  const told = outcome(() => call.send());
  return told.then((told) => [told, seen(call), steps]);
});

// Calls that are given up.
for (const [name, answer, event, state] of [
  ["when its headers are there", "endless", "readystatechange", 2],
  ["while its body comes", "endless", "readystatechange", 3],
  ["at its first progress", "endless", "progress", 3],
  ["when it is done", "", "readystatechange", 4],
  ["at its load", "", "load", 4],
  ["at its end", "", "loadend", 4],
]) {
  row(`aborted ${name}`, ASKED, async (at) => {
    const { call, steps } = watched();
    call.open("GET", at.order(answer));
    const done = new Promise((resolve) => {
      call.addEventListener(event, () => {
        if (call.readyState !== state) return;
        call.abort();
        resolve();
      });
    });
    call.send();
    await done;
    await turn();
    return [seen(call), steps];
  });
}
row("aborted at once", ASKED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order("held"));
  call.send();
  call.abort();
  await turn();
  return [seen(call), steps];
});
row("aborted before it is sent", IGNORED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", "/elsewhere");
  call.abort();
  await turn();
  return [seen(call), steps];
});
row("ended by its time", ASKED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order("held"));
  call.timeout = 1;
  return [await sent(call), steps];
});
row("ended without an answer", ASKED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", at.order("lost"));
  return [await sent(call), steps];
});
for (const answer of ["204", "401", "403", "404", "429", "500", "503", "html", "empty", "null", "bare"]) {
  row(`an answer of ${answer}`, ASKED, async (at) => {
    const { call, steps } = watched();
    call.open("GET", at.order(answer));
    return [await sent(call), steps];
  });
}

// One object for many calls.
row("used for something else before", HEARD, async (at) => {
  const { call, steps } = watched();
  call.open("GET", "/elsewhere");
  const first = await sent(call);
  call.open("GET", at.order());
  return [first, await sent(call), steps];
});
row("opened for the order, and again for something else", IGNORED, async (at) => {
  const { call, steps } = watched();
  call.open("GET", "/elsewhere/1");
  call.open("GET", "/elsewhere/2");
  return [await sent(call), steps];
});
row("used again at its load", ASKED, async (at) => {
  const { call, steps } = watched();
  const done = new Promise((resolve) => {
    call.addEventListener("load", () => {
      if (call.responseURL.includes("/elsewhere")) return resolve();
      call.open("GET", "/elsewhere");
      call.send();
    });
  });
  call.open("GET", at.order());
  call.send();
  await done;
  await turn();
  return [seen(call), steps];
});
row("used for the order again at its end", EITHER, async (at) => {
  const call = new XMLHttpRequest();
  const told = [];
  for (let time = 0; time < 3; time++) {
    call.open("GET", at.order());
    await new Promise((resolve) => {
      call.onloadend = resolve;
      call.send();
    });
    told.push(seen(call));
  }
  return told;
});
row("used for the order many times", HEARD, async (at) => {
  const call = new XMLHttpRequest();
  const told = [];
  for (let time = 0; time < 5; time++) {
    call.open("GET", at.order());
    call.send();
    await until(() => call.readyState === 4);
    await turn();
    told.push(seen(call));
  }
  return told;
});
