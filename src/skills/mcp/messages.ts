import { z } from 'zod'

/** JSON-RPC 2.0 as the Model Context Protocol uses it: no batches, ids are texts or numbers and never null. */
export type Id = string | number

export interface RpcRequest {
  id: Id
  method: string
  params: Readonly<Record<string, unknown>>
}

export type Incoming =
  | { kind: 'request'; request: RpcRequest }
  | { kind: 'notification'; method: string; params: Readonly<Record<string, unknown>> }
  /** An answer to something that this server never asks. */
  | { kind: 'response' }
  | { kind: 'invalid'; reason: string }

export const codes = {
  parse: -32_700,
  request: -32_600,
  method: -32_601,
  params: -32_602,
  internal: -32_603,
} as const

/** An answer that says what was wrong. */
export class McpError extends Error {
  override readonly name = 'McpError'
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

const id = z.union([z.string().max(512), z.number()])
const params = z.record(z.string(), z.unknown()).default({})
const version = z.literal('2.0')
const Request = z.object({ jsonrpc: version, id, method: z.string().max(128), params })
const Notification = z.object({
  jsonrpc: version,
  id: z.undefined().optional(),
  method: z.string().max(128),
  params,
})
const Response = z.object({ jsonrpc: version, id: id.nullish(), method: z.undefined().optional() })

export function incoming(message: unknown): Incoming {
  const request = Request.safeParse(message)
  if (request.success) return { kind: 'request', request: request.data }
  const notification = Notification.safeParse(message)
  if (notification.success) return { kind: 'notification', ...notification.data }
  if (Response.safeParse(message).success) return { kind: 'response' }
  return {
    kind: 'invalid',
    reason: Array.isArray(message)
      ? 'batches are no part of the protocol'
      : 'this is no JSON-RPC 2.0 message',
  }
}

export const result = (id: Id, value: object) => ({ jsonrpc: '2.0' as const, id, result: value })

export const failure = (id: Id | null, error: unknown) => {
  const { code, message, data } =
    error instanceof McpError ? error : new McpError(codes.internal, (error as Error).message)
  return { jsonrpc: '2.0' as const, id, error: { code, message, ...(data !== undefined && { data }) } }
}
