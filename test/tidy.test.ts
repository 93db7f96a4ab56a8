import { describe, expect, test } from 'vitest'
import { staleFiles } from '../scripts/generate.ts'
import { admit } from '../src/api/admission.ts'
import { apiVersionOf, type Resource } from '../src/api/kind.ts'
import { kinds } from '../src/api/kinds/index.ts'
import { openApiV3 } from '../src/api/openapi.ts'
import { helpOf } from '../src/cli/command.ts'
import { commands } from '../src/cli/commands.ts'
import { files as everyFile, imports, isTestFile, matches } from './source-files.ts'

/** What no other tool checks about this code base. Each message says what to do instead. */
const files = everyFile.filter(({ path }) => path !== 'test/tidy.test.ts')
const sources = files.filter(({ path }) => path.startsWith('src/'))

describe('layers', () => {
  /** The files of a stage that others may import: contracts, and pure functions over values. */
  const contracts = [
    /^gates\/(gate|criteria|test-set-uses)\.ts$/,
    /^gates\/(conditions|scorers|judge)\//,
    /^rollout\//,
    /^gateway\/(gateway|snapshot)\.ts$/,
    /^gateway\/(prompt\.ts|prompts\/)/,
    /^gateway\/accounting\/(counter|budget-window|period)\.ts$/,
    /^gateway\/guardrails\/groundedness\//,
    /^telemetry\/telemetry\.ts$/,
    /^telemetry\/signals\/(signal|signal-store)\.ts$/,
    /^telemetry\/(slo|drift|symptoms|templates|anomalies)\//,
    /^telemetry\/bundle\/(load|layout|incident|metric-table|topology)\.ts$/,
    /^telemetry\/intake\/kubernetes-snapshot\//,
    /^diagnosis\/(diagnosis|channel|case|channels|diagnose)\.ts$/,
    /^skills\/(skill|orchestrator)\.ts$/,
    /^policy\//,
    /^models\/(model|train)\.ts$/,
    /^git\/(git|remote|forges\/forge)\.ts$/,
    /^ledger\/ledger\.ts$/,
    /^store\/blobs\.ts$/,
    /^controllers\/runtime\//,
  ]
  const stage = [/^(lib|api|client)\//, ...contracts]
  const layers: Record<string, readonly RegExp[]> = {
    lib: [],
    api: [/^lib\//],
    store: [/^lib\//, /^api\/errors\.ts$/],
    client: [/^(lib|api)\//],
    server: [/^(lib|api)\//, /^policy\/admission\//, /^store\/(store|blobs)\.ts$/, /^client\/transport\.ts$/],
    ...Object.fromEntries(
      'git controllers gates rollout gateway models telemetry diagnosis skills policy ledger'
        .split(' ')
        .map(name => [name, stage]),
    ),
    cli: [/./],
    'main.ts': [/./],
    main: [/./],
  }
  const area = (path: string) => path.split('/')[0] ?? path
  /** A reconciler's folder is a room of its own; the list of them sees all. */
  const room = (path: string) => path.match(/^controllers\/[^/]+\//)?.[0] ?? `${area(path)}/`

  test('point one way: lib, api, client, stages, main; stages know contracts only', () => {
    const wrong = imports.filter(({ from, to }) => {
      if (to === undefined || to.startsWith(room(from)) || from === 'controllers/index.ts') return false
      return !layers[area(from)]?.some(allowed => allowed.test(to))
    })
    expect(
      wrong.map(({ at, to }) => `${at}: imports ${to}; import a contract and let main hand in the rest`),
    ).toEqual([])
  })

  test('leave api free of Node, so that it runs in a browser', () => {
    const reached = new Set(imports.filter(({ from }) => from.startsWith('api/')).map(({ from }) => from))
    for (const path of reached)
      for (const { from, to } of imports) if (from === path && to !== undefined) reached.add(to)
    const allowed = /^(\.|zod$|@bufbuild\/(cel|re2)(\/|$))/
    const wrong = imports.filter(({ from, specifier }) => reached.has(from) && !allowed.test(specifier))
    expect(
      wrong.map(({ at, specifier }) => `${at}: imports ${specifier}; api has zod, CEL and RE2 only`),
    ).toEqual([])
  })

  test('load commands lazily', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        /^cli\/(main|command|commands)\.ts$/.test(from) && to && !/^cli\/commands?\.ts$/.test(to),
    )
    expect(
      wrong.map(({ at, to }) => `${at}: imports ${to}; load it in commands.ts with await import`),
    ).toEqual([])
  })
})

describe('names and words', () => {
  test('say what a file is about', () => {
    const wrong = files.filter(({ path }) =>
      /(^|[/-])(utils?|helpers?|common|misc|shared|stuff)([./-]|$)/.test(
        path.replace(/^docs\/|^deploy\//, ''),
      ),
    )
    expect(
      wrong.map(({ path }) => `${path}: name it after the noun it is about, beside its user or in lib`),
    ).toEqual([])
    const shapes = sources.filter(
      ({ path }) => !/^src\/([a-z0-9-]+\/)*([a-z0-9.-]+\.ts|README\.md)$/.test(path),
    )
    expect(shapes.map(({ path }) => `${path}: file names are kebab-case`)).toEqual([])
  })

  test.each([
    [/\bvendors?\b/gi, 'say provider'],
    [/\b(poller|sync job|event handler)s?\b/gi, 'say informer, watch or reconciler'],
    [/(?<!request ?)\bentit(y|ies)\b/gi, 'say kind, resource or object'],
    [/\bparentId\b/g, 'say ownerReference'],
    [/\brule engine\b/gi, 'say admission or policy'],
    [/\bblockers?\b/gi, 'say gate'],
    [/\bdeploy jobs?\b/gi, 'say rollout'],
    [/\b(KPI|event soup)s?\b/g, 'say metric'],
    [/\b(whitelist|blacklist|master branch)\b/gi, 'say allowed, refused, main'],
    [/\b(TODO|FIXME|XXX|HACK)\b/g, 'do it, or leave it out and say so in docs'],
    [/(?<![\w.~-])\/(work|home|root|Users)\/\w+/g, 'a path of one machine has no place here'],
  ])('%s has another word', (pattern, advice) => {
    const written = files.filter(({ path }) => !path.startsWith('docs/reference/'))
    expect(matches(written, pattern, advice)).toEqual([])
  })
})

describe('habits', () => {
  const tests = files.filter(({ path }) => /\.(test|contract)\.ts$/.test(path))
  const shipped = sources.filter(({ path }) => !isTestFile(path))
  const clocked = [...sources, ...tests].filter(({ path }) => !/^src\/(lib\/|main\.ts|main\/)/.test(path))

  test('time, chance and the network are handed in', () => {
    const wrong = matches(
      clocked,
      /(?<![.\w#'])(Date\.now|setTimeout|setInterval|Math\.random)\b|\bnew Date\(\)/g,
      'take a Clock or Random of src/lib',
    )
    const network = matches(
      shipped.filter(file => clocked.includes(file)),
      /(await |return |= |\(|=> |globalThis\.)fetch\(/g,
      'take the function that calls, from main',
    )
    expect([...wrong, ...network]).toEqual([])
  })

  test('tests go through the door and all of them run', () => {
    expect(
      matches(tests, /\bvi\.(mock|spyOn)\(/g, 'use the real thing, or a fake beside its contract'),
    ).toEqual([])
    expect(
      matches(tests, /\b(test|it|describe)\.(only|skip|todo)\b/g, 'run it, or use needs() of test/needs.ts'),
    ).toEqual([])
  })

  test('no catch is empty', () => {
    const empty = /catch\s*(\([^)]*\)\s*)?\{\s*\}/g
    expect(
      matches(shipped, empty, 'name the error that is expected and rethrow others, or say why in the block'),
    ).toEqual([])
  })

  test('no source has more than 400 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > 401)
    expect(long.map(({ path }) => `${path}: split it at its second idea`)).toEqual([])
  })
})

describe('kinds and commands', () => {
  test('every field of every kind says what it is for, in a sentence', () => {
    const lacking: string[] = []
    const walk = (schema: Record<string, unknown>, path: string): void => {
      for (const [name, member] of Object.entries(schema.properties ?? {})) {
        if (!/[.:)]$/.test(member.description ?? '')) lacking.push(`${path}.${name}: needs describe('… .')`)
        walk(member, `${path}.${name}`)
      }
      for (const key of ['items', 'additionalProperties'])
        if (schema[key]) walk(schema[key] as Record<string, unknown>, `${path}[]`)
    }
    for (const groupVersion of new Set(kinds.map(apiVersionOf))) {
      const { components } = openApiV3(kinds, groupVersion) as {
        components: { schemas: Record<string, object> }
      }
      for (const [name, schema] of Object.entries(components.schemas)) walk({ ...schema }, name)
    }
    expect(lacking).toEqual([])
  })

  test.each(kinds.map(kind => [kind.kind, kind] as const))(
    '%s has a summary and an example that is admitted',
    (_, kind) => {
      const { causes, unknownFields } = admit(kind, kind.example as Resource)
      expect({ causes, unknownFields, summary: kind.summary.endsWith('.') }).toEqual({
        causes: [],
        unknownFields: [],
        summary: true,
      })
    },
  )

  test.each(commands.map(entry => [entry.name, entry] as const))(
    'keelway %s has help for itself and each option',
    async (name, entry) => {
      const command = await entry.load()
      expect(command.name, 'the name in commands.ts and in the command are one').toBe(name)
      expect(entry.summary).not.toBe('')
      expect(Object.entries(command.options).filter(([, { summary }]) => !summary)).toEqual([])
      expect(helpOf(command)).toContain(`keelway ${name}`)
    },
  )

  test('generated files are what the code gives', async () => {
    expect(await staleFiles(), 'run npm run gen and commit what changes').toEqual([])
  })
})
