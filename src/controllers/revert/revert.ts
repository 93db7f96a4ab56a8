import { Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import { source } from '../../api/source.ts'
import type { Git } from '../../git/git.ts'
import { remoteOf } from '../../git/remote.ts'
import { shortDigest } from '../../lib/digest.ts'
import type { Context } from '../runtime/reconciler.ts'
import { revertMessage } from './message.ts'

const AUTHOR = 'Keelway <keelway@localhost>'

/**
 * Writes the branch that takes a rolled-back release out of Git: on top of the newest commit, the files of the route's
 * inputs get their content of the stable release's last commit, so that merging it makes the route's digest equal to
 * stable's and clears the hold. Files of other objects stay. Doing it again, also after a crash or when the ref has
 * moved on, finds the branch and returns it.
 *
 * Undefined when there is nothing to write: the release or the stable one did not come from Git, or Git already says
 * what stable says.
 */
export const writeRevert =
  ({ git }: { git: Git }) =>
  async (
    release: RouteRelease,
    stable: RouteRelease,
    route: ModelRoute,
    { informer, signal }: Pick<Context, 'informer' | 'signal'>,
  ): Promise<{ branch: string; revision: string } | undefined> => {
    const id = route.metadata.annotations?.[source.delivery] ?? commitsOf(release).at(-1)?.delivery
    const from = commitsOf(stable, id).at(-1)
    const bad = commitsOf(release, id)[0]
    const [namespace, name = ''] = id?.split('/') ?? []
    const delivery = id ? informer(Delivery).get(name, namespace) : undefined
    const paths = filesOf(release, stable)
    if (!delivery || !from || !bad || paths.length === 0) return undefined
    const { credentials } = delivery.spec
    const remote = remoteOf(delivery, credentials && informer(Secret).get(credentials.name, namespace))
    const { revision: base } = await git.fetch(remote, signal)
    const branch = `keelway/revert/${route.metadata.name}-${shortDigest(release.spec.digest)}`
    const message = revertMessage({ route, release, stable, bad, from })
    const change = { branch, base, from: from.revision, paths, message, author: AUTHOR }
    const revision = await git.restore(remote, change, signal)
    return revision === base ? undefined : { branch, revision }
  }

/** The commits a release was seen in, oldest first, of one Delivery if given. */
const commitsOf = ({ status }: RouteRelease, delivery?: string) =>
  (status?.commits ?? []).filter(
    commit => commit.delivery !== '' && (delivery === undefined || commit.delivery === delivery),
  )

/** Files of either release: those that the bad change added have to go, those it removed to come back. */
const filesOf = (...releases: RouteRelease[]): string[] => [
  ...new Set(releases.flatMap(({ status }) => status?.inputs ?? []).flatMap(({ files }) => files)),
]
