/** Words that a chat format or an agent's frame puts in its tags, and a text has no business to. */
const roles =
  /^(?:system|assistant|user|human|developer|instructions?|information|inst|sys|im_start|im_end|prompt|important|directive|admin|override|tool_result|tool_response|function_result|result|message)(?![a-z])/i
const MOST = 64

/**
 * Where text[from, to) mimics the frame of a conversation, so that what follows reads as from somebody with more rights:
 * `<system>`, `</result>`, `[INST]`, `<|im_start|>`, `###(system_message)`, `Human:` and `System:` at a line start. Positions go to
 * `found` in order; returns how many, at most its length.
 */
export function roleTags(text: string, from: number, to: number, found: Int32Array): number {
  let count = 0
  let lineStart = true
  for (let i = from; i < to && count < found.length; i++) {
    const unit = text.charCodeAt(i)
    if (isTag(text, i, unit, lineStart)) found[count++] = i
    if (unit === 10 || (unit === 0x6e && text.charCodeAt(i - 1) === 0x5c)) lineStart = true
    else if (unit > 0x20) lineStart = false
  }
  return count
}

function isTag(text: string, i: number, unit: number, lineStart: boolean): boolean {
  if (unit === 0x3c || unit === 0x5b) return bracketed(text, i, unit)
  if (!lineStart) return false
  if (unit === 0x23 || unit === 0x2d || unit === 0x3d) return headed(text, i, unit)
  return (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a && speaker.test(text.slice(i, i + 24))
}

/** A role inside <…>, <|…|>, </…>, [[…]] or [/…], and nothing but the role. */
function bracketed(text: string, i: number, unit: number): boolean {
  let at = i + 1
  while (at < i + 4 && '/|[<_'.includes(text.charAt(at))) at++
  const word = text.slice(at, at + MOST)
  if (!roles.test(word)) return false
  const close = word.indexOf(unit === 0x3c ? '>' : ']')
  return close >= 0 && close <= 24
}

/** `### system`, `###(system_message)`, `---SYSTEM MESSAGE---` */
function headed(text: string, i: number, unit: number): boolean {
  let at = i
  while (at < i + 12 && text.charCodeAt(at) === unit) at++
  if (at - i < 2) return false
  while (at < i + 16 && ' ([*<'.includes(text.charAt(at))) at++
  return frame.test(text.slice(at, at + 24))
}

const frame =
  /^(?:system|assistant|human|developer|admin|instructions?|end of|new (?:task|instructions?|system))(?![a-z])/i
const speaker = /^(?:system|assistant|human|developer|system message|admin|ai)(?: ?\([a-z# ]{1,12}\))? ?:/i
