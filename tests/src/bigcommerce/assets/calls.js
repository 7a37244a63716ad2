// The storefront calls of BigCommerce's checkout, made the way its SDK makes them.
import { createRequestSender } from '@bigcommerce/request-sender';

const sender = createRequestSender();

const SDK_HEADERS = {
  Accept: 'application/vnd.bc.v1+json',
  'X-Checkout-SDK-Version': '1.640.0',
};

const INTERNAL_HEADERS = {
  'X-API-INTERNAL': 'This API endpoint is for internal use only and may change in the future',
};

const ORDER_INCLUDES = [
  'payments',
  'lineItems.physicalItems.socialMedia',
  'lineItems.physicalItems.options',
  'lineItems.digitalItems.socialMedia',
  'lineItems.digitalItems.options',
];

export const loadOrder = (id) =>
  sender.get(`/api/storefront/orders/${id}`, {
    params: { include: ORDER_INCLUDES.join(',') },
    headers: SDK_HEADERS,
  });

export const loadConfig = () =>
  sender.get('/api/storefront/checkout-settings', { headers: { ...SDK_HEADERS, ...INTERNAL_HEADERS } });

export const loadFormFields = () =>
  sender.get('/api/storefront/form-fields', { headers: { ...SDK_HEADERS, ...INTERNAL_HEADERS } });

export const submitOrder = (body) => sender.post('/internalapi/v1/checkout/order', { body, headers: SDK_HEADERS });
