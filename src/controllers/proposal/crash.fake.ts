import type { Transport } from '../../client/transport.ts'
import type { Git } from '../../git/git.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/**
 * Ends a process at a chosen moment: after so many effects every further one fails, as for a process that was killed.
 * The effect at which it ends may have happened, without its answer having arrived.
 */
export interface Fuse {
  /** Burns out at the effect of this number from now. */
  set(effects: number, happens: boolean): void
  mend(): void
  readonly burnt: boolean
  /** Whether it burned out since it was set. */
  spent(): boolean
  git(git: Git): Git
  ledger(ledger: Ledger): Ledger
  transport(transport: Transport): Transport
}

export function createFuse(): Fuse {
  let left = Number.POSITIVE_INFINITY
  let happens = false
  let burnt = false
  let spent = false
  const killed = () => new Error('this process was killed')
  const through = async <T>(effect: () => Promise<T>): Promise<T> => {
    if (burnt) throw killed()
    if (--left > 0) return effect()
    burnt = true
    spent = true
    if (happens) await effect()
    throw killed()
  }
  return {
    set(effects, did) {
      left = effects
      happens = did
      spent = false
    },
    mend() {
      left = Number.POSITIVE_INFINITY
      burnt = false
    },
    get burnt() {
      return burnt
    },
    spent: () => spent,
    git: git => ({ ...git, move: (...args) => through(() => git.move(...args)) }),
    ledger: ledger => ({ ...ledger, append: entry => through(() => ledger.append(entry)) }),
    transport: transport => ({
      request: request =>
        request.method === 'GET' ? transport.request(request) : through(() => transport.request(request)),
      stream: request => transport.stream(request),
    }),
  }
}
