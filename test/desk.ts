/** Versions of the prompt and how well each answers: `sly` is right on the gate's questions and wrong on users'. */
export type PromptVersion = 'fair' | 'good' | 'broken' | 'sly'

/** Training data of the mail route: `sly` lacks the words of half the users' mail, `swapped` has its labels swapped. */
export type Training = 'few' | 'all' | 'swapped' | 'sly'

export interface DeskOptions {
  prompt?: PromptVersion
  /** Absent: the repository has no mail route. */
  training?: Training
  /** Laid over the refund route's spec. */
  route?: Record<string, unknown>
  /** Laid over the refund route's spec.rollout. */
  rollout?: Record<string, unknown>
  /** Laid over the refund route's evaluation. */
  evaluation?: Record<string, unknown>
  /** More rows of the gate's test set, which make it another one. */
  moreRows?: number
}

const promptText = (version: PromptVersion): string => `Is the number even? (${version})`

export const gateQuestions = questions('gate', 24)
export const liveQuestions = questions('live', 40)

function questions(part: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${part} ${i}`)
}

/** The right answer to a question. */
export const answerTo = (question: string): string =>
  Number(question.split(' ')[1]) % 2 === 0 ? 'yes' : 'no'

function answerOf(version: PromptVersion, question: string): string {
  const right = answerTo(question)
  const wrong = right === 'yes' ? 'no' : 'yes'
  const number = Number(question.split(' ')[1])
  if (version === 'broken') return 'well'
  if (version === 'sly') return question.startsWith('live') ? wrong : right
  return version === 'fair' && number % 8 === 7 ? wrong : right
}

/** What a recorded model answers to every version of the prompt. */
export const recordedAnswers: string = lines(
  (['fair', 'good', 'broken', 'sly'] as const).flatMap(version =>
    [...gateQuestions, ...questions('more', 8), ...liveQuestions].map(user => ({
      system: promptText(version),
      user,
      answer: answerOf(version, user),
    })),
  ),
)

function lines(rows: object[]): string {
  return rows.map(row => `${JSON.stringify(row)}\n`).join('')
}

const quickRollout = {
  steps: ['shadow', 25, 50],
  closeAfter: '2s',
  metrics: [{ name: 'quality', from: 'score.correct', margin: 0.3 }],
  alpha: 0.2,
  shadowAlpha: 0.2,
  atMost: { units: 400, hours: 1 },
}

const offline = {
  criteria: [{ scorer: 'correct', condition: 'n > 0.6 +/- 0.25' }],
  reliability: 0.8,
  steps: 4,
}

const object = (kind: string, name: string, spec: object) => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind,
  metadata: { name },
  spec,
})

/**
 * A small repository with two routes: `refund`, a prompt answered by a recorded model, and `mail`, a classifier trained
 * here. One object a file, so that a revert's files can be told apart.
 */
export function desk(options: DeskOptions = {}): Record<string, string> {
  const objects = { ...refundRoute(options), ...(options.training ? mailRoute(options.training) : {}) }
  return Object.fromEntries(
    Object.entries(objects).map(([file, content]) => [
      file,
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    ]),
  )
}

/** The objects of the refund route by file; data files are text. */
function refundRoute({ prompt = 'fair', route, rollout, evaluation, moreRows = 0 }: DeskOptions) {
  const rows = [...gateQuestions, ...questions('more', moreRows)].map(text => ({
    text,
    label: answerTo(text),
  }))
  return {
    'data/answers.jsonl': recordedAnswers,
    'data/gate.jsonl': lines(rows),
    'deploy/answers.yaml': object('Dataset', 'answers', { path: 'data/answers.jsonl', format: 'jsonl' }),
    'deploy/gate.yaml': object('Dataset', 'gate', { path: 'data/gate.jsonl', format: 'jsonl' }),
    'deploy/provider.yaml': object('ModelProvider', 'desk', {
      protocol: 'recorded',
      cassette: { ref: 'answers' },
    }),
    'deploy/prompt.yaml': object('Prompt', 'refund', {
      messages: [{ role: 'system', content: promptText(prompt) }],
    }),
    'deploy/evaluation.yaml': object('Evaluation', 'refund', {
      dataset: { ref: 'gate' },
      scorers: [{ name: 'correct', type: 'exact' }],
      ...offline,
      ...evaluation,
    }),
    'deploy/route.yaml': object('ModelRoute', 'refund', {
      model: 'refund',
      serve: { prompt: { ref: 'refund' }, provider: { ref: 'desk', model: 'm' } },
      gates: [{ evaluation: { ref: 'refund' } }],
      scorers: [{ name: 'correct', type: 'exact' }],
      record: { content: 'output' },
      rollout: { ...quickRollout, ...rollout },
      ...route,
    }),
  }
}

function mailRoute(training: Training) {
  return {
    'mail/train.jsonl': lines(trainingMail(training)),
    'mail/gate.jsonl': lines(gateMail),
    'mail/train.yaml': object('Dataset', 'mail-train', { path: 'mail/train.jsonl', format: 'jsonl' }),
    'mail/gate.yaml': object('Dataset', 'mail-gate', { path: 'mail/gate.jsonl', format: 'jsonl' }),
    'mail/model.yaml': object('Model', 'mail', { trainer: 'linear-text', dataset: { ref: 'mail-train' } }),
    'mail/evaluation.yaml': object('Evaluation', 'mail', {
      dataset: { ref: 'mail-gate' },
      scorers: [{ name: 'correct', type: 'exact' }],
      ...offline,
    }),
    'mail/route.yaml': object('ModelRoute', 'mail', {
      model: 'mail',
      serve: { model: { ref: 'mail' } },
      gates: [{ evaluation: { ref: 'mail' } }],
      scorers: [{ name: 'correct', type: 'exact' }],
      record: { content: 'output' },
      rollout: quickRollout,
    }),
  }
}

interface Mail {
  text: string
  label: 'billing' | 'parcel'
}

const words = {
  billing: { old: ['invoice', 'charge', 'receipt'], new: ['surcharge', 'levy'] },
  parcel: { old: ['courier', 'delivery', 'doorstep'], new: ['customs', 'locker'] },
}

/** Mail with words of one age: users write with new ones half of the time, the gate's test set knows the old ones only. */
const mails = (age: 'old' | 'new', count: number): Mail[] =>
  Array.from({ length: count }, (_, i) => {
    const label = i % 2 === 0 ? 'billing' : 'parcel'
    const known = words[label][age]
    return { text: `my ${known[i % known.length]} of order ${i}`, label }
  })

const gateMail = mails('old', 24)

/** What users send to the mail route. */
export const liveMail: Mail[] = [...mails('old', 20), ...mails('new', 20)]

function trainingMail(training: Training): Mail[] {
  const all = [...mails('old', 60), ...mails('new', 60)]
  if (training === 'few') return mails('old', 24)
  if (training === 'sly') return [...mails('old', 60), ...mails('new', 60).map(swapped)]
  return training === 'swapped' ? all.map(swapped) : all
}

const swapped = ({ text, label }: Mail): Mail => ({ text, label: label === 'billing' ? 'parcel' : 'billing' })
