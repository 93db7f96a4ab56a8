import type { Cause } from '../../errors.ts'
import { type LabelSelector, selects } from '../../label-selector.ts'
import { immutable, invalid, namedSelectorCauses } from './causes.ts'
import { type PodRules, podSpecCauses } from './pod-checks.ts'
import type { PodTemplate } from './pod-spec.ts'

/** A workload that finds its Pods by labels. */
interface Selecting {
  spec: { selector: LabelSelector; template: PodTemplate }
}

/** The selector chooses what the template makes and stays as it is, and the template makes valid Pods. */
export function templateCauses(
  { spec }: Selecting,
  previous: unknown,
  rules: PodRules = { restartPolicies: ['Always'] },
): Cause[] {
  const causes = namedSelectorCauses('spec.selector', spec.selector)
  const labels = spec.template.metadata?.labels ?? {}
  if (causes.length === 0 && !selects(spec.selector, labels))
    causes.push(
      invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    )
  causes.push(...podSpecCauses('spec.template.spec', spec.template.spec, rules))
  if (previous !== undefined)
    causes.push(...immutable('spec.selector', spec.selector, (previous as Selecting).spec.selector))
  return causes
}
