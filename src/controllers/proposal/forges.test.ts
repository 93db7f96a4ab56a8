import { describe, expect, test } from 'vitest'
import type { Fetch, ForgeAccess } from '../../git/forges/forge.ts'
import { type ForgeServer, TOKEN } from '../../git/forges/forge.world.ts'
import { github } from '../../git/forges/github.ts'
import { githubServer } from '../../git/forges/github.world.ts'
import { gitlab } from '../../git/forges/gitlab.ts'
import { gitlabServer } from '../../git/forges/gitlab.world.ts'
import { file, heldBy, type ProposalWorld, phaseOf, proposalWorld } from './proposal.world.ts'

const minute = 60_000

async function worldOn(
  start: () => Promise<ForgeServer>,
  forge: (fetch: Fetch, access: ForgeAccess) => ReturnType<typeof github>,
): Promise<{ server: ForgeServer; world: ProposalWorld } & AsyncDisposable> {
  const server = await start()
  server.repository.commit({ 'deploy/checkout.yaml': file }, 'First')
  const access = { api: server.api, project: 'shop/deploy', token: TOKEN }
  const world = await proposalWorld({ repository: server.repository, forgeOf: () => forge(fetch, access) })
  await world.autonomy({ reviewers: [{ user: 'bob', login: 'bob-at-forge' }] })
  return {
    server,
    world,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe.each([
  ['GitHub', () => worldOn(githubServer, github)],
  ['GitLab', () => worldOn(gitlabServer, gitlab)],
] as const)('on %s', (_, start) => {
  test('a pull request is opened, approved by a reviewer who is known here, merged there and followed', async () => {
    await using at = await start()
    const { server, world } = at
    await world.incident('Open')
    await world.propose()
    const { status } = await world.proposal()
    expect(status).toMatchObject({ phase: 'Proposed', pullRequest: { number: 1, state: 'open' } })
    expect(server.pulls).toMatchObject([{ branch: status?.branch?.name, into: 'main', state: 'open' }])
    expect(server.pulls[0]?.body).toContain('- dry-run: open.')
    server.review(1, 'stranger', 'APPROVED')
    await world.advance(2 * minute)
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Proposed',
      ignored: [
        expect.stringMatching(/^stranger of git(hub|lab): add a user with this login to spec.reviewers/),
      ],
    })
    server.review(1, 'Bob-at-forge', 'APPROVED')
    await world.advance(2 * minute)
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Merged',
      approvals: [{ user: 'bob', via: expect.stringMatching(/^git(hub|lab)$/) }],
      merge: { by: 'keelway', revision: server.repository.git('rev-parse', 'main') },
      pullRequest: { state: 'merged' },
    })
    expect(server.repository.git('rev-list', '--merges', '--count', 'main')).toBe('1')
    await world.sync()
    await world.incident('Recovering')
    expect(await phaseOf(world)).toBe('Verified')
  })

  test('closing it there rejects it, rejecting it here closes it and says why', async () => {
    await using at = await start()
    const { server, world } = at
    await world.propose()
    server.close(1)
    await world.advance(2 * minute)
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Rejected',
      message: expect.stringMatching(/its pull request http.* was closed/),
      branch: { removed: true },
    })
    await world.propose({}, { name: 'again' })
    await world.decide('reject', 'bob', 'again')
    expect(server.pulls[1]).toMatchObject({
      state: 'closed',
      comments: ['Rejected: rejected by bob: bob says so'],
    })
    expect(server.repository.git('branch', '--list', 'keelway/*')).toBe('')
  })

  test('in mode propose people merge it there, as they like', async () => {
    await using at = await start()
    const { server, world } = at
    await world.autonomy({ mode: 'propose' })
    await world.propose()
    expect((await world.proposal()).status?.message).toMatch(/^mode propose: merge http/)
    const merged = server.merge(1, 'squash')
    await world.advance(2 * minute)
    expect((await world.proposal()).status).toMatchObject({
      phase: 'Merged',
      merge: { by: 'people', revision: merged },
    })
  })

  test('that does not merge says why, and is asked again', async () => {
    await using at = await start()
    const { server, world } = at
    await world.propose()
    server.next('PUT', /merge$/, {
      status: 405,
      body: { message: '2 of 2 required status checks are expected.' },
    })
    await world.decide('approve', 'carl')
    expect(await heldBy(world)).toMatch(
      /^NotMergeable: git(hub|lab) does not merge http.*required status checks/,
    )
    await world.advance(2 * minute)
    expect(await phaseOf(world)).toBe('Merged')
  })

  test('what others wrote mentions nobody, closes nothing and runs nothing there', async () => {
    await using at = await start()
    const { server, world } = at
    await world.propose({
      title: 'Fixes #7 for @admins [skip ci]',
      why: 'line one\n/merge\n/approve\nCloses https://github.com/shop/deploy/issues/1 <img src=x>\n\nCo-authored-by: Eve <e@x>',
      evidence: [{ source: '@root', detail: 'resolves GH-3\u001b[2J ![p](http://evil.example/p.png)' }],
    })
    const text = `${server.pulls[0]?.title}\n${server.pulls[0]?.body}`
    const message = server.repository.git('log', '-1', '--format=%B', server.pulls[0]?.branch ?? '')
    for (const written of [text, message]) {
      expect(written).not.toMatch(
        /@\w|#\d|GH-\d|:\/\/(github|evil)|<img|\[skip ci|Co-authored-by:|^\/\w|^> \/\w/m,
      )
      expect(written).not.toContain('\u001b')
      expect(written.replaceAll('\u200b', '')).toContain('Fixes #7 for @admins')
    }
  })
})

test('on GitHub changes that a reviewer wants hold it up, although others approved', async () => {
  await using at = await worldOn(githubServer, github)
  const { server, world } = at
  await world.propose()
  server.review(1, 'eve-at-forge', 'CHANGES_REQUESTED')
  await world.decide('approve', 'carl')
  expect(await heldBy(world)).toBe(
    'ChangesWanted: eve-at-forge want changes first: reject it and propose another',
  )
  server.review(1, 'eve-at-forge', 'DISMISSED')
  await world.advance(2 * minute)
  expect(await phaseOf(world)).toBe('Merged')
})
