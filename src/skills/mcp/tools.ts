import { z } from 'zod'
import type { SkillCard } from '../http/host.ts'
import type { RecordedRun, SkillRequest } from '../orchestrator.ts'
import { codes, McpError } from './messages.ts'

/** Name of the tool that takes words. */
const ASK = 'ask'

const namespaceField = { type: 'string', description: 'Namespace that it is about.' } as const

const reads = { readOnlyHint: true, openWorldHint: false } as const
/** What they propose is tested and decided on elsewhere; asking twice makes one proposal. */
const proposes = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const

/** Skills as tools of the protocol, and `ask`, which finds the skill itself. */
export function toolsOf(cards: readonly SkillCard[], namespace: string): object[] {
  const skills = cards.map(({ name, summary, risk, input, output }) => ({
    name,
    title: name.replaceAll('-', ' '),
    description:
      risk === 'propose'
        ? `${summary} May propose a change of Git, which gates and people decide on; changes nothing itself.`
        : summary,
    inputSchema: inputSchema(input, namespace),
    outputSchema: outputSchema(output),
    annotations: risk === 'propose' ? proposes : reads,
  }))
  const ask = {
    name: ASK,
    title: 'ask',
    description: `Answers a question in plain words by one of: ${cards.map(({ name }) => name).join(', ')}.`,
    inputSchema: {
      type: 'object',
      properties: {
        question: { type: 'string', description: 'Such as: why is checkout slow since noon?' },
        namespace: { ...namespaceField, default: namespace },
        timeZone: {
          type: 'string',
          description: 'IANA name of the zone that times are meant in; UTC without it.',
        },
      },
      required: ['question'],
      additionalProperties: false,
    },
    outputSchema: outputSchema({ type: 'object' }),
    annotations: proposes,
  }
  return [...skills, ask]
}

function inputSchema(schema: Record<string, unknown>, namespace: string): object {
  const properties = (schema.properties ?? {}) as Record<string, unknown>
  if (Object.hasOwn(properties, 'namespace')) return schema
  return { ...schema, properties: { ...properties, namespace: { ...namespaceField, default: namespace } } }
}

const text = { type: 'string' } as const
const texts = { type: 'array', items: text } as const

function outputSchema(output: Record<string, unknown>): object {
  // References of a schema would point nowhere within this one.
  const whole = !JSON.stringify(output).includes('"$ref"')
  return {
    type: 'object',
    properties: {
      outcome: { type: 'string', enum: ['answered', 'unclear', 'refused', 'failed'] },
      text: { ...text, description: 'What people read first.' },
      understood: text,
      output: whole ? output : { type: 'object' },
      notes: texts,
      proposals: {
        type: 'array',
        items: {
          type: 'object',
          properties: { name: text, namespace: text, title: text, created: { type: 'boolean' }, phase: text },
          required: ['name', 'namespace', 'title', 'created'],
        },
      },
      refused: {
        type: 'array',
        items: {
          type: 'object',
          properties: { title: text, reason: text, instead: text },
          required: ['title', 'reason', 'instead'],
        },
      },
      record: { ...text, description: 'Digest under which the run is recorded.' },
    },
    required: ['outcome', 'text', 'proposals', 'refused'],
  }
}

const Call = z.object({
  name: z.string().max(128),
  arguments: z.record(z.string(), z.unknown()).default({}),
  _meta: z.object({ progressToken: z.union([z.string(), z.number()]).optional() }).optional(),
})

export interface ToolCall {
  request: SkillRequest
  progressToken: string | number | undefined
}

/** @throws McpError for a tool that there is not, or arguments that are no object */
export function toolCall(params: unknown, cards: readonly SkillCard[], usual: string): ToolCall {
  const parsed = Call.safeParse(params)
  if (!parsed.success) throw new McpError(codes.params, 'tools/call needs a name and arguments')
  const { name, arguments: given, _meta } = parsed.data
  const namespace = typeof given.namespace === 'string' && given.namespace !== '' ? given.namespace : usual
  const progressToken = _meta?.progressToken
  if (name === ASK) {
    const { question, timeZone } = given
    if (typeof question !== 'string') throw new McpError(codes.params, 'ask needs a question')
    const zone = typeof timeZone === 'string' ? { timeZone } : {}
    return { request: { kind: 'words', text: question, namespace, ...zone }, progressToken }
  }
  const card = cards.find(candidate => candidate.name === name)
  if (!card) throw new McpError(codes.params, `Unknown tool: ${name}`)
  const own = Object.hasOwn((card.input.properties ?? {}) as object, 'namespace')
  const { namespace: _, ...others } = given
  return { request: { kind: 'skill', skill: name, input: own ? given : others, namespace }, progressToken }
}

/** A run as the result of a tool. What did not work is said in the result, so that a model can mend its call. */
export function toolResult(run: RecordedRun): object {
  const { outcome, text, understood, output, notes, proposals, refused, record } = run
  const lines = [
    ...(understood === undefined ? [] : [understood]),
    text,
    ...notes,
    ...proposals.map(
      ({ name, namespace, title, created }) =>
        `${created ? 'Proposed' : 'Proposed before'}: ${namespace}/${name}, ${title}`,
    ),
    ...refused.map(({ title, reason, instead }) => `Not proposed: ${title}. ${reason}. Instead: ${instead}.`),
  ]
  return {
    content: [{ type: 'text', text: lines.join('\n') }],
    structuredContent: {
      outcome,
      text,
      ...(understood !== undefined && { understood }),
      ...(output !== undefined && { output }),
      notes,
      proposals,
      refused,
      ...(record !== undefined && { record }),
    },
    isError: outcome !== 'answered',
  }
}
