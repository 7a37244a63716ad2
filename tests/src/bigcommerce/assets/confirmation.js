// BigCommerce's confirmation page, as far as a script on it can tell: the same calls through the same library in the
// same order, the purchase event before anything is shown, the same class names and data-test hooks.
import { loadConfig, loadFormFields, loadOrder } from './calls.js';

const TEXT = {
  en: {
    thanks: (name) => `Thank you ${name}!`,
    number: 'Your order number is ',
    AWAITING_PAYMENT:
      'Your order was sent to us but is currently awaiting payment. Once we receive the payment for your order, it will be completed.',
    PENDING: 'We received your order and are processing it. You will be informed by e-mail.',
    done: 'An email will be sent containing information about your purchase. If you have any questions about your purchase, email us at orders@hoshi-coffee.example.',
    digital: 'Your digital purchases will be available for download after payment.',
    account: 'Create an account for a faster checkout next time',
    create: 'Create account',
    created: 'Your account was created.',
    shopping: 'Continue Shopping »',
    summary: 'Order Summary',
    shipping: 'Shipping',
    total: 'Total',
    failed: 'The order cannot be shown.',
    expired: 'This link has expired.',
    limited: 'Too many requests. Please try again later.',
  },
  ja: {
    thanks: (name) => `${name}様、ありがとうございます`,
    number: 'ご注文番号：',
    AWAITING_PAYMENT: 'ご注文を承りました。現在、お支払いをお待ちしています。お支払いの確認後に手続きを進めます。',
    PENDING: 'ご注文を承り、処理しています。詳しくはメールでお知らせします。',
    done: 'ご注文の詳細をメールでお送りします。ご不明な点は orders@hoshi-coffee.example までお問い合わせください。',
    digital: 'デジタル商品は、お支払いの確認後にダウンロードできます。',
    account: '会員登録をすると、次回のお買い物が簡単になります',
    create: '会員登録',
    created: '会員登録が完了しました。',
    shopping: '買い物を続ける »',
    summary: 'ご注文内容',
    shipping: '送料',
    total: '合計',
    failed: 'ご注文を表示できません。',
    expired: 'このリンクは有効期限が切れています。',
    limited: 'しばらくしてからもう一度お試しください。',
  },
};
const text = TEXT[document.documentElement.lang] ?? TEXT.en;

/** An element with attributes and children. */
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function money(amount, currency) {
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: 'currency',
    currency: currency.code,
    minimumFractionDigits: currency.decimalPlaces,
  }).format(amount);
}

function skeleton() {
  const bars = Array.from({ length: 6 }, () => h('span', { class: 'skeleton-bar' }));
  return h('div', { class: 'layout', 'data-test': 'order-confirmation-page-skeleton' }, h('div', { class: 'layout-main' }, ...bars));
}

/** The merchant's analytics: must be heard before the page is left. */
function purchased(order) {
  const event = { transaction_id: order.orderId, value: order.orderAmount, currency: order.currency.code };
  window.dataLayer = window.dataLayer ?? [];
  window.dataLayer.push({ event: 'purchase', ecommerce: event });
  navigator.sendBeacon('/__sandbox/analytics', JSON.stringify(event));
}

function statusText(order) {
  if (order.status === 'AWAITING_PAYMENT' || order.status === 'MANUAL_VERIFICATION_REQUIRED') return text.AWAITING_PAYMENT;
  if (order.status === 'PENDING') return text.PENDING;
  return text.done;
}

function orderSection(order) {
  return h(
    'section',
    { class: 'orderConfirmation-section' },
    h('p', { 'data-test': 'order-confirmation-order-number-text' }, text.number, h('strong', {}, String(order.orderId))),
    h('p', { 'data-test': 'order-confirmation-order-status-text' }, statusText(order)),
    order.hasDigitalItems ? h('p', { 'data-test': 'order-confirmation-digital-items-text' }, text.digital) : null,
  );
}

function instructionsSection(order) {
  const instructions = order.payments?.map((payment) => payment.detail?.instructions).find(Boolean);
  if (!instructions) return null;
  return h('section', { class: 'orderConfirmation-section' }, h('div', { 'data-test': 'payment-instructions' }, instructions));
}

function signUp(order) {
  if (!order.customerCanBeCreated) return null;
  const form = h(
    'form',
    { class: 'guest-signup' },
    h('p', {}, text.account),
    h('button', { class: 'link' }, text.create),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    form.replaceChildren(h('p', {}, text.created));
  });
  return form;
}

function summary(order) {
  const items = [...order.lineItems.physicalItems, ...order.lineItems.digitalItems];
  const rows = items.map((item) =>
    h('li', {}, h('span', {}, `${item.quantity} × ${item.name}`), h('b', {}, money(item.extendedSalePrice, order.currency))),
  );
  return h(
    'aside',
    { class: 'layout-cart' },
    h('article', { class: 'cart optimizedCheckout-orderSummary', 'data-test': 'cart' },
      h('h2', {}, text.summary),
      h('ul', { class: 'totals' }, ...rows,
        h('li', {}, h('span', {}, text.shipping), h('b', {}, money(order.shippingCostTotal, order.currency))),
        h('li', { class: 'grand' }, h('span', {}, text.total), h('b', { 'data-test': 'cart-total' }, money(order.orderAmount, order.currency))),
      ),
    ),
  );
}

function page(order) {
  const name = document.documentElement.lang === 'ja'
    ? `${order.billingAddress.lastName} ${order.billingAddress.firstName}`
    : order.billingAddress.firstName;
  return h(
    'div',
    { class: 'layout optimizedCheckout-contentPrimary' },
    h(
      'div',
      { class: 'layout-main' },
      h(
        'div',
        { class: 'orderConfirmation' },
        h('h1', { class: 'optimizedCheckout-headingPrimary', 'data-test': 'order-confirmation-heading' }, text.thanks(name)),
        orderSection(order),
        instructionsSection(order),
        signUp(order),
        h('div', { class: 'continueButtonContainer' }, h('a', { href: '/' }, text.shopping)),
      ),
    ),
    summary(order),
  );
}

function message(className, words) {
  return h('div', { class: `layout ${className}` }, h('p', {}, words));
}

async function renderOrderConfirmation({ orderId, containerId, permalinkStatus }) {
  const container = document.getElementById(containerId);
  if (permalinkStatus === 'expired') return container.replaceChildren(message('orderConfirmation-expiredToken', text.expired));
  if (permalinkStatus === 'rate_limited') return container.replaceChildren(message('orderConfirmation-rateLimited', text.limited));
  container.replaceChildren(skeleton());
  const order = loadOrder(orderId).then(({ body }) => {
    purchased(body);
    return body;
  });
  try {
    const [loaded] = await Promise.all([order, loadConfig(), loadFormFields()]);
    container.replaceChildren(page(loaded));
  } catch {
    container.replaceChildren(message('orderConfirmation-error', text.failed));
  }
}

window.checkoutApp = { renderOrderConfirmation };
