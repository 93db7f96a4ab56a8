import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { type Reference, referencesOf } from './references.ts'
import { type Report, reportsIn } from './reported.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

/** A volume can be used by one node at a time, and more ask for it. */
export const volumeAttach: Analyzer = {
  name: 'volume-attach',
  finds: 'A volume does not attach or mount, or several replicas share one that a single node may use.',
  unless: 'All pods run well, or the claim can be used by many nodes.',
  rules: ['volume-not-attached', 'volume-not-mounted', 'claim-shared-by-replicas'],
  *look(view) {
    for (const report of reportsIn(view, /Multi-Attach|AttachVolume|MountVolume|Unable to attach or mount/))
      if (!/configmap|secret|serviceaccount/i.test(report.text)) yield told(report)
    for (const workload of view.workloads)
      for (const reference of referencesOf(workload)) {
        const found = shared(view, workload, reference)
        if (found) yield found
      }
  },
}

function told({ workload, reason, text, evidence }: Report): Suspicion {
  const multi = text.includes('Multi-Attach')
  const attach = multi || reason === 'FailedAttachVolume'
  return {
    rule: attach ? 'volume-not-attached' : 'volume-not-mounted',
    object: workload,
    class: 'storage',
    statement: sentences(
      multi
        ? `${called(workload)}: a volume cannot be attached (Multi-Attach error): it is still used on another node, and its access mode lets one node use it (ReadWriteOnce)`
        : `${called(workload)}: a volume cannot be ${attach ? 'attached' : 'mounted'}, so its pods stay in ContainerCreating`,
      plain(text, 220),
    ),
    strength: multi ? strengths.told : strengths.likely,
    observed: true,
    symptom: !multi,
    evidence: [evidence],
    explains: workload.pods,
  }
}

function shared(view: View, workload: Workload, { kind, name, path }: Reference): Suspicion | undefined {
  if (workload.kind !== 'Deployment' || (workload.replicas ?? 1) < 2 || kind !== 'PersistentVolumeClaim')
    return undefined
  const claim = view.cluster.get(kind, workload.namespace, name)
  const modes = claim?.spec?.accessModes ?? []
  const alone = modes.every(mode => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod')
  if (!claim || modes.length === 0 || !alone) return undefined
  const onePod = modes.includes('ReadWriteOncePod')
  return {
    rule: 'claim-shared-by-replicas',
    object: workload,
    class: 'storage',
    statement: sentences(
      `${called(workload)} runs ${workload.replicas} replicas that all mount PersistentVolumeClaim ${quoted(name)}, whose access mode ${modes.join(', ')} lets ${onePod ? 'one pod' : 'the pods of one node'} use it`,
      'Replicas on other nodes stay in ContainerCreating with a Multi-Attach error',
    ),
    strength: onePod ? strengths.broken : strengths.possible,
    observed: false,
    evidence: [fieldOf(workload.object, path, name), fieldOf(claim, 'spec.accessModes', modes.join(', '))],
    explains: workload.pods,
  }
}
