import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Delivery } from '../src/api/kinds/delivery.ts'
import type { Endpoints } from '../src/cli/endpoints.ts'
import { createClient } from '../src/client/api-client.ts'
import type { Client } from '../src/client/client.ts'
import { httpTransport } from '../src/client/http.ts'
import { readKubeconfig } from '../src/client/kubeconfig.ts'
import { SYNC_REQUESTED } from '../src/controllers/delivery/hook.ts'
import { systemClock } from '../src/lib/clock.ts'
import { systemRandom } from '../src/lib/random.ts'

const program = fileURLToPath(new URL('../bin/keelway.js', import.meta.url))

/** A command line running in a process of its own. */
export interface Running {
  pid: number
  /** Lines of standard error so far. */
  errors: string[]
  lines: string[]
  /** The first line of standard output that fits. @throws Error when the process ends before. */
  line(pattern: RegExp): Promise<string>
  /** Resolves with the exit code, or the signal's name. */
  ended: Promise<number | string>
  kill(signal: NodeJS.Signals): void
}

export function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const [errors, lines]: [string[], string[]] = [[], []]
  createInterface(child.stderr).on('line', line => errors.push(line))
  const output = createInterface(child.stdout).on('line', line => lines.push(line))
  const ended = endOf(child)
  return {
    pid: child.pid ?? 0,
    errors,
    lines,
    ended,
    async line(pattern) {
      for (;;) {
        const found = lines.find(line => pattern.test(line))
        if (found !== undefined) return found
        const next = await Promise.race([once(output, 'line'), ended])
        if (Array.isArray(next) || lines.some(line => pattern.test(line))) continue
        throw new Error(`keelway ${args.join(' ')} ended with ${next}: ${errors.join('\n')}`)
      }
    },
    kill: signal => void child.kill(signal),
  }
}

async function endOf(child: ChildProcess): Promise<number | string> {
  const [code, signal] = await once(child, 'close')
  return (code as number | null) ?? String(signal)
}

/** Runs a command line to its end. */
export async function run(args: readonly string[], env?: Record<string, string>) {
  const running = start(args, env)
  const code = await running.ended
  return { code, out: running.lines.join('\n'), err: running.errors.join('\n') }
}

/** A state directory; on disposal every process that ran on it is ended by its pid. */
export interface StateDirectory extends AsyncDisposable {
  path: string
  /** Starts keelway up on free ports. */
  up(...args: string[]): Running
  /** Starts keelway up and waits until it is ready. */
  ready(...args: string[]): Promise<Running>
  read(file: string): string
  endpoints(): Endpoints
  gatewayPid(): number
  /** Has Git asked at once instead of at the next interval. */
  syncSoon(): Promise<void>
  /** A client with the kubeconfig as it is now, or with another token. */
  client(token?: string): Client & AsyncDisposable
}

export async function stateDirectory(): Promise<StateDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'keelway-state-'))
  const started: Running[] = []
  const read = (file: string) => readFileSync(join(path, file), 'utf8')
  const gatewayPid = () => (JSON.parse(read('gateway/process.json')) as { pid: number }).pid
  const up = (...args: string[]) => {
    const ports = ['api', 'gateway', 'control'].flatMap(name =>
      args.includes(`--${name}-port`) ? [] : [`--${name}-port`, '0'],
    )
    const running = start(['up', '--state', path, '--json', ...ports, ...args])
    started.push(running)
    return running
  }
  const clientOf = (token?: string) => {
    const config = readKubeconfig(join(path, 'kubeconfig'))
    const transport = httpTransport(
      token === undefined ? config : { ...config, credentials: { type: 'token', token } },
      systemClock,
    )
    const client = createClient(transport, { clock: systemClock, random: systemRandom })
    return { ...client, [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() }
  }
  return {
    path,
    up,
    client: clientOf,
    read,
    gatewayPid,
    async ready(...args) {
      const running = up(...args)
      await running.line(/"ready":true/)
      return running
    },
    endpoints: () => JSON.parse(read('endpoints.json')) as Endpoints,
    async syncSoon() {
      await using client = clientOf()
      for (const { metadata } of (await client.list(Delivery)).items)
        await client.patch(Delivery, metadata.name, metadata.namespace, {
          metadata: { annotations: { [SYNC_REQUESTED]: String(systemClock.now()) } },
        })
    },
    async [Symbol.asyncDispose]() {
      for (const running of started) {
        running.kill('SIGKILL')
        await running.ended
      }
      endGateway(gatewayPid)
      await rm(path, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** The gateway outlives a killed control plane, as it should; a test must not leave it behind. */
function endGateway(pid: () => number): void {
  try {
    process.kill(pid(), 'SIGKILL')
  } catch (error) {
    if (!['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/** Asks again and again until there is an answer. @throws Error saying what was waited for, after `seconds`. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  seconds = 15,
): Promise<T> {
  const deadline = systemClock.now() + seconds * 1000
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (systemClock.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`)
    await systemClock.sleep(20)
  }
}
