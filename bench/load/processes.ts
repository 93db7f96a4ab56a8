import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** What is measured runs on the first core, what measures on the last, so that they do not take time from each other. */
export const measuredCore = '0'
export const measuringCore = String(Math.max(1, availableParallelism() - 1))
/** All cores but the one that measures. */
export const freeCores = Number(measuringCore) > 1 ? `0-${Number(measuringCore) - 1}` : measuredCore
const ticksPerSecond = 100

/** Keeps a running process, with all its threads, on some cores; on machines that cannot do that it stays free. */
export function pin(pid: number, cores: string): boolean {
  if (availableParallelism() < 2 && pid !== process.pid) return false
  try {
    execFileSync('taskset', ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export interface Served {
  url: string
  pid: number
  stop(): Promise<void>
}

/** Starts a program of this folder, which writes the port it listens on as its first line. */
export async function startProgram(program: string, args: readonly string[], cores: string): Promise<Served> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  const pid = child.pid ?? 0
  pin(pid, cores)
  return { pid, url: `http://127.0.0.1:${Number(port)}`, stop: () => endOf(child) }
}

export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  await exited
}

/** User and system time of a process and those it started. */
export const cpuSeconds = (pid: number): number =>
  family(pid).reduce((sum, one) => sum + ownCpuSeconds(one), 0)

/** Resident memory of a process and those it started, in MB. */
export const residentMb = (pid: number): number =>
  family(pid).reduce((sum, one) => {
    const status = readFileSync(`/proc/${one}/status`, 'utf8')
    return sum + Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024
  }, 0)

/** Seconds that the main thread of a process was ready and waited for a core (proc(5) schedstat, Linux). */
export const waitedSeconds = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9

/** A process, those it started, and those they started. */
export function family(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap(thread =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(family)]
}

/** Fields 14 and 15 of proc(5) stat, in clock ticks. */
function ownCpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
