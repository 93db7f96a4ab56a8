import { type Analyzer, strengths } from './analyzer.ts'
import { imageName, knownImage, runsAsBuilt } from './images.ts'
import { seenOf } from './seen.ts'
import { scriptOf } from './shell.ts'
import { containersOf, type Workload } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** A container ends because a variable that it needs is not set. */
export const variableUnset: Analyzer = {
  name: 'variable-unset',
  finds: 'The command or the image of a container needs an environment variable that nothing sets.',
  unless:
    'Its environment comes from a ConfigMap or Secret whose keys are not known, the script sets it, or the pods run well.',
  rules: ['variable-unset', 'image-variable-unset'],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path, init } of containersOf(workload)) {
        const set = settingOf(view.cluster.find.bind(view.cluster), workload, container)
        if (!set) continue
        const script = scriptOf(container)?.text
        const missing = script === undefined ? [] : neededBy(script).filter(name => !set.has(name))
        const needs = runsAsBuilt(container) ? knownImage(container)?.needs : undefined
        const image =
          needs && !needs.some(name => set.has(name)) && imageName(container.image ?? '') ? needs : undefined
        if (missing.length === 0 && !image) continue
        const seen = seenOf(view, workload)
        const of = `${called(workload)}: ${init ? 'init ' : ''}container ${quoted(container.name ?? '')}`
        yield {
          rule: image ? 'image-variable-unset' : 'variable-unset',
          object: workload,
          class: 'config',
          statement: sentences(
            image
              ? `${of} has no environment variable ${quoted(image[0] ?? '')} (missing, not set), which image ${quoted(container.image ?? '')} needs to start`
              : `${of} needs environment variable ${listed(missing.map(quoted))}, which ${missing.length === 1 ? 'is' : 'are'} not set (missing, undefined)${script ? `: its command ends with an error without ${missing.length === 1 ? 'it' : 'them'}` : ''}`,
            set.size > 0
              ? `Set are ${listed(
                  [...set].sort().map(name => plain(name)),
                  5,
                )}`
              : 'No variable is set at all',
            seen?.text,
          ),
          strength: seen ? strengths.broken : image ? strengths.broken : strengths.likely,
          observed: seen !== undefined,
          evidence: [
            fieldOf(workload.object, `${path}/env`, [...set].sort().join(', ') || 'none'),
            ...(image ? [] : [fieldOf(workload.object, `${path}/command`, plain(script ?? '', 250))]),
            ...(seen?.evidence ?? []),
          ],
          explains: workload.pods,
        }
      }
  },
}

type Find = (
  kind: string,
  namespace: string,
  name: string,
) => { data?: readonly string[]; stringData?: readonly string[] } | undefined

/** Names that are set; undefined when some of them are not known. */
function settingOf(
  find: (kind: string, namespace: string, name: string) => object | undefined,
  workload: Workload,
  { env, envFrom }: Workload['spec']['containers'][number],
): Set<string> | undefined {
  const names = new Set(env.flatMap(({ name }) => name ?? []))
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    const source = configMapRef ?? secretRef
    const object = (find as Find)(
      configMapRef ? 'ConfigMap' : 'Secret',
      workload.namespace,
      source?.name ?? '',
    )
    const keys = [...(object?.data ?? []), ...(object?.stringData ?? [])]
    if (!object || keys.length === 0) return undefined
    for (const key of keys) names.add(`${prefix}${key}`)
  }
  return names
}

/** Variables without which a script ends with an error: `${NAME:?…}`, or a test for being empty that exits. */
function neededBy(script: string): string[] {
  const found = new Set<string>()
  for (const [, name = ''] of script.matchAll(/\$\{([A-Za-z_]\w{0,99}):?\?/g)) found.add(name)
  for (const [, one, other, after = ''] of script.matchAll(
    /(?:\[\[?|test) +(?:-z +"?\$\{?([A-Za-z_]\w{0,99})(?::-)?\}?"?|"\$\{?([A-Za-z_]\w{0,99})(?::-)?\}?" *==? *(?:""|''))((?:[^\n]*\n?){0,4})/g,
  ))
    if (/\bexit +[1-9]/.test(after)) found.add(one ?? other ?? '')
  for (const [, name = ''] of script.matchAll(/os\.environ\[["']([A-Za-z_]\w{0,99})["']\]/g)) found.add(name)
  const own = new Set(
    [
      ...script.matchAll(
        /(?:^|[\s;&|(])(?:export +|local +|readonly +|read +(?:-r +)?)?([A-Za-z_]\w{0,99})=/g,
      ),
    ].map(([, name]) => name),
  )
  for (const [, name] of script.matchAll(/\b(?:for|read(?: +-r)?) +([A-Za-z_]\w{0,99})\b/g)) own.add(name)
  return [...found]
    .filter(
      name =>
        name !== '' &&
        !own.has(name) &&
        !/^(HOME|PATH|HOSTNAME|PWD|USER|SHELL|TERM|KUBERNETES_\w+)$/.test(name) &&
        !/_SERVICE_(HOST|PORT)$/.test(name),
    )
    .sort()
}
