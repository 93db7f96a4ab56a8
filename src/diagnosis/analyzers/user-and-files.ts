import { type Analyzer, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { seenOf } from './seen.ts'
import { scriptOf } from './shell.ts'
import { containersOf } from './view.ts'
import { called, containerCalled, fieldOf, listed, quoted, sentences } from './wording.ts'

/** A container may not do what its image or script does: run as root, or write. */
export const userAndFiles: Analyzer = {
  name: 'user-and-files',
  finds:
    'runAsNonRoot with an image that runs as root or with user 0, or readOnlyRootFilesystem where the container writes to a path that is no volume.',
  unless: 'Another user is set, the path is a volume, or the pods run well.',
  rules: ['root-refused', 'read-only-root'],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path } of containersOf(workload)) {
        const own = container.securityContext
        const pod = workload.spec.securityContext
        const nonRoot = own?.runAsNonRoot ?? pod?.runAsNonRoot
        const user = own?.runAsUser ?? pod?.runAsUser
        const image = knownImage(container)
        const of = `${called(workload)}: ${containerCalled(container.name)}`
        if (nonRoot && (user === 0 || (user === undefined && image?.root))) {
          const seen = seenOf(view, workload, /runAsNonRoot|non-root/)
          yield {
            rule: 'root-refused',
            object: workload,
            class: 'permission',
            statement: sentences(
              `${of} has runAsNonRoot set, but ${user === 0 ? 'runAsUser is 0 (root)' : `image ${quoted(container.image ?? '')} runs as root and no runAsUser is set`}, so it cannot be created (CreateContainerConfigError)`,
              seen?.text,
            ),
            strength: seen ? strengths.told : strengths.broken,
            observed: seen !== undefined,
            evidence: [
              fieldOf(
                workload.object,
                `${path}/securityContext`,
                `runAsNonRoot true, runAsUser ${user ?? 'absent'}`,
              ),
              ...(seen?.evidence ?? []),
            ],
            explains: workload.pods,
          }
        }
        if (!own?.readOnlyRootFilesystem) continue
        const mounted = container.volumeMounts
          .filter(({ readOnly }) => !readOnly)
          .flatMap(({ mountPath }) => mountPath ?? [])
        const writes = [
          ...(runsAsBuilt(container) ? (image?.writes ?? []) : []),
          ...writtenBy(scriptOf(container)?.text ?? ''),
        ]
        const refused = [...new Set(writes)].filter(
          file => !mounted.some(mount => `${file}/`.startsWith(`${mount.replace(/\/$/, '')}/`)),
        )
        if (refused.length === 0) continue
        yield {
          rule: 'read-only-root',
          object: workload,
          class: 'permission',
          statement: sentences(
            `${of} has a read-only root filesystem (readOnlyRootFilesystem), but writes to ${listed(refused.map(quoted))}, which ${refused.length === 1 ? 'is' : 'are'} no volume, so it fails with "Read-only file system"`,
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
  },
}

/** Files that a script writes, by redirection or touch, with absolute paths. */
const writtenBy = (script: string): string[] =>
  [...script.matchAll(/(?:>>?|\btouch|\btee(?: -a)?|\bmkdir(?: -p)?) *"?(\/[\w./-]{1,200})/g)].flatMap(
    ([, file = '']) => (/^\/(dev|proc|sys)\//.test(file) ? [] : [file]),
  )
