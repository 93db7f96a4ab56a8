import type { Channel, Finding } from '../channel.ts'
import { allowance } from './causes/allowance.ts'
import { attack } from './causes/attack.ts'
import type { CallCause } from './causes/cause.ts'
import { inputs } from './causes/inputs.ts'
import { labels } from './causes/labels.ts'
import { loop } from './causes/loop.ts'
import { missingGuard } from './causes/missing-guard.ts'
import { provider } from './causes/provider.ts'
import { release } from './causes/release.ts'
import { routesOf } from './route-calls.ts'

const causes: readonly CallCause[] = [
  release,
  missingGuard,
  provider,
  attack,
  loop,
  labels,
  allowance,
  inputs,
]

/**
 * Calls of models: which prompt, model, route, guardrail or data commit made answers worse, slower or dearer, or that
 * none did. What tells is whether a figure follows the release or the time.
 */
export const calls: Channel = {
  name: 'calls',
  look(evidence) {
    const routes = routesOf(evidence)
    const answers = routes.flatMap(route => causes.map(cause => cause.look(route, routes)))
    const onsets = routes.flatMap(({ worse }) => worse.map(({ shift }) => shift.at))
    return {
      findings: strongest(answers.flatMap(({ findings }) => findings)),
      rejected: answers.flatMap(({ rejected = [] }) => rejected),
      ...(onsets.length > 0 && { onset: Math.min(...onsets) }),
    }
  },
}

/** One finding a cause: several routes may show the same. */
function strongest(findings: readonly Finding[]): Finding[] {
  const best = new Map<string, Finding>()
  for (const finding of findings) {
    const key = `${finding.cause.kind}\n${finding.cause.name}`
    const known = best.get(key)
    if (!known) best.set(key, finding)
    else {
      const [first, second] = known.strength >= finding.strength ? [known, finding] : [finding, known]
      best.set(key, {
        ...first,
        evidence: [...first.evidence, ...second.evidence],
        explains: [...new Set([...(first.explains ?? []), ...(second.explains ?? [])])],
      })
    }
  }
  return [...best.values()]
}
