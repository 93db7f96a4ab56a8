import { z } from 'zod'
import type { Asker, Orchestrator, RecordedRun, RunHooks, SkillRequest } from '../orchestrator.ts'
import type { Skill } from '../skill.ts'

/** A skill as programs see it. */
export interface SkillCard {
  name: string
  summary: string
  risk: Skill['risk']
  /** JSON Schema (2020-12). */
  input: Record<string, unknown>
  output: Record<string, unknown>
  /** How people ask for it. */
  examples: readonly string[]
}

/** Skills for one user, in this process or over HTTP. */
export interface SkillHost {
  list(): Promise<readonly SkillCard[]>
  handle(request: SkillRequest, hooks?: RunHooks): Promise<RecordedRun>
}

export const hostOf = (orchestrator: Orchestrator, asker: Asker): SkillHost => ({
  list: async () => orchestrator.skills.map(cardOf),
  handle: (request, hooks) => orchestrator.handle(request, asker, hooks),
})

export const cardOf = ({ name, summary, risk, input, output, phrases }: Skill): SkillCard => ({
  name,
  summary,
  risk,
  input: schemaOf(input, 'input'),
  output: schemaOf(output, 'output'),
  examples: phrases.slice(0, 3),
})

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
