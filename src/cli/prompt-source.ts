import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { admit } from '../api/admission.ts'
import type { Resource } from '../api/kind.ts'
import { Prompt } from '../api/kinds/prompt.ts'
import { parseManifest } from '../controllers/delivery/manifest.ts'
import { runGit } from '../git/process.ts'
import { systemClock } from '../lib/clock.ts'
import { type Invocation, UsageError } from './command.ts'
import { connect } from './connection.ts'

/** Where a prompt of the command line comes from, in help. */
export const sourceHelp = [
  'A prompt is NAME in the running system, FILE.yaml (FILE.yaml#NAME when it holds several), and either with @REVISION',
  'as a commit, tag or branch of the Git repository says it: FILE.yaml@main, NAME@HEAD~1 (looked for in all YAML files).',
].join('\n')

const maxBytes = 64 << 20
const timeoutMs = 30_000

/** Finds a prompt. @throws UsageError naming what is wrong and where */
export async function promptAt(target: string, invocation: Invocation): Promise<Prompt> {
  const [, place = '', revision] = /^(.+?)(?:@([^@]+))?$/.exec(target) ?? []
  const [path = '', name] = place.split('#')
  const isFile = /\.ya?ml$/.test(path)
  if (revision !== undefined)
    return isFile
      ? choose(admitted(target, await show(path, revision, invocation)), target, name)
      : search(path, revision, invocation)
  if (isFile || existsSync(path)) {
    const bytes = await readFile(path).catch((error: Error) => {
      throw new UsageError(`cannot read ${path}: ${error.message}`, { cause: error })
    })
    return choose(admitted(path, bytes), path, name)
  }
  const client = await connect(invocation)
  const found = await client.find(Prompt, place, client.namespace)
  if (!found)
    throw new UsageError(`namespace ${client.namespace} has no Prompt "${place}", and there is no such file`)
  return found
}

/** The prompts of a file, as the server would store them. */
function admitted(file: string, bytes: Uint8Array): Prompt[] {
  const { objects, problems } = parseManifest(file, bytes)
  const [problem] = problems
  if (problem) throw new UsageError(`${problem.file}:${problem.line}: ${problem.message}`)
  return objects
    .filter(({ resource }) => resource.kind === Prompt.kind)
    .map(({ resource, lineOf }) => {
      const { object, causes, unknownFields } = admit(Prompt, withNamespace(resource))
      const [cause] = causes
      if (cause)
        throw new UsageError(`${file}:${lineOf(cause.field ?? '')}: ${cause.field}: ${cause.message}`)
      const [unknown] = unknownFields
      if (unknown !== undefined)
        throw new UsageError(`${file}:${lineOf(unknown)}: ${unknown} is no field of a Prompt`)
      return object as unknown as Prompt
    })
}

const withNamespace = (resource: Resource): Resource => ({
  ...resource,
  metadata: { namespace: 'default', ...resource.metadata },
})

function choose(prompts: readonly Prompt[], at: string, name: string | undefined): Prompt {
  const names = prompts.map(({ metadata }) => metadata.name).join(', ')
  const found = name === undefined ? prompts : prompts.filter(({ metadata }) => metadata.name === name)
  const [first] = found
  if (first && found.length === 1) return first
  if (prompts.length === 0) throw new UsageError(`${at} holds no Prompt`)
  throw new UsageError(
    name === undefined
      ? `${at} holds the Prompts ${names}: say which with ${at}#NAME`
      : `${at} holds no Prompt "${name}": it has ${names}`,
  )
}

async function search(name: string, revision: string, invocation: Invocation): Promise<Prompt> {
  const files = await git(['ls-tree', '-r', '--name-only', '-z', checked(revision)], '.', invocation)
  const found: Prompt[] = []
  for (const file of files.toString().split('\0')) {
    if (!/\.ya?ml$/.test(file)) continue
    const bytes = await git(['cat-file', 'blob', `${revision}:./${file}`], '.', invocation)
    // Most files hold none, and one that can not be read is not asked for.
    if (!bytes.includes('kind: Prompt') || parseManifest(file, bytes).problems.length > 0) continue
    found.push(...admitted(`${file}@${revision}`, bytes).filter(({ metadata }) => metadata.name === name))
  }
  const [first, second] = found
  if (!first) throw new UsageError(`no YAML file of ${revision} holds a Prompt "${name}"`)
  if (second) throw new UsageError(`several files of ${revision} hold a Prompt "${name}": name the file`)
  return first
}

const show = (path: string, revision: string, invocation: Invocation): Promise<Buffer> =>
  git(['cat-file', 'blob', `${checked(revision)}:./${basename(path)}`], dirname(resolve(path)), invocation)

function checked(revision: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_./~^{}-]{0,200}$/.test(revision)) return revision
  throw new UsageError(`"${revision}" is no commit, tag or branch`)
}

/** Reads only; the user's own configuration says how. */
async function git(args: string[], folder: string, { signal }: Invocation): Promise<Buffer> {
  const env = Object.fromEntries(
    Object.entries({ ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
  try {
    return await runGit(
      { args: ['-C', folder, ...args], env, outputBytes: maxBytes, timeoutMs, signal },
      systemClock,
    )
  } catch (error) {
    const [line = ''] = (
      'stderr' in (error as object) ? String((error as { stderr: unknown }).stderr) : String(error)
    ).split('\n')
    throw new UsageError(`git: ${line.replace(/^fatal: /, '')}`, { cause: error })
  }
}
