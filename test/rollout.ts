import { apiVersionOf, type Kind } from '../src/api/kind.ts'
import { Dataset } from '../src/api/kinds/dataset.ts'
import { Evaluation } from '../src/api/kinds/evaluation.ts'
import { ModelProvider } from '../src/api/kinds/model-provider.ts'
import { ModelRoute } from '../src/api/kinds/model-route.ts'
import { Prompt } from '../src/api/kinds/prompt.ts'
import { RouteRelease } from '../src/api/kinds/route-release.ts'
import { answerTo, type DeskOptions, desk, liveMail, liveQuestions, type PromptVersion } from './desk.ts'
import { type TestRepository, testRepository } from './repository.ts'
import { type Question, testWorld, type World, type WorldOptions } from './world.ts'

/** What users ask the routes of `desk`, with the right answers. */
export const live: Readonly<Record<string, readonly Question[]>> = {
  refund: liveQuestions.map(text => ({ text, label: answerTo(text) })),
  mail: liveMail,
}

export const routeOf = (world: World, name = 'refund'): Promise<ModelRoute> =>
  world.client.get(ModelRoute, name, 'default')

/** The release of what a route's inputs say now. */
export async function wantedOf(world: World, route = 'refund'): Promise<RouteRelease> {
  const { status } = await routeOf(world, route)
  const { items } = await world.client.list(RouteRelease, { namespace: 'default' })
  const found = items.find(({ spec }) => spec.route === route && spec.digest === status?.digest)
  if (!found) throw new Error(`route ${route} has no release of ${status?.digest}`)
  return found
}

export const releaseNamed = (world: World, name: string): Promise<RouteRelease> =>
  world.client.get(RouteRelease, name, 'default')

/** Adds a person's decision, as the commands do. */
export async function decide(
  world: World,
  release: string,
  action: RouteRelease['spec']['decisions'][number]['action'],
  reason: string,
): Promise<void> {
  const found = await releaseNamed(world, release)
  const decisions = [...found.spec.decisions, { action, reason }]
  await world.client.update(RouteRelease, { ...found, spec: { ...found.spec, decisions } })
  await world.settle()
}

/** Lets users ask a route, in rounds of one new session per question, until its wanted release is in one of `phases`. */
export async function tryUntil(
  world: World,
  phases: readonly string[],
  {
    route = 'refund',
    questions,
    rounds = 40,
  }: { route?: string; questions?: readonly Question[]; rounds?: number } = {},
): Promise<RouteRelease> {
  for (let round = 0; round < rounds; round++) {
    const release = await wantedOf(world, route)
    if (phases.includes(release.status?.phase ?? '')) return release
    await world.traffic(route, questions ?? live[route] ?? [])
    await world.advance(4000)
  }
  const { metadata, status } = await wantedOf(world, route)
  throw new Error(
    `${metadata.name} is ${status?.phase} and not ${phases.join(' or ')} after ${rounds} rounds: ${JSON.stringify(status?.evidence)}`,
  )
}

/** A world with a repository of `desk` whose first releases are live. */
export async function startDesk(options: DeskOptions = {}, world?: WorldOptions): Promise<Desk> {
  const repository = await testRepository()
  const running = await testWorld(world)
  await repository.commit('first', desk(options))
  await running.deliver(repository.path)
  await running.advance(2000)
  return {
    ...running,
    repository,
    options,
    async change(title, change, author) {
      Object.assign(options, change)
      const revision = await repository.commit(title, desk(options), author)
      await running.advance(12_000)
      return revision
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      await repository[Symbol.asyncDispose]()
    },
  }
}

export interface Desk extends World {
  repository: TestRepository
  options: DeskOptions
  /** Commits a change and waits until the Delivery has synced it. */
  change(title: string, change: DeskOptions, author?: string): Promise<string>
}

/** Applies the objects of `desk` as kubectl would: data is stored first, and named by digest. */
export async function apply(world: World, options?: DeskOptions): Promise<void> {
  const kinds: readonly Kind[] = [Dataset, ModelProvider, Prompt, Evaluation, ModelRoute]
  const files = desk(options)
  for (const [file, text] of Object.entries(files).filter(([file]) => file.endsWith('.yaml'))) {
    const { kind: name, metadata, spec } = JSON.parse(text)
    const kind = kinds.find(({ kind }) => kind === name)
    if (!kind) throw new Error(`${file} is of kind ${name}`)
    const { path } = spec
    await world.client.create(kind, {
      apiVersion: apiVersionOf(kind),
      kind: name,
      metadata: { ...metadata, namespace: 'default' },
      spec: path ? { ...spec, path: await world.blobs.put(Buffer.from(files[path] ?? '')) } : spec,
    })
  }
}

/** Changes the prompt as kubectl edit would. */
export const setPrompt = async (world: World, version: PromptVersion): Promise<void> => {
  const content = `Is the number even? (${version})`
  await world.client.patch(Prompt, 'refund', 'default', { spec: { messages: [{ role: 'system', content }] } })
}
