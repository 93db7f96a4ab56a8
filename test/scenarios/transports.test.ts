import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'undici'
import { expect, test } from 'vitest'
import { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { replay } from '../../src/gateway/replay.ts'
import { systemClock as clock } from '../../src/lib/clock.ts'
import { seededRandom } from '../../src/lib/random.ts'
import { answerTo, desk, liveQuestions } from '../desk.ts'
import { eventually, run, type StateDirectory, start, stateDirectory } from '../processes.ts'
import { testRepository } from '../repository.ts'

/** Endless questions with their right answers. */
function* rows() {
  for (;;) for (const input of liveQuestions) yield { input, label: answerTo(input) }
}

test.each([
  ['in the process of the API server', false],
  ['over HTTPS, in a process of their own', true],
])(
  'the controllers take the same path %s',
  async (_, remote) => {
    const rollout = { steps: ['shadow', 50], closeAfter: '1s' }
    await using repository = await testRepository()
    await repository.commit('first', desk({ rollout }))
    await using state = await stateDirectory()
    await using processes = new AsyncDisposableStack()
    const system = await state.ready(repository.path, ...(remote ? ['--without-controllers'] : []))
    await using client = state.client()
    if (remote) {
      const token = await run(['token', 'create', '--user', 'system:keelway', '--state', state.path])
      const kubeconfig = join(state.path, 'controllers.kubeconfig')
      writeFileSync(kubeconfig, state.read('kubeconfig').replace(state.read('admin-token').trim(), token.out))
      const { control, controlToken } = state.endpoints()
      const options = ['--kubeconfig', kubeconfig, '--control', control, '--control-token-env', 'CONTROL']
      const controllers = start(['controllers', ...options, '--state', join(state.path, 'remote')], {
        CONTROL: controlToken,
      })
      processes.defer(async () => {
        controllers.kill('SIGTERM')
        expect(await controllers.ended).toBe(0)
      })
    }
    const route = () => client.find(ModelRoute, 'refund', 'default')
    const release = async (phase: string) =>
      (await client.list(RouteRelease)).items.find(({ status }) => status?.phase === phase)
    const first = await eventually('the first release', () => release('Live'), 20)
    await eventually('the route to serve it', async () => (await route())?.status?.stable, 20)
    await eventually('the gateway to have it', () => answers(state), 20)

    const stopping = new AbortController()
    const traffic = replay({
      url: state.endpoints().gateway,
      key: state.read('access-key').trim(),
      model: 'refund',
      rows: rows(),
      rate: 80,
      labelShare: 1,
      clock,
      random: seededRandom(1),
      signal: stopping.signal,
    })
    processes.defer(async () => {
      stopping.abort()
      await traffic
    })
    await repository.commit('worse for users', desk({ rollout, prompt: 'sly' }))
    await state.syncSoon()
    const rolledBack = await eventually('a rollback', () => release('RolledBack'), 30)
    const reverted = await eventually(
      'the revert branch',
      async () => (await release('RolledBack'))?.status?.revert,
    )
    expect(await repository.git('rev-parse', reverted.branch)).toBe(reverted.revision)
    await eventually('the hold', async () =>
      (await route())?.status?.rejected?.find(({ digest }) => digest === rolledBack.spec.digest),
    )
    await repository.merge(reverted.branch)
    await state.syncSoon()
    await eventually('the hold to clear', async () => {
      const { status } = (await route()) ?? {}
      return status?.digest === first.spec.digest && status.stable === first.metadata.name ? true : undefined
    })
    stopping.abort()
    expect((await traffic).errors).toEqual({})
    expect(system.errors).toEqual([])
  },
  90_000,
)

/** The gateway applies a snapshot a moment after the route's status names the release. */
async function answers(state: StateDirectory): Promise<true | undefined> {
  const { statusCode, body } = await request(`${state.endpoints().gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${state.read('access-key').trim()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'refund', messages: [{ role: 'user', content: 'nothing recorded' }] }),
  })
  await body.dump()
  return statusCode === 503 ? undefined : true
}
