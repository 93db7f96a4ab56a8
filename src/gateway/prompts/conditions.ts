import type { Test } from './nodes.ts'
import type { Zoned } from './scope.ts'

const truthy =
  (negate: boolean) =>
  ([value, ...more]: readonly Zoned[]): Test | undefined =>
    value && more.length === 0 ? { kind: 'truthy', of: value.of, negate } : undefined

const equal =
  (negate: boolean) =>
  ([left, right, ...more]: readonly Zoned[]): Test | undefined =>
    left && right && more.length === 0 ? { kind: 'equal', left: left.of, right: right.of, negate } : undefined

/** Blocks that choose: those of Handlebars, and the two of dotprompt. */
export const conditions: Readonly<Record<string, (given: readonly Zoned[]) => Test | undefined>> = {
  if: truthy(false),
  unless: truthy(true),
  ifEquals: equal(false),
  unlessEquals: equal(true),
}

/** How a block is written, for one that is not. */
export const usage: Readonly<Record<string, string>> = {
  if: '{{#if name}}',
  unless: '{{#unless name}}',
  each: '{{#each name}}',
  with: '{{#with name}}',
  ifEquals: '{{#ifEquals name "text"}}',
  unlessEquals: '{{#unlessEquals name "text"}}',
}
