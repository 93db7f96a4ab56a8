import { z } from 'zod'
import type { Detector } from '../detector.ts'
import { findPii } from '../pii/pii.ts'
import { type PiiType, piiTypes } from '../pii/span.ts'
import { optionsOf } from './options.ts'

/** What is looked for when a rule names no types: surely personal, and surely found. */
const usual: readonly PiiType[] = [
  'CREDIT_CARD',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'IBAN_CODE',
  'US_SSN',
  'US_DRIVER_LICENSE',
  'IP_ADDRESS',
]
const Options = z.strictObject({
  types: z
    .array(z.enum(piiTypes))
    .min(1)
    .default([...usual]),
})

/** Personal data, each kind checked by what its standard has: check digits, numbering plans, ranges, parsers. */
export const pii: Detector = {
  name: 'pii',
  summary:
    'Finds personal data: cards, accounts, addresses on the net, telephone and identity numbers, and more when asked.',
  zones: ['user', 'document', 'tool', 'output'],
  threshold: () => 0.5,
  create(options) {
    const types = new Set<PiiType>(optionsOf('pii', Options, options).types)
    return text => findPii(text, types).map(({ type, ...rest }) => ({ ...rest, reason: type }))
  },
}
