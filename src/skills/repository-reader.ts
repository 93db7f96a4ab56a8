import { isUtf8 } from 'node:buffer'
import type { Resource } from '../api/kind.ts'
import { Secret } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import type { Client } from '../client/client.ts'
import { type Git, GitError, type Remote } from '../git/git.ts'
import { remoteOf } from '../git/remote.ts'
import { isClusterScoped } from './drafts/object-name.ts'
import { isUnder, isYaml, objectsIn } from './drafts/objects-in.ts'
import type { RepositoryReader } from './skill.ts'

const limits = { fileBytes: 2 ** 20, searched: 500, commits: 50 } as const

interface Opened {
  delivery: Delivery
  remote: Remote
  /** The newest commit of the ref; what is applied when the repository is away. */
  head: string
}

/**
 * What Git says now of the objects of a namespace's Deliveries, in the state of the first look. Files that are too large
 * or no text are taken as not there.
 */
export function repositoryReader(of: {
  client: Client
  git: Git
  namespace: string
  signal: AbortSignal
}): RepositoryReader {
  const { client, git, namespace, signal } = of
  const opened = new Map<string, Promise<Opened>>()
  const listed = new Map<string, Promise<string[]>>()
  const texts = new Map<string, Promise<string | undefined>>()

  const open = (name: string): Promise<Opened> =>
    kept(opened, name, async () => {
      const delivery = await client.find(Delivery, name, namespace)
      if (!delivery)
        throw new GitError(`there is no Delivery ${name} in namespace ${namespace}; name one of it`, false)
      const { credentials } = delivery.spec
      const secret = credentials && (await client.find(Secret, credentials.name, namespace))
      const remote = remoteOf(delivery, secret)
      return { delivery, remote, head: await headOf(delivery, remote) }
    })

  const headOf = async ({ status }: Delivery, remote: Remote): Promise<string> => {
    try {
      return (await git.fetch(remote, signal)).revision
    } catch (error) {
      if (!(error instanceof GitError) || !error.retryable || status?.revision === undefined) throw error
      return status.revision
    }
  }

  const files = async (name: string, revision?: string): Promise<string[]> => {
    const { remote, head } = await open(name)
    const at = revision ?? head
    return kept(listed, `${name}\n${at}`, async () =>
      (await git.files(remote, at, '.', signal)).map(({ path }) => path).sort(),
    )
  }

  const read = async (name: string, file: string, revision?: string): Promise<string | undefined> => {
    const { remote, head } = await open(name)
    const at = revision ?? head
    return kept(texts, `${name}\n${at}\n${file}`, async () => {
      if (!(await files(name, at)).includes(file)) return undefined
      try {
        const bytes = await git.read(remote, at, file, limits.fileBytes, signal)
        return isUtf8(bytes) ? Buffer.from(bytes).toString('utf8') : undefined
      } catch (error) {
        if (error instanceof GitError && !error.retryable) return undefined
        throw error
      }
    })
  }

  const declaredIn = async (name: string, file: string, wanted: Wanted): Promise<Resource | undefined> =>
    isYaml(file)
      ? objectsIn((await read(name, file)) ?? '').find(object => isWanted(object, wanted, namespace))
      : undefined

  return {
    read,
    files,
    async sourceOf(wanted) {
      const deliveries = (await client.list(Delivery, { namespace })).items.sort((a, b) =>
        a.metadata.name < b.metadata.name ? -1 : 1,
      )
      const known = deliveries.flatMap(({ metadata, status }) =>
        (status?.inventory ?? [])
          .filter(entry => sameObject(entry, wanted))
          .map(({ file }) => ({ name: metadata.name, file })),
      )
      for (const { name, file } of known) {
        const declared = await declaredIn(name, file, wanted)
        if (declared) return { delivery: name, file, revision: (await open(name)).head, declared }
      }
      // Moved to another file since, or of a kind that this server does not keep.
      for (const { metadata, spec } of deliveries) {
        const { name } = metadata
        const candidates = (await files(name)).filter(file => isYaml(file) && isUnder(file, spec.path))
        for (const file of candidates.slice(0, limits.searched)) {
          const declared = await declaredIn(name, file, wanted)
          if (declared) return { delivery: name, file, revision: (await open(name)).head, declared }
        }
      }
      return undefined
    },
    async history(name, file) {
      const { remote, head } = await open(name)
      return git.history(remote, head, file, limits.commits, signal)
    },
  }
}

type Wanted = Parameters<RepositoryReader['sourceOf']>[0]

const sameObject = (entry: { [Field in keyof Wanted]: Wanted[Field] | undefined }, wanted: Wanted): boolean =>
  entry.kind === wanted.kind &&
  entry.name === wanted.name &&
  groupOf({ apiVersion: entry.apiVersion ?? '' }) === groupOf(wanted) &&
  (entry.namespace ?? '') === (wanted.namespace ?? '')

/** A file that names no namespace means that of its Delivery. */
const isWanted = (object: Resource, wanted: Wanted, namespace: string): boolean =>
  object.kind === wanted.kind &&
  object.metadata.name === wanted.name &&
  groupOf(object) === groupOf(wanted) &&
  (isClusterScoped(wanted.kind) ||
    (object.metadata.namespace ?? namespace) === (wanted.namespace ?? namespace))

/** One object may be asked for in any version of its group. */
const groupOf = ({ apiVersion }: { apiVersion: string }): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''

function kept<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key) ?? make()
  cache.set(key, known)
  return known
}
