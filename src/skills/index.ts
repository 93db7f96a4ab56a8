import type { Skill } from './skill.ts'

/** Every skill; their order decides nothing. */
export const skills: readonly Skill[] = []
