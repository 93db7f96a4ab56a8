/** What sounds like trouble and is none: counts of zero, names of fields and parts, settings, what went well again. */
const harmless = new RegExp(
  [
    String.raw`\b(?:errors?|errs?|failures?|failed|fails|warnings?|exceptions?|timeouts?|rejected|dropped|lost|denied|crashes)["']?\s{0,2}[=:]\s{0,2}(?:0(?![.\d])|null|none|nil|<nil>|false|""|''|\[\]|\{\}|no\b|-(?=\s|$))`,
    String.raw`\b(?:no|0|zero|without(?: any)?|not an?|never an?)\s(?:\w{1,20}\s){0,2}(?:errors?|failures?|failed|fails|exceptions?|issues?|problems?|warnings?|timeouts?|crash(?:es)?|lost|dropped|rejected|missing|denied)\b`,
    String.raw`\b(?:did not|does not|didn't|doesn't|will not|won't|never) (?:fail|crash|time ?out)\w{0,3}`,
    String.raw`\berrors?[ _-]?(?:handl\w{2,4}|page|rates?|budgets?|report\w{2,4}|log(?:s|ging|ger)?|boundary|track\w{2,4}|threshold|percent\w{0,4}|ratio|count\w{0,2}|controller|format\w{0,5}|level|messages? (?:catalog|loaded))\b`,
    String.raw`\b(?:on|std|last|any)[_-]?error\b`,
    String.raw`\b(?:exception|failure|crash|timeout|panic)[ _-](?:handl\w{2,4}|detect\w{2,4}|polic\w{1,3}|recovery|report\w{2,4}|threshold|mapper|filter|resolver)\b`,
    String.raw`\bfail[ -]?(?:over (?:ready|enabled|configured)|fast|safe|open)\b|\bfault[ -]toleran\w{2}`,
    String.raw`\b(?:\w{1,30}[_-])?(?:timeout|deadline)["']?\s{0,2}(?:[=:]|set to|is|of)\s{0,2}\d{1,9}`,
    String.raw`\b(?:with|using|configured|default|set|sets?ting)\s(?:\w{1,20}\s){0,2}timeout\b`,
    String.raw`\brecovered from (?:\w{1,20}\s){0,3}(?:error|failure|panic|exception)|\berrors? (?:was |were )?(?:resolved|fixed|cleared|ignored)\b`,
    String.raw`\b(?:retry|retries|retried|attempt \d{1,3})\b.{0,40}\bsucceed\w{0,2}`,
  ].join('|'),
  'gi',
)

const trouble = new RegExp(
  [
    String.raw`\b(errors?|err|exceptions?|fatal|panic|critical|severe|emergency|traceback|segfault|segmentation fault|core dumped)\b`,
    String.raw`\b(fail(?:ed|ure|ures|s|ing)?|cannot|can not|can't|could not|couldn't|unable|denied|refused|forbidden|unauthori[sz]ed|rejected|aborted|aborting|unreachable|unavailable|unhealthy|invalid|illegal|malformed|corrupt\w{0,4}|violat\w{2,4}|mismatch|conflict)\b`,
    String.raw`\b(time[d-]? ?out|timeout|deadline exceeded|exceed(?:s|ed|ing)?|exhausted|overflow\w{0,3}|overload\w{0,3}|throttl\w{2,3}|too many|not enough|insufficient|starv\w{2,5}|leak\w{0,3}|stuck|hung|stall\w{0,3}|slow|lagging|lag (?:is|of|has|exceeds)|backlog|fall(?:ing|s) behind|degrad\w{2,5})\b`,
    String.raw`\b(not found|no such|does not exist|doesn't exist|missing|undefined|unbound|not set|not defined|unknown \w{1,20}|unresolved|unrecogni[sz]ed|unsupported|deprecated and removed)\b`,
    String.raw`\b(oom\w{0,10}|out of memory|outofmemory\w{0,10}|killed|no space|disk full|deadlock\w{0,3}|split[- ]?brain|partitioned|connection (?:reset|lost|closed)|broken pipe|disconnect\w{0,3}|lost|(?:is|are|went|link) down|expired|crash\w{0,3}|dead|duplicate key|\w{2,40}(?:Exception|Error))\b`,
    String.raw`\b(ECONN\w{5,7}|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EACCES|EPERM|ENOENT|ENOSPC|ENOMEM|EMFILE|ENFILE|EADDR\w{5,8}|EPIPE|EHOSTUNREACH|ENETUNREACH|EROFS|SIG(?:SEGV|ABRT|KILL|BUS))\b`,
    String.raw`(?:status|code|statusCode|HTTP/\d(?:\.\d)?"?)["']?\s{0,2}[=: ]\s{0,2}([45]\d\d)\b`,
  ].join('|'),
  'i',
)

/** The first word of trouble in a text, in lower case; undefined when there is none, or only such as is harmless. */
export function troubleIn(text: string): string | undefined {
  if (!trouble.test(text)) return undefined
  const rest = text.replace(harmless, ' ')
  const match = trouble.exec(rest)
  const word = match?.slice(1).find(group => group !== undefined)
  return word?.toLowerCase()
}

const recovery =
  /\b(?:recovered|reconnected|re-?established|restored|resolved|back (?:to normal|online|up)|is (?:now )?(?:up|healthy|available) again|succeeded after|connection established|healthy again)\b/i
const change =
  /\b(?:config(?:uration)?s?|settings?|propert(?:y|ies)|feature[ -]?flags?|flags?|polic(?:y|ies)|certificates?|secrets?|schema|rules?|version|release|image|deployment|migration|cluster|leader|primary|node|replicas?)\b[^.\n]{0,60}\b(?:re-?load(?:ed|ing)?|chang(?:ed|ing)|updat(?:ed|ing)|appli(?:ed|es)|applying|upgrad(?:ed|ing)|deploy(?:ed|ing)|roll(?:ed|ing) (?:out|back)|enabled|disabled|toggled|rotated|switched|failed over|promoted|scal(?:ed|ing))\b|\b(?:reload(?:ed|ing)|deploy(?:ed|ing)|upgrad(?:ed|ing)|rolled (?:out|back)|rollout|toggled|switched|failover|restart(?:ed|ing)|applied|updated|changed)\b[^.\n]{0,60}\b(?:config(?:uration)?|settings?|flags?|version|release|image|schema|migration|polic(?:y|ies)|rules?|to (?:primary|replica|standby))\b/i

/** It says that trouble is over. */
export const isRecovery = (text: string): boolean => recovery.test(text)
/** It tells of a change: of configuration, version, flags, roles. */
export const isChange = (text: string): boolean => change.test(text)
