// Places the order, loads it once while still on the checkout page, then goes on to the confirmation page.
import { loadOrder, submitOrder } from './calls.js';

const app = document.getElementById('checkout-app');
const form = document.getElementById('checkout');
const button = document.getElementById('checkout-payment-continue');
const problem = form.querySelector('.error');
const buyNow = app.dataset.buyNow === 'true';

function order() {
  const { provider, comment, ...address } = Object.fromEntries(new FormData(form));
  return { provider, comment, address, buy_now: buyNow };
}

function confirmationPath(id) {
  // A buy-now checkout lives at /checkout/{cart}, and is followed by the page of that very order.
  if (buyNow) return `/checkout/order-confirmation/${id}`;
  return `${location.pathname.replace(/\/$/, '')}/order-confirmation`;
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  problem.hidden = true;
  try {
    const placed = await submitOrder(order());
    const { orderId } = placed.body.data.order;
    await loadOrder(orderId);
    location.replace(confirmationPath(orderId));
  } catch (response) {
    problem.textContent = response?.body?.detail ?? String(response);
    problem.hidden = false;
    button.disabled = false;
  }
});
