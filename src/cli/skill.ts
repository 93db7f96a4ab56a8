import type { SkillCard } from '../skills/http/host.ts'
import { type Command, UsageError } from './command.ts'
import { connectionOptions } from './connection.ts'
import { connectSkills, exitOf, runText } from './skill-connection.ts'
import { tableText } from './table.ts'

export const skill: Command = {
  name: 'skill',
  summary: 'Run one skill with typed input.',
  arguments: ['NAME'],
  options: {
    input: { type: 'string', value: 'JSON', summary: 'input as a JSON object' },
    set: {
      type: 'string',
      value: 'FIELD=VALUE',
      multiple: true,
      summary: 'one field of the input; numbers, true and false are taken as such',
    },
    ...connectionOptions,
  },
  help: 'keelway skills lists them with their input. Exit 1 when it was not answered.\n\n  keelway skill scale --set service=cart --set replicas=5',
  async run(invocation) {
    const [name = ''] = invocation.positionals
    await using skills = connectSkills(invocation)
    const card = (await skills.list()).find(candidate => candidate.name === name)
    if (!card) throw new UsageError(`there is no skill "${name}"; keelway skills lists them`)
    const input = { ...inputOf(invocation.text('input')), ...fieldsOf(invocation.texts('set'), card) }
    const run = await skills.handle(
      { kind: 'skill', skill: name, input, namespace: skills.namespace },
      { signal: invocation.signal, ...(!invocation.json && { step: what => invocation.err(`  ${what}`) }) },
    )
    invocation.out(invocation.json ? JSON.stringify(run) : runText(run))
    return exitOf(run)
  },
}

function inputOf(text = '{}'): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UsageError('--input must be a JSON object, such as {"service":"cart"}')
}

/** `FIELD=VALUE` as the field's type wants it. */
export function fieldsOf(
  texts: readonly string[],
  { name, input }: Pick<SkillCard, 'name' | 'input'>,
): Record<string, unknown> {
  const properties = (input.properties ?? {}) as Record<string, { type?: unknown }>
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=')
      const field = text.slice(0, at)
      if (at < 1) throw new UsageError(`--set must be FIELD=VALUE, not "${text}"`)
      if (!Object.hasOwn(properties, field))
        throw new UsageError(
          `skill ${name} has no field "${field}"; it takes ${Object.keys(properties).join(', ')}`,
        )
      return [field, typedValue(text.slice(at + 1), properties[field]?.type)]
    }),
  )
}

function typedValue(text: string, type: unknown): unknown {
  if (type === 'string') return text
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

export const skillList: Command = {
  name: 'skills',
  summary: 'List what can be asked for.',
  options: connectionOptions,
  help: 'With --json each skill is one line, with the JSON Schemas of its input and output.',
  async run(invocation) {
    await using skills = connectSkills(invocation)
    const cards = await skills.list()
    if (invocation.json) for (const card of cards) invocation.out(JSON.stringify(card))
    else
      invocation.out(
        tableText(
          ['SKILL', 'RISK', 'INPUT', 'SUMMARY'],
          cards.map(({ name, risk, input, summary }) => [
            name,
            risk,
            Object.keys((input.properties ?? {}) as object).join(',') || '-',
            summary,
          ]),
        ),
      )
    return 0
  },
}

export const skillReplay: Command = {
  name: 'skill replay',
  summary:
    'Repeat a run from its record, without looking at the system, and say whether it comes out the same.',
  arguments: ['RECORD'],
  options: connectionOptions,
  help: 'RECORD is the digest that keelway ask prints last; the ledger has it under skill-run. Exit 1 when it differs.',
  async run(invocation) {
    const [record = ''] = invocation.positionals
    await using skills = connectSkills(invocation)
    const answer = (await skills.transport.request({
      method: 'POST',
      path: '/skills/replay',
      body: { record },
    })) as { same: boolean; differs?: string }
    if (invocation.json) invocation.out(JSON.stringify(answer))
    else
      invocation.out(
        answer.same ? 'the same, bit for bit' : `not the same: ${answer.differs ?? 'it differs'}`,
      )
    return answer.same ? 0 : 1
  },
}
