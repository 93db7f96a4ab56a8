import type { Proposal } from '../../api/kinds/proposal.ts'
import type { NewPullRequest } from '../../git/forges/forge.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import { plainLine, plainText, quoted } from './plain-text.ts'

type Spec = Proposal['spec']

export const AUTHOR = 'Keelway <keelway@localhost>'

/** Digest of what it changes and why: of everything but what people decided. */
export const digestOfSpec = ({ decisions: _, ...content }: Spec): string => digestOfValue(content)

/** The branch of a proposal; names of several namespaces that share a repository do not meet. */
export const branchOf = ({ metadata }: Pick<Proposal, 'metadata'>): string => {
  const { name, namespace = '' } = metadata
  return `keelway/proposal/${name.slice(0, 100)}-${shortDigest(digestOfValue([namespace, name, metadata.uid]), 6)}`
}

/** The commit message: the same each time it is made, since the commit's identity comes from it. */
export function commitMessage({ metadata, spec }: Pick<Proposal, 'metadata' | 'spec'>): string {
  const evidence = spec.evidence.map(
    ({ source, detail }) => `- ${plainLine(source, 200)}: ${plainLine(detail, 500)}`,
  )
  return [
    plainLine(spec.title, 72),
    '',
    plainText(spec.why, 4000, 60),
    ...(spec.hypothesis ? ['', `Taken to be wrong: ${plainLine(spec.hypothesis.statement, 1000)}`] : []),
    ...(evidence.length > 0 ? ['', 'Evidence:', ...evidence] : []),
    '',
    `Expected: ${expectation(spec)}`,
    '',
    `Keelway-Proposal: ${metadata.namespace}/${metadata.name}`,
    `Keelway-Proposal-Uid: ${metadata.uid}`,
    '',
  ].join('\n')
}

/** What has to get well, and by when, in words. */
export function expectation({ expected: { signal, within } }: Pick<Spec, 'expected'>): string {
  const { incident, figure, metric, service, below, above } = signal
  if (incident !== undefined)
    return `incident ${plainLine(incident, 253)} is over ${within} after it is applied`
  const what = [
    figure === 'metric' || figure === 'score' ? `${figure} ${metric}` : figure,
    service && `of ${service}`,
  ]
  const bounds = [above !== undefined && `above ${above}`, below !== undefined && `below ${below}`].filter(
    Boolean,
  )
  return `${plainLine(what.filter(Boolean).join(' '), 600)} is ${bounds.join(' and ')} ${within} after it is applied`
}

export function pullRequestOf(
  { metadata, spec, status }: Pick<Proposal, 'metadata' | 'spec' | 'status'>,
  into: string,
): NewPullRequest {
  const rows = (status?.gates ?? []).map(
    ({ gate, state, message }) => `- ${gate}: ${state}. ${plainLine(message, 400)}`,
  )
  const section = (title: string, lines: readonly string[]) =>
    lines.length > 0 ? ['', `### ${title}`, '', ...lines] : []
  const body = [
    quoted(plainText(spec.why, 6000)),
    ...section(
      'Taken to be wrong',
      spec.hypothesis ? [quoted(plainText(spec.hypothesis.statement, 2000))] : [],
    ),
    ...section(
      'Evidence',
      spec.evidence.map(({ source, detail }) => `- ${plainLine(source, 300)}: ${plainLine(detail, 1000)}`),
    ),
    ...section('Expected', [expectation(spec)]),
    ...section(
      `Risk: ${status?.risk?.class ?? 'unknown'}`,
      (status?.risk?.reasons ?? []).map(reason => `- ${plainLine(reason, 300)}`),
    ),
    ...section(
      'May go wrong',
      spec.risks.map(risk => `- ${plainLine(risk, 500)}`),
    ),
    ...section('Gates', rows),
    '',
    `Proposal ${metadata.namespace}/${metadata.name}, made by ${plainLine(spec.skill, 64)}. ` +
      `\`keelway proposal ${metadata.name} --namespace ${metadata.namespace}\` shows more. ` +
      'Do not push to this branch: a proposal with foreign commits is not merged by Keelway.',
  ].join('\n')
  return {
    branch: status?.branch?.name ?? branchOf({ metadata }),
    into,
    title: plainLine(spec.title, 120),
    body: body.slice(0, 30_000),
  }
}
