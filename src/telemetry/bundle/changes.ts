import { attributesOf } from '../intake/attributes.ts'
import type { Fields } from '../intake/fields.ts'
import { resource } from '../intake/plain-values.ts'
import type { ChangeRecord } from '../signals/signal.ts'
import { momentText } from './moment-text.ts'

const kinds: readonly ChangeRecord['change'][] = [
  'code',
  'config',
  'flag',
  'scale',
  'prompt',
  'model',
  'route',
  'policy',
  'data',
  'deploy',
  'infrastructure',
]
/** When it was written, of what took effect later. */
const committedAt = 'change.committed_at'
const most = 5_000

/** A change as it took effect: when it was deployed, if that is told. @throws Malformed */
export function changeOf(fields: Fields): ChangeRecord {
  const [at, deployedAt] = [fields.time('at'), fields.optionalTime('deployedAt')]
  const kind = kinds.find(kind => kind === fields.optionalText('kind')) ?? 'code'
  const optional = {
    before: fields.optionalText('before'),
    author: fields.optionalText('author'),
    reference: fields.optionalText('reference'),
  }
  const files = fields.list('files', most).map(file => {
    const diff = file.optionalText('diff')
    return { path: file.text('path'), ...(diff !== undefined && { diff }) }
  })
  return {
    kind: 'change',
    resource: resource({
      service: fields.optionalText('service'),
      namespace: fields.optionalText('namespace'),
      workload: fields.optionalText('workload'),
      version: fields.optionalText('version'),
      instance: fields.optionalText('instance'),
    }),
    at: deployedAt ?? at,
    change: kind,
    id: fields.id('sha'),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    message: fields.optionalText('message') ?? '',
    ...(fields.raw('files') !== undefined && { files }),
    attributes: attributesOf({
      ...(fields.raw('attributes') as object | undefined),
      'change.deploys': fields.raw('deploys'),
      [committedAt]: deployedAt === undefined ? undefined : momentText(at),
    }),
  }
}

export function changeJson(change: ChangeRecord): object {
  const { resource, at, attributes } = change
  const { [committedAt]: committed, 'change.deploys': deploys, ...rest } = attributes
  const { service, ...place } = resource
  return {
    sha: change.id,
    ...(change.before !== undefined && { before: change.before }),
    ...(change.author !== undefined && { author: change.author }),
    ...(committed === undefined
      ? { at: momentText(at) }
      : { at: committed, deployedAt: momentText(at), ...(deploys !== undefined && { deploys }) }),
    message: change.message,
    ...(service !== '' && { service }),
    ...place,
    kind: change.change,
    ...(change.reference !== undefined && { reference: change.reference }),
    ...(Object.keys(rest).length > 0 && { attributes: rest }),
    ...(change.files && { files: change.files }),
  }
}
