import { RouteRelease } from '../../api/kinds/route-release.ts'
import { type Declared, declaredOf, notDeclared, workloadOf } from '../drafts/declared.ts'
import { nameOf, referenceOf } from '../drafts/object-name.ts'
import { plain, short } from '../drafts/words.ts'
import { referencesOf } from '../fix-reference/references.ts'
import type { SkillContext } from '../skill.ts'
import { changedObjects, type FoundCommit, findCommit, parentOf } from './commit-changes.ts'

/** How people say which change they mean. */
interface Asked {
  commit?: string | undefined
  release?: string | undefined
  route?: string | undefined
  object?: string | undefined
  service?: string | undefined
}

type Context = Pick<SkillContext, 'repository' | 'objects' | 'namespace'>

/** What a change has to be looked at for: a commit, and which of its files. */
export interface WantedChange {
  found: FoundCommit
  /** Only these files; undefined: all that it changed. */
  files?: ReadonlySet<string>
  /** What it is for people: a service, route or object. */
  of?: string
}

/** The commit that is meant, or why there is none. */
export async function wantedChange(input: Asked, context: Context): Promise<WantedChange | string> {
  if (input.commit !== undefined) {
    const found = await findCommit(context, input.commit)
    const of = input.service ?? input.route
    if (found) return { found, ...(of !== undefined && { of }) }
    return `Commit ${plain(input.commit, 64)} is not among the newest 50 of a Delivery of namespace ${context.namespace}.`
  }
  if (input.release !== undefined) return wantedByRelease(input.release, context)
  const named = input.route === undefined ? input.object : `ModelRoute/${input.route}`
  const reference = named?.includes('/') ? referenceOf(named, context.namespace) : undefined
  const what = named ?? input.service
  if (what === undefined) return 'Say which change: commit, release, route, object or service.'
  const workload = reference
    ? await declaredOf(context, reference)
    : await workloadOf(context, { object: input.object, service: input.service })
  const route = referenceOf(`ModelRoute/${what}`, context.namespace)
  const declared = workload ?? (reference || !route ? undefined : await declaredOf(context, route))
  if (!declared) return notDeclared(plain(what), context.namespace)
  const newest = (
    await Promise.all((await partsOf(declared, context)).map(one => newestChange(one, context)))
  )
    .filter(one => one !== undefined)
    .sort((a, b) => Date.parse(b.found.commit.at) - Date.parse(a.found.commit.at))
  const [first] = newest
  if (!first) return `No commit is known that changed ${nameOf(declared.reference)}.`
  return { ...first, of: declared.reference.name }
}

/** A route is what it says and what it serves with. */
async function partsOf(declared: Declared, context: Context): Promise<Declared[]> {
  if (declared.reference.kind !== 'ModelRoute') return [declared]
  const named = referencesOf(declared.object).filter(({ kind }) =>
    ['Prompt', 'Guardrail', 'ModelProvider', 'Model'].includes(kind),
  )
  const parts = await Promise.all(
    named.map(async ({ kind, name }) => {
      const reference = referenceOf(`${kind}/${name}`, context.namespace)
      return reference && declaredOf(context, reference)
    }),
  )
  return [declared, ...parts.filter(one => one !== undefined)]
}

/** A file may hold several objects: the newest commit that changed this one. */
async function newestChange(
  { delivery, file, reference }: Declared,
  { repository }: Context,
): Promise<WantedChange | undefined> {
  for (const commit of await repository.history(delivery, file)) {
    const found = { delivery, commit, ...parentOf(commit) }
    const before =
      found.parent === undefined ? undefined : await repository.read(delivery, file, found.parent)
    const after = await repository.read(delivery, file, commit.revision)
    const own = changedObjects([{ file, before, after }]).some(({ before: a, after: b }) => {
      const object = b ?? a
      return object?.metadata.name === reference.name && object.kind === reference.kind
    })
    if (own) return { found, files: new Set([file]) }
  }
  return undefined
}

async function wantedByRelease(name: string, context: Context): Promise<WantedChange | string> {
  const release = await context.objects.find(RouteRelease, name, context.namespace)
  const [first] = release?.status?.commits ?? []
  if (!release || !first?.revision)
    return `RouteRelease ${plain(name)} is not there, or did not come from Git.`
  const found = await findCommit(context, first.revision)
  if (!found)
    return `Commit ${short(first.revision)} of RouteRelease ${plain(name)} is not among the newest 50.`
  const files = new Set((release.status?.inputs ?? []).flatMap(input => input.files))
  return { found, of: release.spec.route, ...(files.size > 0 && { files }) }
}
