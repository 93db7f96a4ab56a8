import { type Analyzer, strengths } from './analyzer.ts'
import { imageName } from './images.ts'
import { differences, labelsText, selectorText, selects } from './labels.ts'
import { amount } from './quantity.ts'
import { amountsOf } from './requests.ts'
import { containersOf } from './view.ts'
import { called, containerCalled, fieldOf, listed, quoted, sentences } from './wording.ts'

/** Manifests that the API server or the kubelet refuses whatever else is in the cluster. */
export const invalidDeclared: Analyzer = {
  name: 'invalid-declared',
  finds:
    'A workload that cannot be created: its selector does not match its own labels, requests exceed limits, a volume is not declared, names repeat, or an image name is not one.',
  unless: 'Pods of the workload run well.',
  rules: [
    'selector-not-own-labels',
    'request-over-limit',
    'volume-not-declared',
    'name-repeated',
    'image-name-invalid',
  ],
  *look(view) {
    for (const workload of view.workloads) {
      const { object, spec, path } = workload
      const common = {
        object: workload,
        strength: strengths.broken,
        observed: false,
        explains: workload.pods,
      }
      const { selector } = (object as { spec?: { selector?: unknown } }).spec ?? {}
      if (
        /^(Deployment|StatefulSet|DaemonSet|ReplicaSet)$/.test(workload.kind) &&
        workload.declared &&
        isSelector(selector) &&
        workload.labels.size + selector.matchLabels.size > 0 &&
        !selects(selector, workload.labels)
      )
        yield {
          ...{ rule: 'selector-not-own-labels', class: 'selector', ...common },
          statement: sentences(
            `${called(workload)} selects pods with ${selectorText(selector)}, but its own pod template has ${labelsText(workload.labels)} (selector does not match template labels), so the API server refuses it`,
            differences(selector, workload.labels).join('; '),
          ),
          evidence: [
            fieldOf(object, 'spec.selector', selectorText(selector)),
            fieldOf(object, 'spec.template.metadata.labels', labelsText(workload.labels)),
          ],
        }
      const volumes = new Set([
        ...spec.volumes.flatMap(({ name }) => name ?? []),
        ...(
          (object as { spec?: { volumeClaimTemplates?: readonly { metadata?: { name?: string } }[] } }).spec
            ?.volumeClaimTemplates ?? []
        ).flatMap(({ metadata }) => metadata?.name ?? []),
      ])
      for (const { container, path: at } of containersOf(workload)) {
        const over = [
          ...amountsOf(
            { claims: [], limits: new Map(), requests: container.resources?.requests ?? new Map() },
            'requests',
          ),
        ].filter(([name, value]) => value > (amountsOf(container.resources, 'limits').get(name) ?? Infinity))
        if (over.length > 0)
          yield {
            ...{ rule: 'request-over-limit', class: 'quota', ...common },
            statement: sentences(
              `${called(workload)}: ${containerCalled(container.name)} requests more than its limit: ${listed(over.map(([name, value]) => `${name} request ${amount(value, name)} over limit ${container.resources?.limits.get(name)}`))}`,
              'The API server refuses its pods',
            ),
            evidence: [fieldOf(object, `${at}/resources`, over.map(([name]) => name).join(', '))],
          }
        const undeclared = workload.declared
          ? container.volumeMounts.filter(({ name }) => name !== undefined && !volumes.has(name))
          : []
        if (undeclared.length > 0)
          yield {
            ...{ rule: 'volume-not-declared', class: 'config', ...common },
            statement: sentences(
              `${called(workload)}: ${containerCalled(container.name)} mounts volume ${listed(undeclared.map(({ name }) => quoted(name ?? '')))}, which the pod does not declare (not found), so the API server refuses it`,
            ),
            evidence: [fieldOf(object, `${at}/volumeMounts`, undeclared.map(({ name }) => name).join(', '))],
          }
        if (
          container.image !== undefined &&
          /\S/.test(container.image) &&
          !/[{}$<>]/.test(container.image) &&
          !imageName(container.image)
        )
          yield {
            ...{ rule: 'image-name-invalid', class: 'image', ...common },
            statement: sentences(
              `${called(workload)}: ${containerCalled(container.name)} names image ${quoted(container.image)}, which is no valid image name, so it never starts (InvalidImageName)`,
            ),
            evidence: [fieldOf(object, `${at}/image`, container.image)],
          }
      }
      const names = spec.containers.flatMap(({ name }) => name ?? [])
      const twice = names.filter((name, index) => names.indexOf(name) !== index)
      if (twice.length > 0)
        yield {
          ...{ rule: 'name-repeated', class: 'config', ...common },
          statement: sentences(
            `${called(workload)} has more than one container named ${listed(twice.map(quoted))}, so the API server refuses it`,
          ),
          evidence: [fieldOf(object, `${path}/containers`, names.join(', '))],
        }
    }
  },
}

interface Selector {
  matchLabels: ReadonlyMap<string, string> & Map<string, string>
  matchExpressions: []
}
const isSelector = (value: unknown): value is Selector =>
  value !== null && typeof value === 'object' && 'matchLabels' in value
