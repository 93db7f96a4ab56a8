import { type Dispatcher, type RequestInfo, type RequestInit, fetch as undiciFetch } from 'undici'

/**
 * Fetch over the gateway's connections. Redirects are errors: they would carry keys and prompts to somewhere nobody
 * named.
 */
export const fetchThrough = (dispatcher: Dispatcher): typeof globalThis.fetch =>
  ((url: RequestInfo, init?: RequestInit) =>
    undiciFetch(url, { ...init, dispatcher, redirect: 'error' })) as unknown as typeof globalThis.fetch
