import { z } from 'zod'
import type { Cause } from './errors.ts'
import { type Kind, type ObjectMeta, OwnerReference } from './kind.ts'

const texts = () => z.record(z.string(), z.string())

/** Kubernetes' metav1.ObjectMeta: what is accepted, and what `kubectl explain x.metadata` says. */
export const ObjectMetaSchema = z.object({
  name: z.string().optional().describe('Name, unique in the namespace among objects of the kind.'),
  generateName: z
    .string()
    .optional()
    .describe('Prefix from which the server makes a unique name when name is absent.'),
  namespace: z.string().optional().describe('Scope of the name; absent on cluster-scoped objects.'),
  uid: z.string().optional().describe('Unique in time and space; set by the server.'),
  resourceVersion: z
    .string()
    .optional()
    .describe(
      'Revision of the last change; a write that carries it fails when the object has changed since.',
    ),
  generation: z.number().int().optional().describe('Counts changes of the wanted state; set by the server.'),
  creationTimestamp: z.string().optional().describe('When it was created; set by the server.'),
  deletionTimestamp: z.string().optional().describe('When deletion was asked for; set by the server.'),
  deletionGracePeriodSeconds: z.number().int().optional().describe('Seconds until it is deleted.'),
  labels: texts().optional().describe('Names and values to select objects by.'),
  annotations: texts().optional().describe('Names and values for tools; not selectable.'),
  ownerReferences: z
    .array(OwnerReference)
    .optional()
    .describe('Objects this one belongs to; it is deleted when all of them are gone.'),
  finalizers: z
    .array(z.string())
    .optional()
    .describe('What has to be cleaned up, by whom, before the object goes away.'),
  managedFields: z
    .array(z.record(z.string(), z.unknown()))
    .optional()
    .describe('Which writer set which fields.'),
  selfLink: z.string().optional().describe('No longer used.'),
})

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const QUALIFIED = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const ANNOTATIONS_LIMIT = 256 * 1024

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'), 63 characters at most"
const qualifiedText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'), 63 characters at most, after an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
const valueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?'), 63 characters at most"

export const isDnsLabel = (text: string): boolean => LABEL.test(text)
/** RFC 1123 subdomain as Kubernetes has it: labels joined by dots, 253 characters at most, a label may be long. */
export const isDnsSubdomain = (text: string): boolean =>
  text.length <= 253 && text.split('.').every(part => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(part))

export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return QUALIFIED.test(text)
  return isDnsSubdomain(text.slice(0, slash)) && QUALIFIED.test(text.slice(slash + 1))
}

/** What is wrong with an object's metadata, by Kubernetes' rules for names, labels, annotations and owners. */
export function metadataCauses(kind: Kind, metadata: ObjectMeta): Cause[] {
  const causes: Cause[] = []
  const invalid: Report = (field, value, message) =>
    void causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
      field: `metadata.${field}`,
    })
  const { namespace } = metadata
  causes.push(...nameCauses(kind, metadata, invalid))
  if (namespace !== undefined && kind.scope === 'Cluster')
    causes.push({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: not allowed on this type',
      field: 'metadata.namespace',
    })
  else if (namespace !== undefined && !isDnsLabel(namespace)) invalid('namespace', namespace, labelText)
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (!isQualifiedName(key)) invalid('labels', key, qualifiedText)
    if (value !== '' && !QUALIFIED.test(value)) invalid('labels', value, valueText)
  }
  causes.push(...annotationCauses(metadata.annotations, invalid))
  for (const finalizer of metadata.finalizers ?? [])
    if (!isQualifiedName(finalizer)) invalid('finalizers', finalizer, qualifiedText)
  causes.push(...ownerCauses(metadata.ownerReferences))
  return causes
}

/** Names of roles and bindings are segments of a path, such as system:node; all others are names of DNS. */
function nameCauses({ group, kind }: Kind, { name, generateName }: ObjectMeta, invalid: Report): Cause[] {
  if (!name) {
    const message = 'Required value: name or generateName is required'
    return generateName ? [] : [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]
  }
  const isNamespace = group === '' && kind === 'Namespace'
  if (group === 'rbac.authorization.k8s.io') {
    if (name === '.' || name === '..' || /[/%]/.test(name))
      invalid('name', name, "may not be '.' or '..' and may not contain '/' or '%'")
  } else if (isNamespace ? !isDnsLabel(name) : !isDnsSubdomain(name))
    invalid('name', name, isNamespace ? labelText : subdomainText)
  return []
}

type Report = (field: string, value: unknown, message: string) => void

function annotationCauses(annotations: ObjectMeta['annotations'], invalid: Report): Cause[] {
  if (!annotations) return []
  const bytes = new TextEncoder()
  let size = 0
  for (const [key, value] of Object.entries(annotations)) {
    if (!isQualifiedName(key.toLowerCase())) invalid('annotations', key, qualifiedText)
    // A character has three bytes of UTF-8 at most, so small annotations need no encoding to be known small.
    size += (key.length + value.length) * 3
  }
  if (size <= ANNOTATIONS_LIMIT) return []
  const exact = Object.entries(annotations).reduce(
    (sum, pair) => sum + bytes.encode(pair.join('')).byteLength,
    0,
  )
  if (exact <= ANNOTATIONS_LIMIT) return []
  const message = `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes`
  return [{ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' }]
}

function ownerCauses(owners: ObjectMeta['ownerReferences']): Cause[] {
  const causes: Cause[] = []
  owners?.forEach((owner, i) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const)
      if (owner[field] === '')
        causes.push({
          reason: 'FieldValueRequired',
          message: 'Required value: must not be empty',
          field: `metadata.ownerReferences[${i}].${field}`,
        })
  })
  const controllers = owners?.filter(owner => owner.controller) ?? []
  if (controllers.length > 1)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(controllers.map(({ name }) => name))}: only one reference can have controller set to true`,
      field: 'metadata.ownerReferences',
    })
  return causes
}
