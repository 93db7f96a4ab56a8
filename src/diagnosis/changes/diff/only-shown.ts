/**
 * Lines that only tell: they log, measure, trace or show. Programs do the same with and without them, so they are hardly
 * the cause of anything, however much they speak of it.
 */
const logs =
  /^(?:[\w.]*\b(?:log|logger|logging|logs|slog|zap|console|rails\.logger|log4j|sentry)\b[\w.]*[.!(]|(?:info|warn|debug|trace|error|eprintln|println|print|printf|puts|fmt\.print\w*)!?\()/i
const measures =
  /\b(?:span\w*\.(?:set|add|record)\w*\(|(?:counter|gauge|histogram|summary|meter|timer|metrics?|statsd|prometheus)\b[\w.<>]*\(|new(?:Counter|Gauge|Histogram|Summary)\w*\(|Create(?:Counter|Gauge|Histogram)\(|\.(?:inc|observe|increment)\(|prometheus\.)|^register\(new\b/i
/** How many series there are, and where logs go, is not told but done. */
const matters =
  /Vec\b|label|tag|cardinal|user_?id|request_?id|WithLabelValues|level|DEBUG|verbose|handler|appender|sink/i
const markup = /^<\/?[A-Za-z][\w.:-]*[\s/>]|^<\/?>|^\{?\/\*|^<!--/
/** An entry of a table of texts. */
const wording =
  /^["'\w.-]{1,60}\s?(?::|=>|=|to|,)\s?["'`][^"'`/*<>=]*\p{L}{2,} [\p{L} ]+[^"'`/*<>=]*["'`],?;?$/u
const pages =
  /\.(?:jsx|tsx|html?|erb|ejs|hbs|cshtml|vue|svelte|jinja2?|j2|tmpl|mustache|liquid|twig|razor|php|pug)$/i
const boards = /(^|\/)(?:dashboards?|grafana|kibana)\//i

/** Files that tell people how the system does. */
export const tellsPeople = (path: string): boolean => boards.test(path)

/** Whether a line only tells. */
export const onlyTells = (line: string, path: string): boolean =>
  wording.test(line) ||
  ((logs.test(line) || measures.test(line)) &&
    !matters.test(line.replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '""'))) ||
  (pages.test(path) && markup.test(line) && !/(?:on[A-Z]\w*|action|href|src|method|type)=/.test(line))

const quotes = /"[^"]*"|'[^']*'|`[^`]*`/g
/** What people read, not what programs compare, match or ask: it begins with a capital or has several words. */
const prose = (text: string): boolean =>
  /^.\p{Lu}[^ ]* \S|\p{L}{2,}[^\w]? [\p{L}{$%]\S* \S/u.test(text) &&
  !/[*^|\\;=]|https?:|=>|\bselect\b|\binsert\b|\bupdate\b|\bdelete\b|\bwhere\b|\/\w+\//i.test(text)

const titled = /^["'`]\p{Lu}[\p{Ll}’!?.]*["'`]$/u

/** Lines, old and new, that differ only in what people read. */
export function otherWords(removed: readonly string[], added: readonly string[]): Set<string> {
  const found = new Set<string>()
  const fresh = new Map(added.map(line => [line.replace(quotes, '""'), line]))
  for (const line of removed) {
    const other = fresh.get(line.replace(quotes, '""'))
    if (other === undefined) continue
    const [old, now] = [line.match(quotes) ?? [], other.match(quotes) ?? []]
    if (
      old.every(
        (text, index) =>
          text === now[index] ||
          ((prose(text) || prose(now[index] ?? '')) &&
            [text, now[index] ?? ''].every(one => prose(one) || titled.test(one))),
      )
    )
      found.add(line).add(other)
  }
  return found
}
