import { join } from 'node:path'
import { readSnapshot, type Snapshot } from '../intake/kubernetes-snapshot/snapshot.ts'
import { BundleError, type BundleFile } from './layout.ts'

const folders = ['kubernetes', 'kubectl'] as const

/**
 * What the folders kubernetes/ and kubectl/ tell of the cluster; paths begin at the bundle.
 * @param at when the texts were printed, from which their ages are counted back
 * @throws BundleError when a file of kubernetes/ can not be read; text of commands is taken as it is
 */
export async function clusterIn(folder: string, files: readonly BundleFile[], at: number): Promise<Snapshot> {
  const found: Snapshot[] = []
  for (const part of folders)
    if (files.some(file => file.part === part))
      found.push(within(part, await readSnapshot(join(folder, part), { at })))
  const snapshot = together(found)
  const bad = snapshot.problems.find(
    ({ file, problem }) => file.startsWith('kubernetes/') && !problem.startsWith('event: '),
  )
  if (bad) throw new BundleError(`${bad.file}: ${bad.problem}`)
  return snapshot
}

const within = (part: string, snapshot: Snapshot): Snapshot => {
  const moved = <T extends { file: string }>(items: readonly T[]): T[] =>
    items.map(item => ({ ...item, file: `${part}/${item.file}` }))
  return {
    objects: moved(snapshot.objects),
    events: moved(snapshot.events),
    logs: moved(snapshot.logs),
    tables: moved(snapshot.tables),
    descriptions: moved(snapshot.descriptions),
    outputs: moved(snapshot.outputs),
    problems: moved(snapshot.problems),
    files: new Map([...snapshot.files].map(([file, digest]) => [`${part}/${file}`, digest])),
  }
}

const together = (snapshots: readonly Snapshot[]): Snapshot => ({
  objects: snapshots.flatMap(({ objects }) => objects),
  events: snapshots.flatMap(({ events }) => events),
  logs: snapshots.flatMap(({ logs }) => logs),
  tables: snapshots.flatMap(({ tables }) => tables),
  descriptions: snapshots.flatMap(({ descriptions }) => descriptions),
  outputs: snapshots.flatMap(({ outputs }) => outputs),
  problems: snapshots.flatMap(({ problems }) => problems),
  files: new Map(snapshots.flatMap(({ files }) => [...files])),
})
