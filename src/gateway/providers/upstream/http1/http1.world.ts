import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server that says exactly these bytes to every request, whatever they are. */
export interface RawServer {
  origin: string
  /** Requests as they came, over all connections. */
  readonly requests: string[]
  readonly connections: number
  stop(): Promise<void>
}

/** @param answer called for every whole request, with how many came over its connection before */
export async function rawServer(answer: (socket: Socket, earlier: number) => void): Promise<RawServer> {
  const sockets = new Set<Socket>()
  const requests: string[] = []
  let connections = 0
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    connections++
    sockets.add(socket)
    let received = ''
    let earlier = 0
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('end', () => socket.end())
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1')
      for (;;) {
        const end = received.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
        if (end < 0 || received.length < end + 4 + length) return
        requests.push(received.slice(0, end + 4 + length))
        received = received.slice(end + 4 + length)
        answer(socket, earlier++)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get connections() {
      return connections
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Each byte in a write of its own. */
export function dribble(socket: Socket, bytes: string, after: () => void): void {
  let at = 0
  const next = (): void => {
    if (socket.destroyed) return
    if (at === bytes.length) after()
    else socket.write(bytes.slice(at, ++at), 'latin1', () => setImmediate(next))
  }
  next()
}
