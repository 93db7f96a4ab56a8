import { type Analyzer, strengths } from './analyzer.ts'
import { referencesOf } from './references.ts'
import { reportsIn } from './reported.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

/** A volume can be used by one node at a time, and more ask for it. */
export const volumeAttach: Analyzer = {
  name: 'volume-attach',
  finds: 'A volume does not attach or mount, or several replicas share one that a single node may use.',
  unless: 'All pods run well, or the claim can be used by many nodes.',
  rules: ['volume-not-attached', 'volume-not-mounted', 'claim-shared-by-replicas'],
  *look(view) {
    for (const { workload, reason, text, evidence } of reportsIn(
      view,
      /Multi-Attach|AttachVolume|MountVolume|Unable to attach or mount/,
    )) {
      if (/configmap|secret|serviceaccount/i.test(text)) continue
      const multi = /Multi-Attach/.test(text)
      yield {
        rule: multi || reason === 'FailedAttachVolume' ? 'volume-not-attached' : 'volume-not-mounted',
        object: workload,
        class: 'storage',
        statement: sentences(
          multi
            ? `${called(workload)}: a volume cannot be attached (Multi-Attach error): it is still used on another node, and its access mode lets one node use it (ReadWriteOnce)`
            : `${called(workload)}: a volume cannot be ${reason === 'FailedAttachVolume' ? 'attached' : 'mounted'}, so its pods stay in ContainerCreating`,
          plain(text, 220),
        ),
        strength: multi ? strengths.told : strengths.likely,
        observed: true,
        symptom: !multi,
        evidence: [evidence],
        explains: workload.pods,
      }
    }
    for (const workload of view.workloads) {
      if (workload.kind !== 'Deployment' || (workload.replicas ?? 1) < 2) continue
      for (const { kind, name, path } of referencesOf(workload)) {
        const claim =
          kind === 'PersistentVolumeClaim' ? view.cluster.get(kind, workload.namespace, name) : undefined
        const modes = claim?.spec?.accessModes ?? []
        if (
          !claim ||
          modes.length === 0 ||
          !modes.every(mode => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod')
        )
          continue
        yield {
          rule: 'claim-shared-by-replicas',
          object: workload,
          class: 'storage',
          statement: sentences(
            `${called(workload)} runs ${workload.replicas} replicas that all mount PersistentVolumeClaim ${quoted(name)}, whose access mode ${modes.join(', ')} lets ${modes.includes('ReadWriteOncePod') ? 'one pod' : 'the pods of one node'} use it`,
            'Replicas on other nodes stay in ContainerCreating with a Multi-Attach error',
          ),
          strength: modes.includes('ReadWriteOncePod') ? strengths.broken : strengths.possible,
          observed: false,
          evidence: [
            fieldOf(workload.object, path, name),
            fieldOf(claim, 'spec.accessModes', modes.join(', ')),
          ],
          explains: workload.pods,
        }
      }
    }
  },
}
