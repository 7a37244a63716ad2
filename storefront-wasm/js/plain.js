/**
 * The journey without wasm: a policy of the store's forbids it, or it broke. An order of ours gets a plain link to the
 * server's own page, which pays it or shows how it stands, whatever the state. By itself the page is left only where
 * the server says so: once, on the first visit.
 *
 * `LINK` is what that link says, by language: scripts/bundle.mjs puts it in from worker/texts.
 */
const UNPAID = /^(ORDER_STATUS_)?(AWAITING_PAYMENT|PENDING|INCOMPLETE)$/;
const ORDER = /\/api\/storefront\/orders?\/(\d+)\/?(\?|$)/;
const NUMBER = "[data-test=order-confirmation-order-number-text]";
/** How long after `load` the page's own content may take, and how often we look for it. */
const SETTLE_MS = 3000;
const LOOK_MS = 300;

let begun;

/** Puts the link beside the page's own content, and back there while the page is still being drawn. */
const show = (href) => {
  const tag = (document.documentElement.lang || navigator.language).toLowerCase();
  let [code] = tag.split(/[-_]/);
  // Chinese is written in two ways: the part after `zh` names the way, or a region where it is in use.
  if (code === "zh") code = /^zh.(hant|tw|hk|mo)/.test(tag) ? "zh-Hant" : "zh-Hans";
  const language = Object.keys(LINK).includes(code) ? code : "en";
  const line = document.createElement("p");
  line.id = "komoju-payment";
  line.lang = language;
  const link = document.createElement("a");
  link.href = href;
  link.target = "_top";
  link.textContent = LINK[language];
  line.append(link);
  let looks = 0;
  const place = () => {
    const late = ++looks * LOOK_MS > SETTLE_MS;
    const section = document.querySelector(".orderConfirmation > .orderConfirmation-section");
    if (!line.isConnected) {
      if (section) section.before(line);
      else if (late) (document.querySelector(".layout-main") ?? document.body).prepend(line);
    }
    if (looks * LOOK_MS < 4 * SETTLE_MS) setTimeout(place, LOOK_MS);
  };
  place();
};

/** The number of the page's order, where the page names it. */
const named = () => {
  const started = [...document.scripts]
    .map(({ textContent }) => /renderOrderConfirmation\([^]*?orderId\W{1,6}(\d+)/.exec(textContent)?.[1])
    .find(Boolean);
  const shown = /^\D*(\d+)\D*$/.exec(document.querySelector(NUMBER)?.textContent)?.[1];
  return /\/(\d+)\/?$/.exec(location.pathname)?.[1] ?? window.checkoutConfig?.orderId ?? started ?? shown;
};

const begin = ({ app, store, methods }) => {
  const { pathname, search, hash, origin } = location;
  if (begun || !/\/order-confirmation(\/|$)/.test(pathname)) return;
  begun = true;

  const [, token] = /^#komoju=([\w.-]+)$/.exec(hash) ?? [];
  // Not again on Back, and not for whomever the address is sent to.
  if (hash.startsWith("#komoju=")) history.replaceState(history.state, "", pathname + search);
  // Not for a link from an e-mail, which may be days old, and not inside a frame, where payment pages do not show.
  const mayLeave = !search.includes("orderToken=") && top === window;

  const json = async (url, options) => (await fetch(url, options)).json();
  const leave = (url) => {
    if (url?.startsWith(`${app}/`)) location.assign(url);
  };

  let asked;
  const ask = async (id) => {
    if (asked || !id) return;
    asked = true;
    const headers = { Accept: "application/json" };
    const order = await json(`/api/storefront/orders/${id}?include=payments`, { headers });
    const { status, payments, cartId, orderAmount, currency } = order;
    const ours = payments.find(({ providerId }) => methods.split(",").includes(providerId));
    if (!ours) return;

    const locale = document.documentElement.lang || navigator.language;
    const about = { store, order_id: id, cart_id: cartId, page: origin + pathname + search, locale };
    show(`${app}/pay?${new URLSearchParams(about)}`);
    if (token) {
      const view = await json(`${app}/api/payments/${token}?locale=${locale}`);
      // What is shown belongs to this page's order.
      if (view.order === Number(id)) leave(`${app}/status/${token}`);
    } else if (mayLeave && UNPAID.test(status)) {
      const start = { ...about, order_id: Number(id), intent: "arrive", visit: `${Math.random()}` };
      const seen = { seen_total: `${orderAmount}`, seen_due: `${ours.amount}`, seen_currency: currency?.code };
      const { state, redirect_url } = await json(`${app}/api/payments`, {
        method: "POST",
        body: JSON.stringify({ ...start, ...seen }),
      });
      if (state === "redirect") leave(redirect_url);
    }
  };
  const quietly = (id) => ask(id).catch(() => {});

  // The page's own call, whether it was made already or is still to come; else what the page names.
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) quietly(ORDER.exec(name)?.[1]);
  }).observe({ type: "resource", buffered: true });
  const settle = () => setTimeout(() => quietly(named()), SETTLE_MS);
  if (document.readyState === "complete") settle();
  else addEventListener("load", settle);
};

export const plain = (own) => {
  try {
    begin(own);
  } catch {
    // Then the page stays as it is.
  }
};
