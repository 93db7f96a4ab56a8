import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'

export interface SourceFile {
  /** From the root of the repository. */
  path: string
  text: string
}

const root = join(import.meta.dirname, '..')
const folders = ['src', 'test', 'scripts', 'bench', 'examples', 'docs', 'deploy', 'bin']

/** Every source and document of the project. */
export const files: readonly SourceFile[] = [
  ...folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1)),
  ),
  ...readdirSync(root).filter(name => name.endsWith('.md')),
]
  .filter(path => /\.(ts|js|md|ya?ml)$/.test(path))
  .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))

/** `x.test.ts`, `x.contract.ts`, `x.fake.ts`, `x.world.ts`: only tests load them. */
export const isTestFile = (path: string): boolean => path.startsWith('test/') || /\.[a-z-]+\.ts$/.test(path)

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** `path:line: match: advice` for every match. */
export const matches = (among: readonly SourceFile[], pattern: RegExp, advice: string): string[] =>
  among.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(
      match => `${path}:${lineOf(text, match.index)}: ${match[0].trim()}: ${advice}`,
    ),
  )

export interface Import {
  /** The importing file, from src. */
  from: string
  specifier: string
  /** The imported file, from src; undefined for packages. */
  to: string | undefined
  /** `path:line` */
  at: string
}

/** Static imports of what is shipped, types included. */
export const imports: readonly Import[] = files
  .filter(({ path }) => path.startsWith('src/') && !isTestFile(path))
  .flatMap(({ path, text }) =>
    [...text.matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'|^import '([^']+)'/gm)].map(match => {
      const from = path.slice('src/'.length)
      const specifier = match[1] ?? match[2] ?? ''
      const to = specifier.startsWith('.') ? normalize(join(from, '..', specifier)) : undefined
      return { from, specifier, to, at: `${path}:${lineOf(text, match.index)}` }
    }),
  )
