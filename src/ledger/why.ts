import { Secret } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import { source } from '../api/source.ts'
import type { Client } from '../client/client.ts'
import type { Git } from '../git/git.ts'
import { remoteOf } from '../git/remote.ts'
import { digestOfValue } from '../lib/digest.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { callFacts } from './call-facts.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'

/** One link of the chain from an answer to the commit and the decisions behind it. */
export interface Link {
  link:
    | 'call'
    | 'usage'
    | 'guardrails'
    | 'scores'
    | 'release'
    | 'digest'
    | 'artefact'
    | 'commit'
    | 'evaluation'
    | 'verdict'
    | 'ledger'
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
  for (const { link, detail } of callFacts(record)) add(link, true, detail)
  const release = await sources.client.find(RouteRelease, record.release, record.namespace)
  const subject = `RouteRelease/${record.namespace}/${record.release}`
  const entries = await sources.ledger.list({ subject })
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
    await addContent(release, sources, add)
    await addCommit(release, entries, sources, add, signal)
  }
  await addDecisions(entries, record.digest, sources, add)
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

/** The stored bytes that the release serves from: a model's artefact or recorded answers. */
async function addContent({ spec }: RouteRelease, { blobs }: WhySources, add: Add): Promise<void> {
  const { artefact, provider } = spec.bundle as {
    artefact?: string
    provider?: { cassette?: { digest: string } }
  }
  const digest = artefact ?? provider?.cassette?.digest
  if (!digest) return
  const bytes = await blobs.get(digest).catch(() => undefined)
  add(
    'artefact',
    bytes !== undefined,
    bytes ? `${digest}, ${bytes.byteLength} bytes` : `${digest} is missing or damaged`,
  )
}

/** The commit that the ledger says the release was made from, looked up in Git. */
async function addCommit(
  { metadata, spec, status }: RouteRelease,
  entries: LedgerEntry[],
  sources: WhySources,
  add: Add,
  signal: AbortSignal,
): Promise<void> {
  const made = entries.find(({ action, data }) => action === 'release' && data.digest === spec.digest)
  if (!made) return add('commit', false, 'the ledger does not say what this release was made from')
  const revision = String(made.data.revision)
  const past = directChanges(made)
  if (!/^[0-9a-f]{40,64}$/.test(revision)) return add('commit', true, `not from Git${past}`)
  const seen = status?.commits?.find(commit => commit.revision === revision)
  const id = seen?.delivery ?? metadata.annotations?.[source.delivery] ?? ''
  const [namespace, name = ''] = id.split('/')
  const delivery = await sources.client.find(Delivery, name, namespace)
  if (!delivery)
    return add('commit', false, `${revision}: Delivery ${id} is gone, its repository can not be asked`)
  const secret =
    delivery.spec.credentials &&
    (await sources.client.find(Secret, delivery.spec.credentials.name, namespace))
  const found = await sources.git
    .commit(remoteOf(delivery, secret), revision, signal)
    .catch((error: Error) => error)
  if (found instanceof Error) return add('commit', false, `${revision}: ${found.message}`)
  add('commit', true, `${found.revision.slice(0, 12)} "${found.title}" by ${found.author}${past}`)
}

/** What people changed past Git, as the ledger names them. */
function directChanges({ data }: LedgerEntry): string {
  const inputs = (data.inputs ?? []) as { kind: string; name: string; writer?: string }[]
  const changed = inputs.flatMap(({ kind, name, writer }) => (writer ? [`${kind} ${name} by ${writer}`] : []))
  return changed.length === 0 ? '' : `, changed directly: ${changed.join(', ')}`
}

/** The gates and the verdict as they stand in the ledger, for this very content, and the answers they were judged by. */
async function addDecisions(
  entries: LedgerEntry[],
  digest: string,
  { blobs }: WhySources,
  add: Add,
): Promise<void> {
  const about = entries.filter(({ data }) => data.digest === digest)
  const gate = about.findLast(({ action }) => action === 'gate')
  const gates = (gate?.data.gates ?? []) as { gate: string; message: string }[]
  const items = entries.flatMap(({ action, data }) => (action === 'evaluation' ? [String(data.items)] : []))
  const found = await Promise.all(items.map(item => blobs.get(item).catch(() => undefined)))
  const lost = items.filter((_, i) => found[i] === undefined)
  const passed = gate !== undefined || about.some(({ action }) => action === 'override')
  add(
    'evaluation',
    passed && lost.length === 0,
    [
      gate
        ? gates.map(({ gate, message }) => `${gate}: ${message}`).join('; ') || 'the route has no gates'
        : 'no gate was passed',
      ...lost.map(item => `the answers it was judged by (${item}) are missing or damaged`),
    ].join('; '),
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
