import { badRequest } from './refusals.ts'

/** Where a paged list goes on (apiserver: pkg/storage/continue.go). */
export interface Continue {
  /** The revision all pages show; -1 goes on at whatever is current. */
  revision: number
  after: { namespace: string; name: string }
}

export const encodeContinue = ({ revision, after }: Continue): string =>
  Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${after.namespace}/${after.name}\0` }),
  ).toString('base64url')

/** @throws ApiError BadRequest */
export function decodeContinue(token: string): Continue {
  const [, rv, namespace, name] =
    /^\{"v":"meta\.k8s\.io\/v1","rv":(-1|[1-9][0-9]{0,15}),"start":"([^"/\\]*)\/([^"/\\]+)\\u0000"\}$/.exec(
      Buffer.from(token, 'base64url').toString(),
    ) ?? []
  if (rv === undefined || namespace === undefined || name === undefined)
    throw badRequest('continue key is not valid')
  return { revision: Number(rv), after: { namespace, name } }
}
