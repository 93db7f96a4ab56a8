import { type Header, HeaderReader } from './header.ts'
import { type Level, levels } from './level.ts'
import { findList } from './list.ts'
import { mergeTemplates } from './merge.ts'
import { Scanner } from './scanner.ts'
import { ShapeCache } from './shape-cache.ts'
import { type MinerSnapshot, restored, snapshotOf } from './snapshot.ts'
import { Tables } from './tables.ts'
import { type Template, templateOf } from './template.ts'

/** What a line turned out to be. */
export interface TemplateMatch {
  /** Hash of the template's text: the same after a restart and on another machine. */
  readonly id: string
  readonly template: string
  readonly level: Level
  /** Whether this is the first line of its kind. */
  readonly isNew: boolean
}

/** A template and what was seen of it. */
export interface TemplateSummary {
  readonly id: string
  readonly template: string
  readonly count: number
  /** Numbers of the first and last line, from 1. */
  readonly first: number
  readonly last: number
  /** The level of most of its lines. */
  readonly level: Level
}

export interface MinerOptions {
  /** Most templates kept; beyond it those not seen for longest are dropped and counted. */
  maxTemplates?: number
  /** Goes on from here. One of another version of the scanner is ignored: ids are the same, templates are learned again. */
  snapshot?: MinerSnapshot
}

/**
 * Finds the kinds of lines in a stream of log lines, without any configuration. An id may be superseded when later lines
 * show that a word is a value: `current` leads from every id that was handed out to the one it became part of.
 */
export interface TemplateMiner {
  /** The template of one line. Any text will do; the header may be given when it was read already. */
  add(line: string, header?: Header): TemplateMatch
  /** Joins what can be joined by now; it also happens by itself, ever more seldom. */
  settle(): void
  /** The id that an earlier one became part of, or the id itself. */
  current(id: string): string
  /** All templates, the most frequent first. */
  templates(): TemplateSummary[]
  status(): MinerStatus
  snapshot(): MinerSnapshot
}

export interface MinerStatus {
  lines: number
  templates: number
  /** Templates that were dropped to bound memory, and the lines they had. */
  dropped: { templates: number; lines: number }
}

const defaultMaxTemplates = 10_000
/** New templates after which merging is tried; twice as many each time that nothing was merged. */
const firstMerge = 32
/** Superseded ids remembered for each template kept. */
const supersededIds = 4

export function createTemplateMiner(options: MinerOptions = {}): TemplateMiner {
  const maxTemplates = options.maxTemplates ?? defaultMaxTemplates
  const headers = new HeaderReader()
  const scanner = new Scanner()
  const cache = new ShapeCache()
  const start = restored(options.snapshot)
  const { superseded, dropped, known } = start
  const tables = new Tables()
  for (const template of start.templates) tables.add(template)
  let lines = start.lines
  let fresh = 0
  let mergeAt = firstMerge

  const settle = (): void => {
    const merged = mergeTemplates({
      tables,
      known,
      joined(formerId, { id }) {
        if (formerId === id) return
        superseded.delete(formerId)
        superseded.set(formerId, id)
      },
    })
    for (const id of superseded.keys()) {
      if (superseded.size <= supersededIds * maxTemplates) break
      superseded.delete(id)
    }
    if (merged > 0) cache.sweep()
    fresh = 0
    mergeAt = merged > 0 ? firstMerge : Math.min(mergeAt * 2, maxTemplates)
  }

  /** Drops an eighth of the templates at once, so that sorting them costs little for each line. */
  const drop = (): void => {
    if (fresh >= mergeAt) settle()
    if (tables.size <= maxTemplates) return
    const oldest = [...tables].sort((a, b) => a.last - b.last).slice(0, Math.ceil(maxTemplates / 8))
    for (const template of oldest) {
      tables.remove(template)
      template.dropped = true
      dropped.templates++
      dropped.lines += template.count
    }
    cache.sweep()
  }

  const learn = (): Template => {
    const template = templateOf(scanner, lines)
    const known = tables.find(template) ?? findList(tables, template)
    if (known) return known
    superseded.delete(template.id)
    tables.add(template)
    fresh++
    if (tables.size > maxTemplates) drop()
    else if (fresh >= mergeAt) settle()
    return template
  }

  return {
    add(line, header = headers.read(line)) {
      scanner.scan(line, header.start, header.end)
      lines++
      let template = cache.get(scanner.low, scanner.high)
      if (template === undefined || template.into !== undefined || template.dropped) {
        template = learn()
        while (template.into) template = template.into
        cache.set(scanner.low, scanner.high, template)
      }
      const isNew = template.count === 0
      template.count++
      template.last = lines
      template.levels[header.level] = (template.levels[header.level] as number) + 1
      return { id: template.id, template: template.text, level: levels[header.level] ?? 'unknown', isNew }
    },
    settle,
    current(id) {
      let at = id
      for (let next = superseded.get(at); next !== undefined; next = superseded.get(at)) at = next
      return at
    },
    templates: () =>
      [...tables]
        .sort((a, b) => b.count - a.count || a.first - b.first)
        .map(({ id, text, count, first, last, levels: counts }) => ({
          id,
          template: text,
          count,
          first,
          last,
          level: levels[counts.indexOf(Math.max(...counts))] ?? 'unknown',
        })),
    status: () => ({ lines, templates: tables.size, dropped: { ...dropped } }),
    snapshot: () => snapshotOf({ lines, dropped, superseded, known, templates: [...tables] }),
  }
}
