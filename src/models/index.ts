import type { Runtime, Trainer } from './model.ts'
import { linearTextRuntime } from './runtimes/linear-text.ts'
import { linearText } from './trainers/linear-text.ts'
import { naiveBayesText } from './trainers/naive-bayes-text.ts'

/** All trainers. Each passes `trainer.contract.ts`. */
export const trainers = [linearText, naiveBayesText] as const satisfies readonly Trainer[]

/** All runtimes, one for each format that a trainer makes. Each passes `runtime.contract.ts`. */
export const runtimes = [linearTextRuntime] as const satisfies readonly Runtime[]

/** @throws Error that lists the trainers there are */
export function trainerNamed(name: string): Trainer {
  const trainer = trainers.find(candidate => candidate.name === name)
  if (!trainer)
    throw new Error(
      `no trainer is named "${name}"; there are ${trainers.map(known => known.name).join(', ')}`,
    )
  return trainer as Trainer
}

/** @throws Error that lists the formats there are */
export function runtimeFor(format: string): Runtime {
  const runtime = runtimes.find(candidate => candidate.format === format)
  if (!runtime)
    throw new Error(
      `no runtime reads format "${format}"; there are ${runtimes.map(known => known.format).join(', ')}`,
    )
  return runtime
}
