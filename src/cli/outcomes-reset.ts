import { systemClock } from '../lib/clock.ts'
import { uuidv7 } from '../lib/uuid.ts'
import type { Command } from './command.ts'
import { stateOption } from './endpoints.ts'
import { ledgerOf } from './outcomes.ts'

export const outcomesReset: Command = {
  name: 'outcomes reset',
  summary: 'Forget what outcomes of proposals taught, of one skill or of all.',
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, summary: 'why; it stands in the ledger' },
    skill: { type: 'string', value: 'NAME', summary: 'forget that of this skill only' },
    state: stateOption,
  },
  help: 'The ledger keeps the outcomes and an entry of this: replayed from its beginning it teaches what is left.',
  async run(invocation) {
    const ledger = await ledgerOf(invocation)
    const skill = invocation.text('skill') ?? ''
    const entry = await ledger.append({
      id: `outcomes-reset/${uuidv7(systemClock)}`,
      actor: 'user:admin',
      action: 'outcomes-reset',
      subject: 'Outcomes',
      at: new Date(systemClock.now()).toISOString(),
      data: { skill, reason: invocation.required('reason') },
    })
    invocation.out(
      invocation.json
        ? JSON.stringify(entry)
        : `what was learnt ${skill ? `of skill ${skill}` : 'of all skills'} is forgotten from here on`,
    )
    return 0
  },
}
