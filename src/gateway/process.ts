import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { writePrivateFile } from '../lib/private-file.ts'

/** What a gateway process writes to STATE/gateway/process.json once it listens. */
export interface ProcessNote {
  /** Of the process that keeps the others running, when there are several. */
  pid: number
  /** Of this start of the gateway; `/healthz` answers the same, so a reused pid is not mistaken for it. */
  id: string
  url: string
  port: number
  /** Milliseconds since the epoch. */
  startedAt: number
}

/** A gateway in a process of its own. */
export interface GatewayProcess extends ProcessNote {
  /** It was running already, started by an earlier control plane. */
  adopted: boolean
  /** Resolves when the process has ended. */
  exited: Promise<void>
  /** Lets it finish its calls and end; kills it when that takes too long. */
  stop(): Promise<void>
}

export interface GatewayLocation {
  /** State directory of `keelway up`. */
  state: string
  clock: Clock
}

export interface GatewayStart extends GatewayLocation {
  /** The endpoints file of the control plane. */
  control: string
  host: string
  /** Wanted port; the next free one is taken when it is not. */
  port: number
  /** Processes that answer on it; one that is adopted keeps its number. */
  workers?: number
}

/** Room for what lives as long as a call: with Node's 16 MB much of it is moved to the old space before it ends. */
const youngSpace = '--max-semi-space-size=32'
const readyMs = 15_000
const stopMs = 12_000
/** What starts a command of Keelway in a process of its own. */
export const keelwayProgram = fileURLToPath(new URL('../../bin/keelway.js', import.meta.url))

export const gatewayFolder = (state: string): string => join(state, 'gateway')
const noteFile = (state: string): string => join(gatewayFolder(state), 'process.json')

export const writeProcessNote = (state: string, note: ProcessNote): void =>
  writePrivateFile(noteFile(state), `${JSON.stringify(note)}\n`)

/** The gateway that an earlier control plane of this state directory left running, when it is alive and healthy. */
export async function adoptGateway({ state, clock }: GatewayLocation): Promise<GatewayProcess | undefined> {
  const note = await readNote(state)
  if (!note || !(await isHealthy(note))) return undefined
  const ended = async () => {
    while (isAlive(note.pid)) await clock.sleep(200)
  }
  const exited = ended()
  return { ...note, adopted: true, exited, stop: () => stopProcess(note.pid, exited, clock) }
}

/**
 * Starts a gateway as a child in this process's group, so that what kills the group ends it too; its notices go to
 * STATE/gateway/gateway.log. It finds the control plane through the endpoints file.
 * @throws Error when it does not listen within 15 s.
 */
export async function spawnGateway({
  state,
  control,
  host,
  port,
  clock,
  workers = 1,
}: GatewayStart): Promise<GatewayProcess> {
  const folder = gatewayFolder(state)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const logFile = join(folder, 'gateway.log')
  const log = openSync(logFile, 'a', 0o600)
  const args = [
    youngSpace,
    keelwayProgram,
    'gateway',
    '--control',
    control,
    '--state',
    state,
    '--host',
    host,
    '--port',
    String(port),
    '--workers',
    String(workers),
  ]
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = endOf(child)
  const note = await readyNote(child, state, clock)
  if (!note) {
    child.kill('SIGKILL')
    throw new Error(`the gateway did not start; ${logFile} says why`)
  }
  return { ...note, adopted: false, exited, stop: () => stopProcess(note.pid, exited, clock) }
}

/** A gateway that is kept running; disposing of it stops it. */
export interface SupervisedGateway extends AsyncDisposable {
  /** Where it answers now. */
  readonly url: string
  readonly pid: number
  readonly adopted: boolean
}

/** Adopts or starts a gateway and starts it again, on the same port when it can, whenever it ends by itself. */
export async function superviseGateway(
  options: GatewayStart & { say: (text: string) => void; onMove?: (url: string) => void },
): Promise<SupervisedGateway> {
  const { clock, say } = options
  let current = (await adoptGateway(options)) ?? (await spawnGateway(options))
  const stopping = new AbortController()
  const watching = watch()

  async function watch(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      await current.exited
      if (stopping.signal.aborted) return
      say(`the gateway (pid ${current.pid}) ended, starting it again`)
      for (;;) {
        await clock
          .sleep(
            backoffMs(++failures, () => 0, { baseMs: 50, maxMs: 5000 }),
            stopping.signal,
          )
          .catch(() => undefined)
        if (stopping.signal.aborted) return
        try {
          current = await spawnGateway({ ...options, port: current.port })
          break
        } catch (error) {
          say((error as Error).message)
        }
      }
      options.onMove?.(current.url)
      clock.after(60_000, () => {
        failures = 0
      })
    }
  }

  return {
    get url() {
      return current.url
    },
    get pid() {
      return current.pid
    },
    get adopted() {
      return current.adopted
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error('the gateway is stopped'))
      await current.stop()
      await watching
    },
  }
}

async function readNote(state: string): Promise<ProcessNote | undefined> {
  const text = await readFile(noteFile(state), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as ProcessNote)
}

async function readyNote(child: ChildProcess, state: string, clock: Clock): Promise<ProcessNote | undefined> {
  const deadline = clock.now() + readyMs
  while (child.exitCode === null && child.signalCode === null && clock.now() < deadline) {
    const note = await readNote(state)
    if (note?.pid === child.pid) return note
    await clock.sleep(10)
  }
  return undefined
}

async function endOf(child: ChildProcess): Promise<void> {
  await once(child, 'exit')
}

async function isHealthy({ url, id, pid }: ProcessNote): Promise<boolean> {
  if (!isAlive(pid)) return false
  try {
    const { statusCode, body } = await request(`${url}/healthz`, { headersTimeout: 2000, bodyTimeout: 2000 })
    const health = (await body.json()) as { id?: string }
    return statusCode === 200 && health.id === id
  } catch {
    return false
  }
}

/** Signal 0 only asks; EPERM means it lives under another user. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function stopProcess(pid: number, exited: Promise<void>, clock: Clock): Promise<void> {
  signal(pid, 'SIGTERM')
  const waited = new AbortController()
  const tooLong = clock.sleep(stopMs, waited.signal).then(
    () => signal(pid, 'SIGKILL'),
    () => undefined,
  )
  await exited
  waited.abort()
  await tooLong
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // It ended by itself a moment ago.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
