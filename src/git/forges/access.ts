import type { Secret } from '../../api/kinds/core.ts'
import { addressOf } from '../address.ts'
import { GitError } from '../git.ts'
import type { Fetch, Forge } from './forge.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'

const forges = { github, gitlab } as const

/** Forges that everybody knows, with the base of their API. */
const known: Readonly<Record<string, { forge: keyof typeof forges; api: string }>> = {
  'github.com': { forge: 'github', api: 'https://api.github.com' },
  'gitlab.com': { forge: 'gitlab', api: 'https://gitlab.com/api/v4' },
}

/**
 * The forge of a repository, by the Secret that its Delivery names: key `forgeToken` (else `password`) is the token.
 * Keys `forge` (github or gitlab), `forgeApi` (such as `https://git.example.com/api/v4`) and `forgeProject`
 * (`owner/name`) are for hosts other than github.com and gitlab.com, and for repositories behind another address.
 * Undefined when there is no token or nothing says which forge it is: then branches are pushed and nothing more.
 * @throws GitError when the Secret names no forge that is known, or a forge without its API
 */
export function forgeOf(
  repository: string,
  secret: Pick<Secret, 'data'> | undefined,
  fetch: Fetch,
): Forge | undefined {
  const text = (key: string): string | undefined => {
    const value = secret?.data?.[key]
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8').trim()
  }
  const token = text('forgeToken') ?? text('password')
  if (!token) return undefined
  const { host, project } = placeOf(repository)
  const name = text('forge') ?? known[host]?.forge
  if (name === undefined) return undefined
  if (name !== 'github' && name !== 'gitlab')
    throw new GitError(`key forge of the Secret is "${name.slice(0, 64)}": use github or gitlab`, false)
  const api = text('forgeApi') ?? (known[host]?.forge === name ? known[host].api : undefined)
  const where = api === undefined ? null : URL.parse(api)
  if (!api || !where || (where.protocol !== 'https:' && where.protocol !== 'http:'))
    throw new GitError(
      `the Secret names forge ${name} without its API: set key forgeApi, such as https://${host || 'git.example.com'}/${name === 'github' ? 'api/v3' : 'api/v4'}`,
      false,
    )
  const named = text('forgeProject') ?? project
  if (!/^[\w.-]+(\/[\w.-]+)+$/.test(named) || named.split('/').some(part => /^\.+$/.test(part)))
    throw new GitError('the Secret needs key forgeProject, such as owner/name', false)
  return forges[name](fetch, { api: api.replace(/\/+$/, ''), project: named, token })
}

/** Host and `owner/name` of a repository's address; both empty for a path on this machine. */
function placeOf(repository: string): { host: string; project: string } {
  const { transport, target } = addressOf(repository)
  if (transport === 'file') return { host: '', project: '' }
  const scp = /^[^@/]+@([^:/]+):(.+)$/.exec(target)
  const url = scp ? undefined : new URL(target)
  const path = scp?.[2] ?? url?.pathname ?? ''
  return {
    host: (scp?.[1] ?? url?.hostname ?? '').toLowerCase(),
    project: path.replace(/^\/+/, '').replace(/(\.git)?\/*$/, ''),
  }
}
