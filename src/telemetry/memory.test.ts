import { memoryTelemetry } from './memory.ts'
import { telemetryContract } from './telemetry.contract.ts'

telemetryContract('memory', async () => memoryTelemetry())
