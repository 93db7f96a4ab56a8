import { asMembers, readObject } from './body.ts'
import { type Request, type Response, respondJson, type User } from './exchange.ts'
import { badRequest } from './refusals.ts'

/** Questions a client asks about itself. They are answered and never stored. */
interface Review {
  group: string
  version: string
  plural: string
  kind: string
  status: (user: User) => object
}

const everything = ['*']

/** Every authenticated user may do everything until there are roles. */
export const reviews: readonly Review[] = [
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    plural: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    status: ({ name, groups }) => ({ userInfo: { username: name, groups } }),
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    status: () => ({ allowed: true, reason: 'every authenticated user may do everything' }),
  },
  {
    group: 'authorization.k8s.io',
    version: 'v1',
    plural: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    status: () => ({
      incomplete: false,
      resourceRules: [{ verbs: everything, apiGroups: everything, resources: everything }],
      nonResourceRules: [{ verbs: everything, nonResourceURLs: everything }],
    }),
  },
]

export const reviewAt = (group: string, version: string, plural: string): Review | undefined =>
  reviews.find(review => review.group === group && review.version === version && review.plural === plural)

export async function answerReview(review: Review, request: Request, user: User): Promise<Response> {
  const { kind, group, version } = review
  const body = asMembers((await readObject(request)).value)
  if (body.kind !== undefined && body.kind !== kind) throw badRequest(`the body is not a ${kind}`)
  const { metadata, spec } = body
  return respondJson(201, {
    kind,
    apiVersion: `${group}/${version}`,
    metadata: metadata ?? {},
    ...(spec !== undefined && { spec }),
    status: review.status(user),
  })
}
