import {
  type Call,
  edit,
  type ForgeServer,
  forgeServer,
  type HostedPull,
  type Hosting,
  newPull,
  TOKEN,
} from './forge.world.ts'

const shown = (server: Hosting, pull: HostedPull) => ({
  number: pull.number,
  html_url: `${server.api}/shop/deploy/pull/${pull.number}`,
  state: pull.state === 'open' ? 'open' : 'closed',
  merged: pull.state === 'merged',
  merged_at: pull.state === 'merged' ? '2026-01-01T00:00:00Z' : null,
  // Of an open one GitHub names the commit of a trial merge.
  merge_commit_sha: pull.mergedAs ?? 'f'.repeat(40),
  head: { ref: pull.branch, sha: server.headOf(pull) },
  base: { ref: pull.into },
  title: pull.title,
  body: pull.body === '' ? null : pull.body,
})

function listed(server: Hosting, { query }: Call) {
  const [owner, branch] = (query.get('head') ?? ':').split(':')
  const state = query.get('state') ?? 'open'
  const found = server.pulls.filter(
    pull =>
      owner === 'shop' &&
      pull.branch === branch &&
      pull.into === query.get('base') &&
      (state === 'all' || (pull.state === 'open') === (state === 'open')),
  )
  // The list has no field `merged`.
  return { status: 200, body: found.map(pull => ({ ...shown(server, pull), merged: undefined })) }
}

function created(server: Hosting, { body }: Call) {
  const { head = '', base = '', title = '', body: text = '' } = body as Record<string, string>
  const failed = (message: string) => ({
    status: 422,
    body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] },
  })
  if (server.pulls.some(pull => pull.branch === head && pull.into === base && pull.state === 'open'))
    return failed(`A pull request already exists for shop:${head}.`)
  const pull = newPull(server, { branch: head, into: base, title, body: text })
  if (!server.headOf(pull)) return failed('head is invalid')
  server.pulls.push(pull)
  return { status: 201, body: shown(server, pull) }
}

function reviewed({ query }: Call, { reviews }: HostedPull) {
  const page = Number(query.get('page') ?? 1)
  const all = reviews.map(({ login, state, at, commit }, id) => ({
    id,
    user: { login },
    state,
    submitted_at: at,
    commit_id: commit,
  }))
  return { status: 200, body: all.slice((page - 1) * 100, page * 100) }
}

function merged(server: Hosting, { body }: Call, pull: HostedPull) {
  if (pull.state !== 'open') return { status: 405, body: { message: 'Pull Request is not mergeable' } }
  if (body.sha !== server.headOf(pull))
    return { status: 409, body: { message: 'Head branch was modified. Review and try the merge again.' } }
  return { status: 200, body: { sha: server.merge(pull.number), merged: true, message: 'merged' } }
}

/** A server that answers for `shop/deploy` as GitHub's REST API documents it (version 2022-11-28). */
export const githubServer = (): Promise<ForgeServer> =>
  forgeServer(
    {
      'GET /pulls': listed,
      'POST /pulls': created,
      'GET /pulls/:n': (server, _, pull) => ({ status: 200, body: shown(server, pull) }),
      'PATCH /pulls/:n': (server, { body }, pull) => {
        edit(server, pull, { close: body.state === 'closed', title: body.title, body: body.body })
        return { status: 200, body: shown(server, pull) }
      },
      'GET /pulls/:n/reviews': (_, call, pull) => reviewed(call, pull),
      'PUT /pulls/:n/merge': merged,
      'POST /issues/:n/comments': (_, { body }, pull) => {
        pull.comments.push(String(body.body))
        return { status: 201, body: { id: 1 } }
      },
    },
    '/repos/shop/deploy',
    headers => headers.authorization === `Bearer ${TOKEN}`,
  )
