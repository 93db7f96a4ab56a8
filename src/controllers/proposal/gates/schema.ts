import { admit } from '../../../api/admission.ts'
import { apiVersionOf, type Kind, type Resource } from '../../../api/kind.ts'
import { keyOf } from '../declared.ts'
import { closed, listed, open, type ProposalGate } from './gate.ts'

/** Kinds that controllers make, which a repository can not hold. */
const madeByControllers = ['RouteRelease', 'EvaluationRun', 'Proposal', 'Incident', 'Event', 'Lease']

/** Every object that would be there is one that the server would store: schema, metadata and rules of its kind. */
export const schema: ProposalGate = {
  name: 'schema',
  async check({ rendered: { objects }, kinds }) {
    const faults: string[] = []
    const unknown = new Set<string>()
    let checked = 0
    for (const object of objects) {
      const { after, before, apiVersion, kind } = object
      if (!after) continue
      if (madeByControllers.includes(kind)) {
        faults.push(`${keyOf(object)}: objects of this kind are made by controllers`)
        continue
      }
      const known = kinds.find(other => other.kind === kind && apiVersionOf(other) === apiVersion)
      if (known) {
        checked++
        faults.push(...faultsOf(known, after, before).map(fault => `${keyOf(object)}: ${fault}`))
      } else unknown.add(`${apiVersion} ${kind}`)
    }
    if (faults.length > 0) return closed(listed(faults))
    const left = unknown.size > 0 ? `; no schema here of ${listed([...unknown].sort())}` : ''
    return open(`${checked} objects are as their kinds say${left}`)
  },
}

function faultsOf(kind: Kind, after: Resource, before: Resource | undefined): string[] {
  const now = admit(kind, scoped(kind, after))
  // A field that nobody knows and that stood there before is not this proposal's.
  const known = before ? admit(kind, scoped(kind, before)).unknownFields : []
  return [
    ...now.unknownFields.filter(field => !known.includes(field)).map(field => `there is no field ${field}`),
    ...now.causes.map(({ field, message }) => (field ? `${field}: ${message}` : message)),
  ]
}

function scoped({ scope }: Kind, resource: Resource): Resource {
  if (scope === 'Namespaced') return resource
  const { namespace: _, ...metadata } = resource.metadata
  return { ...resource, metadata }
}
