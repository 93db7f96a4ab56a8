import { remote } from '../lib/rpc.ts'
import type { EvidenceParts } from '../main/evidence.ts'
import { type BundleReader, bundleQuestions } from '../telemetry/bundle/writing.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { runningEndpoints } from './endpoints.ts'

/** Signals and calls of the system that runs on a state directory. @throws UsageError when none runs */
export async function remoteSignals(state: string): Promise<Omit<EvidenceParts, 'client'>> {
  const { control, controlToken } = await runningEndpoints(state)
  const endpoint = { url: control, token: controlToken }
  return {
    signals: remote<BundleReader>({ endpoint, service: 'signals', methods: bundleQuestions }),
    telemetry: remote<Pick<Telemetry, 'usage' | 'reviewed'>>({
      endpoint,
      service: 'telemetry',
      methods: ['usage', 'reviewed'],
    }),
  }
}
