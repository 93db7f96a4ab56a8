import { type Analyzer, strengths } from './analyzer.ts'
import { called, fieldOf, listed, plain, sentences } from './wording.ts'

const pressures: Readonly<Record<string, string>> = {
  MemoryPressure: 'memory',
  DiskPressure: 'disk space',
  PIDPressure: 'process ids',
  NetworkUnavailable: 'a working network',
}

/** A node that does not do well. Conditions that Kubernetes itself does not define say nothing here. */
export const node: Analyzer = {
  name: 'node',
  finds: 'A node is not ready, lacks memory, disk, process ids or network, or is cordoned.',
  unless: 'The condition is none that Kubernetes defines, or changed less than a minute before.',
  rules: ['node-not-ready', 'node-pressure', 'node-cordoned', 'node-warning'],
  *look(view) {
    for (const object of view.cluster.all('Node')) {
      const on = view.cluster.all('Pod').filter(({ spec }) => spec?.nodeName === object.name)
      const common = {
        object,
        class: 'node' as const,
        explains: [...new Set(on.flatMap(pod => view.ownerOf(pod) ?? pod))].slice(0, 50),
      }
      const conditions = object.status?.conditions ?? []
      const ready = conditions.find(({ type }) => type === 'Ready')
      const isFlap = (since: number | undefined) =>
        since !== undefined &&
        view.cluster.at !== undefined &&
        view.cluster.at - since < 60_000 &&
        view.cluster.at >= since
      if (ready?.status !== undefined && ready.status !== 'True' && !isFlap(ready.lastTransitionTime))
        yield {
          ...{ ...common, rule: 'node-not-ready', strength: strengths.told, observed: true },
          statement: sentences(
            `${called(object)} is NotReady (${plain(ready.reason ?? `Ready is ${ready.status}`)}): ${plain(ready.message ?? 'its kubelet does not report', 200)}`,
            `Pods on it do not run or are moved: ${on.length} are known`,
          ),
          evidence: [fieldOf(object, 'status.conditions Ready', `${ready.status} ${ready.message ?? ''}`)],
        }
      const pressed = conditions.filter(
        ({ type = '', status }) => pressures[type] !== undefined && status === 'True',
      )
      if (pressed.length > 0)
        yield {
          ...{ ...common, rule: 'node-pressure', strength: strengths.likely, observed: true },
          statement: sentences(
            `${called(object)} lacks ${listed(pressed.map(({ type = '' }) => `${pressures[type]} (${type})`))}: ${plain(pressed[0]?.message ?? '', 200)}`,
            'The kubelet evicts pods and takes no new ones',
          ),
          evidence: pressed.map(({ type = '', message = '' }) =>
            fieldOf(object, `status.conditions ${type}`, `True ${message}`),
          ),
        }
      if (object.spec?.unschedulable)
        yield {
          ...{ ...common, rule: 'node-cordoned', strength: strengths.hint, observed: true, explains: [] },
          statement: sentences(
            `${called(object)} is cordoned (unschedulable), so no new pod is placed on it`,
          ),
          evidence: [fieldOf(object, 'spec.unschedulable', 'true')],
        }
      const warning = view.cluster
        .events(object)
        .find(
          event =>
            event.warning &&
            /^(KernelDeadlock|OOMKilling|SystemOOM|FreeDiskSpaceFailed|EvictionThresholdMet|ContainerGCFailed|ImageGCFailed|NodeNotReady|Rebooted|CorruptDockerOverlay2|KubeletIsDown|ContainerRuntimeIsDown|TaskHung)$/.test(
              event.reason,
            ),
        )
      if (warning)
        yield {
          ...{ ...common, rule: 'node-warning', strength: strengths.possible, observed: true },
          statement: sentences(
            `${called(object)} reports ${plain(warning.reason)}: ${plain(warning.message, 250)}`,
          ),
          evidence: [
            {
              source: warning.file,
              detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
            },
          ],
        }
    }
  },
}
