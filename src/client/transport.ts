/**
 * How a client reaches an API server: in process (handed in by main) or over HTTP with a kubeconfig.
 * Nothing above a transport knows which it is, nor whose server answers.
 */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query, such as `/api/v1/namespaces?limit=500`. */
  path: string
  /** JSON body. */
  body?: unknown
  /** Defaults to application/json. */
  contentType?: string
  signal?: AbortSignal
}

export interface Transport {
  /** The response's JSON. Throws ApiError for every answer of 400 and above, and ServiceUnavailable when unreachable. */
  request(request: ApiRequest): Promise<unknown>
  /** The JSON lines of a watch, until the server ends it or `signal` aborts. Throws as `request`. */
  stream(request: ApiRequest): AsyncIterable<unknown>
}
