import { isConflict } from '../api/errors.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { Proposal } from '../api/kinds/proposal.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import type { Client } from '../client/client.ts'
import { digestOfValue } from '../lib/digest.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { decideRelease, findRelease } from './rollout-decide.ts'

type OnProposal = Proposal['spec']['decisions'][number]['action']
type OnRelease = RouteRelease['spec']['decisions'][number]['action']

/**
 * A command that writes a person's decision into a Proposal, or into the release of a route that waits for one. The
 * resource is the only door: the controller acts on it, the server writes down who it was, the ledger keeps why.
 */
export const approvalCommand = (
  name: 'approve' | 'reject',
  summary: string,
  release: OnRelease,
  options: Command['options'] = {},
): Command => ({
  name,
  summary,
  arguments: ['NAME'],
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, summary: 'why; it stands in the ledger' },
    ...options,
    ...connectionOptions,
  },
  help: 'NAME is a Proposal, a RouteRelease, or a ModelRoute with a candidate; proposal/NAME, release/NAME and route/NAME say which, where several have that name.',
  async run(invocation) {
    const client = await connect(invocation)
    const [target = ''] = invocation.positionals
    const reason = invocation.required('reason')
    const found = await find(client, target, client.namespace)
    if (found.proposal) {
      const { proposal } = found
      const action = invocation.flag('withdraw') ? 'withdraw' : name
      const decided = await decideProposal(client, proposal, { action, reason })
      tell(
        invocation,
        { proposal: proposal.metadata.name },
        decided.spec.decisions.at(-1),
        `keelway proposal ${proposal.metadata.name}`,
      )
    } else {
      const decided = await decideRelease(client, found.release, release, reason)
      const follows = `keelway rollout watch ${decided.spec.route}`
      tell(invocation, { release: decided.metadata.name }, decided.spec.decisions.at(-1), follows)
    }
    return 0
  },
})

function tell(
  invocation: Invocation,
  of: Record<string, string>,
  decision: { action: string; by?: string | undefined } | undefined,
  follows: string,
): void {
  const [name] = Object.values(of)
  if (invocation.json) invocation.out(JSON.stringify({ ...of, ...decision }))
  else
    invocation.out(
      `${decision?.action} of ${name} is recorded as ${decision?.by ?? 'you'}; ${follows} shows what follows`,
    )
}

type Found = { proposal: Proposal; release?: never } | { proposal?: never; release: RouteRelease }

/** What a name stands for. @throws UsageError for nothing, or for more than one thing */
async function find(client: Client, target: string, namespace: string): Promise<Found> {
  const [, kind, name = ''] = /^(?:(proposal|release|route)\/)?(.+)$/.exec(target) ?? []
  const proposal =
    kind === undefined || kind === 'proposal' ? await client.find(Proposal, name, namespace) : undefined
  if (kind === 'proposal' && !proposal)
    throw new UsageError(`namespace ${namespace} has no Proposal "${name}"`)
  const release =
    kind === undefined || kind === 'release' ? await client.find(RouteRelease, name, namespace) : undefined
  const route =
    kind === undefined || kind === 'route' ? await client.find(ModelRoute, name, namespace) : undefined
  if (proposal && (release || route))
    throw new UsageError(
      `${name} is a Proposal and a ${release ? 'RouteRelease' : 'ModelRoute'}: say proposal/${name} or ${release ? 'release' : 'route'}/${name}`,
    )
  if (proposal) return { proposal }
  if (!release && !route)
    throw new UsageError(
      `namespace ${namespace} has no Proposal "${name}", no ModelRoute and no RouteRelease "${name}"`,
    )
  return { release: await findRelease(client, name, namespace) }
}

/** @throws UsageError when the proposal is not any more what was decided on */
async function decideProposal(
  client: Client,
  proposal: Proposal,
  decision: { action: OnProposal; reason: string },
): Promise<Proposal> {
  const { spec, metadata } = proposal
  try {
    return await client.update(Proposal, {
      ...proposal,
      spec: { ...spec, decisions: [...spec.decisions, decision] },
    })
  } catch (error) {
    if (!isConflict(error)) throw error
    const now = await client.get(Proposal, metadata.name, metadata.namespace)
    if (contentOf(now) !== contentOf(proposal))
      throw new UsageError(`Proposal ${metadata.name} was changed meanwhile: look at it again`)
    return decideProposal(client, now, decision)
  }
}

const contentOf = ({ spec: { decisions: _, ...content } }: Proposal): string => digestOfValue(content)
