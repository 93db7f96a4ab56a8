import type { Command } from './command.ts'

/** Every command, loaded only when called so that `--help` and short commands start fast. */
export const commands: readonly { name: string; summary: string; load: () => Promise<Command> }[] = []
