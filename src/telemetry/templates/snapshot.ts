import { KnownValues } from './known-values.ts'
import type { Template } from './template.ts'

/** Changes when the scanner splits or hashes lines in another way. */
const version = 1

/** What a miner knows, as plain JSON. */
export interface MinerSnapshot {
  readonly version: number
  readonly lines: number
  readonly dropped: { readonly templates: number; readonly lines: number }
  readonly superseded: readonly (readonly [string, string])[]
  readonly known: readonly (readonly [number, readonly number[]])[]
  readonly templates: readonly Omit<Template, 'into' | 'dropped'>[]
}

interface Knowledge {
  lines: number
  dropped: { templates: number; lines: number }
  superseded: Map<string, string>
  known: KnownValues
  templates: Template[]
}

export function snapshotOf({ lines, dropped, superseded, known, templates }: Knowledge): MinerSnapshot {
  return {
    version,
    lines,
    dropped: { ...dropped },
    superseded: [...superseded],
    known: known.entries(),
    templates: templates.map(({ into: _into, dropped: _dropped, ...template }) => structuredClone(template)),
  }
}

/** What to go on with: nothing without a snapshot, or with one of another version. */
export function restored(snapshot: MinerSnapshot | undefined): Knowledge {
  if (snapshot?.version !== version)
    return {
      lines: 0,
      dropped: { templates: 0, lines: 0 },
      superseded: new Map(),
      known: new KnownValues(),
      templates: [],
    }
  const { lines, dropped, superseded, known, templates } = structuredClone(snapshot)
  return {
    lines,
    dropped: { ...dropped },
    superseded: new Map(superseded),
    known: new KnownValues(known),
    templates: templates.map(template => ({ ...template, into: undefined, dropped: false })),
  }
}
