import type { Family } from '../family.ts'

const forms =
  /licen[cs]e[^\n]{0,60}(?:expired|invalid|not found|exceeded|missing|required|has ended)|(?:expired|invalid|missing)[^\n]{0,30}licen[cs]e|(?:subscription|trial)[^\n]{0,40}(?:expired|ended)/i

/** A licence ran out. */
export const licence: Family = {
  name: 'licence',
  class: 'config',
  words: ['licen', 'subscription', 'trial'],
  read: text =>
    forms.test(text)
      ? {
          means: 'does not work because its licence is expired or not valid',
          fix: 'Renew the licence and put the new one where it is read.',
          tells: 0.88,
          external: 'licence',
        }
      : undefined,
}
