import { memoryTelemetry } from './memory.ts'
import { reviewsContract } from './reviews.contract.ts'
import { telemetryContract } from './telemetry.contract.ts'
import { usageContract } from './usage.contract.ts'

telemetryContract('memory', async () => memoryTelemetry())
reviewsContract('memory', async () => memoryTelemetry())
usageContract('memory', async () => memoryTelemetry())
