import type { Edit } from '../diff/edit.ts'
import type { SettingChange } from '../diff/settings.ts'
import type { FileEdit } from '../diff/unified-diff.ts'
import { ratioOf, weightOfRatio } from '../diff/value.ts'
import { partsOf } from '../symptoms/words.ts'

export interface NumberChange {
  name: string
  /** Parts of the name, without case, with one space before and after each. */
  words: string
  /** The same of the file and of the lines around it. */
  around: string
  ratio: number
  /** 0 to 1, by how much it changed. */
  weight: number
  says: string
  file: FileEdit
  setting: SettingChange
}

const found = new WeakMap<Edit, readonly NumberChange[]>()

/** Settings whose number changed, with the direction. */
export function numbersChanged(edit: Edit): readonly NumberChange[] {
  const known = found.get(edit) ?? numbersOf(edit)
  found.set(edit, known)
  return known
}

function numbersOf({ settings }: Edit): NumberChange[] {
  return settings.flatMap(setting => {
    const { before, after, name, file } = setting
    if (!before || !after) return []
    const ratio = ratioOf(before, after)
    if (ratio === undefined || ratio === 1) return []
    const verb = ratio > 1 ? 'raises' : 'lowers'
    const says = `${verb} ${labelOf(name)} from ${before.text} to ${after.text}`
    const words = ` ${wordsAround(name, setting.line)} `
    const around = ` ${partsOf(file.path).join(' ')} ${file.context
      .slice(0, 20)
      .flatMap(line => partsOf(line.slice(0, 200)))
      .join(' ')} `
    return [{ name, words, around, ratio, weight: weightOfRatio(ratio), says, file, setting }]
  })
}

const labelOf = (name: string): string =>
  name.replace(/#(\d+)$/, (_, index) => `(argument ${Number(index) + 1})`)

/** Of an argument, the names on its line tell what it is. */
function wordsAround(name: string, line: string): string {
  const parts = partsOf(name.includes('#') ? line.slice(0, 200) : name)
  return parts.join(' ')
}
