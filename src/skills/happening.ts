import type { Hypothesis } from '../diagnosis/diagnosis.ts'
import { runSkill } from './execute.ts'
import type { SkillRequest } from './orchestrator.ts'
import { contextOf, type Result, type Run, unclear } from './run.ts'
import type { Skill } from './skill.ts'
import { fieldsOf } from './slots/fill.ts'
import { understandInput } from './understand.ts'

type Happening = Exclude<SkillRequest, { kind: 'words' | 'skill' }>

/** Below it too little speaks for a hypothesis to propose something by itself. */
const leastConfidence = 0.4
/** Hypotheses whose remedy is tried until one leads to a draft. */
const mostTried = 3

/** What reads the diagnosis of something that happened; it is no skill that people ask for. */
const looking: Pick<Skill, 'name' | 'permissions'> = {
  name: 'diagnosis',
  permissions: [{ reads: 'diagnosis' }],
}

/** Diagnoses what happened, and proposes the remedy of what is likely, within what Autonomy allows. */
export async function handleHappening(run: Run, request: Happening): Promise<Result> {
  const { namespace } = request
  run.step(
    request.kind === 'incident'
      ? `parse: Incident ${request.name}`
      : `parse: ${request.reason} of ${request.service || 'no service'}`,
  )
  const of =
    request.kind === 'incident'
      ? { incident: request.name }
      : { since: request.at, ...(request.service !== '' && { service: request.service }) }
  // Only its permissions are asked of it.
  const { diagnosis } = await contextOf(run, looking as Skill, namespace).diagnose(of)
  const [first] = diagnosis.hypotheses
  if (diagnosis.abstained || !first)
    return { ...nothing, text: diagnosis.reason ?? 'Nothing in the evidence looks wrong.' }
  run.step(`diagnosis: ${first.cause.kind} ${first.cause.name}, ${Math.round(first.confidence * 100)} %`)
  const likely = diagnosis.hypotheses.filter(
    ({ remedy, confidence }) => remedy && confidence >= leastConfidence,
  )
  const { chooseRemedy } = run.parts
  const order = chooseRemedy
    ? await run.tape.take('remedies', [likely.map(({ rank }) => rank), namespace], async () =>
        (await chooseRemedy(likely, namespace)).map(({ rank }) => rank),
      )
    : likely.map(({ rank }) => rank)
  const notes: string[] = []
  for (const rank of order.slice(0, mostTried)) {
    const hypothesis = likely.find(candidate => candidate.rank === rank)
    const result = hypothesis && (await remedied(run, hypothesis, request, notes))
    if (result && (result.proposals.length > 0 || result.refused.length > 0))
      return { ...result, notes: [...notes, ...result.notes], text: `${first.statement}\n\n${result.text}` }
  }
  if (likely.length === 0) notes.push('No likely cause has a remedy that a skill could propose.')
  return { ...nothing, notes, text: first.statement }
}

const nothing = { outcome: 'answered', notes: [], proposals: [], refused: [] } as const

async function remedied(
  run: Run,
  hypothesis: Hypothesis,
  request: Happening,
  notes: string[],
): Promise<Result | undefined> {
  const { remedy, rank } = hypothesis
  const skill = run.parts.skills.find(({ name }) => name === remedy?.skill)
  if (!remedy || !skill || skill.risk !== 'propose') {
    notes.push(`The remedy of hypothesis ${rank} needs skill ${remedy?.skill ?? '-'}, which there is not.`)
    return undefined
  }
  // A skill that knows of incidents has its proposal verified by this one.
  const known = request.kind === 'incident' && Object.hasOwn(fieldsOf(skill), 'incident')
  const input = known ? { incident: request.name, ...remedy.input } : remedy.input
  const understood = understandInput(skill, input, request.namespace)
  if ('unclear' in understood) {
    notes.push(understood.unclear)
    return undefined
  }
  run.step(`select: ${skill.name}, ${remedy.summary}`)
  const result = await runSkill(run, understood, hypothesis)
  return result.outcome === 'answered' ? result : unclear(result.text, result.notes)
}
