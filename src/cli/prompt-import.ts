import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Command, type Invocation, UsageError } from './command.ts'
import { bodyOf, importDotprompt } from './prompt-dotprompt.ts'
import { checked, type Imported, manifestOf } from './prompt-imported.ts'
import { importLangfuse } from './prompt-langfuse.ts'

const maxBytes = 16 << 20
const maxFiles = 10_000

export const promptImport: Command = {
  name: 'prompt import',
  summary: 'Make Prompts of .prompt files (dotprompt) or of an export of Langfuse.',
  arguments: ['PATH'],
  options: {
    from: {
      type: 'string',
      value: 'TOOL',
      summary: 'dotprompt or langfuse (default: told by the name of the file)',
    },
    out: {
      type: 'string',
      value: 'DIR',
      summary: 'write one file a Prompt there; files that exist are left alone',
    },
  },
  help: [
    'PATH is a .prompt file, a folder of them (partials are _NAME.prompt), or JSON as the API of Langfuse gives it.',
    'What has no place in a Prompt is named, on standard error and on top of each file; model and parameters become the',
    'sketch of a ModelRoute in a comment. Exit 1 when a prompt could not be imported.',
  ].join('\n'),
  async run(invocation) {
    const [path = ''] = invocation.positionals
    const found = distinct((await read(path, invocation.text('from'))).map(checked))
    const out = invocation.text('out')
    const files = out === undefined ? [] : await write(out, found)
    if (invocation.json)
      invocation.out(
        JSON.stringify(
          found.map(({ spec, ...one }, index) => ({
            ...one,
            imported: spec !== undefined,
            ...(files[index] ? { file: files[index] } : {}),
          })),
        ),
      )
    else report(found, files, invocation)
    return found.every(({ spec }) => spec) ? 0 : 1
  },
}

function report(
  found: readonly Imported[],
  files: readonly (string | undefined)[],
  { out, err }: Invocation,
): void {
  for (const [index, imported] of found.entries()) {
    const { from, name, spec, lost } = imported
    if (spec && files.length === 0) out(`${index > 0 ? '---\n' : ''}${manifestOf(imported).trimEnd()}`)
    err(
      spec ? `${from}: Prompt ${name}${files[index] ? ` in ${files[index]}` : ''}` : `${from}: not imported`,
    )
    for (const line of lost) err(`  not carried over: ${line}`)
  }
}

async function read(path: string, from: string | undefined): Promise<Imported[]> {
  const info = await stat(path).catch((error: Error) => {
    throw new UsageError(`cannot read ${path}: ${error.message}`, { cause: error })
  })
  const tool = from ?? (info.isDirectory() || path.endsWith('.prompt') ? 'dotprompt' : 'langfuse')
  if (tool !== 'dotprompt' && tool !== 'langfuse') throw new UsageError('--from is dotprompt or langfuse')
  if (tool === 'langfuse') {
    try {
      return importLangfuse(basename(path), JSON.parse(await textOf(path)))
    } catch (error) {
      throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error })
    }
  }
  const folder = info.isDirectory() ? path : join(path, '..')
  const names = (await readdir(folder)).filter(name => name.endsWith('.prompt')).sort()
  if (names.length > maxFiles) throw new UsageError(`${folder} holds more than ${maxFiles} files`)
  const partials: Record<string, string> = {}
  for (const name of names)
    if (name.startsWith('_'))
      partials[name.slice(1, -'.prompt'.length)] = bodyOf(await textOf(join(folder, name)))
  const wanted = info.isDirectory() ? names.filter(name => !name.startsWith('_')) : [basename(path)]
  if (wanted.length === 0) throw new UsageError(`${path} holds no .prompt files`)
  const found: Imported[] = []
  for (const name of wanted)
    found.push(importDotprompt(name.slice(0, -'.prompt'.length), await textOf(join(folder, name)), partials))
  return found
}

async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file)
  if (bytes.length > maxBytes) throw new UsageError(`${file} is larger than ${maxBytes} bytes`)
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

/** Two names there may be one name here. */
function distinct(found: readonly Imported[]): Imported[] {
  const taken = new Set<string>()
  return found.map(imported => {
    let { name } = imported
    for (let i = 2; taken.has(name); i++) name = `${imported.name}-${i}`
    taken.add(name)
    return { ...imported, name }
  })
}

async function write(folder: string, found: readonly Imported[]): Promise<(string | undefined)[]> {
  await mkdir(folder, { recursive: true })
  const files: (string | undefined)[] = []
  for (const imported of found) {
    if (!imported.spec) {
      files.push(undefined)
      continue
    }
    const file = join(folder, `${imported.name}.yaml`)
    await writeFile(file, manifestOf(imported), { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(
        error.code === 'EEXIST'
          ? `${file} exists; move it away or choose another --out`
          : `cannot write ${file}: ${error.message}`,
        { cause: error },
      )
    })
    files.push(file)
  }
  return files
}
