import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { sources } from '../telemetry/intake/index.ts'
import { type Source, SourceError } from '../telemetry/intake/source.ts'

const File = z.strictObject({
  sources: z
    .array(z.strictObject({ type: z.string(), settings: z.record(z.string(), z.unknown()).default({}) }))
    .max(200),
})

/** A source and what a person has set for it. */
export interface WantedSource {
  source: Source<never>
  settings: Record<string, unknown>
}

/**
 * Reads which sources to ask: a YAML file with `sources: [{ type, settings }]`.
 * @throws SourceError naming file and field
 */
export function wantedSources(path: string): WantedSource[] {
  let value: unknown
  try {
    value = parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 })
  } catch (error) {
    throw new SourceError(`cannot read ${path}: ${(error as Error).message}`, { cause: error })
  }
  const parsed = File.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new SourceError(`${path}: ${issue?.path.join('.') || 'the file'}: ${issue?.message}`)
  }
  return parsed.data.sources.map(({ type, settings }, i) => {
    const source = sources.find(known => known.type === type)
    if (!source)
      throw new SourceError(
        `${path}: sources.${i}.type: there is no source "${type}"; use ${sources.map(known => known.type).join(', ')}`,
      )
    return { source, settings }
  })
}
