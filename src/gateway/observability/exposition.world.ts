/** One sample of the text format of Prometheus. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/**
 * Reads the text format 0.0.4 strictly: every sample belongs to the metric whose HELP and TYPE stand above it, no sample
 * comes twice, buckets of a histogram only grow and end with +Inf that equals its count.
 * @throws Error with the line that is wrong
 */
export function parseExposition(text: string): { types: Map<string, string>; samples: Sample[] } {
  const types = new Map<string, string>()
  const samples: Sample[] = []
  const seen = new Set<string>()
  let current = ''
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  for (const line of text.split('\n')) {
    if (line === '') continue
    const meta = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line)
    if (meta) {
      const [, kind, name = '', rest = ''] = meta
      if (kind === 'HELP') {
        if (types.has(name)) throw new Error(`${name} is told twice`)
        current = name
        types.set(name, '')
      } else {
        if (name !== current || !/^(counter|gauge|histogram|summary|untyped)$/.test(rest))
          throw new Error(`wrong TYPE: ${line}`)
        types.set(name, rest)
      }
      continue
    }
    const sample = parseSample(line)
    if (baseName(sample.name, types.get(current)) !== current)
      throw new Error(`not below its own TYPE: ${line}`)
    const id = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`
    if (seen.has(id)) throw new Error(`twice: ${line}`)
    seen.add(id)
    samples.push(sample)
  }
  checkHistograms(types, samples)
  return { types, samples }
}

const baseName = (name: string, type: string | undefined): string =>
  type === 'histogram' || type === 'summary' ? name.replace(/_(bucket|sum|count)$/, '') : name

function parseSample(line: string): Sample {
  const found = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([-+]?(?:\d[\d.e+-]*|Inf)|Nan)$/.exec(line)
  if (!found) throw new Error(`no sample: ${line}`)
  const [, name = '', inner = '', value = ''] = found
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest)
    if (!label) throw new Error(`wrong labels: ${line}`)
    const [whole, key = '', text = ''] = label
    if (key in labels) throw new Error(`label ${key} twice: ${line}`)
    labels[key] = text
    rest = rest.slice(whole.length)
  }
  return { name, labels, value: Number(value.replace('+Inf', 'Infinity')) }
}

function checkHistograms(types: Map<string, string>, samples: Sample[]): void {
  for (const [name, type] of types) {
    if (type !== 'histogram') continue
    const series = new Map<string, Sample[]>()
    for (const sample of samples.filter(sample => baseName(sample.name, type) === name)) {
      const { le: _, ...labels } = sample.labels
      const key = JSON.stringify(Object.entries(labels).sort())
      series.set(key, [...(series.get(key) ?? []), sample])
    }
    for (const [key, all] of series) {
      const buckets = all.filter(sample => sample.name.endsWith('_bucket'))
      const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')))
      const counts = buckets.map(({ value }) => value)
      const count = all.find(sample => sample.name.endsWith('_count'))?.value
      const grows = (values: number[]) => values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0))
      if (!grows(bounds) || !grows(counts) || bounds.at(-1) !== Infinity || counts.at(-1) !== count)
        throw new Error(`histogram ${name}${key} is not one`)
    }
  }
}
