import { type Family, groupOf } from '../family.ts'

const file = '["\'`]?((?:[A-Za-z]:)?[\\w.@%+~/\\\\-]{1,300})["\'`]?'
const forms = [
  /ENOENT[^']{0,60}'([^']{1,300})'/,
  new RegExp(
    `(?:can(?:not|'t)|could not|unable to|failed to) (?:open|read|find|load|access|stat)(?: the)?(?: config(?:uration)?)?(?: file)? ${file}`,
    'i',
  ),
  new RegExp(`${file}: (?:No such file or directory|cannot open shared object file)`, 'i'),
  new RegExp(`No such file or directory:? ${file}`, 'i'),
  new RegExp(`(?:open|stat|read) ${file}: no such file`, 'i'),
  new RegExp(
    `(?:FileNotFoundException|NoSuchFileException|FileNotFoundError)[: ]{1,3}(?:\\[Errno 2\\] No such file or directory: )?${file}`,
  ),
  new RegExp(`(?:file|directory|path) ${file} (?:does not exist|not found|is missing)`, 'i'),
]
const modules = [
  /(?:ModuleNotFoundError|ImportError): No module named '?([\w.-]{1,200})/,
  /Cannot find (?:module|package) '([^']{1,300})'/,
  /(?:ClassNotFoundException|NoClassDefFoundError):? ([\w.$/]{1,300})/,
  /error while loading shared libraries: ([\w.-]{1,200})/,
  /Could not (?:find|load) (?:or load )?main class ([\w.$/]{1,300})/,
  /cannot load such file -- (\S{1,300})/,
]

/** A file, module or library is not there. */
export const missingFile: Family = {
  name: 'missing-file',
  class: 'reference',
  words: [
    'no such file',
    'enoent',
    'filenotfound',
    'nosuchfile',
    'cannot open',
    "can't open",
    'could not open',
    'open',
    'does not exist',
    'cannot find',
    'no module',
    'classnotfound',
    'noclassdef',
    'shared librar',
    'main class',
    'such file',
    'not found',
    'failed to read',
    'load',
  ],
  read(text) {
    const part = modules.map(form => groupOf(form.exec(text))).find(Boolean)
    if (part !== undefined)
      return {
        means: `misses the module or library ${part}`,
        fix: `Put ${part} into the image, at the version that the code wants, and check the path that it is looked for in.`,
        tells: 0.9,
        class: 'image',
      }
    const path = forms.map(form => groupOf(form.exec(text))).find(Boolean)
    if (path === undefined || !/[./\\]/.test(path) || /^(https?|\.{1,3})$/.test(path)) return undefined
    return {
      means: `misses the file ${path} (no such file)`,
      fix: `Check the volume, ConfigMap or Secret that should put ${path} there, its key and its mount path, or the image.`,
      tells: 0.9,
    }
  },
}
