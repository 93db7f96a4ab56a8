import type { MadeChange } from './incident.world.ts'

/** What everybody else commits meanwhile; none of it does anything to anyone. */
const pool: readonly Omit<MadeChange, 'id'>[] = [
  { message: 'docs: add runbook for deploy rollback', files: { 'docs/runbooks/rollback.md': '' } },
  { message: 'chore: update CODEOWNERS', files: { CODEOWNERS: '-/pkg/ @platform\n+/pkg/ @platform @core' } },
  { message: 'style: run prettier on the storefront', files: { 'web/src/cart/summary.tsx': '' } },
  {
    message: 'feat: add request id propagation header',
    files: {
      'internal/middleware/reqid.go':
        '+\t\tif rid == "" { rid = uuid.NewString() }\n+\t\tw.Header().Set("X-Request-Id", rid)',
    },
  },
  {
    message: 'perf: reuse buffers in the encoder',
    files: {
      'pkg/codec/pool.go':
        '+var bufPool = sync.Pool{New: func() any { return new(bytes.Buffer) }}\n \tb := bufPool.Get().(*bytes.Buffer)\n+\tdefer bufPool.Put(b)',
    },
  },
  {
    message: 'test: table-driven tests for currency conversion',
    files: {
      'pkg/money/convert_test.go':
        '+func TestConvert(t *testing.T) {\n+\tfor _, tc := range cases {\n+\t}\n+}',
    },
  },
  {
    message: 'ci: cache dependencies',
    files: { '.github/workflows/build.yml': '+      - uses: actions/cache@v4' },
  },
  {
    message: 'chore: bump dependencies',
    files: {
      'go.mod':
        '-\tgithub.com/prometheus/client_golang v1.19.0\n+\tgithub.com/prometheus/client_golang v1.19.1',
      'go.sum': '',
    },
  },
  {
    message: 'fix: handle empty slice in pagination',
    files: { 'pkg/paginate/paginate.go': '+\tif len(items) == 0 { return nil, nil }' },
  },
  {
    message: 'refactor: move types into api/types',
    files: { 'api/types/types.go': '' },
  },
  {
    message: 'feat: structured logging fields in request middleware',
    files: {
      'internal/middleware/log.go': '+\t\tlogger = logger.With("route", r.URL.Path, "method", r.Method)',
    },
  },
  {
    message: 'fix: correct typo in error message',
    files: {
      'internal/errors/messages.go':
        '-\tErrNotFound = errors.New("resouce not found")\n+\tErrNotFound = errors.New("resource not found")',
    },
  },
  {
    message: 'chore: rotate staging TLS certificate',
    files: { 'deploy/staging/tls.yaml': '-  tls.crt: LS0tLS1CRUdJTiBD\n+  tls.crt: LS0tLS1CRUdJTiBE' },
  },
  {
    message: 'refactor: simplify config loading',
    files: {
      'internal/config/load.go': '-\tv := viper.New()\n+\tv := viper.NewWithOptions(viper.KeyDelimiter("."))',
    },
  },
  {
    message: 'feat: spans carry the tenant',
    files: { 'internal/trace/attributes.go': '+\tspan.SetAttributes(attribute.String("tenant_id", tid))' },
  },
  {
    message: 'feat(web): restyle the order history',
    service: 'web',
    files: {
      'web/src/history/card.css': '-.card { padding: 8px; }\n+.card { padding: 12px; border-radius: 8px; }',
    },
  },
  {
    message: 'fix(order): correct tax rounding for EU VAT',
    service: 'orderservice',
    files: {
      'services/order/tax.go': '-\treturn math.Round(net * rate)\n+\treturn math.Round(net*rate*100) / 100',
    },
  },
  {
    message: 'feat: gzip request bodies',
    files: {
      'internal/middleware/gzip.go':
        '+\tif r.Header.Get("Content-Encoding") == "gzip" {\n+\t\tzr, err := gzip.NewReader(r.Body)\n+\t\tif err != nil { return err }\n+\t\tr.Body = zr\n+\t}',
    },
  },
  {
    message: 'chore: pin linter',
    files: { '.golangci.yml': '-  version: v1.60\n+  version: v1.61' },
  },
  {
    message: 'fix: close response body in health checker',
    files: { 'internal/health/check.go': '+\tdefer resp.Body.Close()' },
  },
  {
    message: 'refactor: collapse duplicate validation functions',
    files: { 'pkg/validate/validate.go': '' },
  },
  {
    message: 'fix: off-by-one in batch chunking',
    files: {
      'pkg/batch/chunk.go': '-\tfor i := 0; i <= len(xs); i += n {\n+\tfor i := 0; i < len(xs); i += n {',
    },
  },
  { message: 'flag new_banner: off->on', kind: 'flag', service: 'web' },
  { message: 'flag suggestions_sidebar: off->on', kind: 'flag', service: 'web' },
]

/** A dozen of them, other ones for each name, spread over the two hours. */
export function fillers(name: string): MadeChange[] {
  const start = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7)
  return Array.from({ length: 13 }, (_, index) => {
    const which = (start + index * 5) % pool.length
    const at = 3 + ((start + index * 17) % 110)
    const one = pool[which] ?? {}
    return {
      id: `filler-${which}`,
      ...one,
      written: at,
      ...(one.service !== undefined && { deployed: at + 2 }),
    }
  })
}
