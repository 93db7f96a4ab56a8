import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import { source } from '../../api/source.ts'
import { createGit } from '../../git/command.ts'
import { fakeRepository } from '../../git/repository.fake.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Context } from '../runtime/reconciler.ts'
import { writeRevert } from './revert.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const commit = (revision: string, title: string, delivery = 'support/desk') => ({
  revision,
  author: 'Ada <ada@example.com>',
  title,
  delivery,
})

function scene() {
  const repository = fakeRepository()
  const directory = mkdtempSync(join(tmpdir(), 'keelway-revert-'))
  const git = createGit({ directory, clock: systemClock })
  const delivery = {
    metadata: { name: 'desk', namespace: 'support' },
    spec: { repository: repository.path, ref: 'main' },
  }
  const objects = { get: (name: string) => (name === 'desk' ? delivery : undefined) }
  const context = {
    informer: (kind: unknown) => (kind === Delivery ? objects : { get: () => undefined }),
    signal: new AbortController().signal,
  } as unknown as Context
  const route = {
    kind: 'ModelRoute',
    metadata: { name: 'refund', namespace: 'support', annotations: { [source.delivery]: 'support/desk' } },
  } as unknown as ModelRoute
  const release = (name: string, letter: string, status: RouteRelease['status']): RouteRelease =>
    ({
      kind: 'RouteRelease',
      metadata: { name, namespace: 'support' },
      spec: { digest: digest(letter) },
      status,
    }) as RouteRelease
  return {
    repository,
    context,
    route,
    release,
    revert: writeRevert({ git }),
    async [Symbol.asyncDispose]() {
      await git[Symbol.asyncDispose]()
      repository[Symbol.dispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const inputs = (...files: string[]) => [{ kind: 'Prompt', name: 'refund', files }]

test('a revert restores the files of the route to the stable content, with the evidence in its message', async () => {
  await using at = scene()
  const { repository } = at
  const good = repository.commit(
    { 'prompt.yaml': 'v2', 'route.yaml': 'r', 'other.yaml': '1' },
    'State the policy',
  )
  const between = repository.commit({ 'other.yaml': '2' }, 'Another route')
  const bad = repository.commit(
    { 'prompt.yaml': 'v4', 'partial.yaml': 'new', 'other.yaml': '3' },
    'Return window of 14 days',
  )
  const head = repository.commit({ 'other.yaml': '4' }, 'Later')
  const stable = at.release('refund-1', 'a', {
    commits: [
      commit(good, 'State the policy'),
      commit('f'.repeat(40), 'elsewhere', 'support/other'),
      commit(between, 'Another route'),
    ],
    inputs: inputs('prompt.yaml', 'route.yaml'),
  })
  const release = at.release('refund-2', 'b', {
    commits: [commit(bad, 'Return window of 14 days'), commit(head, 'Later')],
    inputs: inputs('prompt.yaml', 'route.yaml', 'partial.yaml'),
    units: 212,
    evidence: [{ metric: 'quality', message: 'ln E = 4.1 of 3.0 after 212 units: .78 against .93' }],
    verdict: {
      decision: 'rollback',
      reason: 'quality',
      message: 'worse by 15 points',
      at: '2026-01-01T00:00:00Z',
    },
  })
  const written = await at.revert(release, stable, at.route, at.context)
  expect(written).toEqual({
    branch: 'keelway/revert/refund-bbbbbbbbbb',
    revision: expect.stringMatching(/^[0-9a-f]{40}$/),
  })
  const { branch = '', revision = '' } = written ?? {}
  expect(repository.git('rev-parse', branch, `${branch}^`)).toBe(`${revision}\n${head}`)
  expect(repository.git('diff', '--name-status', head, revision)).toBe('D\tpartial.yaml\nM\tprompt.yaml')
  expect(repository.git('show', `${revision}:prompt.yaml`)).toBe('v2')
  const message = repository.git('log', '-1', '--format=%an <%ae>%n%B', revision)
  for (const part of [
    'Keelway <keelway@localhost>\nrevert refund: Return window of 14 days\n\n',
    'Verdict: rollback (quality), 2026-01-01T00:00:00Z\nworse by 15 points',
    '- quality: ln E = 4.1 of 3.0 after 212 units: .78 against .93',
    'Units used: 212',
    `Rolled back: refund-2 ${digest('b')}`,
    `Stable: refund-1 ${digest('a')}`,
    `from commit ${between} by Ada <ada@example.com>`,
  ])
    expect(message).toContain(part)
  repository.commit({ 'other.yaml': '5' })
  expect(await at.revert(release, stable, at.route, at.context)).toEqual(written)
  repository.git('merge', '--quiet', '--no-edit', branch)
  repository.git('branch', '-D', branch)
  expect(await at.revert(release, stable, at.route, at.context)).toBeUndefined()
})

test('a release that did not come from Git, or has no stable one from there, gets no branch', async () => {
  await using at = scene()
  const only = at.repository.commit({ 'prompt.yaml': 'v1' })
  const fromGit = { commits: [commit(only, 'First')], inputs: inputs('prompt.yaml') }
  const byHand = { commits: [commit('', '', '')], inputs: inputs() }
  const release = at.release('refund-2', 'b', fromGit)
  expect(
    await at.revert(at.release('x', 'c', byHand), at.release('y', 'a', fromGit), at.route, at.context),
  ).toBeUndefined()
  expect(await at.revert(release, at.release('y', 'a', byHand), at.route, at.context)).toBeUndefined()
  expect(at.repository.git('branch', '--list', 'keelway/*')).toBe('')
})
