import { memoryTelemetry } from './memory.ts'
import { reviewsContract } from './reviews.contract.ts'
import { telemetryContract } from './telemetry.contract.ts'

telemetryContract('memory', async () => memoryTelemetry())
reviewsContract('memory', async () => memoryTelemetry())
