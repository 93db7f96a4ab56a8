import { type Family, groupOf } from '../family.ts'
import { nearestCommand } from '../nearest-command.ts'

const forms = [
  /exec: "([^"]{1,300})": (?:executable file not found|stat [^:]{1,300}: no such file|permission denied)/,
  /(?:ba|a|da|z|k)?sh: (?:(?:line )?\d{1,6}: )?([^\s:]{1,200}): (?:command )?not found/,
  /(?:line )?\d{1,6}: ([^\s:]{1,200}): command not found/,
  /([^\s:]{1,200}): command not found/,
  /command not found: ([^\s:]{1,200})/,
  /env: ['"‘]?([^\s'"’:]{1,200})['"’]?: No such file/,
  /exec ([^\s:]{1,300}): no such file or directory/,
  /Cannot run program "([^"]{1,200})"/,
  /spawn ([^\s:]{1,200}) ENOENT/,
]

/** What it should run is not in the image. */
export const command: Family = {
  name: 'command',
  class: 'image',
  words: ['not found', 'exec', 'no such file', 'cannot run program', 'spawn'],
  read(text) {
    const name = forms.map(form => groupOf(form.exec(text))).find(Boolean)
    if (name === undefined) {
      if (!/exec format error|exec user process caused/i.test(text)) return undefined
      return {
        means: 'can not run its program: the image is for another processor architecture (exec format error)',
        fix: 'Build the image for the architecture of the node, or select nodes that it is for.',
        tells: 0.92,
      }
    }
    if (/permission denied/.test(text))
      return {
        means: `can not run ${name}: permission denied, it is not executable`,
        fix: `Make ${name} executable in the image.`,
        tells: 0.9,
        class: 'permission',
      }
    const near = nearestCommand(name)
    return {
      means: `can not run the command ${name}: executable file not found in the image${near ? `, perhaps a typo for ${near}` : ''}`,
      fix: near
        ? `Write ${near} in place of ${name} in the container's command.`
        : `Mend the command, or use an image that has ${name}.`,
      tells: 0.95,
      class: 'config',
    }
  },
}
