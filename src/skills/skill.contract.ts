import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Permission, Skill } from './skill.ts'

/** Slots of a phrase, such as `service` of `why is {service} slow`. */
export const slotsIn = (phrase: string): string[] =>
  [...phrase.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name = '']) => name)

/** What holds for every skill, whatever it does. */
export function skillSuite(skill: Skill): void {
  describe(`skill ${skill.name}`, () => {
    const input = z.toJSONSchema(skill.input, { io: 'input', unrepresentable: 'any' }) as ObjectSchema
    const output = z.toJSONSchema(skill.output, { io: 'input', unrepresentable: 'any' }) as ObjectSchema

    test('is named and described for people and for models', () => {
      expect(skill.name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      expect(skill.name.length).toBeLessThanOrEqual(40)
      expect(skill.summary).toMatch(/^[A-Z].{10,200}\.$/)
    })

    test('takes an object whose every field says what it is', () => {
      expect(input.type).toBe('object')
      const silent = Object.entries(input.properties ?? {}).filter(([, { description }]) => !description)
      expect(silent.map(([name]) => name)).toEqual([])
    })

    test('gives an object with a text for people', () => {
      expect(output.type).toBe('object')
      expect(output.properties?.text?.type).toBe('string')
      expect(output.required).toContain('text')
    })

    test('says in at least five ways how people ask for it, with slots that are fields of its input', () => {
      expect(new Set(skill.phrases).size).toBeGreaterThanOrEqual(5)
      const fields = Object.keys(input.properties ?? {})
      const unknown = skill.phrases.flatMap(phrase => slotsIn(phrase).filter(slot => !fields.includes(slot)))
      expect(unknown).toEqual([])
    })

    test('asks for permissions that can be given, each once, and never for values of Secrets', () => {
      const names = skill.permissions.map(permissionName)
      expect(new Set(names).size).toBe(names.length)
      expect(names).not.toContain('v1/Secret')
      for (const permission of skill.permissions)
        if ('objects' in permission)
          expect(permission.objects).toMatch(/^([a-z0-9.-]+\/)?v[0-9a-z]+\/[A-Z]\w+$/)
    })
  })
}

const permissionName = (permission: Permission): string =>
  'objects' in permission ? permission.objects : permission.reads

interface ObjectSchema {
  type?: string
  properties?: Record<string, { type?: string; description?: string }>
  required?: string[]
}
