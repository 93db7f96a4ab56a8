/** One clause of an Accept header, or a Content-Type. */
export interface MediaType {
  /** `application/json`, in lower case. */
  type: string
  parameters: Readonly<Record<string, string>>
}

export function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = text.split(';').map(part => part.trim())
  const parameters: Record<string, string> = {}
  for (const part of rest) {
    const [name = '', value = ''] = part.split('=', 2)
    parameters[name.trim().toLowerCase()] = value.trim().replace(/^"(.*)"$/, '$1')
  }
  return { type: type.toLowerCase(), parameters }
}

/** The clauses in the client's order; Kubernetes' clients put the best first and use no weights. */
export const parseAccept = (accept: string | undefined): MediaType[] =>
  (accept || '*/*').split(',').map(parseMediaType)

export const isJson = ({ type }: MediaType): boolean =>
  type === 'application/json' || type === '*/*' || type === 'application/*'
