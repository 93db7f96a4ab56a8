import { memorySignals } from './memory-signals.ts'
import { signalStoreContract } from './signal-store.contract.ts'

signalStoreContract('memory', async () => memorySignals())
