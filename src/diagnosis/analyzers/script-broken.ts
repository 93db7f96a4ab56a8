import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { knownImage, runsAsBuilt } from './images.ts'
import { seenOf } from './seen.ts'
import { scriptOf, syntaxFault } from './shell.ts'
import { readWords } from './shell-words.ts'
import { containersOf, type View, type Workload } from './view.ts'
import { called, containerCalled, fieldOf, plain, quoted, sentences } from './wording.ts'

/** Programs that scripts of containers call; a word that is nearly one of them and none that is known is a typo. */
const usual = new Set(
  (
    'wget curl echo sleep cat grep sed awk ls cp mv rm mkdir touch chmod chown find tar gzip unzip date env export printf test true false exit python python3 node npm java go ruby perl ' +
    'bash sh nginx redis-server redis-cli psql mysql mongo mongosh kubectl helm nslookup dig ping nc netstat head tail sort uniq wc cut tr xargs tee seq kill ps top df du free ' +
    'while until for if do done then fi else elif case esac set unset read source eval exec trap wait cd pwd return shift local break continue time type which id whoami hostname uname sync dd yes openssl base64 md5sum sha256sum apk apt apt-get yum pip pip3 make git ssh scp stress stress-ng timeout watch nohup su sudo ln stat basename dirname expr let'
  ).split(' '),
)

/** The command of a container can not do what it says. */
export const scriptBroken: Analyzer = {
  name: 'script-broken',
  finds:
    'The command of a container has a shell syntax error, misspells a program, always ends with an error, or is none where the image needs one.',
  unless: 'The pods run well.',
  rules: ['script-syntax', 'command-misspelt', 'script-exits', 'command-ends-at-once'],
  *look(view) {
    for (const workload of view.workloads)
      for (const { container, path, init } of containersOf(workload)) {
        const of = `${called(workload)}: ${init ? 'init ' : ''}${containerCalled(container.name)}`
        const found = faultIn(view, workload, container, of, init)
        if (!found) continue
        const seen = seenOf(view, workload)
        yield {
          ...{ class: 'crash', object: workload, observed: seen !== undefined, explains: workload.pods },
          ...found,
          strength: seen ? strengths.told : found.strength,
          statement: sentences(found.statement, seen?.text),
          evidence: [
            fieldOf(
              workload.object,
              `${path}/command`,
              plain([...(container.command ?? []), ...(container.args ?? [])].join(' '), 250) || 'none',
            ),
            ...(seen?.evidence ?? []),
          ],
        }
      }
  },
}

type Found = Pick<Suspicion, 'rule' | 'statement' | 'strength'>

function faultIn(
  _view: View,
  workload: Workload,
  container: Workload['spec']['containers'][number],
  of: string,
  init: boolean,
): Found | undefined {
  const script = scriptOf(container)
  const fault = script && workload.declared ? syntaxFault(script.text) : undefined
  if (fault)
    return {
      rule: 'script-syntax',
      strength: strengths.broken,
      statement: sentences(
        `${of} runs a script with a syntax error: ${fault.text} in line ${fault.line}, so it ends at once with exit code 2`,
      ),
    }
  const typo = typoIn(container, script?.text)
  if (typo)
    return {
      rule: 'command-misspelt',
      strength: strengths.likely,
      statement: sentences(
        `${of} calls ${quoted(typo.word)}, a command that is not found (exit code 127, executable file not found)`,
        `It may be a typo of ${quoted(typo.meant)}`,
      ),
    }
  const [, code] =
    /^(?:\s*(?:echo\b[^\n;&|]{0,300}|sleep \d{1,5}|set -\w{1,5})\s*(?:;|&&|\n))*\s*exit\s+(\d{1,3})\s*;?\s*$/.exec(
      script?.text.slice(0, 5_000) ?? '',
    ) ?? []
  if (code !== undefined && Number(code) !== 0)
    return {
      rule: 'script-exits',
      strength: strengths.likely,
      statement: sentences(
        `${of} runs a script that always ends with exit code ${code}${workload.finite ? ', so it fails each time' : ', so it crashes again and again (CrashLoopBackOff)'}`,
      ),
    }
  if (runsAsBuilt(container) && knownImage(container)?.idle && !workload.finite && !init && workload.declared)
    return {
      rule: 'command-ends-at-once',
      strength: strengths.possible,
      statement: sentences(
        `${of} runs image ${quoted(container.image ?? '')} without a command: a shell without input that ends at once, so the container is restarted again and again (CrashLoopBackOff, exit code 0)`,
      ),
    }
  return undefined
}

function typoIn(
  { command = [], args = [] }: Workload['spec']['containers'][number],
  script: string | undefined,
): { word: string; meant: string } | undefined {
  const programs =
    script === undefined
      ? [command[0] ?? (command.length === 0 ? undefined : args[0])].filter(word => word !== undefined)
      : readWords(script)
          .words.filter(({ command: at, quoted: inQuotes }) => at && !inQuotes)
          .map(({ text }) => text)
  const functions = new Set(
    [...(script ?? '').matchAll(/(?:^|[\n;])\s*(?:function\s+)?([A-Za-z_]\w{0,60})\s*\(\)/g)].map(
      ([, name]) => name,
    ),
  )
  for (const program of programs) {
    const word = program.split('/').at(-1) ?? ''
    if (!/^[a-z][a-z0-9-]{2,20}$/.test(word) || usual.has(word) || functions.has(word)) continue
    const meant = [...usual].find(name => name.length >= 4 && oneEdit(word, name))
    if (meant) return { word, meant }
  }
  return undefined
}

/** Words that are programs although they are one letter away from another. */
const real = new Set(
  'nod gold mak gi pin fid hat nodes cats tests echoes date data sett tests gofmt nodejs mysqld nginxs caton teem pythons'.split(
    ' ',
  ),
)

/** One letter left out, put in, changed, or two exchanged. */
function oneEdit(word: string, name: string): boolean {
  if (real.has(word) || Math.abs(word.length - name.length) > 1) return false
  let at = 0
  while (at < word.length && word[at] === name[at]) at++
  const [a, b] = [word.slice(at), name.slice(at)]
  if (a.slice(1) === b || a === b.slice(1)) return true
  // Another letter is often another program; two exchanged ones seldom.
  return a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2)
}
