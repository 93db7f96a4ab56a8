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
  iid: pull.number,
  web_url: `${server.api}/shop/deploy/-/merge_requests/${pull.number}`,
  state: pull.state === 'open' ? 'opened' : pull.state,
  sha: server.headOf(pull),
  merge_commit_sha: pull.mergedAs ?? null,
  squash_commit_sha: null,
  source_branch: pull.branch,
  target_branch: pull.into,
  title: pull.title,
  description: pull.body,
})

function listed(server: Hosting, { query }: Call) {
  const found = server.pulls.filter(
    pull => pull.branch === query.get('source_branch') && pull.into === query.get('target_branch'),
  )
  return { status: 200, body: found.map(pull => shown(server, pull)) }
}

function created(server: Hosting, { body }: Call) {
  const {
    source_branch: branch = '',
    target_branch: into = '',
    title = '',
    description = '',
  } = body as Record<string, string>
  const known = server.pulls.find(pull => pull.branch === branch && pull.state === 'open')
  if (known) {
    const message = [`Another open merge request already exists for this source branch: !${known.number}`]
    return { status: 409, body: { message } }
  }
  const pull = newPull(server, { branch, into, title, body: description })
  if (!server.headOf(pull)) return { status: 400, body: { message: { source_branch: ['is invalid'] } } }
  server.pulls.push(pull)
  return { status: 201, body: shown(server, pull) }
}

/** GitLab tells who approves now; approvals that were taken back are gone. */
function approvals({ reviews }: HostedPull) {
  const last = new Map(reviews.map(review => [review.login, review]))
  const approved = [...last.values()].filter(({ state }) => state === 'APPROVED')
  const approved_by = approved.map(({ login, at }) => ({ user: { username: login }, approved_at: at }))
  return { status: 200, body: { approved_by } }
}

function merged(server: Hosting, { body }: Call, pull: HostedPull) {
  if (pull.state !== 'open') return { status: 405, body: { message: '405 Method Not Allowed' } }
  if (body.sha !== server.headOf(pull))
    return { status: 409, body: { message: 'SHA does not match HEAD of source branch' } }
  server.merge(pull.number)
  return { status: 200, body: shown(server, pull) }
}

/** A server that answers for `shop/deploy` as GitLab's REST API documents it (version 4). */
export const gitlabServer = (): Promise<ForgeServer> =>
  forgeServer(
    {
      'GET ': listed,
      'POST ': created,
      'GET /:n': (server, _, pull) => ({ status: 200, body: shown(server, pull) }),
      'PUT /:n': (server, { body }, pull) => {
        edit(server, pull, {
          close: body.state_event === 'close',
          title: body.title,
          body: body.description,
        })
        return { status: 200, body: shown(server, pull) }
      },
      'GET /:n/approvals': (_server, _call, pull) => approvals(pull),
      'PUT /:n/merge': merged,
      'POST /:n/notes': (_, { body }, pull) => {
        pull.comments.push(String(body.body))
        return { status: 201, body: { id: 1 } }
      },
    },
    '/projects/shop%2Fdeploy/merge_requests',
    headers => headers['private-token'] === TOKEN,
  )
