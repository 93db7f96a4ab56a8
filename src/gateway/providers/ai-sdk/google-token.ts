import { createSign } from 'node:crypto'
import { ProviderError } from '../provider.ts'
import type { Access } from './service.ts'

/** An access token that is valid for at least a minute. */
export type GoogleToken = () => Promise<string>

const scope = 'https://www.googleapis.com/auth/cloud-platform'
/** Seconds. */
const lifetime = 3600
const margin = 60_000

/**
 * Exchanges a signed assertion for access tokens (RFC 7523, as
 * https://developers.google.com/identity/protocols/oauth2/service-account says). Calls at the same time share one
 * exchange, and a failed one is not kept.
 * @throws ProviderError when the account's key file lacks something
 */
export function googleToken(account: Record<string, string>, access: Access): GoogleToken {
  const { client_email: email, private_key: key, private_key_id: keyId } = account
  const { token_uri: audience = 'https://oauth2.googleapis.com/token' } = account
  if (!email || !key)
    throw new ProviderError(
      'provider_unauthorized',
      'the Secret of the ModelProvider must be the JSON key file of a service account, with client_email and private_key',
    )
  const exchange = async () => {
    const now = Math.floor(access.clock.now() / 1000)
    const assertion = signed(
      { alg: 'RS256', typ: 'JWT', ...(keyId ? { kid: keyId } : {}) },
      { iss: email, scope, aud: audience, iat: now, exp: now + lifetime },
      key,
    )
    const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }
    const response = await access.fetch(audience, { method: 'POST', body: new URLSearchParams(grant) })
    if (response.status >= 500)
      throw new ProviderError('provider_error', `Google's token endpoint answered ${response.status}`)
    const answer = (await response.json()) as { access_token?: unknown; expires_in?: unknown }
    if (!response.ok || typeof answer.access_token !== 'string')
      throw refused('Google refused the service account')
    until = access.clock.now() + (typeof answer.expires_in === 'number' ? answer.expires_in : lifetime) * 1000
    return answer.access_token
  }
  let current: Promise<string> | undefined
  let until = 0
  return () => {
    if (current && access.clock.now() < until - margin) return current
    // While the exchange is under way everyone waits for it.
    until = Number.POSITIVE_INFINITY
    const started = exchange()
    current = started
    started.catch(() => {
      if (current === started) current = undefined
    })
    return started
  }
}

function signed(header: object, claims: object, key: string): string {
  const text = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  try {
    return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
  } catch (error) {
    throw refused(
      `private_key of the service account can not sign (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}

const refused = (what: string): ProviderError =>
  new ProviderError('provider_unauthorized', `${what}; check the Secret of the ModelProvider`)
