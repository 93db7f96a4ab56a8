import { Secret } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import type { Client } from '../client/client.ts'
import type { Git } from '../git/git.ts'
import { remoteOf } from '../git/remote.ts'
import { digestOfValue } from '../lib/digest.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'

/** One link of the chain from an answer to the commit and the decisions behind it. */
export interface Link {
  link: 'call' | 'release' | 'digest' | 'artefact' | 'commit' | 'evaluation' | 'verdict' | 'ledger'
  verified: boolean
  detail: string
}

export interface Explanation {
  call: string
  /** True when every link was found and checked. */
  verified: boolean
  links: Link[]
}

/** What a running system answers `keelway why` with. */
export interface Explainer {
  why(call: string): Promise<Explanation>
}

export interface WhySources {
  telemetry: Pick<Telemetry, 'call'>
  client: Client
  ledger: Ledger
  blobs: Blobs
  git: Git
}

/**
 * Prints and verifies the evidence chain of an answered call: route, release, digests, commit and author, evaluation,
 * verdict. Nothing is taken on trust: digests are recomputed, the commit is looked up in Git, the ledger's hash chain is
 * checked from its first entry.
 */
export async function why(call: string, sources: WhySources, signal: AbortSignal): Promise<Explanation> {
  const links: Link[] = []
  const add = (link: Link['link'], verified: boolean, detail: string) =>
    links.push({ link, verified, detail })
  const record = await sources.telemetry.call(call)
  if (!record)
    return {
      call,
      verified: false,
      links: [
        {
          link: 'call',
          verified: false,
          detail: 'no such call is recorded; a crash can lose the last second of records',
        },
      ],
    }
  add(
    'call',
    true,
    `${new Date(record.at).toISOString()} ${record.status} on route ${record.namespace}/${record.route}, answered by ${record.release} (${record.arm})`,
  )
  const release = await sources.client.find(RouteRelease, record.release, record.namespace)
  add(
    'release',
    release !== undefined,
    release
      ? `${release.metadata.name}, ${release.status?.phase ?? 'Pending'}, made ${release.metadata.creationTimestamp}`
      : `${record.release} is gone`,
  )
  if (release) {
    const found = digestOfValue(release.spec.bundle)
    add(
      'digest',
      found === release.spec.digest && found === record.digest,
      `content ${found}${found === record.digest ? '' : `, but the call names ${record.digest}`}`,
    )
    await addArtefact(release, sources, add)
    await addCommit(release, sources, add, signal)
  }
  const subject = `RouteRelease/${record.namespace}/${record.release}`
  const entries = await sources.ledger.list({ subject })
  addDecisions(entries, record.digest, add)
  const chain = await sources.ledger.verify()
  add(
    'ledger',
    chain.intact,
    chain.intact
      ? `${chain.entries} entries, head ${chain.head}`
      : `broken at entry ${chain.brokenAt}: ${chain.why}`,
  )
  return { call, verified: links.every(({ verified }) => verified), links }
}

type Add = (link: Link['link'], verified: boolean, detail: string) => void

async function addArtefact({ spec }: RouteRelease, { blobs }: WhySources, add: Add): Promise<void> {
  const { artefact } = spec.bundle as { artefact?: string }
  if (!artefact) return
  const bytes = await blobs.get(artefact).catch(() => undefined)
  add(
    'artefact',
    bytes !== undefined,
    bytes ? `${artefact}, ${bytes.byteLength} bytes` : `${artefact} is missing or damaged`,
  )
}

async function addCommit(
  { metadata, status }: RouteRelease,
  sources: WhySources,
  add: Add,
  signal: AbortSignal,
): Promise<void> {
  const commit = status?.commits?.[0]
  if (!commit) return add('commit', true, `not from Git: applied directly to ${metadata.namespace}`)
  const [namespace, name = ''] = commit.delivery.split('/')
  const delivery = await sources.client.find(Delivery, name, namespace)
  if (!delivery)
    return add(
      'commit',
      false,
      `${commit.revision}: Delivery ${commit.delivery} is gone, its repository can not be asked`,
    )
  const secret =
    delivery.spec.credentials &&
    (await sources.client.find(Secret, delivery.spec.credentials.name, namespace))
  const found = await sources.git
    .commit(remoteOf(delivery, secret), commit.revision, signal)
    .catch((error: Error) => error)
  if (found instanceof Error) return add('commit', false, `${commit.revision}: ${found.message}`)
  add('commit', true, `${found.revision.slice(0, 12)} "${found.title}" by ${found.author}`)
}

/** The gates and the verdict as they stand in the ledger, for this very content. */
function addDecisions(entries: LedgerEntry[], digest: string, add: Add): void {
  const about = entries.filter(({ data }) => data.digest === digest)
  const gate = about.findLast(({ action }) => action === 'gate')
  const gates = (gate?.data.gates ?? []) as { gate: string; message: string }[]
  add(
    'evaluation',
    gate !== undefined || about.some(({ action }) => action === 'override'),
    gate
      ? gates.map(({ gate, message }) => `${gate}: ${message}`).join('; ') || 'the route has no gates'
      : 'no gate was passed',
  )
  const verdict = about.findLast(({ action }) => action === 'verdict')
  const weight = about.findLast(({ action }) => action === 'weight')
  if (verdict)
    add(
      'verdict',
      true,
      `${verdict.data.decision}: ${verdict.data.message} (${verdict.actor}, entry ${verdict.sequence})`,
    )
  else
    add(
      'verdict',
      weight !== undefined,
      weight ? `none yet: being tried at step ${weight.data.step}` : 'none',
    )
}
