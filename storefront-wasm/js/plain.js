/**
 * The journey without wasm: a policy of the store's forbids it, or it broke. Once per order, the shopper is taken
 * to the server's own page, which goes on to KOMOJU; coming back, to its status page.
 */
const UNPAID = /^(ORDER_STATUS_)?(AWAITING_PAYMENT|PENDING|INCOMPLETE)$/;
const ORDER = /\/api\/storefront\/orders?\/(\d+)\/?(\?|$)/;

let begun;

const begin = ({ app, store, methods }) => {
  const { pathname, search, hash, origin } = location;
  if (begun || !/\/order-confirmation(\/|$)/.test(pathname) || search.includes("orderToken=")) return;
  begun = true;

  const [, token] = hash.split("#komoju=");
  if (token) {
    // Not again on Back.
    history.replaceState(history.state, "", pathname + search);
    return location.assign(`${app}/status/${token}`);
  }

  let asked;
  const ask = async (id) => {
    const key = `komoju:${id}`;
    if (asked || !id || sessionStorage.getItem(key)) return;
    asked = true;
    const response = await fetch(`/api/storefront/orders/${id}?include=payments`, { headers: { Accept: "application/json" } });
    const { status, payments, cartId } = await response.json();
    if (!UNPAID.test(status) || !payments.some(({ providerId }) => methods.split(",").includes(providerId))) return;
    sessionStorage.setItem(key, "-");
    const about = { store, order_id: id, cart_id: cartId, page: origin + pathname + search, locale: document.documentElement.lang };
    location.assign(`${app}/pay?${new URLSearchParams(about)}`);
  };
  const quietly = (id) => ask(id).catch(() => {});

  // The page's own call, whether it was made already or is still to come.
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) quietly(ORDER.exec(name)?.[1]);
  }).observe({ type: "resource", buffered: true });
  quietly(/\/(\d+)\/?$/.exec(pathname)?.[1]);
};

export const plain = (own) => {
  try {
    begin(own);
  } catch {
    // Then the page stays as it is.
  }
};
