/** What failed and what the caller should do next. Nobody parses messages. HTTP codes as in Kubernetes' api/errors. */
const reasons = {
  BadRequest: { code: 400, retry: 'never' },
  Unauthorized: { code: 401, retry: 'never' },
  Forbidden: { code: 403, retry: 'never' },
  NotFound: { code: 404, retry: 'never' },
  MethodNotAllowed: { code: 405, retry: 'never' },
  NotAcceptable: { code: 406, retry: 'never' },
  AlreadyExists: { code: 409, retry: 'never' },
  Conflict: { code: 409, retry: 'reread' },
  Expired: { code: 410, retry: 'relist' },
  RequestEntityTooLarge: { code: 413, retry: 'never' },
  UnsupportedMediaType: { code: 415, retry: 'never' },
  Invalid: { code: 422, retry: 'never' },
  TooManyRequests: { code: 429, retry: 'backoff' },
  InternalError: { code: 500, retry: 'backoff' },
  ServiceUnavailable: { code: 503, retry: 'backoff' },
  Timeout: { code: 504, retry: 'backoff' },
} as const

export type Reason = keyof typeof reasons

/** One wrong field: `reason` is a Kubernetes cause reason such as FieldValueInvalid. */
export interface Cause {
  reason: string
  message: string
  field?: string
}

export interface ErrorDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: Cause[]
  retryAfterSeconds?: number
}

/** A Kubernetes `Status` as it stands on the wire. */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: { continue?: string }
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: ErrorDetails
  code: number
}

/** The one error of server, client and store: rendered to a `Status` by the server, rebuilt from it by the client. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly reason: Reason
  readonly details: ErrorDetails

  constructor(reason: Reason, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    this.details = details
  }

  get code(): number {
    return reasons[this.reason].code
  }

  get retry(): (typeof reasons)[Reason]['retry'] {
    return reasons[this.reason].retry
  }

  toStatus(): Status {
    const { message, reason, details, code } = this
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      details,
      code,
    }
  }

  /** The error a server's `Status` stands for; unknown reasons are classed by their HTTP code. */
  static fromStatus(status: Partial<Status>, code = status.code ?? 500): ApiError {
    const known = Object.entries(reasons).find(([name]) => name === status.reason)
    const byCode = Object.entries(reasons).find(([, entry]) => entry.code === code)
    const reason = (known ?? byCode)?.[0] as Reason | undefined
    return new ApiError(
      reason ?? 'InternalError',
      status.message ?? `the server answered ${code}`,
      status.details,
    )
  }
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === 'NotFound'
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === 'Conflict'
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === 'AlreadyExists'
