import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A real HTTP server that keeps what it is sent, and answers what it is told to. */
export interface HttpReceiver extends AsyncDisposable {
  url: string
  received: Received[]
  answer(status: number, headers?: Record<string, string>): void
}

export async function httpReceiver(): Promise<HttpReceiver> {
  const received: Received[] = []
  let answer: { status: number; headers: Record<string, string> } = { status: 202, headers: {} }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      })
      response.writeHead(answer.status, answer.headers).end('{"status":"hunter2"}')
    })
  })
  const port = await listening(server)
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (status, headers = {}) => {
      answer = { status, headers }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** A mail server, as little of RFC 5321 as a client needs: EHLO, STARTTLS, AUTH PLAIN, MAIL, RCPT, DATA. */
export interface MailReceiver extends AsyncDisposable {
  url: string
  /** Whole messages, as they came. */
  received: string[]
  /** What clients said outside of messages, and whether it was encrypted. */
  said: { line: string; encrypted: boolean }[]
  refuse(status: number | undefined): void
}

export async function mailReceiver(
  identity: { key: string; cert: string },
  secure: boolean,
): Promise<MailReceiver> {
  const received: string[] = []
  const said: MailReceiver['said'] = []
  const sockets = new Set<Socket>()
  let refusal: number | undefined
  const speak = (socket: Socket, encrypted: boolean, greets: boolean): void => {
    sockets.add(socket)
    // Clients that give up are part of what is tested.
    socket.on('error', () => socket.destroy())
    let rest = ''
    let message: string[] | undefined
    const reply = (line: string) => socket.write(`${line}\r\n`)
    const turnToTls = (): void => {
      reply('220 go on')
      socket.removeAllListeners('data')
      speak(new TLSSocket(socket, { isServer: true, ...identity }), true, false)
    }
    const answers: Record<string, () => unknown> = {
      EHLO: () => reply(encrypted ? '250-local\r\n250 AUTH PLAIN' : '250-local\r\n250 STARTTLS'),
      STAR: turnToTls,
      AUTH: () => reply('235 welcome'),
      MAIL: () => reply(refusal === undefined ? '250 ok' : `${refusal} no, hunter2`),
      DATA: () => {
        message = []
        reply('354 go on')
      },
      QUIT: () => socket.end('221 bye\r\n'),
    }
    const hear = (line: string): void => {
      if (message === undefined) {
        said.push({ line, encrypted })
        const answer = answers[line.slice(0, 4).toUpperCase()] ?? (() => reply('250 ok'))
        answer()
      } else if (line === '.') {
        received.push(message.join('\n'))
        message = undefined
        reply('250 taken')
      } else message.push(line)
    }
    socket.on('data', chunk => {
      const lines = (rest + chunk.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) hear(line)
    })
    if (greets) reply('220 local')
  }
  const server: Server = secure
    ? createTlsServer(identity, socket => speak(socket, true, true))
    : createPlainServer(socket => speak(socket, false, true))
  const port = await listening(server)
  return {
    url: `${secure ? 'smtps' : 'smtp'}://localhost:${port}`,
    received,
    said,
    refuse: status => {
      refusal = status
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
