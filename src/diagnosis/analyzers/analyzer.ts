import type { Evidence, FaultClass, Remedy } from '../diagnosis.ts'
import type { View } from './view.ts'

/**
 * One idea of what goes wrong in a cluster: a predicate over objects and Events. What it does not know is neutral: an
 * unknown condition type, a kind it has not heard of or a field that is absent never makes a suspicion.
 */
export interface Analyzer {
  /** Of its file. */
  name: string
  /** What it looks for, for people, as a sentence. */
  finds: string
  /** The facts that withdraw it, as a sentence. */
  unless: string
  /** Names of the rules of its suspicions. */
  rules: readonly string[]
  look(view: View): Iterable<Suspicion>
}

/** An object, by what identifies it; the namespace is empty for kinds of the cluster. */
export interface Place {
  kind: string
  namespace: string
  name: string
}

/** What an analyzer holds for wrong, before it is known whether the incident is about it. */
export interface Suspicion {
  rule: string
  /** The object to change. */
  object: Place
  class: FaultClass
  /** What is wrong: the object, what it says and what is there instead. Ends with a full stop. */
  statement: string
  /** One of `strengths`, or what the rule weighs between them. */
  strength: number
  /** Status or Events show the effect. */
  observed: boolean
  evidence: readonly Evidence[]
  against?: readonly Evidence[]
  /** What suffers from it: workloads and pods, as far as they are others than the object. */
  explains?: readonly Place[]
  /** It says what is seen of a workload, not why; a suspicion that says why goes before it. */
  symptom?: boolean
  /**
   * It rests on something not being there that may well be kept elsewhere: alone it is a guess, and a symptom that fits says
   * more for it than for others.
   */
  assumed?: boolean
  /** It harms those who call the workload; its pods may do well all the same. */
  outside?: boolean
  remedy?: Remedy
}

/** How sure a rule is of what it says, before the incident is looked at. */
export const strengths = {
  /** The API server, the scheduler or the kubelet says so itself. */
  told: 0.92,
  /** It can not work as it is declared, whatever runs in it. */
  broken: 0.8,
  /** It rarely works as it is declared. */
  likely: 0.62,
  /** It may be meant; more has to speak for it. */
  possible: 0.42,
  /** A guess that only counts when the incident shows it. */
  guess: 0.2,
  /** Worth knowing, hardly ever the cause. */
  hint: 0.15,
} as const
