import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { admit } from '../api/admission.ts'
import { apiVersionOf, type Kind, type Resource, subjectOf } from '../api/kind.ts'
import { kinds } from '../api/kinds/index.ts'
import {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../api/kinds/validating-admission-policy.ts'
import { parseManifest, type SourceObject } from '../controllers/delivery/manifest.ts'
import { checkPolicies, type Policies, type PolicyDecision } from '../policy/admission/check.ts'
import { type Command, UsageError } from './command.ts'

const MAX_FILES = 10_000
const MAX_BYTES = 16 * 1024 * 1024

export const policyTest: Command = {
  name: 'policy test',
  summary: 'say what ValidatingAdmissionPolicies would say about manifests, without a server',
  arguments: ['FILE...'],
  options: {
    policies: {
      type: 'string',
      value: 'DIR',
      required: true,
      summary: 'folder or file with policies and bindings, and with parameters and namespaces they look at',
    },
    user: { type: 'string', value: 'NAME', default: 'admin', summary: 'who would create the objects' },
  },
  help: 'FILE is a YAML or JSON file or a folder of them. Each object is looked at as one that is created, with the\ndefaults the server fills in. Exit 1 when an object would be refused.',
  async run({ positionals, required, json, out }) {
    const given = objectsAt(required('policies'))
    const policies = policiesAmong(given.map(({ resource }) => admitted(resource)))
    const user = { name: required('user'), groups: ['system:authenticated'] }
    const results = positionals.flatMap(objectsAt).map(source => {
      const object = admitted(source.resource)
      return { source, object, decisions: decide(object, policies, user) }
    })
    const denied = results.filter(({ decisions }) =>
      decisions.some(({ actions }) => actions.includes('Deny')),
    )
    if (json)
      out(
        JSON.stringify({
          objects: results.map(({ source, object, decisions }) => ({
            file: source.file,
            line: source.line,
            object: subjectOf(object),
            decisions,
          })),
          denied: denied.length,
        }),
      )
    else {
      for (const { source, object, decisions } of results)
        for (const decision of decisions)
          out(`${source.file}:${source.line}: ${subjectOf(object)}: ${said(decision)}`)
      for (const name of unbound(policies)) out(`policy ${name} has no binding, so it has no effect`)
      const checked = results.length === 1 ? '1 object' : `${results.length} objects`
      out(`${checked}, ${denied.length} refused`)
    }
    return denied.length > 0 ? 1 : 0
  },
}

const said = ({ actions, policy, binding, message, param }: PolicyDecision): string =>
  `${actions.join(', ')} by policy ${policy} with binding ${binding}${param ? ` and parameter ${param}` : ''}: ${message}`

function unbound({ policies, bindings }: Policies): string[] {
  const bound = new Set(bindings.map(({ spec }) => (spec as { policyName?: string }).policyName))
  return policies.map(({ metadata }) => metadata.name).filter(name => !bound.has(name))
}

function decide(
  object: Resource,
  policies: Policies,
  user: { name: string; groups: string[] },
): PolicyDecision[] {
  const kind = kindOf(object)
  const [group = '', version = ''] = object.apiVersion.includes('/')
    ? object.apiVersion.split('/')
    : ['', object.apiVersion]
  const { name, namespace } = object.metadata
  return checkPolicies(
    {
      operation: 'CREATE',
      group,
      version,
      kind: object.kind,
      // Kinds that are not known here have the plural that nearly all have.
      resource: kind?.plural ?? `${object.kind.toLowerCase()}s`,
      name,
      ...(kind?.scope !== 'Cluster' && { namespace: namespace ?? 'default' }),
      object,
      user,
      dryRun: true,
    },
    policies,
  )
}

const kindOf = ({ apiVersion, kind }: Resource): Kind | undefined =>
  kinds.find(one => one.kind === kind && apiVersionOf(one) === apiVersion)

/** @throws UsageError for an object that the server would refuse by itself */
function admitted(resource: Resource): Resource {
  const kind = kindOf(resource)
  if (!kind) return resource
  const { object, causes } = admit(kind, resource)
  const [cause] = causes
  if (cause)
    throw new UsageError(`${subjectOf(resource)}: ${cause.field ? `${cause.field}: ` : ''}${cause.message}`)
  return object
}

function policiesAmong(objects: readonly Resource[]): Policies {
  const of = ({ kind }: Kind) => objects.filter(object => object.kind === kind)
  const namespaces = new Map(
    objects.flatMap(object => (object.kind === 'Namespace' ? [[object.metadata.name, object] as const] : [])),
  )
  return {
    policies: of(ValidatingAdmissionPolicy),
    bindings: of(ValidatingAdmissionPolicyBinding),
    params: ({ apiVersion, kind }) =>
      objects
        .filter(object => object.apiVersion === apiVersion && object.kind === kind)
        .map(object => namespaced(object)),
    namespace: name => namespaces.get(name),
  }
}

/** Files may leave the namespace out. */
const namespaced = (object: Resource): Resource =>
  kindOf(object)?.scope === 'Cluster' || object.metadata.namespace
    ? object
    : { ...object, metadata: { ...object.metadata, namespace: 'default' } }

function objectsAt(path: string): SourceObject[] {
  return filesAt(path).flatMap(file => {
    if (statSync(file).size > MAX_BYTES) throw new UsageError(`${file} has more than ${MAX_BYTES} bytes`)
    const { objects, problems } = parseManifest(file, readFileSync(file))
    const [problem] = problems
    if (problem) throw new UsageError(`${problem.file}:${problem.line}: ${problem.message}`)
    return objects
  })
}

function filesAt(path: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new UsageError(`there is no ${path}`)
  if (!found.isDirectory()) return [path]
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
  if (files.length > MAX_FILES) throw new UsageError(`${path} holds more than ${MAX_FILES} files`)
  return files
}
