import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { serviceOf } from './file-names.ts'
import { BundleError, type BundleFile, type BundlePart, endings, limits } from './layout.ts'

/** The files of a bundle by path, and what is none of its parts. */
export interface BundleFiles {
  files: BundleFile[]
  ignored: string[]
}

/**
 * Lists a folder without following a link out of it.
 * @param names services by the name of their file, of those whose name is too long for one
 * @throws BundleError
 */
export async function listFiles(
  folder: string,
  names: Readonly<Record<string, string>> = {},
): Promise<BundleFiles> {
  const found: BundleFiles = { files: [], ignored: [] }
  await list({ folder, names, found, left: limits.files }, '', 0)
  found.files.sort((a, b) => (a.path < b.path ? -1 : 1))
  return found
}

interface Listing {
  folder: string
  names: Readonly<Record<string, string>>
  found: BundleFiles
  /** How many more there may be. */
  left: number
}

async function list(listing: Listing, path: string, depth: number): Promise<void> {
  const { folder } = listing
  const entries = await readdir(join(folder, path), { withFileTypes: true }).catch((cause: unknown) => {
    throw new BundleError(`cannot read ${join(folder, path)}: ${reasonOf(cause)}`, { cause })
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = path === '' ? entry.name : `${path}/${entry.name}`
    if (--listing.left < 0) throw new BundleError(`${folder} has more than ${limits.files} files`)
    if (entry.isDirectory()) {
      if (depth + 1 > limits.depth) throw new BundleError(`${inner}: folders are nested too deeply`)
      await list(listing, inner, depth + 1)
    } else if (entry.isFile()) await add(listing, inner)
    else throw new BundleError(`${inner} is a link or a device; a bundle holds plain files only`)
  }
}

async function add({ folder, names, found }: Listing, path: string): Promise<void> {
  const { files, ignored } = found
  if (path === 'manifest.json') return
  const part = partOf(path)
  if (!part) {
    ignored.push(path)
    return
  }
  const { size } = await lstat(join(folder, path))
  const most = part === 'logs' ? limits.logBytes : limits.fileBytes
  if (size > most) throw new BundleError(`${path} has ${size} bytes, ${most} at most`)
  const name = path.slice(path.indexOf('/') + 1).replace(/\.[a-z]+$/, '')
  const service = () => (Object.hasOwn(names, name) ? names[name] : undefined) ?? serviceOf(name)
  const named = part === 'metrics' || part === 'logs'
  files.push({ part, path, bytes: size, ...(named && { service: service() }) })
}

function partOf(path: string): BundlePart | undefined {
  if (path === 'incident.json') return 'incident'
  if (path === 'topology.json') return 'topology'
  const [folder = '', ...rest] = path.split('/')
  if (rest.length === 0 || !Object.hasOwn(endings, folder)) return undefined
  const part = folder as keyof typeof endings
  return endings[part].some(ending => path.endsWith(ending)) ? part : undefined
}

/**
 * The text of a file of a bundle.
 * @throws BundleError
 */
export async function readText(folder: string, path: string): Promise<string> {
  const bytes = await readBytes(folder, path)
  return new TextDecoder().decode(bytes)
}

/** @throws BundleError */
export async function readBytes(folder: string, path: string): Promise<Buffer> {
  const handle = await openPlain(folder, path)
  try {
    const { size } = await handle.stat()
    if (size > limits.fileBytes)
      throw new BundleError(`${path} has ${size} bytes, ${limits.fileBytes} at most`)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/**
 * The lines of a file, many at a time; bytes that are not UTF-8 become replacement characters.
 * @throws BundleError
 */
export async function* readLines(folder: string, path: string): AsyncGenerator<string[]> {
  const handle = await openPlain(folder, path)
  const decoder = new TextDecoder()
  let rest = ''
  let skipping = false
  // The stream closes the handle, also when nobody wants the rest.
  for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 18 })) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (skipping && lines.length > 0) {
      lines.shift()
      skipping = false
    }
    yield lines.map(bounded)
    if (skipping) rest = ''
    else if (rest.length > limits.line) {
      yield [rest.slice(0, limits.line)]
      rest = ''
      skipping = true
    }
  }
  rest += decoder.decode()
  if (rest !== '' && !skipping) yield [bounded(rest)]
}

const bounded = (line: string): string =>
  (line.endsWith('\r') ? line.slice(0, -1) : line).slice(0, limits.line)

async function openPlain(folder: string, path: string) {
  return await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    throw new BundleError(`cannot read ${path}: ${reasonOf(cause)}`, { cause })
  })
}

/** Such as `no such file or directory`. */
const reasonOf = (cause: unknown): string =>
  (cause as Error).message.replace(/^[A-Z]+: /, '').replace(/, [a-z]+ '.*$/s, '')
