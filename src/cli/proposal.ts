import { Proposal } from '../api/kinds/proposal.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { tableText } from './table.ts'

const ended = ['Verified', 'Reverted', 'Refused', 'Rejected', 'Withdrawn', 'Expired', 'Superseded']

export const proposal: Command = {
  name: 'proposal',
  summary: 'Show proposals, or one: what and why, its diff, gates and approvals, and what to do next.',
  arguments: ['NAME?'],
  options: {
    ...connectionOptions,
    all: { type: 'boolean', summary: 'show those that have ended, too' },
  },
  help: 'With --json each proposal is one line.',
  async run(invocation) {
    const client = await connect(invocation)
    const [name] = invocation.positionals
    const { items } = await client.list(Proposal, { namespace: client.namespace })
    const wanted = ({ metadata, status }: Proposal) =>
      name === undefined
        ? invocation.flag('all') || !ended.includes(status?.phase ?? '')
        : metadata.name === name
    const found = items.filter(wanted).sort((a, b) => (created(a) < created(b) ? 1 : -1))
    const [first] = found
    if (name !== undefined && !first)
      throw new UsageError(`namespace ${client.namespace} has no Proposal "${name}"`)
    if (invocation.json)
      for (const { metadata, spec, status } of found)
        invocation.out(JSON.stringify({ name: metadata.name, namespace: metadata.namespace, spec, status }))
    else invocation.out(name !== undefined && first ? proposalText(first) : listText(found, client.namespace))
    return 0
  },
}

const created = ({ metadata }: Proposal): string => `${metadata.creationTimestamp} ${metadata.name}`

function listText(proposals: readonly Proposal[], namespace: string): string {
  if (proposals.length === 0)
    return `namespace ${namespace} has no open proposal; --all shows those that ended`
  const rows = proposals.map(({ metadata, spec, status }) => [
    metadata.name,
    status?.phase ?? '-',
    status?.risk?.class ?? '-',
    status?.quorum === undefined ? '-' : `${status.approvals?.length ?? 0} of ${status.quorum}`,
    printable(spec.title),
  ])
  return tableText(['PROPOSAL', 'PHASE', 'RISK', 'APPROVALS', 'TITLE'], rows)
}

/** Everything that a person needs to decide, what to do at the end. */
export function proposalText(proposal: Proposal): string {
  const { metadata, spec, status = {} } = proposal
  const { incident, figure, metric, service, below, above } = spec.expected.signal
  const bounds = [above !== undefined && `above ${above}`, below !== undefined && `below ${below}`].filter(
    Boolean,
  )
  const signal =
    incident === undefined
      ? `${metric ?? figure}${service ? ` of ${service}` : ''} ${bounds.join(' and ')}`
      : `incident ${incident} is over`
  const facts: [string, string | undefined][] = [
    ['phase', status.phase ?? 'not looked at yet: the controllers are not running'],
    ['risk', status.risk && `${status.risk.class}: ${status.risk.reasons.join('; ')}`],
    [
      'made by',
      `skill ${spec.skill}, created by ${spec.createdBy ?? 'nobody knows whom'}${spec.onBehalfOf ? ` for ${spec.onBehalfOf}` : ''}`,
    ],
    ['incident', spec.incident],
    ['reverts', spec.reverts],
    ['delivery', spec.delivery],
    [
      'branch',
      status.branch &&
        `${status.branch.name} at ${status.branch.revision.slice(0, 12)}${status.branch.removed ? ', removed' : ''}`,
    ],
    ['request', status.pullRequest && `${status.pullRequest.url} (${status.pullRequest.state})`],
    [
      'policy',
      status.mode &&
        `mode ${status.mode}${status.policies?.length ? ` (${status.policies.join(', ')})` : ''}`,
    ],
    ['expected', `${signal}, ${spec.expected.within} after it is applied`],
    ['observed', status.observed],
    [
      'merged',
      status.merge && `${status.merge.revision.slice(0, 12)} by ${status.merge.by} at ${status.merge.at}`,
    ],
    ['applied', status.appliedAt && `${status.appliedAt}, watched until ${status.verifyBy}`],
    ['revert', status.revert],
  ]
  return [
    `${metadata.name}: ${printable(spec.title)}`,
    ...facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(9)} ${printable(value)}`] : [])),
    ...section('Why', lines(spec.why)),
    ...section(
      'Taken to be wrong',
      spec.hypothesis
        ? [`${printable(spec.hypothesis.statement)} (${Math.round(spec.hypothesis.confidence * 100)} % sure)`]
        : [],
    ),
    ...section(
      'Evidence',
      spec.evidence.map(({ source, detail }) => `${printable(source)}: ${printable(detail)}`),
    ),
    ...section('May go wrong', spec.risks.map(printable)),
    ...section('Diff', lines(status.diff ?? '')),
    ...section(
      'Gates',
      (status.gates ?? []).map(
        ({ gate, state, message }) =>
          `${state === 'open' ? 'ok  ' : 'FAIL'} ${gate.padEnd(10)} ${printable(message)}`,
      ),
    ),
    ...section('Approvals', approvals(proposal)),
    ...section('Next', next(proposal)),
  ].join('\n')
}

const section = (title: string, content: readonly string[]): string[] =>
  content.length > 0 ? ['', title, ...content.map(line => `  ${line}`.trimEnd())] : []

const approvals = ({ spec, status }: Proposal): string[] => [
  ...(status?.approvals ?? []).map(
    ({ user, via, at }) =>
      `${printable(user)} approved${via === 'keelway' ? '' : ` on ${via}`}${at ? ` at ${at}` : ''}`,
  ),
  ...spec.decisions
    .filter(({ action }) => action !== 'approve')
    .map(({ action, by, reason }) => `${printable(by ?? 'somebody')}: ${action}, ${printable(reason)}`),
  ...(status?.ignored ?? []).map(line => `does not count: ${printable(line)}`),
  ...(status?.quorum === undefined ? [] : [`${status.approvals?.length ?? 0} of ${status.quorum} needed`]),
]

function next({ metadata, status }: Proposal): string[] {
  const decide = status?.phase === 'Proposed' && (status.mode === 'approve' || status.mode === 'auto')
  const where = metadata.namespace === 'default' ? '' : ` --namespace ${metadata.namespace}`
  return [
    ...(status?.message ? [printable(status.message)] : []),
    ...(decide
      ? [
          `keelway approve ${metadata.name}${where} --reason TEXT`,
          `keelway reject ${metadata.name}${where} --reason TEXT`,
        ]
      : []),
    ...(status?.revert && status.phase === 'Ineffective'
      ? [`keelway proposal ${status.revert}${where}`]
      : []),
  ]
}

const lines = (text: string): string[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map(line => line.replace(/[\p{Cc}\p{Cf}]+/gu, ' '))

/** Words of others must not move the cursor of a terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
