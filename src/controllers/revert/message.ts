import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'

interface Commit {
  revision: string
  author: string
  title: string
}

const TITLE = 72

/** The commit message of a revert: what is taken back, on which evidence, and what to do with the branch. */
export function revertMessage({
  route,
  release,
  stable,
  bad,
  from,
}: {
  route: ModelRoute
  release: RouteRelease
  stable: RouteRelease
  /** The commit that brought the release. */
  bad: Commit
  /** The commit the files are restored from. */
  from: Commit
}): string {
  const { name, namespace } = route.metadata
  const { verdict, evidence = [], units } = release.status ?? {}
  const title = `revert ${name}: ${plain(bad.title) || bad.revision.slice(0, 12)}`
  const lines = evidence.map(({ metric, message }) => `- ${plain(metric)}: ${plain(message)}`)
  return [
    title.length > TITLE ? `${title.slice(0, TITLE - 1)}…` : title,
    '',
    verdict
      ? `Verdict: ${verdict.decision} (${verdict.reason})${verdict.by ? ` by ${verdict.by}` : ''}, ${verdict.at}`
      : 'Verdict: rollback',
    ...(verdict ? [plain(verdict.message)] : []),
    ...(lines.length > 0 ? ['', 'Evidence:', ...lines] : []),
    ...(units === undefined ? [] : [`Units used: ${units}`]),
    '',
    `Route: ${namespace}/${name}`,
    `Rolled back: ${release.metadata.name} ${release.spec.digest}`,
    `  from commit ${bad.revision} by ${plain(bad.author) || 'unknown'}: ${plain(bad.title)}`,
    `Stable: ${stable.metadata.name} ${stable.spec.digest}`,
    `  from commit ${from.revision} by ${plain(from.author) || 'unknown'}: ${plain(from.title)}`,
    '',
    `Only the files of this route's inputs are restored, to their content in ${from.revision.slice(0, 12)}.`,
    'Merging this makes Git say what is served and clears the hold.',
    '',
  ].join('\n')
}

/** One line without control characters: titles come from commits, which anybody may have written. */
const plain = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 2000)
