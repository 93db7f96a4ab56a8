import type { Command } from './command.ts'

/** Every command, loaded only when called so that `--help` and short commands start fast. */
export const commands: readonly { name: string; summary: string; load: () => Promise<Command> }[] = [
  {
    name: 'crds',
    summary: 'print the CustomResourceDefinitions of all kinds',
    load: async () => (await import('./crds.ts')).crds,
  },
  {
    name: 'evaluate plan',
    summary: 'say how many labelled rows a condition needs',
    load: async () => (await import('./evaluate-plan.ts')).evaluatePlan,
  },
  {
    name: 'rollout simulate',
    summary: 'say how often a rollout would promote, roll back or hold',
    load: async () => (await import('./rollout-simulate.ts')).rolloutSimulate,
  },
]
