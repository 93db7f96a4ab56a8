import { z } from 'zod'
import { type Fetch, type Forge, type ForgeAccess, ForgeError, type PullRequest } from './forge.ts'
import { rest } from './rest.ts'

const MergeRequest = z.object({
  iid: z.number().int(),
  web_url: z.string().max(2048),
  state: z.enum(['opened', 'closed', 'locked', 'merged']),
  sha: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
  title: z.string(),
  description: z.string().nullish(),
})

const Approvals = z.object({
  approved_by: z.array(
    z.object({ user: z.object({ username: z.string().max(256) }), approved_at: z.string().nullish() }),
  ),
})

/** GitLab's merge requests by its REST API, version 4. */
export function gitlab(fetch: Fetch, { api, project, token }: ForgeAccess): Forge {
  const { call, list } = rest({ fetch, api, headers: { 'private-token': token }, shown: new URL(api).host })
  const base = `/projects/${encodeURIComponent(project)}/merge_requests`

  const found = async (branch: string, into: string, signal: AbortSignal) => {
    const query = new URLSearchParams({ source_branch: branch, target_branch: into, state: 'all' })
    const requests = await list(`${base}?${query}`, MergeRequest, signal)
    return requests.sort((a, b) => b.iid - a.iid)[0]
  }
  const one = (number: number, signal: AbortSignal) =>
    call('GET', `${base}/${number}`, MergeRequest, { signal })

  const gitlab: Forge = {
    name: 'gitlab',
    async open({ branch, into, title, body }, signal) {
      const known = await found(branch, into, signal)
      if (known?.state === 'opened') {
        const same = known.title === title && (known.description ?? '') === body
        const change = { body: { title, description: body }, signal }
        return plain(same ? known : await call('PUT', `${base}/${known.iid}`, MergeRequest, change))
      }
      try {
        const request = { source_branch: branch, target_branch: into, title, description: body }
        return plain(await call('POST', base, MergeRequest, { body: request, signal }))
      } catch (error) {
        // Somebody opened it meanwhile, or the answer to a first try got lost.
        const other =
          error instanceof ForgeError && error.status === 409 ? await found(branch, into, signal) : undefined
        if (other?.state !== 'opened') throw error
        return plain(other)
      }
    },
    async find(branch, into, signal) {
      const request = await found(branch, into, signal)
      return request && plain(request)
    },
    async reviews(number, signal) {
      const { approved_by } = await call('GET', `${base}/${number}/approvals`, Approvals, { signal })
      return approved_by
        .map(({ user, approved_at }) => ({
          login: user.username,
          verdict: 'approved' as const,
          ...(approved_at && { at: approved_at }),
        }))
        .sort((a, b) => (a.login < b.login ? -1 : 1))
    },
    async merge(number, { head, title }, signal) {
      const before = plain(await one(number, signal))
      if (before.state === 'merged') return before
      const body = { sha: head, merge_commit_message: title, squash: false }
      return plain(await call('PUT', `${base}/${number}/merge`, MergeRequest, { body, signal }))
    },
    async close(number, why, signal) {
      const { state } = await one(number, signal)
      if (state !== 'opened') return
      await call('POST', `${base}/${number}/notes`, z.unknown(), { body: { body: why }, signal })
      await call('PUT', `${base}/${number}`, MergeRequest, { body: { state_event: 'close' }, signal })
    },
  }
  return gitlab
}

function plain({
  iid,
  web_url,
  state,
  sha,
  merge_commit_sha,
  squash_commit_sha,
}: z.output<typeof MergeRequest>): PullRequest {
  const merged = merge_commit_sha ?? squash_commit_sha
  return {
    number: iid,
    url: web_url,
    state: state === 'merged' ? 'merged' : state === 'closed' ? 'closed' : 'open',
    head: sha ?? '',
    ...(state === 'merged' && merged ? { mergedAs: merged } : {}),
  }
}
