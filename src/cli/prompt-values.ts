import { readFile } from 'node:fs/promises'
import type { Prompt } from '../api/kinds/prompt.ts'
import type { Message } from '../gateway/canonical/request.ts'
import { type Invocation, type Option, UsageError } from './command.ts'

/** Options that stand for what a request would send. */
export const valueOptions = {
  var: {
    type: 'string',
    value: 'NAME=VALUE',
    multiple: true,
    summary: 'value of a variable; may be repeated',
  },
  vars: { type: 'string', value: 'FILE.json', summary: 'values of variables as one JSON object' },
  input: { type: 'string', value: 'TEXT', summary: 'what the user says in the request' },
} as const satisfies Record<string, Option>

export interface Sent {
  variables: Record<string, unknown>
  messages: Message[]
}

/** The request that the options stand for. @throws UsageError */
export async function sentBy(invocation: Invocation): Promise<Sent> {
  const file = invocation.text('vars')
  const input = invocation.text('input')
  const variables = new Map(Object.entries(file === undefined ? {} : await readObject(file)))
  for (const pair of invocation.texts('var')) {
    const [name, ...value] = pair.split('=')
    if (!name || value.length === 0) throw new UsageError(`--var ${pair}: write NAME=VALUE`)
    variables.set(name, value.join('='))
  }
  return {
    variables: Object.fromEntries(variables),
    messages: input === undefined ? [] : [{ role: 'user', parts: [{ type: 'text', text: input }] }],
  }
}

async function readObject(file: string): Promise<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`, { cause: error })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new UsageError(`${file} must hold one JSON object with a member for each variable`)
}

/** Values for what nobody gave, so that a difference can be shown without them: texts say the variable's name. */
export function withSamples({ spec }: Prompt, { variables, messages }: Sent): Sent {
  const samples = Object.entries(spec.variables).flatMap(([name, declared]) =>
    declared.default !== undefined || declared.required === false
      ? []
      : [[name, sample(name, declared)] as const],
  )
  return { variables: { ...Object.fromEntries(samples), ...variables }, messages }
}

function sample(name: string, { type, enum: values }: Prompt['spec']['variables'][string]): unknown {
  if (values?.[0] !== undefined) return values[0]
  return { string: `‹${name}›`, number: 0, boolean: true, array: [], object: {} }[type]
}
