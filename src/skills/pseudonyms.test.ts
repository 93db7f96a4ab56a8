import fc from 'fast-check'
import { expect, test } from 'vitest'
import { detectors } from '../gateway/guardrails/detectors/index.ts'
import { redactor } from '../gateway/observability/redaction.ts'
import { pseudonyms } from './pseudonyms.ts'
import type { KnownNames } from './slots/names.ts'

const names: KnownNames = {
  services: ['cart', 'checkout', 'orders-api'],
  workloads: ['cart'],
  routes: ['refund-desk'],
  prompts: [],
  releases: [],
  models: [],
  deliveries: [],
  providers: [],
  namespaces: ['shop'],
  incidents: ['checkout-3f9a2b1c04'],
}
const mask = redactor(detectors)
const made = () => pseudonyms(names, { key: 'k', mask })

test('names, pods, hosts, addresses, ids and mails do not leave, and come back', () => {
  const hiding = made()
  const text =
    'cart-5d9f8-x2k of cart in shop called http://orders-api.shop.svc.cluster.local:8080/pay at 10.0.3.17; alice@corp.example asked, commit 4f2a9c1, incident checkout-3f9a2b1c04, 7 errors since 10:14 on 2026-03-11'
  const hidden = hiding.hide(text) ?? ''
  for (const name of ['cart', 'shop', 'orders', '10.0.3.17', 'alice', 'corp', '4f2a9c1', 'checkout'])
    expect(hidden).not.toContain(name)
  for (const plain of ['called', '7 errors since 10:14', '2026-03-11']) expect(hidden).toContain(plain)
  expect(hiding.restore(hidden)).toBe(text)
})

test('secrets are masked for good', () => {
  const secret = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'
  const hiding = made()
  const hidden = hiding.hide(`cart uses ${secret}`) ?? ''
  expect(hidden).not.toContain(secret)
  expect(hiding.restore(hidden)).not.toContain(secret)
})

test('the same name has the same placeholder in every run, and another under another key', () => {
  expect(made().hide('cart')).toBe(made().hide('why cart')?.split(' ')[1])
  expect(pseudonyms(names, { key: 'other', mask }).hide('cart')).not.toBe(made().hide('cart'))
})

test('a placeholder that was never given out makes an answer unusable', () => {
  const hiding = made()
  hiding.hide('cart')
  expect(hiding.restore('restart service_0123456789')).toBeUndefined()
})

test('when it can not be told that a text is clean, nothing of it is given', () => {
  expect(pseudonyms(names, { key: 'k', mask: () => undefined }).hide('hello')).toBeUndefined()
})

test('whatever is around it, a known name never leaves and everything comes back', () => {
  const piece = fc.constantFrom(
    'cart',
    'orders-api',
    'the',
    ' ',
    ':',
    '/',
    '.',
    '-',
    '7',
    '(',
    ')',
    'is',
    '\n',
    'é',
    '@',
    '_',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const text = pieces.join('')
      const hiding = pseudonyms(names, { key: 'k', mask: given => given })
      const hidden = hiding.hide(text) ?? ''
      expect(hiding.restore(hidden)).toBe(text)
      expect(/(?<![a-z0-9é])(cart|orders-api)(?![a-z0-9é])/.test(hidden)).toBe(false)
    }),
    { numRuns: 500 },
  )
})
