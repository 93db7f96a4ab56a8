import { execFile } from 'node:child_process'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { isAlreadyExists } from '../api/errors.ts'
import { apiVersionOf, type Kind } from '../api/kind.ts'
import { AccessKey } from '../api/kinds/access-key.ts'
import { Secret } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import type { Client } from '../client/client.ts'
import { digestOf } from '../lib/digest.ts'
import { keptSecret, newKey } from '../lib/private-file.ts'

export interface FirstObjects {
  /** Root of a Git repository that gets a Delivery. */
  repository?: string
  /** How often that repository is asked for a new commit. */
  interval?: string
  /** Secrets of namespace default that are made before anything is synced, by name and key. */
  secrets?: Record<string, Record<string, string>>
}

/** What every installation starts with: a key for the gateway, the given secrets, and a Delivery of the repository. */
export async function firstObjects(
  { repository, interval = '5s', secrets = {} }: FirstObjects,
  directory: string,
  client: Client,
): Promise<{ accessKey: string; accessKeyIsNew: boolean }> {
  const namespace = 'default'
  const ensure = (kind: Kind, name: string, content: object) =>
    client
      .create(kind, {
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: { name, namespace },
        ...content,
      })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error
      })
  const { secret: accessKey, fresh } = keptSecret(join(directory, 'access-key'), () => newKey('kw'))
  await ensure(AccessKey, 'first', { spec: { hash: digestOf(accessKey), owner: 'admin' } })
  for (const [name, stringData] of Object.entries(secrets)) await ensure(Secret, name, { stringData })
  if (repository) {
    const root = resolve(repository)
    const name = basename(root)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63)
    await ensure(Delivery, name || 'repository', {
      spec: { repository: root, interval, ref: await currentBranch(root) },
    })
  }
  return { accessKey, accessKeyIsNew: fresh }
}

/** The branch a person has checked out is the one to sync. */
async function currentBranch(repository: string): Promise<string> {
  const git = promisify(execFile)('git', ['-C', repository, 'symbolic-ref', '--short', 'HEAD'])
  const { stdout } = await git.catch((error: unknown) => {
    throw new Error(`${repository} has no branch checked out: git checkout the one to sync`, { cause: error })
  })
  return stdout.trim()
}
