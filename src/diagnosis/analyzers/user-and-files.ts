import type { Container } from '../cluster/pod.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { seenOf } from './seen.ts'
import { scriptOf } from './shell.ts'
import { eachContainer, type View, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, listed, quoted, sentences } from './wording.ts'

/** A container may not do what its image or script does: run as root, or write. */
export const userAndFiles: Analyzer = {
  name: 'user-and-files',
  finds:
    'runAsNonRoot with an image that runs as root or with user 0, or readOnlyRootFilesystem where the container writes to a path that is no volume.',
  unless: 'Another user is set, the path is a volume, or the pods run well.',
  rules: ['root-refused', 'read-only-root'],
  *look(view) {
    for (const { workload, container, path } of eachContainer(view))
      for (const found of [
        rootRefused(view, workload, container, path),
        readOnlyRoot(workload, container, path),
      ])
        if (found) yield found
  },
}

function rootRefused(
  view: View,
  workload: Workload,
  container: Container,
  path: string,
): Suspicion | undefined {
  const [own, pod] = [container.securityContext, workload.spec.securityContext]
  const user = own?.runAsUser ?? pod?.runAsUser
  const root = user === 0 || (user === undefined && knownImage(container)?.root)
  if (!(own?.runAsNonRoot ?? pod?.runAsNonRoot) || !root) return undefined
  const seen = seenOf(view, workload, /runAsNonRoot|non-root/)
  return {
    rule: 'root-refused',
    object: workload,
    class: 'permission',
    statement: sentences(
      `${called(workload)}: ${containerCalled(container.name)} has runAsNonRoot set, but ${user === 0 ? 'runAsUser is 0 (root)' : `image ${quoted(container.image ?? '')} runs as root and no runAsUser is set`}, so it cannot be created (CreateContainerConfigError)`,
      seen?.text,
    ),
    strength: seen ? strengths.told : strengths.broken,
    observed: seen !== undefined,
    evidence: [
      fieldOf(workload.object, `${path}/securityContext`, `runAsNonRoot true, runAsUser ${user ?? 'absent'}`),
      ...(seen?.evidence ?? []),
    ],
    explains: workload.pods,
  }
}

function readOnlyRoot(workload: Workload, container: Container, path: string): Suspicion | undefined {
  if (!container.securityContext?.readOnlyRootFilesystem) return undefined
  const mounted = container.volumeMounts.flatMap(({ readOnly, mountPath }) =>
    readOnly ? [] : (mountPath ?? []),
  )
  const isMounted = (file: string) =>
    mounted.some(mount => `${file}/`.startsWith(`${mount.replace(/\/$/, '')}/`))
  const writes = [
    ...(runsAsBuilt(container) ? (knownImage(container)?.writes ?? []) : []),
    ...writtenBy(scriptOf(container)?.text ?? ''),
  ]
  const refused = [...new Set(writes)].filter(file => !isMounted(file))
  if (refused.length === 0) return undefined
  return {
    rule: 'read-only-root',
    object: workload,
    class: 'permission',
    statement: sentences(
      `${called(workload)}: ${containerCalled(container.name)} has a read-only root filesystem (readOnlyRootFilesystem), but writes to ${listed(refused.map(quoted))}, which ${refused.length === 1 ? 'is' : 'are'} no volume, so it fails with "Read-only file system"`,
    ),
    strength: strengths.likely,
    observed: false,
    evidence: [
      fieldOf(workload.object, `${path}/securityContext/readOnlyRootFilesystem`, 'true'),
      fieldOf(workload.object, `${path}/volumeMounts`, mounted.join(', ') || 'none'),
    ],
    explains: workload.pods,
  }
}

/** Files that a script writes, by redirection or touch, with absolute paths. */
const writtenBy = (script: string): string[] =>
  [...script.matchAll(/(?:>>?|\btouch|\btee(?: -a)?|\bmkdir(?: -p)?) *"?(\/[\w./-]{1,200})/g)].flatMap(
    ([, file = '']) => (/^\/(dev|proc|sys)\//.test(file) ? [] : [file]),
  )
