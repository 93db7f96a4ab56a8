import type { SymptomKind } from './symptom.ts'

/** What people and programs write when something goes wrong. No pattern can repeat within a repetition. */
const phrases: readonly (readonly [SymptomKind, RegExp])[] = [
  ['oom', /out of memory|oom-?kill|oomkilled|heap out of|cannot allocate memory|outofmemory|exit code 137/],
  [
    'memory',
    /memory (usage|leak|pressure|growth|grow|limit)|heap (usage|size|grow|exhaust)|working set|gc (overhead|pause|thrash)|rss/,
  ],
  ['cpu', /\bcpu\b|spinning|busy loop|event loop (lag|blocked|delay)/],
  ['throttling', /throttl(ed|ing) (container|cpu|pod)|cfs|cpu[- ]?throttl/],
  [
    'disk',
    /no space left|disk (full|usage|pressure|space)|enospc|read-only file system|volume .{0,60}(full|above)|inodes?\b/,
  ],
  [
    'file-handles',
    /too many open files|emfile|\benfile|file descriptor|eaddrnotavail|cannot assign requested address|address not available|ephemeral port|port exhaust/,
  ],
  [
    'threads',
    /thread pool|threadpool|worker pool|no available workers|(threads?|workers?|goroutines?|executor) .{0,30}(exhaust|reject|block|full|busy|saturat|leak)|rejectedexecution|queue (is )?full|event loop blocked|too many goroutines/,
  ],
  [
    'pool-wait',
    /pool .{0,40}(exhaust|timeout|timed out|wait|acquir|full)|(exhaust|acquir)\w* .{0,40}(connection|pool)|connection pool|too many (connections|clients)|remaining connection slots|max(imum)? connections|waited .{0,20}(acquire|connection)|queuepool/,
  ],
  [
    'slow-query',
    /slow quer|slow_query|seq(uential)? scan|full (table|collection|index) scan|statement timeout|query exceeded|query (took|duration)|long[- ]running quer|filesort/,
  ],
  ['database-load', /database (load|cpu|overload)|db (load|cpu)|read-through|queries per second|replica lag/],
  [
    'calls-per-request',
    /n\+1|queries per request|(quer|call)\w* (per|for each) (request|item|row)|excessive (number of )?(quer|call)/,
  ],
  [
    'lock',
    /deadlock|lock (wait|timeout|contention|acquisition)|could not (obtain|acquire) lock|waiting (for|on) .{0,30}(lock|mutex)|mutex|lock_timeout|serialization failure|could not serialize access/,
  ],
  [
    'cache-miss',
    /cache[- ]?miss|cache (is )?(cold|empty|bypass|evict)|evict(ed|ion)|hit (ratio|rate) (drop|fell|low|below)|stampede|thundering herd/,
  ],
  [
    'latency',
    /latency|slow (request|response|down)|too slow|took \S{1,12} ?ms|stall(ed|ing)|response time|p9[59]|soft .{0,10}budget/,
  ],
  ['timeout', /time[- ]?outs?|timed[- ]?out|deadline|etimedout|context canceled|i\/o timeout|gateway time/],
  [
    'crash',
    /panic|segfault|segmentation|sigsegv|nil pointer|null ?pointer|nullreference|cannot read propert|is not a function|is undefined|nonetype|attributeerror|typeerror|keyerror|index ?(is )?out of (range|bounds)|indexerror|unhandled|uncaught|fatal error|stack overflow|core dump|concurrent map|classcast|unexpected nil|divi(de|sion) by zero|assertion/,
  ],
  [
    'startup',
    /failed to (start|boot|initiali[sz]e|load)|startup (panic|fail|error)|cannot start|crashloop|duplicate registration|incompatible .{0,30}version|version (conflict|mismatch)|nosuchmethod|noclassdef|classnotfound|modulenotfound|importerror|cannot find module|symbol not found|undefined symbol|glibc|unsupported class file|no such file or directory.{0,20}exec|exec format|unable to load|migration.{0,20}failed/,
  ],
  ['restarts', /restart|crashloop|back-?off|liveness|killed|sigkill|sigterm|evicted/],
  [
    'probe',
    /(readiness|liveness|startup) ?probe|health ?check .{0,30}(fail|unhealthy|timeout|503|404)|marked unhealthy|no healthy (upstream|endpoint)/,
  ],
  [
    'unauthorized',
    /\b401\b|unauthori[sz]ed|unauthenticated|invalid (token|signature|credential|api key|password|jwt|issuer|audience)|token .{0,30}(expired|invalid|rejected|malformed|revoked)|(authentication|login) .{0,20}(fail|error|reject)|signature .{0,20}(mismatch|invalid|verif)|jwt|bad credentials|password authentication failed|session .{0,20}(expired|invalid|not found|lost)|logged out/,
  ],
  [
    'forbidden',
    /\b403\b|forbidden|access ?denied|permission denied|not authori[sz]ed|insufficient (scope|permission|privilege)|cors|csrf|not allowed|accessdenied|operation not permitted|missing .{0,20}(scope|role|permission)/,
  ],
  [
    'not-found',
    /\b404\b|not found|no route matches|unknown (route|endpoint|method|host header)|nosuchkey|nosuchbucket|no such (key|bucket|topic|queue)/,
  ],
  [
    'rate-limit',
    /\b429\b|rate.?limit|too many requests|quota (exceeded|exhaust)|throttlingexception|request.{0,20}throttl|throttled by|slow down|resource_exhausted|toomanyrequests|limit exceeded/,
  ],
  [
    'validation',
    /deserializ|deserialis|unmarshal|decod(e|ing) (error|fail)|failed to (decode|parse|deserialize|unmarshal|validate)|parse ?(error|exception)|pars(e|ing) fail|unexpected token|invalid (json|format|payload|character|value|date|input|request|argument|enum|type|utf)|validation (error|fail)|(missing|unknown|unexpected|required) (required )?(field|property|attribute|parameter|column|key|argument)|bad request|\b400\b|\b422\b|unprocessable|malformed|out of range|schema (mismatch|violation|registry)|cannot (parse|decode|unmarshal|deserialize)|type mismatch|unsupported (encoding|media|content|version)|invalid header|checksum|corrupt|wire type|magic byte|unexpected eof/,
  ],
  [
    'schema',
    /(relation|table|column|field|index|collection|view|function|type) .{0,80}(does not exist|doesn't exist|not exist|not found|unknown|missing)|no such (table|column)|unknown (column|field|table)|undefined (column|table)|no mapping found|invalid column|unrecognized (field|name)|(missing|required) (required )?field|not-null constraint|violates .{0,30}constraint|null value in column|unknown argument|cannot query field|enum .{0,30}(unknown|invalid)|duplicate column/,
  ],
  [
    'config-missing',
    /(missing|unset|not set|undefined|required|no) .{0,30}(env|environment|config|configuration|setting|secret|variable|parameter)\b|environment variable|config(uration)? (error|missing|not found|invalid|key)|is not (set|configured|defined)|keyerror: '[A-Z_]+'|couldn't find key|secret .{0,60} not found|configmap .{0,60} not found/,
  ],
  [
    'backlog',
    /backlog|consumer lag|queue (depth|length|size|age|lag|grow)|ageofoldest|oldest ?message|lag (is )?(ris|grow|increas)|not ack|unacked|redeliver|received .{1,12} times|returned to queue|over and over|dead.?letter|\bdlq\b|stuck (message|partition|consumer)|rebalanc|falling behind|buffer near capacity|commit blocked/,
  ],
  [
    'retries',
    /\bretr(y|ies|ying|ied)\b|retry storm|attempt \d|attempts? (exhaust|exceed)|backing off|max retries/,
  ],
  [
    'traffic-up',
    /traffic (spike|surge|rise|increase|burst|flood)|request (spike|surge|rate (up|rose|increas))|flash (sale|crowd)|ddos|bot traffic|scrap(er|ing)|crawler|load (spike|surge)|spike in (traffic|requests)/,
  ],
  [
    'duplicates',
    /duplicat(e|ed|es) (key|entry|order|charge|message|event|record|payment|row|process|email|request|job)|already (exists|processed|charged)|unique constraint|double[- ](charge|process|count|book|submit)|processed twice/,
  ],
  [
    'stale-data',
    /stale|out[- ]of[- ]date|outdated|inconsisten|replication lag|read after write|old (value|price|version|data)/,
  ],
  [
    'wrong-data',
    /(wrong|incorrect|unexpected|negative|mismatch\w*|invalid) (price|total|amount|sum|balance|result|count|quantity|currency|rounding|tax|discount|date|timestamp|data|value)|reconcil|off by|empty (result|response|list)|returning (empty|nothing)|(zero|no) results|data (loss|corrupt)|mismatch|drift detected|discrepanc/,
  ],
  [
    'dns',
    /no such host|nxdomain|servfail|name resolution|\benotfound\b|eai_again|getaddrinfo|could not resolve|unknown ?host|dns (lookup|query|fail|timeout|error|resol)|failed to resolve|lookup .{1,120} on .{1,60}:53|name or service not known|coredns/,
  ],
  [
    'certificate',
    /x509|certificate|tls handshake|\bssl\b|handshake (fail|error)|unable to get local issuer|self[- ]signed|unknown authority|cert_|pkix|protocol version|cipher/,
  ],
  [
    'refused',
    /connection refused|econnrefused|connect: refused|no endpoints|endpoint unavailable|failed to connect|connection error|could not connect|actively refused/,
  ],
  [
    'reset',
    /connection reset|econnreset|broken pipe|epipe|unexpected eof|connection closed|socket hang up|goaway|stream (error|reset)|premature|server closed|eof\b/,
  ],
  [
    'unreachable',
    /no route to host|network (is )?unreachable|ehostunreach|packet loss|partition(ed)?\b.{0,20}network|network partition|host unreachable|link down|destination unreachable/,
  ],
  [
    'image',
    /imagepull|errimage|manifest unknown|pull access denied|image .{0,60}not found|no matching manifest/,
  ],
  [
    'scheduling',
    /failedscheduling|insufficient (cpu|memory|nvidia)|unschedulable|nodes are available|exceeded quota|pending pod|didn't match/,
  ],
  [
    'node',
    /node .{0,60}(pressure|notready|not ready|contended|saturat|unreachable|preempt|drain|under)|memorypressure|diskpressure|pidpressure|noisy|co-?tenant|nodenotready|spot (instance|interrupt)|preempt|instance (terminat|retire|fail)|kernel|hypervisor|steal/,
  ],
  [
    'clock',
    /clock (skew|drift|jump)|ntp|time (skew|drift|sync)|not yet valid|used before issued|leap second|in the future/,
  ],
  [
    'refusal',
    /refus(ed|al)s? to answer|model refus|content[_ ]filter|as an ai|i can(no|')t help|blocked by guardrail|guardrail/,
  ],
  [
    'context-overflow',
    /context (length|window)|maximum context|max_tokens|too many tokens|prompt is too long|token limit/,
  ],
  [
    'retrieval-empty',
    /no (documents|chunks|passages|context) (found|retrieved|returned)|retriev\w+ (empty|0 |zero|no )|empty retrieval|vector .{0,30}(dimension|mismatch)|embedding/,
  ],
  [
    'tokens',
    /token (usage|count|consumption|spend)|tokens? per (request|call)|completion_tokens|prompt_tokens/,
  ],
  ['cost', /\bcost|budget (exceed|exhaust|burn)|spend|billing/],
  [
    'quality',
    /(quality|accuracy|groundedness|faithfulness|relevance|score|eval\w*) .{0,30}(drop|fell|regress|below|lower|decreas)|hallucinat|ungrounded|off[- ]topic|thumbs down/,
  ],
  [
    'silence',
    /no (data|events|messages|heartbeats?|metrics) (received|for|since|in)|stopped (sending|report|process|consum|emit)|heartbeat (lost|miss)|went silent|absent/,
  ],
  ['log-volume', /log (volume|rate|ingest|throughput|flood)|logging (rate|volume)|too much log|debug log/],
  [
    'error',
    /\b5\d\d\b|5xx|error|exception|fail(ed|ure|ing)|reject|unavailable|internal server|aborted|unable to|could not|cannot/,
  ],
]

const longest = 2_000

/** Kinds of symptoms that a sentence tells of. */
export function kindsSaid(text: string): SymptomKind[] {
  const lower = text.slice(0, longest).toLowerCase()
  return phrases.filter(([, pattern]) => pattern.test(lower)).map(([kind]) => kind)
}
