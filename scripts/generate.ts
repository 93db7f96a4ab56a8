import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { kinds, ownKinds } from '../src/api/kinds/index.ts'
import { helpOf } from '../src/cli/command.ts'
import { commands } from '../src/cli/commands.ts'
import { crdYaml } from '../src/cli/crds.ts'
import { grafanaDashboard } from '../src/gateway/observability/dashboard.ts'
import { kindPage, pageName } from './kind-page.ts'

const root = join(import.meta.dirname, '..')

/** Folders that hold generated files and nothing else. */
const folders = ['deploy/crds', 'deploy/grafana', 'docs/reference']

/** Every generated file by its path in the repository. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const kind of ownKinds)
    files.set(`deploy/crds/${kind.plural}.yaml`, `# Written by npm run gen; do not edit.\n${crdYaml(kind)}`)
  for (const kind of kinds) files.set(`docs/reference/kinds/${pageName(kind)}.md`, kindPage(kind))
  files.set('deploy/grafana/keelway-gateway.json', `${JSON.stringify(grafanaDashboard(), null, 2)}\n`)
  files.set('docs/reference/README.md', overview())
  files.set('docs/reference/cli.md', await cliPage())
  return files
}

/** Paths of generated files that are missing, differ from what the code gives, or should not be there. */
export async function staleFiles(): Promise<string[]> {
  const wanted = await generatedFiles()
  const present = presentFiles()
  const differing = [...wanted].filter(
    ([path, text]) => !present.has(path) || readFileSync(join(root, path), 'utf8') !== text,
  )
  return [...differing.map(([path]) => path), ...[...present].filter(path => !wanted.has(path))].sort()
}

function presentFiles(): Set<string> {
  return new Set(
    folders.flatMap(folder =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => relative(root, join(entry.parentPath, entry.name))),
    ),
  )
}

function overview(): string {
  return [
    '# Reference',
    '',
    'Written by `npm run gen` from the definitions in `src/api/kinds` and `src/cli`.',
    '',
    '| Kind | Says |',
    '| --- | --- |',
    ...kinds.map(kind => `| [${kind.kind}](kinds/${pageName(kind)}.md) | ${kind.summary} |`),
    '',
    'Commands: [cli.md](cli.md).',
    '',
  ].join('\n')
}

async function cliPage(): Promise<string> {
  const loaded = await Promise.all(commands.map(({ load }) => load()))
  const sections = loaded.flatMap(command => [
    `## keelway ${command.name}`,
    '',
    '```text',
    helpOf(command).trimEnd(),
    '```',
    '',
  ])
  return [
    '# Commands',
    '',
    'Exit codes: 0 the command did its work, 1 the answer is no, 2 bad input, 70 a fault of Keelway.',
    '',
    ...sections,
  ].join('\n')
}

async function write(): Promise<void> {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
  const wanted = await generatedFiles()
  for (const path of presentFiles()) if (!wanted.has(path)) rmSync(join(root, path))
  for (const [path, text] of wanted) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  console.log(`wrote ${wanted.size} files to ${folders.join(', ')}`)
}

if (import.meta.main) await write()
