import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Gate, GateAnswer } from '../../gates/gate.ts'
import { type Draft, Stalled } from '../runtime/reconciler.ts'
import { conclude, type Recorder, record } from './record.ts'

/**
 * Asks every gate of the route; all must be open.
 * @returns whether they are. A closed gate has ended the release as Rejected.
 */
export async function passGates(
  release: Draft<RouteRelease>,
  route: ModelRoute,
  baseline: RouteRelease | undefined,
  gates: readonly Gate[],
  recorder: Recorder,
): Promise<boolean> {
  const answers: ({ gate: string } & GateAnswer)[] = []
  for (const entry of route.spec.gates) {
    const [name, config] = Object.entries(entry).find(([, value]) => value !== undefined) ?? ['']
    const gate = gates.find(gate => gate.name === name)
    if (!gate)
      throw new Stalled(
        'UnknownGate',
        `there is no gate "${name}": use one of ${gates.map(gate => gate.name).join(', ')}`,
      )
    answers.push({
      gate: name,
      ...(await gate.check({ config, route, release, baseline, context: recorder.context })),
    })
  }
  release.status.gates = answers.map(({ gate, state, message, run }) => ({
    gate,
    state,
    message,
    ...(run ? { run } : {}),
  }))
  const closed = answers.find(({ state }) => state === 'closed')
  if (closed) {
    await conclude(
      release,
      recorder,
      'Rejected',
      { decision: 'reject', reason: closed.reason, message: `gate ${closed.gate}: ${closed.message}` },
      { gates: release.status.gates },
    )
    return false
  }
  if (answers.some(({ state }) => state === 'waiting')) return false
  await record(release, recorder, 'gate', 'open', { gates: release.status.gates })
  return true
}
