import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Command, type Invocation, UsageError } from './command.ts'
import { stateOption } from './endpoints.ts'

export const up: Command = {
  name: 'up',
  summary: 'Start everything on this machine: API server, controllers and gateway.',
  arguments: ['REPO?'],
  options: {
    state: stateOption,
    'api-port': { type: 'string', value: 'N', default: '4140', summary: 'port of the API server' },
    'gateway-port': { type: 'string', value: 'N', default: '4141', summary: 'port of the gateway' },
    'gateway-workers': {
      type: 'string',
      value: 'N',
      default: '1',
      summary: 'processes that answer on the port of the gateway',
    },
    'without-controllers': {
      type: 'boolean',
      summary: 'leave reconciling to keelway controllers, in processes of their own',
    },
    'control-port': { type: 'string', value: 'N', default: '4142', summary: 'port of the control endpoint' },
    'signals-env': {
      type: 'string',
      value: 'NAME',
      summary:
        'environment variable with the connection string of a PostgreSQL that keeps signals instead of a file',
    },
    sources: {
      type: 'string',
      value: 'FILE',
      summary: 'YAML file with further sources of signals: sources: [{ type, settings }]',
    },
    'intake-port': {
      type: 'string',
      value: 'N',
      default: '4143',
      summary: 'port that signals are written to',
    },
  },
  help: 'REPO is the root of a Git repository; it gets a Delivery of its current branch. Without it nothing is synced.\nA port that is taken gives the next free one. Stop with Ctrl-C.',
  async run(invocation) {
    const [given] = invocation.positionals
    const repository = given === undefined ? undefined : rootOf(given)
    const state = resolve(invocation.required('state'))
    const sources = invocation.text('sources')
    const signalsDatabase = databaseOf(invocation)
    const { startSystem } = await import('../main.ts')
    const say = (text: string) => invocation.err(text)
    await using system = await startSystem({
      state,
      ...(repository ? { repository } : {}),
      ...(sources === undefined ? {} : { sources }),
      ...(signalsDatabase === undefined ? {} : { signalsDatabase }),
      controllers: !invocation.flag('without-controllers'),
      ports: {
        api: port(invocation, 'api-port'),
        gateway: port(invocation, 'gateway-port'),
        control: port(invocation, 'control-port'),
        intake: port(invocation, 'intake-port'),
      },
      gatewayWorkers: workersOf(invocation),
      say,
    }).catch(refused)
    const { api, gateway, control, intake } = system.endpoints
    if (invocation.json) invocation.out(JSON.stringify({ ready: true, state, api, gateway, control, intake }))
    else {
      invocation.out(
        [
          'keelway is up',
          `  API server   ${api}   export KUBECONFIG=${quoted(join(state, 'kubeconfig'))}`,
          `  gateway      ${gateway}/v1   key in ${join(state, 'access-key')}`,
          ...(system.accessKeyIsNew ? [`  first key    ${system.accessKey}`] : []),
          `  Git webhook  ${control}/hooks/git   secret in ${join(state, 'hook-secret')}`,
          `  signals      ${intake}   OTLP, Prometheus remote write, webhooks; token in ${join(state, 'intake-token')}`,
          repository
            ? `  synced       ${repository}`
            : '  nothing is synced: name a Git repository, or apply a Delivery with kubectl',
        ].join('\n'),
      )
    }
    await stopped(invocation.signal)
    invocation.err('stopping')
    return 0
  },
}

function rootOf(repository: string): string {
  const root = resolve(repository)
  if (!existsSync(root)) throw new UsageError(`there is no folder ${root}`)
  if (!existsSync(join(root, '.git')) && !existsSync(join(root, 'HEAD')))
    throw new UsageError(`${root} is not the root of a Git repository: name one, or run git init there`)
  return root
}

function port(invocation: Invocation, name: string): number {
  const value = invocation.number(name) ?? 0
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new UsageError(`--${name} must be a port number, not "${value}"`)
  return value
}

/** A connection string holds a password, so that it is named and not given. */
function databaseOf(invocation: Invocation): string | undefined {
  const name = invocation.text('signals-env')
  if (name === undefined) return undefined
  const found = process.env[name]
  if (!found) throw new UsageError(`the environment variable ${name} that --signals-env names is not set`)
  return found
}

function workersOf(invocation: Invocation): number {
  const value = invocation.number('gateway-workers') ?? 1
  if (!Number.isInteger(value) || value < 1 || value > 64)
    throw new UsageError(`--gateway-workers must be a whole number from 1 to 64, not ${value}`)
  return value
}

/** For a shell. */
const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`

/** A state directory in use or out of reach is bad input, not a fault. */
function refused(error: unknown): never {
  if (error instanceof Error && error.name === 'SourceError') throw new UsageError(error.message)
  if (error instanceof Error && /is in use by process|^cannot use |has no branch/.test(error.message))
    throw new UsageError(error.message)
  throw error
}

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise(done => {
    if (signal.aborted) done()
    else signal.addEventListener('abort', () => done(), { once: true })
  })
