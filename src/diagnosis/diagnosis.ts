/**
 * DIAGNOSE: from evidence to ranked causes. The same evidence gives the same diagnosis, bit for bit: no clock, no chance,
 * no network, no language model. Text of the evidence is data; nothing that it says can change a decision but by what
 * the channels look for.
 */
export interface Diagnosis {
  /** Nothing is wrong, no change of ours is to blame and nothing else stands out, or the evidence does not say. */
  abstained: boolean
  /** Of one that abstained: why, in a sentence. */
  reason?: string
  /** The likeliest first. */
  hypotheses: readonly Hypothesis[]
  /** What was considered and is not it, the likeliest first, each with the reason. */
  rejected: readonly Rejected[]
  /** When it began, as far as the evidence tells; milliseconds since the epoch. */
  onset?: number
}

export interface Hypothesis {
  rank: number
  /** What is wrong, where and why, in plain sentences; the first 400 characters say it all. */
  statement: string
  cause: Cause
  class: FaultClass
  /** 0 to 1: of hypotheses with this figure, this share was right on the development data. */
  confidence: number
  /** What speaks for it, the strongest first. */
  evidence: readonly Evidence[]
  /** What speaks against it. */
  against: readonly Evidence[]
  /** What each channel and prior added. */
  contributions: readonly Contribution[]
  /** Rules that found it; outcomes are counted by them. */
  rules: readonly string[]
  /** What would tell it from the next one, where their confidence is close. */
  tellApart?: string
  remedy?: Remedy
}

export interface Cause {
  /**
   * service: it misbehaves, and why is not seen; resource: an object as it is declared or is; change: a commit or flag,
   * with its whole id as name; external: outside of what is ours to change.
   */
  kind: 'service' | 'resource' | 'change' | 'external' | 'none'
  /** Of resources `Kind/namespace/name`; of services and changes their name or id. */
  name: string
}

export interface Evidence {
  /** Path within the bundle, or name of the query. */
  source: string
  /** With the numbers, or the line. */
  detail: string
}

export interface Contribution {
  /** Channel or prior, such as `metrics`, `changes`, `outcomes`. */
  from: string
  /** Factor on the odds: above 1 for it, below 1 against it. */
  factor: number
  detail: string
}

export interface Rejected {
  cause: Cause
  reason: string
}

/** A skill that could mend it, with its input; the skill checks it. */
export interface Remedy {
  skill: string
  input: Readonly<Record<string, unknown>>
  /** What it would do, in a sentence. */
  summary: string
}

export const faultClasses = [
  ...['cpu', 'memory', 'disk', 'latency', 'error', 'absence', 'traffic'],
  ...[
    'code',
    'config',
    'flag',
    'dependency',
    'data',
    'crash',
    'image',
    'probe',
    'reference',
    'selector',
    'port',
  ],
  ...[
    'scheduling',
    'quota',
    'storage',
    'network',
    'dns',
    'permission',
    'admission',
    'scaling',
    'rollout',
    'job',
  ],
  ...[
    'certificate',
    'node',
    'capability',
    'delivery',
    'provider',
    'quality',
    'groundedness',
    'cost',
    'tokens',
  ],
  ...['retrieval', 'context', 'attack', 'budget', 'drift', 'unknown'],
] as const
export type FaultClass = (typeof faultClasses)[number]
