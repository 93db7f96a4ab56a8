import type { Zone } from '../guardrails/detector.ts'

/** What a template is made of once it is checked: plain values that `render.ts` walks. */
export type Node =
  | string
  | { kind: 'value'; of: Expression; zone: Zone | undefined }
  | { kind: 'json'; of: Expression; indent: number; zone: Zone | undefined }
  | { kind: 'if'; test: Test; body: readonly Node[]; otherwise: readonly Node[] }
  | { kind: 'each' | 'with'; over: Expression; body: readonly Node[]; otherwise: readonly Node[] }
  /** A partial with a context of its own. */
  | { kind: 'context'; of: Expression; body: readonly Node[] }
  /** A partial with fields of its own, which are read `shift` blocks out. */
  | {
      kind: 'fields'
      shift: number
      fields: readonly (readonly [string, Expression])[]
      body: readonly Node[]
    }

export type Expression =
  | { kind: 'literal'; value: unknown }
  /** A variable of the prompt, or a field of it. */
  | { kind: 'variable'; slot: number; path: readonly string[] }
  /** What a block is about, `up` blocks out. */
  | { kind: 'item'; up: number; path: readonly string[] }
  | { kind: 'position'; up: number; name: 'index' | 'key' | 'first' | 'last' }

export type Test =
  | { kind: 'truthy'; of: Expression; negate: boolean }
  | { kind: 'equal'; left: Expression; right: Expression; negate: boolean }
