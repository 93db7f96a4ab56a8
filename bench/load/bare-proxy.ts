/**
 * What one writes in an afternoon, and what a gateway is held against: node:http and an undici pool, JSON parsed and
 * serialised again both ways; no keys, limits, guards or records. `bare-proxy.ts URL` writes its port.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'
import { listenNear } from '../../src/gateway/listen.ts'

export const bareProgram = import.meta.filename

if (import.meta.main) {
  const pool = new Pool(process.argv[2] ?? '', { connections: 256 })
  const server = createServer((request, response) => void answer(pool, request, response))
  console.log(await listenNear(server, '127.0.0.1', 0))
}

async function answer(pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const asked = JSON.parse(Buffer.concat(parts).toString())
  const { statusCode, headers, body } = await pool.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...asked, model: 'gpt-bench' }),
  })
  response.statusCode = statusCode
  response.setHeader('content-type', String(headers['content-type']))
  if (asked.stream) body.pipe(response)
  else response.end(JSON.stringify(await body.json()))
}
