const use = (name) => load(`/files/${name}.js`);

/** A call by fetch and one by XMLHttpRequest, as a page makes them whoever has patched them. */
const plainly = async (at) => {
  const response = await fetch(at.order());
  const text = await response.text();
  const call = new XMLHttpRequest();
  call.open("GET", at.order());
  await new Promise((resolve) => {
    call.onload = () => resolve();
    call.send();
  });
  return [response.status, text, call.status, call.responseText];
};

/** What was noticed of the page's own calls, in whatever order, once it is as many. */
const noticed = async (list, count) => {
  const ofPage = () => list.filter((it) => JSON.stringify(it).includes("from=page"));
  await until(() => ofPage().length >= count);
  return ofPage().map((it) => JSON.stringify(it).replaceAll(location.origin, "")).sort();
};

// Of each: how it is made ready, and what is then called and told.
const PACKAGES = {
  axios: {
    "by XMLHttpRequest": [HEARD, async (at) => {
      const { status, data, request } = await axios.get(at.order(), { adapter: "xhr" });
      return [status, data, request.constructor.name];
    }],
    "by fetch": [HEARD, async (at) => {
      const { status, data } = await axios.get(at.order(), { adapter: "fetch" });
      return [status, data];
    }],
    "with interceptors and a progress": [HEARD, async (at) => {
      const steps = [];
      const own = axios.create({ onDownloadProgress: ({ loaded }) => steps.push(loaded) });
      own.interceptors.request.use((config) => (steps.push(config.method), config));
      own.interceptors.response.use((response) => (steps.push(response.status), response));
      return [(await own.get(at.order())).data, steps[0], steps.includes(200)];
    }],
    "refused": [ASKED, (at) => axios.get(at.order("429")).catch(({ code, response }) => [code, response.status, response.data])],
    "given up": [ASKED, (at) => {
      const control = new AbortController();
      const call = axios.get(at.order("held"), { signal: control.signal, adapter: "fetch" });
      setTimeout(() => control.abort());
      return call.catch(({ code, name }) => [code, name]);
    }],
  },
  jquery: {
    "getJSON": [HEARD, (at) => $.getJSON(at.order()).then((data, word, call) => [data, word, call.status])],
    "ajax with every handler": [HEARD, async (at) => {
      const steps = [];
      for (const event of ["ajaxStart", "ajaxSend", "ajaxSuccess", "ajaxError", "ajaxComplete", "ajaxStop"]) {
        $(document).on(event, () => steps.push(event));
      }
      const call = $.ajax(at.order(), { dataType: "text", complete: () => steps.push("complete"), success: () => steps.push("success") });
      await call;
      await until(() => steps.includes("ajaxStop"));
      return [call.responseText, call.getAllResponseHeaders().replace(/^date.*\r\n/m, ""), steps];
    }],
    "synchronously": [HEARD, (at) => [$.ajax(at.order(), { async: false }).responseJSON]],
    "refused": [ASKED, (at) => new Promise((resolve) => {
      $.get(at.order("503")).fail((call, word, text) => resolve([call.status, word, text, call.responseJSON]));
    })],
    "given up": [ASKED, (at) => new Promise((resolve) => {
      $.get(at.order("held")).fail((call, word) => resolve([call.status, word])).abort();
    })],
  },
  zone: {
    "by fetch": [HEARD, (at) => zoned(() => fetch(at.order()).then((response) => (note(), response.json())).finally(note))],
    "by XMLHttpRequest": [HEARD, (at) => zoned(() => new Promise((resolve) => {
      const call = new XMLHttpRequest();
      call.open("GET", at.order());
      call.onreadystatechange = note;
      call.addEventListener("load", note);
      call.onloadend = () => (note(), resolve(call.responseText));
      call.send();
    }))],
    "refused and given up": [ASKED, (at) => zoned(() => {
      const control = new AbortController();
      const call = fetch(at.order("held"), { signal: control.signal });
      control.abort();
      return call.catch(({ name }) => (note(), fetch(at.order("401")).then(({ status }) => (note(), [name, status]))));
    })],
  },
  sentry: {
    "with all its integrations": [HEARD, async (at) => {
      const crumbs = [];
      Sentry.init({
        dsn: `${location.protocol}//key@${location.host}/1`,
        integrations: [Sentry.browserTracingIntegration(), Sentry.httpClientIntegration()],
        tracesSampleRate: 1,
        beforeBreadcrumb: (crumb) => {
          const { category, level, data } = crumb;
          if (["fetch", "xhr"].includes(category)) crumbs.push([category, level, { ...data, __span: typeof data.__span }]);
          return crumb;
        },
      });
      return [await plainly(at), await noticed(crumbs, 2)];
    }],
  },
  datadog: {
    "with its resources": [HEARD, async (at) => {
      const resources = [];
      datadogRum.init({
        applicationId: "00000000-0000-0000-0000-000000000000",
        clientToken: "pub0",
        service: "shop",
        proxy: `${location.origin}/rum`,
        sessionSampleRate: 100,
        trackResources: true,
        beforeSend: ({ type, resource }) => {
          if (type === "resource") resources.push([resource.type, resource.method, resource.status_code, resource.url]);
        },
      });
      return [await plainly(at), await noticed(resources, 2)];
    }],
  },
};

// In which zone what was called back.
const zones = [];
const note = () => zones.push(Zone.current.name);
const zoned = async (call) => {
  const told = await Zone.current.fork({ name: "page" }).run(call);
  return [told, zones];
};

for (const [name, calls] of Object.entries(PACKAGES)) {
  for (const [how, [hears, run]] of Object.entries(calls)) {
    early(`${name}, ${how}, before us`, hears, async (at) => {
      await use(name);
      await at.us();
      return run(at);
    });
    early(`${name}, ${how}, after us`, hears, async (at) => {
      await at.us();
      await use(name);
      return run(at);
    });
  }
}
early("all of them, half of them before us", HEARD, async (at) => {
  for (const name of ["zone", "sentry", "axios"]) await use(name);
  Sentry.init({ dsn: `${location.protocol}//key@${location.host}/1` });
  await at.us();
  for (const name of ["datadog", "jquery"]) await use(name);
  return [await plainly(at), (await axios.get(at.order())).data, await $.getJSON(at.order())];
});
