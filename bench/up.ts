/**
 * How long `keelway up` takes until it is ready, on a fresh and on a used state directory, without npx, and the resident
 * memory of its processes when idle. Linux only (/proc).
 *
 *   node bench/up.ts [--runs 5] [--json]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean' } },
})
const program = new URL('../bin/keelway.js', import.meta.url).pathname
const directory = await mkdtemp(join(tmpdir(), 'keelway-bench-'))
const ports = ['--api-port', '0', '--gateway-port', '0', '--control-port', '0']
const readyMs: number[] = []
let memory = { controlMb: 0, gatewayMb: 0 }
try {
  for (let run = 0; run <= Number(values.runs); run++) {
    const began = performance.now()
    const up = spawn(process.execPath, [program, 'up', '--state', directory, '--json', ...ports], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(up.stdout, 'data')
    readyMs.push(Math.round(performance.now() - began))
    await pause(3000)
    const gateway = JSON.parse(readFileSync(join(directory, 'gateway/process.json'), 'utf8')) as {
      pid: number
    }
    memory = { controlMb: residentMb(up.pid ?? 0), gatewayMb: residentMb(gateway.pid) }
    up.kill('SIGTERM')
    await once(up, 'exit')
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
const [first = 0, ...later] = readyMs
const median = later.sort((a, b) => a - b)[Math.floor(later.length / 2)]
if (values.json) console.log(JSON.stringify({ firstMs: first, laterMs: median, ...memory }))
else
  console.log(
    `ready after ${first} ms on a fresh state directory, ${median} ms later (median of ${later.length}); idle ${memory.controlMb} MB control plane + ${memory.gatewayMb} MB gateway`,
  )

function residentMb(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}
