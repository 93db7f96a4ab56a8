import { runSkill } from './execute.ts'
import { handleHappening } from './happening.ts'
import { readKnown } from './known-names.ts'
import { readByModel, wordedByModel } from './model-path.ts'
import type { SkillRequest, SkillRun } from './orchestrator.ts'
import { type Pseudonyms, pseudonyms } from './pseudonyms.ts'
import { ReplayError } from './record/tape.ts'
import { type Result, type Run, unclear } from './run.ts'
import { isTimeZone } from './slots/calendar.ts'
import type { When } from './slots/moments.ts'
import { momentWords } from './slots/wall-text.ts'
import { type Understanding, understandInput, understandModel, understandWords } from './understand.ts'

/** Answers a request. What goes wrong becomes part of the answer; only an aborted run throws. */
export async function handleOnce(run: Run): Promise<SkillRun> {
  const steps: string[] = []
  const step = (what: string): void => {
    const said = what.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 300)
    if (steps.length < 200) steps.push(said)
    run.step(said)
  }
  try {
    return { ...(await answered({ ...run, step })), steps }
  } catch (error) {
    if (error instanceof ReplayError) throw error
    const why = error instanceof Error ? error.message : String(error)
    return {
      outcome: 'failed',
      text: `It failed: ${why.slice(0, 2000)}`,
      notes: [],
      proposals: [],
      refused: [],
      steps,
    }
  }
}

async function answered(run: Run): Promise<Result> {
  const { request, parts } = run
  switch (request.kind) {
    case 'words':
      return answerWords(run, request)
    case 'skill': {
      const skill = parts.skills.find(({ name }) => name === request.skill)
      if (!skill)
        return unclear(`There is no skill "${request.skill.slice(0, 64)}"; keelway skills lists them.`)
      const understanding = understandInput(skill, request.input, request.namespace)
      return 'unclear' in understanding ? unclear(understanding.unclear) : runSkill(run, understanding)
    }
    default:
      return handleHappening(run, request)
  }
}

async function answerWords(run: Run, request: SkillRequest & { kind: 'words' }): Promise<Result> {
  const { tape, now, parts } = run
  const { namespace, timeZone = 'UTC' } = request
  if (!isTimeZone(timeZone))
    return unclear(`"${timeZone.slice(0, 64)}" is no time zone; say one such as Europe/Berlin.`)
  run.step('parse: reading the question')
  const known = await tape.take('known', [namespace], () =>
    readKnown({ client: run.asker.client, signals: parts.signals }, namespace, now),
  )
  const when: When = { now, zone: timeZone }
  const reading = { skills: parts.skills, intent: run.intent(), known, namespace, when }
  const words = understandWords(request.text, reading)
  const model = await modelOf(
    run,
    request,
    pseudonyms(known.names, { key: parts.pseudonymKey, mask: parts.mask }),
  )
  const understanding = model
    ? await readWithModel(run, {
        question: request.text,
        words,
        reading,
        model,
        moment: momentWords(now, { now: 0, zone: timeZone }),
      })
    : words
  if ('unclear' in understanding) return unclear(understanding.unclear, understanding.notes)
  run.step(`select: ${understanding.skill.name}`)
  const result = await runSkill(run, understanding)
  return model && result.outcome === 'answered' ? reworded(run, result, model) : result
}

interface ModelOfRun {
  route: string
  pseudonyms: Pseudonyms
  ask(text: string): Promise<string>
}

/** Tells of a model that was wanted and is not there; says nothing where none is. */
async function modelOf(
  { tape, parts, turnstile, signal, step }: Run,
  { model, namespace }: SkillRequest & { kind: 'words' },
  names: Pseudonyms,
): Promise<ModelOfRun | undefined> {
  const { model: access } = parts
  if (model === 'none') return undefined
  const found = await tape.take('model.find', [namespace, model], async () => access?.find(namespace, model))
  if (!found) {
    if (model !== undefined)
      step(`model: route ${model.slice(0, 253)} serves nothing; the words are read without it`)
    return undefined
  }
  return {
    route: found.route,
    pseudonyms: names,
    ask: text =>
      tape.take('model.ask', [found.release, text], async () => {
        if (!access) throw new Error('there is no model')
        if (!turnstile.mayAskModel())
          throw new Error('the hour has had as many calls of models as are allowed')
        return (await access.ask(found.release, text, signal)).text
      }),
  }
}

/** What the model makes of the question, or the words where it makes nothing that can be used. */
async function readWithModel(
  { parts, step, signal }: Run,
  about: {
    question: string
    words: ReturnType<typeof understandWords>
    reading: Parameters<typeof understandWords>[1]
    model: ModelOfRun
    moment: string
  },
): Promise<Understanding> {
  const { question, words, reading, model, moment } = about
  step(`model: ${model.route} reads the question`)
  const problem = (why: string): Understanding => {
    const note = `The model could not be used (${why.slice(0, 300)}); the words were read without it.`
    step(note)
    return { ...words, notes: [...words.notes, note] }
  }
  try {
    const read = await readByModel(question, { ...model, skills: parts.skills, moment })
    if ('problem' in read) return problem(read.problem)
    const understanding = understandModel(read, words.slots, reading)
    return 'problem' in understanding ? problem(understanding.problem) : understanding
  } catch (error) {
    if (error instanceof ReplayError || signal.aborted) throw error
    return problem((error as Error).message)
  }
}

async function reworded(run: Run, result: Result, model: ModelOfRun): Promise<Result> {
  run.step(`model: ${model.route} words the answer`)
  try {
    const worded = await wordedByModel(result.text, model)
    if ('text' in worded) return { ...result, worded: { by: 'model', route: model.route, text: worded.text } }
    return { ...result, notes: [...result.notes, `The model's words were left out: ${worded.problem}.`] }
  } catch (error) {
    if (error instanceof ReplayError || run.signal.aborted) throw error
    return {
      ...result,
      notes: [
        ...result.notes,
        `The model did not word the answer: ${(error as Error).message.slice(0, 300)}`,
      ],
    }
  }
}
