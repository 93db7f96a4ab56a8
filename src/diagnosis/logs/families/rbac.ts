import type { Family } from '../family.ts'

const forbidden =
  /User "([^"]{1,300})" cannot (\w{1,40}) (?:resource "([^"]{1,200})"(?: in API group "([^"]{0,200})")?|path "([^"]{1,300})")(?: in the namespace "([^"]{1,63})"| at the cluster scope)?/

/** The API server of Kubernetes does not allow a verb. */
export const rbac: Family = {
  name: 'rbac',
  class: 'permission',
  words: ['forbidden', 'cannot'],
  read(text) {
    const [, user, verb, resource, group, path, namespace] = forbidden.exec(text) ?? []
    if (user === undefined) {
      if (!/is forbidden: User|serviceaccount.{0,80}forbidden|forbidden.{0,120}serviceaccount/i.test(text))
        return undefined
      return {
        means: 'is not allowed by RBAC to do what it tries at the API server (forbidden)',
        fix: 'Grant its service account the verb in a Role and bind it.',
        tells: 0.8,
      }
    }
    const [account, space] = user.startsWith('system:serviceaccount:')
      ? user.split(':').slice(2).reverse()
      : [user]
    const what = resource === undefined ? `the path ${path}` : `${resource}${group ? `.${group}` : ''}`
    const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`
    return {
      means: `lacks a permission (RBAC, forbidden): service account ${account}${space ? ` of namespace ${space}` : ''} can not ${verb} ${what} ${where}`,
      fix: `Grant the verb ${verb} on ${what} in a ${namespace === undefined ? 'ClusterRole' : 'Role'} and bind it to ${account}.`,
      tells: 0.96,
    }
  },
}
