import { ledgerContract } from './ledger.contract.ts'
import { memoryLedger } from './memory.ts'

ledgerContract('memory ledger', memoryLedger)
