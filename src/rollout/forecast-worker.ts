import { parentPort, workerData } from 'node:worker_threads'
import type { ForecastRequest } from './forecast.ts'
import { forecastRollout } from './plan.ts'

const { plan, assumed } = workerData as ForecastRequest
parentPort?.postMessage(forecastRollout(plan, assumed))
