import { Fields, Malformed } from '../intake/fields.ts'
import { readText } from './files.ts'
import { BundleError } from './layout.ts'

/**
 * What a JSON file of a bundle says.
 * @throws BundleError naming file and line, or the field that is wrong
 */
export async function readJsonFile<T>(folder: string, path: string, read: (fields: Fields) => T): Promise<T> {
  const text = await readText(folder, path)
  return asTold(path, () => read(new Fields(parsedJson(path, text))))
}

/** @throws BundleError naming file and line */
export function parsedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new BundleError(`${path}:${lineOf((cause as Error).message, text)}: is not JSON`, { cause })
  }
}

/** Names the file in what is said of its fields. */
export function asTold<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Malformed) throw new BundleError(`${path}: ${cause.message}`, { cause })
    throw cause
  }
}

/** V8 says the position or the line of what it does not understand, and nothing when the text ends early. */
function lineOf(message: string, text: string): number {
  const position = /at position (\d+)/.exec(message)?.[1]
  return text.slice(0, position === undefined ? text.length : Number(position)).split('\n').length
}
