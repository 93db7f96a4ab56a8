import type { Command } from './command.ts'

/** Every command, loaded only when called so that `--help` and short commands start fast. */
export const commands: readonly { name: string; summary: string; load: () => Promise<Command> }[] = [
  {
    name: 'crds',
    summary: 'print the CustomResourceDefinitions of all kinds',
    load: async () => (await import('./crds.ts')).crds,
  },
]
