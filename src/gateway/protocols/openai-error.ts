import type { Failure } from '../failure.ts'

/** The shape that the `openai` clients read: all four fields exist, some may be null. */
export interface OpenAiErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null }
}

export const openAiErrorBody = ({ message, status, code, param }: Failure): OpenAiErrorBody => ({
  error: { message, type: typeOf(status, code), param: param ?? null, code },
})

function typeOf(status: number, code: string): string {
  if (code === 'budget_exceeded') return 'insufficient_quota'
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
