import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'

/** A real Prometheus that scrapes one target of ours and writes what it gets on to an intake. */
export async function realPrometheus(
  binary: string,
  { exposition, intake, token }: { exposition: () => string; intake: string; token: string },
) {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-prometheus-'))
  const target = await serve(exposition)
  const port = await freePort()
  const config = join(folder, 'prometheus.yml')
  await writeFile(
    config,
    `global: { scrape_interval: 250ms, scrape_timeout: 200ms }
scrape_configs:
  - job_name: shop/checkout
    static_configs: [{ targets: ['127.0.0.1:${portOf(target)}'] }]
remote_write:
  - url: ${intake}/api/v1/write
    authorization: { credentials: ${token} }
    queue_config: { max_samples_per_send: 7, batch_send_deadline: 100ms }
    metadata_config: { send_interval: 500ms }
`,
  )
  const process = spawn(
    binary,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}`
  await vi.waitFor(
    async () => {
      if (!(await fetch(`${url}/-/ready`)).ok) throw new Error('prometheus is not ready')
    },
    { timeout: 15_000, interval: 50 },
  )
  return {
    url,
    config,
    async [Symbol.asyncDispose]() {
      await ended(process)
      target.close()
      target.closeAllConnections()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return
  process.kill('SIGKILL')
  await once(process, 'exit')
}

async function serve(text: () => string): Promise<Server> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function freePort(): Promise<number> {
  const server = await serve(() => '')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port
