import { z } from 'zod'
import type { SkillAnswer, SkillContext } from '../skill.ts'
import { draftOf, nothing, type PlainAnswer, refused } from './answer.ts'
import { declaredOf, notDeclared } from './declared.ts'
import { differenceText } from './difference.ts'
import { Edit } from './edit.ts'
import { nameOf, referenceOf } from './object-name.ts'
import { sameValue, valueAt } from './pointer.ts'
import { plain } from './words.ts'

const Operation = z.object({
  op: z.enum(['test', 'add', 'replace', 'remove']).describe('Operation of RFC 6902.'),
  path: z.string().startsWith('/').max(1024).describe('JSON Pointer within the object.'),
  value: z.unknown().optional().describe('Value to write or compare with.'),
})

/** What a diagnosis already knows has to be changed of `object`. */
export const edits = () =>
  z
    .array(Operation)
    .min(1)
    .max(50)
    .optional()
    .describe('Operations of RFC 6902 on object that a diagnosis gives; without them it is worked out.')

/** What says who somebody is or how an object is owned is never edited. */
const never =
  /^\/(apiVersion|kind|status)(\/|$)|^\/metadata\/(name|namespace|uid|ownerReferences|finalizers)(\/|$)/

/**
 * Makes a draft of edits that a diagnosis gave, when Git still says what it saw.
 * @param allowed paths that the skill is for
 */
export async function answerOfEdits(
  asked: {
    skill: string
    object: string | undefined
    edits: readonly z.output<typeof Operation>[]
    incident: string | undefined
    allowed: RegExp
  },
  context: Pick<SkillContext, 'repository' | 'namespace'>,
): Promise<SkillAnswer<PlainAnswer>> {
  const { skill, incident } = asked
  const reference = referenceOf(asked.object ?? '', context.namespace)
  if (!reference) return refused('Edits need the object they are of, as Kind/namespace/name.')
  const name = plain(nameOf(reference))
  const writes = asked.edits.filter(({ op }) => op !== 'test')
  const outside = asked.edits.find(
    ({ op, path }) => never.test(path) || (op !== 'test' && !asked.allowed.test(path)),
  )
  if (outside) return refused(`${skill} does not change ${plain(outside.path, 120)} of ${name}.`)
  const declared = await declaredOf(context, reference)
  if (!declared) return nothing(notDeclared(name, context.namespace))
  const { object, file, delivery } = declared
  const other = asked.edits.find(
    ({ op, path, value }) => op === 'test' && !sameValue(valueAt(object, path), value),
  )
  if (other) {
    const said = differenceText({ path: other.path, before: other.value, after: valueAt(object, other.path) })
    return nothing(
      `Git says something else of ${name} than what was seen (${plain(said, 200)}); sync it first, or look again.`,
    )
  }
  const edit = new Edit(object)
  for (const { op, path, value } of writes) {
    // To the end of a list is written by place, so that it can be tested.
    const list = path.endsWith('/-') ? valueAt(object, path.slice(0, -2)) : undefined
    const place = Array.isArray(list) ? `${path.slice(0, -1)}${list.length}` : path
    if (op === 'remove') edit.remove(place)
    else edit.set(place, value)
  }
  if (edit.empty)
    return nothing(
      `${name} says that in Git already (${file}); it is not applied yet, or was changed past Git.`,
    )
  const said = writes
    .map(({ path, op, value }) =>
      differenceText({ path, before: valueAt(object, path), after: op === 'remove' ? undefined : value }),
    )
    .map(text => plain(text, 160))
  const title = `Change ${reference.kind} ${reference.name}: ${said[0] ?? ''}`
  const why = `The diagnosis found what is wrong of ${name}, and that it mends: ${said.join('; ')}.`
  const draft = draftOf({
    delivery,
    title,
    why,
    skill,
    ...(incident !== undefined && { incident }),
    evidence: said.map(detail => ({ source: file, detail })),
    changes: [{ file, object: reference, operations: edit.operations }],
    expected: {
      signal:
        incident === undefined
          ? { service: reference.name, figure: 'errorRatio', below: 0.01 }
          : { incident },
      within: '15m',
    },
    risks: riskOf(reference.kind),
  })
  return { output: { text: `${title} (${file}). ${why}`, outcome: 'proposed' }, drafts: [draft] }
}

const riskOf = (kind: string): string[] =>
  ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind) ? ['All its pods are replaced.'] : []
