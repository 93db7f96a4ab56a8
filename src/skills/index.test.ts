import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { skills } from './index.ts'

const words = (phrase: string): Set<string> =>
  new Set(
    phrase
      .toLowerCase()
      .replaceAll(/\{[a-zA-Z]+\}/g, ' ')
      .split(/[^a-z]+/)
      .filter(word => word.length > 2),
  )

describe('skills', () => {
  test('have names of their own', () => {
    expect(new Set(skills.map(({ name }) => name)).size).toBe(skills.length)
    expect(skills.length).toBe(17)
  })

  test.each(skills.map(skill => [skill.name, skill] as const))(
    '%s has a page that says what it is, takes, reads and can not',
    (name, skill) => {
      const file = join(import.meta.dirname, name, 'README.md')
      expect(existsSync(file), `${name}/README.md`).toBe(true)
      const text = readFileSync(file, 'utf8')
      for (const part of [
        `# ${name}`,
        '| Input |',
        '| Output |',
        '| Reads |',
        '## Method',
        '## Limits',
        '## Example',
      ])
        expect(text).toContain(part)
      expect(text.includes('| Draft |')).toBe(skill.risk === 'propose')
    },
  )

  test.each(skills.map(skill => [skill.name, skill] as const))(
    '%s says in a dozen ways how people ask for it',
    (_, { phrases }) => {
      expect(new Set(phrases).size).toBeGreaterThanOrEqual(12)
      expect(phrases.filter(phrase => phrase.includes('{')).length).toBeGreaterThanOrEqual(5)
    },
  )

  test('are asked for in other words than each other', () => {
    const all = skills.flatMap(({ name, phrases }) =>
      phrases.map(phrase => ({ name, phrase, words: words(phrase) })),
    )
    const alike = all.flatMap((one, i) =>
      all.slice(i + 1).flatMap(other => {
        if (one.name === other.name) return []
        const both = [...one.words].filter(word => other.words.has(word)).length
        const share = both / Math.max(1, new Set([...one.words, ...other.words]).size)
        return share > 0.8 ? [`${one.name}: ${one.phrase} / ${other.name}: ${other.phrase}`] : []
      }),
    )
    expect(alike).toEqual([])
  })
})
