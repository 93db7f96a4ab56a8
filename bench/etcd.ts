import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Etcd3 } from 'etcd3'
import type { Put } from './writers.ts'

export interface Etcd extends AsyncDisposable {
  /** As the binary says, such as `3.4.23`. */
  version: string
  /** A durable put through the v3 gRPC API. */
  put: Put
}

/** How long etcd may take to elect itself, in milliseconds. */
const startMs = 15_000

/**
 * A one-member etcd in a fresh folder below `parent`, on free ports of 127.0.0.1, with its own defaults (it syncs each
 * batch of its log). Undefined when there is no `etcd` on PATH; Debian's package `etcd-server` has it.
 */
export async function startEtcd(parent: string): Promise<Etcd | undefined> {
  const version = /etcd Version: (\S+)/.exec(
    spawnSync('etcd', ['--version'], { encoding: 'utf8' }).stdout ?? '',
  )?.[1]
  if (!version) return undefined
  const directory = await mkdtemp(join(parent, 'etcd-'))
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const server = spawn(
    'etcd',
    [
      ...['--data-dir', directory, '--name', 'bench', '--log-level', 'error', '--logger', 'zap'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `bench=${peer}`],
    ],
    { stdio: 'ignore', env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch } },
  )
  const etcd = new Etcd3({ hosts: client })
  const stop = async () => {
    etcd.close()
    await end(server)
    await rm(directory, { recursive: true })
  }
  try {
    await ready(etcd, server)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    version,
    put: (writer, slot, value) =>
      etcd.put(`prompts.keelway.dev/default/w${writer}-${slot}`).value(value).exec(),
    [Symbol.asyncDispose]: stop,
  }
}

async function ready(etcd: Etcd3, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMs
  for (;;) {
    try {
      await etcd.put('ready').value('yes')
      return
    } catch (error) {
      if (server.exitCode !== null) throw new Error(`etcd ended with exit code ${server.exitCode}`)
      if (performance.now() > deadline) throw new Error('etcd was not ready in time', { cause: error })
      await sleep(100)
    }
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGTERM')
  await once(server, 'exit')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1')
  return address.port
}
