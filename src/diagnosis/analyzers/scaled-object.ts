import { type Analyzer, strengths } from './analyzer.ts'
import { thereIs } from './labels.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

/** KEDA's autoscaling. */
export const scaledObject: Analyzer = {
  name: 'scaled-object',
  finds:
    'A ScaledObject of KEDA is not ready, scales something that does not exist, or competes with an HPA.',
  unless: 'It is active, or workloads of the namespace are not known.',
  rules: ['scaled-object-not-ready', 'scaled-object-target-absent', 'scaled-object-and-autoscaler'],
  *look(view) {
    for (const object of view.cluster.all('ScaledObject')) {
      const { kind = 'Deployment', name = '' } = object.spec?.scaleTargetRef ?? {}
      const target = view.within(object.namespace).filter(one => one.kind === kind && one.name === name)
      const ready = object.status?.conditions.find(({ type }) => type === 'Ready')
      if (ready?.status === 'False')
        yield {
          ...{
            rule: 'scaled-object-not-ready',
            object,
            class: 'scaling',
            strength: strengths.likely,
            observed: true,
            explains: target,
          },
          statement: sentences(
            `${called(object)} (KEDA) is not ready, so ${kind} ${quoted(name)} is not scaled: ${plain(ready.message ?? ready.reason ?? '', 200)}`,
          ),
          evidence: [fieldOf(object, 'status.conditions Ready', `False ${ready.message ?? ''}`)],
        }
      if (name !== '' && view.cluster.lacks(kind, object.namespace, name))
        yield {
          ...{
            rule: 'scaled-object-target-absent',
            object,
            class: 'scaling',
            strength: strengths.likely,
            observed: false,
          },
          statement: sentences(
            `${called(object)} (KEDA) scales ${kind} ${quoted(name)}, which does not exist in namespace ${object.namespace} (not found)`,
            thereIs(
              kind,
              name,
              view
                .within(object.namespace)
                .filter(one => one.kind === kind)
                .map(one => one.name),
            ),
          ),
          evidence: [fieldOf(object, 'spec.scaleTargetRef', `${kind}/${name}`)],
        }
      const rival = view.cluster
        .all('HorizontalPodAutoscaler', object.namespace)
        .find(
          one =>
            one.spec?.scaleTargetRef?.name === name &&
            one.spec.scaleTargetRef.kind === kind &&
            !one.metadata.ownerReferences?.some(owner => owner.kind === 'ScaledObject') &&
            !one.name.startsWith('keda-hpa-'),
        )
      if (rival)
        yield {
          ...{
            rule: 'scaled-object-and-autoscaler',
            object,
            class: 'scaling',
            strength: strengths.likely,
            observed: false,
            outside: true,
            explains: target,
          },
          statement: sentences(
            `${called(object)} (KEDA) and ${called(rival)} (HPA) both scale ${kind} ${quoted(name)}, and undo one another`,
          ),
          evidence: [
            fieldOf(object, 'spec.scaleTargetRef', name),
            fieldOf(rival, 'spec.scaleTargetRef', name),
          ],
        }
    }
  },
}
