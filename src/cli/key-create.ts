import { isAlreadyExists } from '../api/errors.ts'
import { apiVersionOf } from '../api/kind.ts'
import { AccessKey } from '../api/kinds/access-key.ts'
import { systemClock } from '../lib/clock.ts'
import { digestOf } from '../lib/digest.ts'
import { newKey } from '../lib/private-file.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { momentOf, momentText } from './moment.ts'

export const keyCreate: Command = {
  name: 'key create',
  summary: 'Create a key for the gateway; it is printed once, and only its hash is stored.',
  arguments: ['NAME'],
  options: {
    owner: { type: 'string', value: 'NAME', summary: 'person or team it is given to' },
    team: { type: 'string', value: 'NAME', summary: 'team whose budgets it falls under' },
    route: {
      type: 'string',
      value: 'NAME,…',
      summary: 'routes it opens, set apart by commas (default: all of the namespace)',
    },
    expires: { type: 'string', value: 'TIME', summary: 'an RFC 3339 time, or a time from now such as 90d' },
    'requests-per-minute': { type: 'string', value: 'N', summary: 'calls in each minute' },
    'tokens-per-minute': { type: 'string', value: 'N', summary: 'tokens in each minute' },
    concurrency: { type: 'string', value: 'N', summary: 'calls at the same time' },
    ...connectionOptions,
  },
  help: 'Send it as bearer token or x-api-key. kubectl delete accesskey NAME takes it back.',
  async run(invocation) {
    const [name = ''] = invocation.positionals
    const spec = specOf(invocation)
    const client = await connect(invocation)
    const key = newKey('kw')
    const created = {
      apiVersion: apiVersionOf(AccessKey),
      kind: AccessKey.kind,
      metadata: { name, namespace: client.namespace },
      spec: { ...spec, hash: digestOf(key) },
    }
    await client.create(AccessKey, created).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
      throw new UsageError(
        `namespace ${client.namespace} has an AccessKey "${name}" already: choose another name`,
        {
          cause: error,
        },
      )
    })
    invocation.out(
      invocation.json ? JSON.stringify({ name, namespace: client.namespace, key, ...spec }) : key,
    )
    return 0
  },
}

function specOf(invocation: Invocation) {
  const limits = {
    requestsPerMinute: count(invocation, 'requests-per-minute'),
    tokensPerMinute: count(invocation, 'tokens-per-minute'),
    concurrency: count(invocation, 'concurrency'),
  }
  const routes = invocation
    .text('route')
    ?.split(',')
    .filter(route => route !== '')
  const expires = invocation.text('expires')
  const given = {
    owner: invocation.text('owner'),
    team: invocation.text('team'),
    routes,
    expires: expires === undefined ? undefined : expiry(expires),
    limits: Object.values(limits).some(limit => limit !== undefined) ? limits : undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function count(invocation: Invocation, name: string): number | undefined {
  const value = invocation.number(name)
  if (value === undefined || (Number.isInteger(value) && value > 0)) return value
  throw new UsageError(`--${name} must be a whole number above 0, not ${value}`)
}

function expiry(text: string): string {
  const now = systemClock.now()
  const time = momentOf(text, '--expires', now, 'ahead')
  if (time <= now) throw new UsageError(`--expires ${text} is over`)
  return momentText(time)
}
