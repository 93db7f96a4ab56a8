import { mkdtemp, rm, stat } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Incident } from '../api/kinds/incident.ts'
import { caseOf } from '../diagnosis/case.ts'
import { channels } from '../diagnosis/channels.ts'
import { diagnose as diagnoseCase } from '../diagnosis/diagnose.ts'
import { systemClock } from '../lib/clock.ts'
import { bundleSources, toldOf, windowOf } from '../main/evidence.ts'
import { BundleError } from '../telemetry/bundle/layout.ts'
import { loadBundle } from '../telemetry/bundle/load.ts'
import { writeBundle } from '../telemetry/bundle/write.ts'
import { memorySignals } from '../telemetry/signals/memory-signals.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { connect, connectionOptions, kubeconfigClient } from './connection.ts'
import { diagnosisText } from './diagnosis-text.ts'
import { remoteSignals } from './remote-signals.ts'

const liveMs = 3_600_000

export const diagnose: Command = {
  name: 'diagnose',
  summary: 'Say what is wrong, where and why, with the evidence, the likeliest cause first.',
  arguments: ['BUNDLE_DIR_OR_INCIDENT?'],
  options: {
    live: { type: 'boolean', summary: 'look at the objects and Events of the current kubeconfig' },
    out: { type: 'string', value: 'DIR', summary: 'keep the evidence of an incident or of --live here' },
    ...connectionOptions,
  },
  help: [
    'A folder is an evidence bundle: keelway bundle create writes one. The same bundle gives the same answer, without',
    'server, network or language model. An Incident is diagnosed from what is known of it now. --live reads a cluster',
    '(--kubeconfig, $KUBECONFIG or ~/.kube/config) and changes nothing.',
    'Exit code 0 whether or not something is wrong.',
  ].join('\n'),
  async run(invocation) {
    const [target] = invocation.positionals
    if (invocation.flag('live') === (target !== undefined))
      throw new UsageError('name a bundle or an Incident, or give --live; see keelway diagnose --help')
    try {
      await using evidence = await evidenceOf(target, invocation)
      const bundle = await loadBundle(evidence.folder, { now: systemClock.now() })
      const diagnosis = diagnoseCase(await caseOf(bundle), channels)
      invocation.out(invocation.json ? JSON.stringify(diagnosis) : diagnosisText(diagnosis))
      return 0
    } catch (error) {
      if (error instanceof BundleError) throw new UsageError(error.message, { cause: error })
      throw error
    }
  },
}

interface Folder extends AsyncDisposable {
  folder: string
}

/** The folder with the evidence; one that was only made for this is removed afterwards. */
async function evidenceOf(target: string | undefined, invocation: Invocation): Promise<Folder> {
  if (target !== undefined && (await stat(target).catch(() => undefined))?.isDirectory())
    return { folder: target, [Symbol.asyncDispose]: async () => undefined }
  const kept = invocation.text('out')
  const temporary = kept === undefined ? await mkdtemp(join(tmpdir(), 'keelway-evidence-')) : undefined
  const folder = kept ?? join(temporary ?? '', 'bundle')
  const remove = async () => {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true })
  }
  try {
    if (target === undefined) await writeLive(invocation, folder)
    else await writeIncident(target, invocation, folder)
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, [Symbol.asyncDispose]: remove }
}

async function writeIncident(name: string, invocation: Invocation, folder: string): Promise<void> {
  if (/[/\\.]/.test(name)) throw new UsageError(`there is no folder ${name}`)
  const client = await connect(invocation)
  const incident = await client.find(Incident, name, client.namespace)
  if (!incident)
    throw new UsageError(
      `there is no folder and no Incident ${client.namespace}/${name}; keelway incident lists them`,
    )
  const query = { ...windowOf(incident, systemClock.now()), incident: toldOf(incident) }
  const parts = await remoteSignals(invocation.required('state'))
  await writeBundle(query, bundleSources({ ...parts, client }), folder)
}

async function writeLive(invocation: Invocation, folder: string): Promise<void> {
  const file = invocation.text('kubeconfig') ?? (process.env.KUBECONFIG || join(homedir(), '.kube', 'config'))
  const now = systemClock.now()
  const telemetry = { usage: async () => [], reviewed: async () => [] }
  const sources = bundleSources({ signals: memorySignals(), telemetry, client: kubeconfigClient(file) })
  await writeBundle({ from: now - liveMs, to: now }, sources, folder)
}
