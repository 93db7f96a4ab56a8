import { z } from 'zod'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import {
  type Declared,
  declaredIn,
  deliveriesOf,
  deliveryPermission,
  notDeclared,
} from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, service } from '../drafts/moment.ts'
import { apiVersionOfKind, nameOf, ObjectName, referenceOf } from '../drafts/object-name.ts'
import { asPointer } from '../drafts/pointer.ts'
import { plain } from '../drafts/words.ts'
import type { Skill } from '../skill.ts'
import { type KnownObjects, knownObjects, liveKinds } from './known-objects.ts'
import type { Misfit } from './misfit.ts'
import { wrongName, wrongNames } from './names.ts'
import { referencesOf } from './references.ts'
import { wrongBackendPorts, wrongService } from './services.ts'

const Input = z.object({
  object: ObjectName.optional().describe('Object whose references to look at, as Kind/namespace/name.'),
  service: service(),
  path: z
    .string()
    .max(512)
    .optional()
    .describe('Field that is wrong, as JSON Pointer or spec.template.…; without it all of the object.'),
  target: z
    .string()
    .max(253)
    .optional()
    .describe('Name it should have; without it the nearest that is there.'),
  incident: incident(),
  edits: edits(),
})

/** What of an object it is for. */
const allowed = /^\/(spec|data|roleRef|subjects|rules|webhooks|provisioner)(\/|$)/

const Output = z.object({
  ...answerFields,
  misfits: z
    .array(
      z.object({
        object: z.string().describe('Object, as Kind/namespace/name.'),
        path: z.string().describe('Field, as JSON Pointer.'),
        what: z.string().describe('What is wrong.'),
        value: z.unknown().optional().describe('What it should say.'),
      }),
    )
    .default([])
    .describe('What fits nothing.'),
})

const most = 20

/** Names, selectors and ports that mean nothing, made to mean what is there. */
export const fixReference: Skill<typeof Input, typeof Output> = {
  name: 'fix-reference',
  summary: 'Corrects names, selectors and ports of objects that point at nothing.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'repository' },
    deliveryPermission,
    ...liveKinds.flatMap(kind => {
      const apiVersion = apiVersionOfKind(kind)
      return apiVersion === undefined ? [] : [{ objects: `${apiVersion}/${kind}` }]
    }),
  ],
  phrases: [
    '{service} has no endpoints',
    'the selector of {service} matches nothing',
    'fix the reference in {object}',
    '{object} names a config map that does not exist',
    'configmap not found in {service}',
    'wrong target port on {service}',
    'the ingress points at a service that is not there',
    'typo in the name of a secret of {object}',
    'correct dangling references of {object}',
    '{service} mounts a volume claim that is missing',
    'point {object} at {target}',
    'labels and selector of {service} do not match',
    'the autoscaler targets a deployment that does not exist',
  ],
  async run(input, context) {
    if (input.edits)
      return answerOfEdits(
        {
          skill: 'fix-reference',
          object: input.object,
          edits: input.edits,
          incident: input.incident,
          allowed,
        },
        context,
      )
    if (input.object === undefined && input.service === undefined)
      return refused('Say whose reference: object (Kind/namespace/name) or service.')
    const all = (await Promise.all((await deliveriesOf(context)).map(one => declaredIn(context, one)))).flat()
    const known = knownObjects(all, context)
    const looked = lookedAt(input, all, context.namespace)
    if (looked.length === 0)
      return nothing(notDeclared(plain(input.object ?? input.service ?? ''), context.namespace))
    context.step(`looking at references of ${looked.map(({ reference }) => nameOf(reference)).join(', ')}`)
    const misfits: Misfit[] = []
    if (input.path !== undefined && looked[0]) misfits.push(...named(looked[0], asPointer(input.path), known))
    else
      for (const one of looked)
        misfits.push(
          ...(await wrongNames(one, known)),
          ...wrongService(one, known),
          ...wrongBackendPorts(one, known),
        )
    return answerFor(misfits.slice(0, most), input, known, looked)
  },
}

/** The object, or everything of a service's name. */
function lookedAt(
  { object, service: named }: z.output<typeof Input>,
  all: readonly Declared[],
  namespace: string,
): Declared[] {
  const reference = object?.includes('/') ? referenceOf(object, namespace) : undefined
  if (reference) return all.filter(one => nameOf(one.reference) === nameOf(reference))
  const name = object ?? named
  return all.filter(one => one.reference.name === name && one.reference.namespace === namespace)
}

/** Whoever names a field knows that it is wrong. */
function named(of: Declared, path: string, known: KnownObjects): Misfit[] {
  const reference = referencesOf(of.object).find(one => one.path === path || path.startsWith(`${one.path}/`))
  if (reference) return [wrongName(of, reference, known)]
  return [...wrongService(of, known), ...wrongBackendPorts(of, known)].filter(
    one => one.path === path || one.path.startsWith(`${path}/`) || path.startsWith(`${one.path}/`),
  )
}

function answerFor(
  found: readonly Misfit[],
  input: z.output<typeof Input>,
  known: KnownObjects,
  looked: readonly Declared[],
) {
  const target = withTarget(found, input.target, known)
  if (typeof target === 'string') return refused(target)
  const misfits = target.map(({ of, path, what, remedy, unclear }) => ({
    object: nameOf(of.reference),
    path,
    what: unclear === undefined ? what : `${what}, and ${unclear}`,
    ...(remedy && { value: remedy.value }),
  }))
  const clear = target.filter(({ remedy }) => remedy)
  const names = looked.map(({ reference }) => nameOf(reference)).join(', ')
  if (clear.length === 0)
    return {
      output: {
        outcome: 'nothing' as const,
        misfits,
        text:
          misfits.length === 0
            ? `Everything that ${names} names is there, as far as Git and the server tell.`
            : `${misfits.map(({ what }) => what).join('; ')}. Give the right name as target, or add what is missing to Git.`,
      },
    }
  const byObject = Map.groupBy(clear, ({ of }) => nameOf(of.reference))
  const [first] = clear
  const delivery = first?.of.delivery ?? ''
  const changes = [...byObject.values()].flatMap(same => {
    const of = same[0]?.of
    if (!of || of.delivery !== delivery) return []
    const edit = new Edit(of.object)
    for (const { path, remedy } of same) edit.set(path, remedy?.value)
    return [{ file: of.file, object: of.reference, operations: edit.operations }]
  })
  const sentences = clear.map(({ what, remedy }) => `${what}; ${remedy?.why ?? ''}`)
  const owner = first?.of.reference.name ?? ''
  const title =
    clear.length === 1
      ? `Point ${owner} at what is there: ${plain(shown(first?.remedy?.value), 60)}`
      : `Correct ${clear.length} references of ${owner}`
  const risks = ['The nearest name may not be the one that was meant: look whether it is.']
  const draft = draftOf({
    delivery,
    title,
    why: `${sentences.join('. ')}.`,
    skill: 'fix-reference',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: clear.map(({ of, path, seen }) => ({
      source: of.file,
      detail: `${path}: ${plain(shown(seen), 200)}`,
    })),
    changes,
    expected: {
      signal:
        input.incident === undefined
          ? { service: input.service ?? owner, figure: 'errorRatio', below: 0.01 }
          : { incident: input.incident },
      within: '15m',
    },
    risks,
  })
  const text = `${title} (${changes.map(({ file }) => file).join(', ')}). ${sentences.join('. ')}. ${risks.join(' ')}`
  return { output: { outcome: 'proposed' as const, text, misfits }, drafts: [draft] }
}

/** A name that was given counts when it is there, for the one reference that is wrong. */
function withTarget(
  found: readonly Misfit[],
  target: string | undefined,
  known: KnownObjects,
): readonly Misfit[] | string {
  if (target === undefined) return found
  const [only, ...others] = found.filter(({ seen }) => typeof seen === 'string')
  if (!only) return 'There is no wrong name that a target could take the place of.'
  if (others.length > 0)
    return `Several names are wrong: ${found.map(({ path }) => path).join(', ')}. Say which one as path.`
  const reference = referencesOf(only.of.object).find(({ path }) => path === only.path)
  const there = reference && known.find(reference.kind, target, only.of.reference.namespace)
  if (!there)
    return `There is no ${reference?.kind ?? 'object'} ${plain(target, 80)} in Git that ${only.path} could name.`
  const { unclear: _, ...misfit } = only
  return [{ ...misfit, remedy: { value: target, why: 'it was named by who asked' } }]
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? 'nothing')
