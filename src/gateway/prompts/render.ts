import type { Part } from '../canonical/request.ts'
import { GatewayError } from '../failure.ts'
import type { Zone } from '../guardrails/detector.ts'
import type { Expression, Node, Test } from './nodes.ts'
import type { Value } from './variables.ts'

const maxCharacters = 4 << 20
const maxSteps = 100_000

/** What one rendering may take, over all messages of a prompt. */
export interface Allowance {
  characters: number
  steps: number
}

export const newAllowance = (): Allowance => ({ characters: maxCharacters, steps: maxSteps })

/** What a block is about while it is walked. */
interface Frame {
  value: unknown
  index?: number
  key?: string | number
  last?: boolean
  outer: Frame | undefined
}

/**
 * The text of one message, cut where the zone changes. Values are written, never read: nothing a user sends can name a
 * variable, open a block or end one.
 * @throws GatewayError when the text grows beyond the allowance
 */
export function renderParts(nodes: readonly Node[], values: readonly Value[], allowance: Allowance): Part[] {
  const runs: { text: string; zone: Zone | undefined }[] = []
  const write = (text: string, zone: Zone | undefined): void => {
    if (text === '') return
    allowance.characters -= text.length
    if (allowance.characters < 0) throw tooLarge(`${maxCharacters} characters`)
    const last = runs.at(-1)
    // No part is blank: some providers refuse those.
    if (last && (last.zone === zone || text.trim() === '')) last.text += text
    else if (last && last.text.trim() === '') {
      last.text += text
      last.zone = zone
    } else runs.push({ text, zone })
  }
  const read = (expression: Expression, frame: Frame | undefined): unknown => {
    switch (expression.kind) {
      case 'literal':
        return expression.value
      case 'variable':
        return follow(values[expression.slot]?.value, expression.path)
      case 'item':
        return follow(out(frame, expression.up)?.value, expression.path)
      case 'position': {
        const found = out(frame, expression.up)
        if (expression.name === 'first') return found?.index === 0
        return found?.[expression.name]
      }
    }
  }
  const textOf = (expression: Expression, frame: Frame | undefined): string => {
    if (expression.kind === 'variable' && expression.path.length === 0) {
      const given = values[expression.slot]
      if (given?.text !== undefined) return given.text
    }
    const value = read(expression, frame)
    if (value === undefined || value === null) return ''
    return typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  const holds = (test: Test, frame: Frame | undefined): boolean => {
    const found =
      test.kind === 'truthy'
        ? isTruthy(read(test.of, frame))
        : isEqual(read(test.left, frame), read(test.right, frame))
    return found !== test.negate
  }
  const walk = (body: readonly Node[], frame: Frame | undefined): void => {
    allowance.steps -= 1 + body.length
    if (allowance.steps < 0) throw tooLarge(`${maxSteps} steps`)
    for (const node of body) {
      if (typeof node === 'string') write(node, undefined)
      else visit(node, frame)
    }
  }
  const visit = (node: Exclude<Node, string>, frame: Frame | undefined): void => {
    switch (node.kind) {
      case 'value':
        write(textOf(node.of, frame), node.zone)
        break
      case 'json':
        write(JSON.stringify(read(node.of, frame) ?? null, null, node.indent), node.zone)
        break
      case 'if':
        walk(holds(node.test, frame) ? node.body : node.otherwise, frame)
        break
      case 'each':
        each(node, frame)
        break
      case 'with': {
        const value = read(node.over, frame)
        if (isTruthy(value)) walk(node.body, { value, outer: frame })
        else walk(node.otherwise, frame)
        break
      }
      case 'context':
        walk(node.body, { value: read(node.of, frame), outer: frame })
        break
      case 'fields': {
        const around = out(frame, node.shift)
        // Object.fromEntries defines members, so that one named __proto__ is a member like any other.
        const value = Object.fromEntries(node.fields.map(([name, of]) => [name, read(of, around)]))
        walk(node.body, { value, outer: frame })
      }
    }
  }
  const each = (node: Extract<Node, { kind: 'each' | 'with' }>, frame: Frame | undefined): void => {
    const over = read(node.over, frame)
    const items: readonly (readonly [string | number, unknown])[] = Array.isArray(over)
      ? over.map((value, index) => [index, value])
      : Object.entries(objectOf(over))
    if (items.length === 0) walk(node.otherwise, frame)
    for (const [index, [key, value]] of items.entries())
      walk(node.body, { value, index, key, last: index === items.length - 1, outer: frame })
  }
  walk(nodes, undefined)
  if (runs.every(({ text }) => text.trim() === '')) return []
  return runs.map(({ text, zone }) => ({ type: 'text', text, ...(zone === undefined ? {} : { zone }) }))
}

function out(frame: Frame | undefined, up: number): Frame | undefined {
  let found = frame
  for (let i = 0; i < up; i++) found = found?.outer
  return found
}

/** Own members only: a path must not find what every object inherits. */
function follow(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
    found = (found as Record<string, unknown>)[name]
  }
  return found
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/** As in Handlebars, where an empty list is no. */
const isTruthy = (value: unknown): boolean => Boolean(value) && !(Array.isArray(value) && value.length === 0)

const isEqual = (left: unknown, right: unknown): boolean => (left ?? null) === (right ?? null)

const tooLarge = (limit: string): GatewayError =>
  new GatewayError(
    'invalid_request',
    `the prompt with its variables takes more than ${limit}: send less in keelway.variables`,
    {
      param: 'keelway.variables',
    },
  )
