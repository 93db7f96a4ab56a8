import { type Request, type Response, respond } from './exchange.ts'

/** Answers the health paths, to anonymous clients too; undefined for other paths. */
export function health({ method, path, query }: Request): Response | undefined {
  const [, endpoint, check] = /^\/(healthz|livez|readyz)(?:\/(ping))?$/.exec(path) ?? []
  if (endpoint === undefined || method !== 'GET') return undefined
  const verbose = query.has('verbose') && check === undefined
  return respond(200, verbose ? `[+]ping ok\n${endpoint} check passed\n` : 'ok', {}, 'text/plain')
}
