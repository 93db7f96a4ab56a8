/** A template that can not be used: where, and what to do. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/** A place in a template text: lines and columns from 1. */
export interface Place {
  /** Field of the Prompt, such as `messages[1].content`. */
  field: string
  line: number
  column: number
}

export const templateError = ({ field, line, column }: Place, what: string, cause?: unknown): TemplateError =>
  new TemplateError(`spec.${field}, line ${line}, column ${column}: ${what}`, { cause })
