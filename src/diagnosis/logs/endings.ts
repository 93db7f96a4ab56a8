import type { View } from '../analyzers/view.ts'
import { endsIn } from '../analyzers/view.ts'
import type { Finding } from '../channel.ts'
import { nameOf } from '../cluster.ts'
import { readingOf } from './families.ts'
import { quoted, shown } from './line.ts'

const most = { pods: 2_000, text: 4_000, quote: 200 } as const

/** Messages with which containers ended: what they wrote for that, or the last of their logs. */
export const endings = (
  view: View,
  named: (pod: { kind: string; namespace: string; name: string }) => boolean,
): Finding[] =>
  view.cluster
    .all('Pod')
    .slice(0, most.pods)
    .flatMap(pod =>
      endsIn(pod).flatMap(({ container, end, init }): Finding[] => {
        if (end.message === undefined || end.exitCode === 0) return []
        const reading = readingOf(shown(end.message, most.text))
        if (!reading) return []
        const owner = view.ownerOf(pod) ?? pod
        return [
          {
            rule: `log-${reading.family}`,
            cause: { kind: 'resource', name: nameOf(owner) },
            class: reading.class,
            statement: `${shown(`${owner.kind} ${owner.namespace}/${owner.name}`, 240)} ${reading.means}. ${init ? 'Init container' : 'Container'} ${shown(container, 80)} ended with ${quoted(end.message, most.quote)}. ${reading.fix}`,
            strength: Math.min(0.95, 0.5 + reading.tells * 0.4) * (named(pod) ? 1.04 : 1),
            evidence: [
              {
                source: pod.file,
                detail: `${nameOf(pod)} ${shown(container, 80)}: ${shown(end.message, 400)}`,
              },
            ],
            explains: [nameOf(owner), nameOf(pod), owner.name].sort(),
            observed: true,
          },
        ]
      }),
    )
