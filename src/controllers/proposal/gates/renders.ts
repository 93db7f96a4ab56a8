import { keyOf } from '../declared.ts'
import { listed, open, type ProposalGate } from './gate.ts'

/** The changes fit the files of the commit. What does not fit never comes this far; this says what they come to. */
export const renders: ProposalGate = {
  name: 'renders',
  async check({ rendered: { files, objects, otherFiles } }) {
    const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
    const what = objects.map(object => {
      const verb = !object.before ? 'adds' : !object.after ? 'removes' : 'changes'
      return `${verb} ${keyOf(object)}`
    })
    const said = [...what, ...otherFiles.map(file => `changes ${file}`)]
    return open(`${counted(Object.keys(files).length, 'file')}; ${listed(said) || 'no object changes'}`)
  },
}
