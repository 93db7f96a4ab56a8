import { apiVersionOf, type Kind } from '../api/kind.ts'
import type { Permission, Skill } from './skill.ts'

type Reads = Extract<Permission, { reads: string }>['reads']

/** A skill asked for something that it does not declare, or that who asked may not read. */
export class PermissionError extends Error {
  override readonly name = 'PermissionError'
}

/** Refuses what a skill did not declare. */
export interface Permissions {
  objects(kind: string): void
  reads(what: Reads): void
}

export function permissionsOf({ name, permissions }: Pick<Skill, 'name' | 'permissions'>): Permissions {
  const refuse = (what: string, permission: string): never => {
    throw new PermissionError(
      `skill ${name} reads ${what} without permission: add ${permission} to its permissions`,
    )
  }
  const kinds = new Set(permissions.flatMap(one => ('objects' in one ? one.objects : [])))
  const reads = new Set(permissions.flatMap(one => ('reads' in one ? one.reads : [])))
  return {
    objects: kind => {
      if (!kinds.has(kind)) refuse(kind, `{ objects: '${kind}' }`)
    },
    reads: what => {
      if (!reads.has(what)) refuse(what, `{ reads: '${what}' }`)
    },
  }
}

/** `apps/v1/Deployment`, as permissions name kinds. */
export const permissionName = (kind: Pick<Kind, 'group' | 'version' | 'kind'>): string =>
  `${apiVersionOf(kind)}/${kind.kind}`
