import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { request } from 'undici'
import { listenNear } from '../../src/gateway/listen.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { endOf, pin, type Served } from './processes.ts'

const installMs = 180_000
const readyMs = 20_000

/** Dependencies with which its streams work; a fresh install has newer ones. */
export const pins = { hono: '4.9.7', '@hono/node-server': '1.13.8' }

export interface ServedPortkey extends Served {
  version: string
}

/**
 * Installs `@portkey-ai/gateway` from npm into a folder of its own, which is removed afterwards, and starts it.
 * @param overrides versions of its dependencies
 * @throws Error when there is no registry, or it does not start
 */
export async function startPortkey(overrides: Record<string, string>, cores: string): Promise<ServedPortkey> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-portkey-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, overrides }))
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder]
    await promisify(execFile)('npm', [...args, '@portkey-ai/gateway'], { cwd: folder, timeout: installMs })
    const home = join(folder, 'node_modules/@portkey-ai/gateway')
    const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string }
    const port = await freePort()
    const child = spawn(
      process.execPath,
      [join(home, 'build/start-server.js'), `--port=${port}`, '--headless'],
      {
        stdio: 'ignore',
        env: { ...process.env, NODE_ENV: 'production' },
      },
    )
    const pid = child.pid ?? 0
    const url = `http://127.0.0.1:${port}`
    const deadline = systemClock.now() + readyMs
    while (!(await answers(url))) {
      if (child.exitCode !== null || systemClock.now() > deadline) {
        await endOf(child)
        throw new Error(`it did not start (exit code ${child.exitCode})`)
      }
      await systemClock.sleep(100)
    }
    pin(pid, cores)
    return {
      url,
      pid,
      version,
      stop: async () => {
        await endOf(child)
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** How it is told where to ask. */
export const portkeyHeaders = (upstream: string): Record<string, string> => ({
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': `${upstream}/v1`,
  authorization: 'Bearer sk-bench',
})

const answers = (url: string): Promise<boolean> =>
  request(url).then(
    async ({ body }) => {
      await body.dump()
      return true
    },
    () => false,
  )

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenNear(server, '127.0.0.1', 0)
  await new Promise(resolve => server.close(resolve))
  return port
}
