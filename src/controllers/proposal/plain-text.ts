/**
 * Words of others as plain text for commits and pull requests: no control characters and no direction marks, nobody is
 * mentioned, no issue is closed, no command of a forge or of its CI is run, and nothing is a link, an image or HTML.
 * What is taken apart stays readable: a zero-width space stands in it.
 */
export function plainLine(text: string, most: number): string {
  return inert(
    cut(
      text
        .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
        .replace(/ {2,}/g, ' ')
        .trim(),
      most,
    ),
  )
}

/** As plainLine, but line breaks stay; at most `lines` of them. */
export function plainText(text: string, most: number, lines = 100): string {
  const all = cut(text.replace(/\r\n?/g, '\n'), most).split('\n')
  const kept = all
    .slice(0, lines)
    .map(line => inert(line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trimEnd()))
  return [...kept, ...(all.length > lines ? ['…'] : [])].join('\n').trim()
}

/** As a block of Markdown that is quoted, so that headings, tables and lists of others stay inside. */
export const quoted = (text: string): string =>
  text
    .split('\n')
    .map(line => `> ${line}`.trimEnd())
    .join('\n')

const GAP = '\u200b'

const inert = (line: string): string =>
  line
    .replaceAll('@', `@${GAP}`)
    .replaceAll('<', '‹')
    .replaceAll('://', `:${GAP}//`)
    .replaceAll('](', `]${GAP}(`)
    .replaceAll('`', "'")
    .replace(/([#!])(?=[\d[])/g, `$1${GAP}`)
    .replace(/\b(GH-)(?=\d)/gi, `$1${GAP}`)
    .replace(/\[(?=(skip|ci|no|actions)\b)/gi, `[${GAP}`)
    .replace(/\*\*\*(?=NO_CI)/gi, `**${GAP}*`)
    .replace(
      /\b(skip-checks|signed-off-by|co-authored-by|reviewed-by|keelway-[\w-]{1,40})(?=:)/gi,
      `$1${GAP}`,
    )
    // GitLab runs lines such as /merge and /approve.
    .replace(/^(\s*)\//, `$1${GAP}/`)

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text
