import { spawn } from 'node:child_process'
import type { Clock } from '../lib/clock.ts'
import { GitError } from './git.ts'

export interface GitRun {
  args: readonly string[]
  env: Record<string, string>
  input?: string | Uint8Array
  /** More output than this ends the command with an error. */
  outputBytes: number
  timeoutMs: number
  signal: AbortSignal
}

/** The git command ended with a code other than 0; `stderr` is as git wrote it. */
export class GitExit extends Error {
  override readonly name = 'GitExit'
  readonly code: number | null
  readonly stderr: string
  constructor(code: number | null, stderr: string) {
    super(`git ended with code ${code}: ${stderr}`)
    this.code = code
    this.stderr = stderr
  }
}

const STDERR_BYTES = 16 * 1024
const GRACE_MS = 2000

/**
 * Runs git without a shell, as the leader of a process group of its own, so that its transport processes end with it.
 * Throws GitExit for a failure, GitError for too much output or time, and the signal's reason when aborted.
 */
export function runGit(run: GitRun, clock: Clock): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (run.signal.aborted) return reject(run.signal.reason)
    const child = spawn('git', run.args, { env: run.env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    let size = 0
    let stderr = ''
    let stopped: { reason: unknown } | undefined
    let cancelKill = () => {}

    const kill = (signal: NodeJS.Signals) => {
      try {
        if (child.pid) process.kill(-child.pid, signal)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
    const stop = (reason: unknown) => {
      if (stopped) return
      stopped = { reason }
      // SIGTERM lets git remove its lock files; what ignores it is killed.
      kill('SIGTERM')
      cancelKill = clock.after(GRACE_MS, () => kill('SIGKILL'))
    }
    const abort = () => stop(run.signal.reason)
    const cancelTimeout = clock.after(run.timeoutMs, () =>
      stop(new GitError(`git ${command(run.args)} took longer than ${run.timeoutMs} ms`, true)),
    )
    run.signal.addEventListener('abort', abort, { once: true })
    const settle = () => {
      cancelTimeout()
      cancelKill()
      run.signal.removeEventListener('abort', abort)
    }

    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= run.outputBytes) stdout.push(chunk)
      else stop(new GitError(`git ${command(run.args)} wrote more than ${run.outputBytes} bytes`, false))
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString('utf8')
    })
    // A command that ends early closes its input; its exit code tells why.
    child.stdin.on('error', () => {})
    child.stdin.end(run.input)
    child.on('error', error => {
      settle()
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      reject(
        missing
          ? new GitError('cannot run the git command; install git and put it on PATH', false, {
              cause: error,
            })
          : error,
      )
    })
    child.on('exit', () => {
      if (stopped) kill('SIGKILL')
    })
    child.on('close', code => {
      settle()
      if (stopped) reject(stopped.reason)
      else if (code === 0) resolve(Buffer.concat(stdout, size))
      else reject(new GitExit(code, stderr))
    })
  })
}

const command = (args: readonly string[]): string => args.find(arg => !arg.startsWith('-')) ?? ''
