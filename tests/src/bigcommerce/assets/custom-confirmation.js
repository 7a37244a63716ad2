// A merchant's own confirmation page: no SDK, one fetch of the documented (older, singular) address.
(async ({ orderId, containerId, permalinkStatus }) => {
  if (permalinkStatus !== 'valid') return;
  const container = document.getElementById(containerId);
  const response = await fetch(`/api/storefront/order/${orderId}?include=payments`, { credentials: 'same-origin' });
  const heading = document.createElement('h1');
  heading.dataset.test = 'custom-confirmation-heading';
  container.append(heading);
  if (!response.ok) {
    heading.textContent = 'The order cannot be shown.';
    return;
  }
  const order = await response.json();
  window.dataLayer = window.dataLayer ?? [];
  const event = { transaction_id: order.orderId, value: order.orderAmount, currency: order.currency.code };
  window.dataLayer.push({ event: 'purchase', ecommerce: event });
  navigator.sendBeacon('/__sandbox/analytics', JSON.stringify(event));
  heading.textContent = `★ ${order.orderId}`;
  const total = document.createElement('p');
  total.textContent = `${order.orderAmount} ${order.currency.code}`;
  container.append(total);
})(window.checkoutConfig);
