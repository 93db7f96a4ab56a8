import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FakeRepository, fakeRepository } from '../repository.fake.ts'

/** A pull request as the servers below hold it, in no forge's words. */
export interface HostedPull {
  number: number
  branch: string
  into: string
  title: string
  body: string
  state: 'open' | 'merged' | 'closed'
  mergedAs?: string
  comments: string[]
  reviews: { login: string; state: string; at: string; commit: string }[]
}

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export type Handler = (server: Hosting, call: Call, pull: HostedPull) => Answer
export type Hosting = ForgeServer & { headOf(pull: HostedPull): string }

/** A forge on this machine with a real repository behind it. */
export interface ForgeServer extends AsyncDisposable {
  api: string
  repository: FakeRepository
  pulls: HostedPull[]
  /** `METHOD path` of each call. */
  calls: string[]
  /** Answers the next call that matches in place of the forge. */
  next(method: string, path: RegExp, answer: Answer & { after?: true }): void
  /** What a person says of a pull request. */
  review(
    number: number,
    login: string,
    state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED',
  ): void
  /** As a person does in the forge. */
  merge(number: number, how?: 'merge' | 'squash'): string
  close(number: number): void
}

export const TOKEN = 'forge-token'

/** A pull request as it is when it is opened. */
export const newPull = (
  server: Hosting,
  given: Pick<HostedPull, 'branch' | 'into' | 'title' | 'body'>,
): HostedPull => ({
  ...given,
  number: server.pulls.length + 1,
  state: 'open',
  comments: [],
  reviews: [],
})

/** Closes it or changes its words. */
export function edit(
  server: Hosting,
  pull: HostedPull,
  { close, title, body }: { close: boolean; title: unknown; body: unknown },
): void {
  if (close && pull.state === 'open') {
    server.headOf(pull)
    pull.state = 'closed'
  }
  pull.title = String(title ?? pull.title)
  pull.body = String(body ?? pull.body)
}

/** Serves one project; the routes, whose paths may hold `:n` for a pull request's number, speak the forge's language. */
export async function forgeServer(
  routes: Readonly<Record<string, Handler>>,
  base: string,
  authorized: (headers: IncomingMessage['headers']) => boolean,
): Promise<ForgeServer> {
  const repository = fakeRepository()
  const pulls: HostedPull[] = []
  const calls: string[] = []
  const planned: { method: string; path: RegExp; answer: Answer & { after?: true } }[] = []
  const commit = (name: string): string => {
    try {
      return repository.git('rev-parse', '--verify', '--quiet', `${name}^{commit}`)
    } catch {
      return ''
    }
  }
  const last = new Map<number, string>()
  const headOf = (pull: HostedPull): string => {
    // A branch that was deleted leaves the pull request at its last commit.
    const head = pull.state === 'open' ? commit(`refs/heads/${pull.branch}`) : ''
    if (head) last.set(pull.number, head)
    return last.get(pull.number) ?? ''
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const url = new URL(request.url ?? '/', 'http://forge')
    const method = request.method ?? 'GET'
    const path = url.pathname.slice(base.length)
    calls.push(`${method} ${path}`)
    const text = Buffer.concat(chunks).toString('utf8')
    const call = {
      method,
      path,
      query: url.searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : {},
    }
    const index = planned.findIndex(plan => plan.method === method && plan.path.test(path))
    const [plan] = index < 0 ? [] : planned.splice(index, 1)
    const real = () =>
      !authorized(request.headers)
        ? { status: 401, body: { message: 'Bad credentials' } }
        : !url.pathname.startsWith(base)
          ? { status: 404, body: { message: 'Not Found' } }
          : routed(routes, self, call)
    // `after`: the forge does it, and the answer gets lost.
    if (plan?.answer.after) real()
    const { status, body, headers } = plan?.answer ?? real()
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body === undefined ? '' : JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const find = (number: number) => {
    const pull = pulls.find(other => other.number === number)
    if (!pull) throw new Error(`there is no pull request ${number}`)
    return pull
  }
  const self = {
    api: `http://127.0.0.1:${port}`,
    repository,
    pulls,
    calls,
    headOf,
    next: (method: string, path: RegExp, answer: Answer) => void planned.push({ method, path, answer }),
    review(number: number, login: string, state: string) {
      const pull = find(number)
      pull.reviews.push({ login, state, at: '2026-01-01T00:00:00Z', commit: headOf(pull) })
    },
    merge(number: number, how: 'merge' | 'squash' = 'merge') {
      const pull = find(number)
      const head = headOf(pull)
      if (how === 'squash') {
        repository.git('merge', '--quiet', '--squash', head)
        repository.git('commit', '--quiet', '-m', pull.title)
      } else repository.git('merge', '--quiet', '--no-ff', '-m', `Merge #${number}`, head)
      pull.state = 'merged'
      pull.mergedAs = repository.git('rev-parse', 'HEAD')
      return pull.mergedAs
    },
    close(number: number) {
      find(number).state = 'closed'
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      repository[Symbol.dispose]()
    },
  }
  return self
}

function routed(routes: Readonly<Record<string, Handler>>, server: Hosting, call: Call): Answer {
  const number = /\/(\d+)(\/|$)/.exec(call.path)?.[1]
  const handler = routes[`${call.method} ${call.path.replace(/\/\d+(?=\/|$)/, '/:n')}`]
  const pull = server.pulls.find(other => other.number === Number(number))
  if (!handler || (number !== undefined && !pull)) return { status: 404, body: { message: 'Not Found' } }
  return handler(server, call, pull ?? newPull(server, { branch: '', into: '', title: '', body: '' }))
}
