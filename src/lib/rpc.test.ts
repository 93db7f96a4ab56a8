import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { type RpcEndpoint, RpcError, type RpcFailure, remote, serveRpc } from './rpc.ts'

interface Echo {
  echo(value: unknown, other?: unknown): Promise<unknown>
  size(bytes: Uint8Array): Promise<number>
  zeros(count: number): Promise<Uint8Array | undefined>
  wait(signal: AbortSignal): Promise<void>
  fail(kind: string): Promise<never>
  hidden(): Promise<string>
}

class Status extends Error {
  toStatus = (): RpcFailure => ({ code: 409, reason: 'Conflict', message: this.message })
}

const aborted = Promise.withResolvers<void>()
const waiting = Promise.withResolvers<void>()

const target: Echo = {
  echo: async (value, other) => (value === undefined ? { undefined: true, other } : value),
  size: async bytes => bytes.length,
  zeros: async count => (count < 0 ? undefined : new Uint8Array(count)),
  wait: signal =>
    new Promise((_, reject) => {
      waiting.resolve()
      signal.addEventListener('abort', () => {
        aborted.resolve()
        reject(signal.reason)
      })
    }),
  fail: async kind => {
    throw kind === 'status' ? new Status('changed by another') : new Error('broken')
  },
  hidden: async () => 'secret',
}

const methods = ['echo', 'size', 'zeros', 'wait', 'fail'] as const
const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function serve(maxBytes = 1 << 20): Promise<RpcEndpoint> {
  const server = createServer(serveRpc({ echo: { target, methods } }, { token: 't0ken', maxBytes }))
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't0ken' }
}

const connect = (endpoint: RpcEndpoint, rebuild?: (failure: RpcFailure) => Error) =>
  remote<Echo>({ endpoint, service: 'echo', methods, ...(rebuild ? { rebuild } : {}) })

test('any JSON value travels both ways unchanged', async () => {
  const echo = connect(await serve())
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async value => {
      expect(await echo.echo(value)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 100 },
  )
})

test('undefined and bytes travel as what they are, also inside lookalikes', async () => {
  const echo = connect(await serve())
  expect(await echo.echo(undefined, 1)).toEqual({ undefined: true, other: 1 })
  expect(await echo.echo({ b: 'AAAA', s: 1 })).toEqual({ b: 'AAAA', s: 1 })
  expect(await echo.size(new Uint8Array(1000))).toBe(1000)
  expect(await echo.zeros(3)).toEqual(new Uint8Array(3))
  expect(await echo.zeros(-1)).toBeUndefined()
})

test('an error that has a status arrives as that status and can be rebuilt', async () => {
  const endpoint = await serve()
  const rebuilt = connect(endpoint, failure => new Error(`${failure.reason}: ${failure.message}`))
  await expect(rebuilt.fail('status')).rejects.toThrow('Conflict: changed by another')
  await expect(connect(endpoint).fail('other')).rejects.toMatchObject({ code: 500, message: 'broken' })
})

test('aborting a call aborts the work on the other side', async () => {
  const echo = connect(await serve())
  const abort = new AbortController()
  const call = echo.wait(abort.signal)
  await waiting.promise
  abort.abort(new Error('no longer needed'))
  await expect(call).rejects.toThrow('no longer needed')
  await aborted.promise
})

test('a wrong token and a method that is not listed are refused', async () => {
  const endpoint = await serve()
  await expect(connect({ ...endpoint, token: 'wrong' }).echo(1)).rejects.toMatchObject({ code: 401 })
  const all = remote<Echo>({ endpoint, service: 'echo', methods: ['hidden'] })
  await expect(all.hidden()).rejects.toMatchObject({ code: 404 })
  const other = remote<Echo>({ endpoint, service: 'constructor', methods: ['hidden'] })
  await expect(other.hidden()).rejects.toMatchObject({ code: 404 })
})

test('a message that is too large is refused', async () => {
  const echo = connect(await serve(1000))
  await expect(echo.echo('x'.repeat(2000))).rejects.toBeInstanceOf(RpcError)
})

test('an endpoint that moved is found at the next call', async () => {
  let endpoint: RpcEndpoint = { url: 'http://127.0.0.1:1', token: 't0ken' }
  const echo = remote<Echo>({ endpoint: () => endpoint, service: 'echo', methods })
  await expect(echo.echo(1)).rejects.toMatchObject({
    code: 503,
    message: expect.stringContaining('cannot reach echo'),
  })
  endpoint = await serve()
  expect(await echo.echo(1)).toBe(1)
})
