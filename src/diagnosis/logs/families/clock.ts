import type { Family } from '../family.ts'

const forms =
  /clock (?:skew|drift|moved backwards|is (?:ahead|behind)|out of sync)|RequestTimeTooSkewed|not (?:yet )?valid before|token used before issued|timestamp .{0,60}in the future|time drift|system clock/i

/** Clocks do not agree. */
export const clock: Family = {
  name: 'clock',
  class: 'node',
  words: ['clock', 'skew', 'before', 'future', 'drift'],
  read: text =>
    forms.test(text)
      ? {
          means: 'works with a clock that is wrong (skew)',
          fix: 'Check time synchronisation of the node.',
          tells: 0.82,
        }
      : undefined,
}
