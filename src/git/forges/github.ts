import { z } from 'zod'
import {
  type Fetch,
  type Forge,
  type ForgeAccess,
  ForgeError,
  type PullRequest,
  type Review,
} from './forge.ts'
import { rest } from './rest.ts'

const Pull = z.object({
  number: z.number().int(),
  html_url: z.string().max(2048),
  state: z.enum(['open', 'closed']),
  merged: z.boolean().optional(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ sha: z.string() }),
  title: z.string(),
  body: z.string().nullish(),
})

const GithubReview = z.object({
  user: z.object({ login: z.string().max(256) }).nullish(),
  state: z.string(),
  submitted_at: z.string().nullish(),
  commit_id: z.string().nullish(),
})

const verdicts: Readonly<Record<string, Review['verdict'] | 'none'>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-wanted',
  DISMISSED: 'none',
}

/** GitHub's pull requests by its REST API, version 2022-11-28, which GitHub Enterprise Server has too. */
export function github(fetch: Fetch, { api, project, token }: ForgeAccess): Forge {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  }
  const { call, list } = rest({ fetch, api, headers, shown: new URL(api).host })
  const base = `/repos/${project.split('/').map(encodeURIComponent).join('/')}`
  const owner = project.split('/')[0] ?? ''

  const found = async (branch: string, into: string, signal: AbortSignal) => {
    const query = new URLSearchParams({ head: `${owner}:${branch}`, base: into, state: 'all' })
    const pulls = await list(`${base}/pulls?${query}`, Pull, signal)
    return pulls.sort((a, b) => b.number - a.number)[0]
  }
  const one = (number: number, signal: AbortSignal) =>
    call('GET', `${base}/pulls/${number}`, Pull, { signal })

  const github: Forge = {
    name: 'github',
    async open({ branch, into, title, body }, signal) {
      const known = await found(branch, into, signal)
      if (known?.state === 'open') {
        const same = known.title === title && (known.body ?? '') === body
        return plain(
          same
            ? known
            : await call('PATCH', `${base}/pulls/${known.number}`, Pull, { body: { title, body }, signal }),
        )
      }
      try {
        const request = { title, body, head: branch, base: into, maintainer_can_modify: false }
        return plain(await call('POST', `${base}/pulls`, Pull, { body: request, signal }))
      } catch (error) {
        // Somebody opened it meanwhile, or the answer to a first try got lost.
        const other =
          error instanceof ForgeError && error.status === 422 ? await found(branch, into, signal) : undefined
        if (other?.state !== 'open') throw error
        return plain(other)
      }
    },
    async find(branch, into, signal) {
      const pull = await found(branch, into, signal)
      return pull && plain(pull)
    },
    async reviews(number, signal) {
      const all = await list(`${base}/pulls/${number}/reviews`, GithubReview, signal)
      const last = new Map<string, Review | undefined>()
      // In the order they were given; comments do not take back a verdict.
      for (const { user, state, submitted_at, commit_id } of all) {
        const verdict = verdicts[state]
        if (!user || verdict === undefined) continue
        const { login } = user
        last.set(
          login.toLowerCase(),
          verdict === 'none'
            ? undefined
            : {
                login,
                verdict,
                ...(submitted_at && { at: submitted_at }),
                ...(commit_id && { head: commit_id }),
              },
        )
      }
      return [...last.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, review]) => review ?? [])
    },
    async merge(number, { head, title }, signal) {
      const before = plain(await one(number, signal))
      if (before.state === 'merged') return before
      const body = { sha: head, merge_method: 'merge', commit_title: title }
      await call('PUT', `${base}/pulls/${number}/merge`, z.object({ merged: z.boolean() }), { body, signal })
      return plain(await one(number, signal))
    },
    async close(number, why, signal) {
      const { state } = await one(number, signal)
      if (state !== 'open') return
      await call('POST', `${base}/issues/${number}/comments`, z.unknown(), { body: { body: why }, signal })
      await call('PATCH', `${base}/pulls/${number}`, Pull, { body: { state: 'closed' }, signal })
    },
  }
  return github
}

function plain({
  number,
  html_url,
  state,
  merged,
  merged_at,
  merge_commit_sha,
  head,
}: z.output<typeof Pull>): PullRequest {
  const isMerged = merged === true || Boolean(merged_at)
  return {
    number,
    url: html_url,
    state: isMerged ? 'merged' : state,
    head: head.sha,
    // Of an open one it is a trial merge.
    ...(isMerged && merge_commit_sha ? { mergedAs: merge_commit_sha } : {}),
  }
}
