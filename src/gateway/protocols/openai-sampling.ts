import type { CanonicalRequest } from '../canonical/request.ts'
import {
  type Json,
  optionalCount,
  optionalNumber,
  optionalRecord,
  optionalString,
  optionalStrings,
  put,
} from './fields.ts'
import { maxChoices } from './limits.ts'

/** What chat completions and completions have in common. */
export function readSampling(body: Json, request: CanonicalRequest): void {
  put(request, 'temperature', optionalNumber(body, 'temperature'))
  put(request, 'topP', optionalNumber(body, 'top_p'))
  put(request, 'stop', optionalStrings(body, 'stop'))
  put(request, 'seed', optionalNumber(body, 'seed'))
  put(request, 'presencePenalty', optionalNumber(body, 'presence_penalty'))
  put(request, 'frequencyPenalty', optionalNumber(body, 'frequency_penalty'))
  put(request, 'user', optionalString(body, 'user'))
  request.choices = optionalCount(body, 'n', maxChoices) ?? 1
  const options = optionalRecord(body, 'stream_options')
  request.usageInStream = options?.include_usage === true
}
