import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gatewayFolder, writeProcessNote } from '../gateway/process.ts'
import { providers } from '../gateway/providers/index.ts'
import { createGateway } from '../gateway/server.ts'
import { remoteUpstream } from '../gateway/transport.ts'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import type { RpcEndpoint } from '../lib/rpc.ts'
import { runtimes } from '../models/index.ts'
import { type Command, UsageError } from './command.ts'
import type { Endpoints } from './endpoints.ts'

export const gateway: Command = {
  name: 'gateway',
  summary: 'answer model calls in a process of its own, from the configuration of a control plane',
  options: {
    control: {
      type: 'string',
      value: 'FILE|URL',
      summary:
        'endpoints file of keelway up, read again when the connection is lost, or the URL of its control port (default STATE/endpoints.json)',
    },
    'token-file': {
      type: 'string',
      value: 'FILE',
      summary: 'file with the control token; needed with a URL',
    },
    state: {
      type: 'string',
      value: 'DIR',
      default: '.keelway',
      summary: 'state directory; the gateway keeps its last good configuration in DIR/gateway',
    },
    host: { type: 'string', value: 'ADDRESS', default: '127.0.0.1', summary: 'address to listen on' },
    port: {
      type: 'string',
      value: 'N',
      default: '4141',
      summary: 'port to listen on; the next free one when it is taken',
    },
  },
  help: 'It goes on answering with its last good configuration while the control plane is gone. SIGTERM lets calls in progress end.',
  run: async ({ required, text, number, signal, out, err, json }) => {
    const port = number('port') ?? 0
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new UsageError(`--port must be a port number, not ${port}`)
    const state = required('state')
    const endpoint = controlEndpoint(text('control') ?? join(state, 'endpoints.json'), text('token-file'))
    let token: string | undefined
    let known: { endpoint: Promise<RpcEndpoint>; at: number } | undefined
    const server = await createGateway({
      upstream: remoteUpstream(async () => {
        const now = systemClock.now()
        if (!known || now - known.at > rereadMs) known = { endpoint: endpoint(), at: now }
        const found = await known.endpoint
        token = found.token
        return found
      }),
      clock: systemClock,
      random: systemRandom,
      runtimes,
      providers,
      stateDir: gatewayFolder(state),
      controlToken: () => token,
      say: line => err(`${new Date(systemClock.now()).toISOString()} ${line}`),
    })
    const { url, port: found } = await server.listen({ host: required('host'), port })
    writeProcessNote(state, {
      pid: process.pid,
      id: server.id,
      url,
      port: found,
      startedAt: systemClock.now(),
    })
    out(json ? JSON.stringify({ url, pid: process.pid }) : `the gateway answers on ${url}/v1`)
    await new Promise<void>(resolve => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
    await server.stop()
    return 0
  },
}

/** After a restart the control plane may listen elsewhere. */
const rereadMs = 1000

function controlEndpoint(control: string, tokenFile: string | undefined): () => Promise<RpcEndpoint> {
  if (/^https?:\/\//.test(control)) {
    if (!tokenFile) throw new UsageError('--control with a URL needs --token-file')
    return async () => ({
      url: control.replace(/\/+$/, ''),
      token: (await readFile(tokenFile, 'utf8')).trim(),
    })
  }
  return async () => {
    const endpoints = JSON.parse(await readFile(control, 'utf8')) as Endpoints
    return { url: endpoints.control, token: endpoints.controlToken }
  }
}
