import { fetchRevision, type Opened } from './commits.ts'
import type { Commit } from './git.ts'

/** One commit's message may be this long; the rest is left out. */
const MESSAGE = 16_384
const FORMAT = '%H%x00%P%x00%an <%ae>%x00%cI%x00%B%x1e'

/**
 * Commits that changed a path (empty: any file), newest first, followed from a revision. The cache is shallow as a rule,
 * and the last commit of a shallow history would seem to have changed everything, so the whole history is fetched once.
 */
export async function commitsOf(
  opened: Opened,
  revision: string,
  path: string,
  limit: number,
  signal: AbortSignal,
): Promise<Commit[]> {
  const { repository } = opened
  await completed(opened, revision, signal)
  const output = await repository.run(
    [
      'log',
      `--max-count=${Math.max(0, Math.floor(limit))}`,
      '--no-show-signature',
      '--no-notes',
      '--encoding=UTF-8',
      `--format=${FORMAT}`,
      revision,
      '--',
      ...(path === '' ? [] : [path]),
    ],
    signal,
    { env: { GIT_LITERAL_PATHSPECS: '1' } },
  )
  return output
    .toString('utf8')
    .split('\x1e')
    .map(record => record.replace(/^\n/, ''))
    .filter(record => record !== '')
    .map(commitOf)
}

async function completed(opened: Opened, revision: string, signal: AbortSignal): Promise<void> {
  const { repository, address, env, remote } = opened
  const whole = async () =>
    (await repository.has(revision, signal)) &&
    (await repository.run(['rev-parse', '--is-shallow-repository'], signal)).toString('utf8').trim() ===
      'false'
  if (await whole()) return
  await repository.exclusively(signal, async () => {
    if (await whole()) return
    if (!(await repository.has(revision, signal))) await fetchRevision(opened, revision, signal)
    const kept = `refs/keelway/commits/${revision}`
    const shallow = await repository.run(['rev-parse', '--is-shallow-repository'], signal)
    if (shallow.toString('utf8').trim() === 'false') return
    const wanted = /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(remote.ref) ? revision : remote.ref
    await repository.fetch(
      ['--depth=2147483647', address.target, wanted === revision ? `+${revision}:${kept}` : wanted],
      env,
      signal,
    )
  })
}

function commitOf(record: string): Commit {
  const [revision = '', parents = '', author = '', at = '', ...rest] = record.split('\0')
  const message = rest.join('').trim().slice(0, MESSAGE)
  return {
    revision,
    author: author.slice(0, 512),
    title: (message.split('\n')[0] ?? '').slice(0, 512),
    message,
    at: new Date(at).toISOString().replace('.000Z', 'Z'),
    parents: parents.split(' ').filter(Boolean),
  }
}
