import { Fields } from '../intake/fields.ts'
import { readText } from './files.ts'
import { asTold, parsedJson } from './json-file.ts'
import { BundleError, type BundleManifest, format } from './layout.ts'

/** What Keelway says of a bundle that it wrote; undefined in bundles of others. @throws BundleError */
export async function manifestOf(folder: string): Promise<BundleManifest | undefined> {
  const path = 'manifest.json'
  const text = await readText(folder, path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  if (text === undefined) return undefined
  return asTold(path, () => {
    const fields = new Fields(parsedJson(path, text))
    // A file of this name may be somebody else's.
    if (!fields.optionalText('format')?.startsWith('keelway.dev/bundle/')) return undefined
    if (fields.text('format') !== format)
      throw new BundleError(
        `${path}: the bundle is ${fields.text('format').slice(0, 60)}, this reads ${format}`,
      )
    const texts = (name: string): string[] => {
      const list = fields.raw(name)
      return Array.isArray(list) ? list.map(String) : []
    }
    const complete = texts('complete')
    return {
      format,
      from: fields.text('from'),
      to: fields.text('to'),
      stepMs: fields.number('stepMs'),
      names: fields.texts('names'),
      ...(complete.length > 0 && { complete }),
      leftOut: texts('leftOut'),
    }
  })
}

const isAbsent = (error: unknown): boolean =>
  error instanceof BundleError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
