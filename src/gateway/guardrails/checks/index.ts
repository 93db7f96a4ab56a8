import type { Check } from '../check.ts'
import { groundednessCheck } from './groundedness.ts'
import { jsonSchemaCheck } from './json-schema.ts'
import { toolCallsCheck } from './tool-calls.ts'

/** Every check of whole answers. */
export const checks: readonly Check[] = [toolCallsCheck, jsonSchemaCheck, groundednessCheck]
