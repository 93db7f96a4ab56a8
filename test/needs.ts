import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { type TestAPI, test } from 'vitest'

/** Runs a test where `what` is there, else reports it as `skipped: needs …`. CI fails on such lines. */
export const needs = (what: string, present: unknown): TestAPI =>
  present ? test : (((title: string) => test.skip(`${title} (skipped: needs ${what})`)) as unknown as TestAPI)

/** The first of these programs found on PATH. */
export const program = (...names: string[]): string | undefined =>
  names
    .flatMap(name => (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name)))
    .find(path => existsSync(path))

/** A file of the shared data, or undefined on machines that have none. */
export const sharedData = (...path: string[]): string | undefined => {
  const file = resolve(
    process.env.KEELWAY_SHARED ?? join(import.meta.dirname, '../../shared'),
    'data',
    ...path,
  )
  return existsSync(file) ? file : undefined
}
