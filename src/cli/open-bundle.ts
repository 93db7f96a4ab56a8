import { systemClock } from '../lib/clock.ts'
import { BundleError } from '../telemetry/bundle/layout.ts'
import { type Bundle, loadBundle } from '../telemetry/bundle/load.ts'
import { type Invocation, type Option, UsageError } from './command.ts'

/** Options of every command that reads an evidence bundle instead of a file. */
export const bundleOptions = {
  bundle: { type: 'string', value: 'DIR', summary: 'read an evidence bundle instead of FILE' },
  service: { type: 'string', value: 'NAME', summary: 'with --bundle: only this service' },
} as const satisfies Record<string, Option>

/**
 * Hands the bundle of --bundle to `use`; undefined when the option was not given.
 * @throws UsageError when a FILE was named too, the service is not in it, or it can not be read
 */
export async function withBundle<T>(
  invocation: Invocation,
  use: (bundle: Bundle, service: string | undefined) => Promise<T>,
): Promise<T | undefined> {
  const [folder, service] = [invocation.text('bundle'), invocation.text('service')]
  if (folder === undefined) {
    if (service !== undefined) throw new UsageError('--service goes with --bundle')
    return undefined
  }
  if (invocation.positionals.length > 0) throw new UsageError('name a FILE or a --bundle, not both')
  try {
    const bundle = await loadBundle(folder, { now: systemClock.now() })
    if (service !== undefined && !bundle.services.includes(service))
      throw new UsageError(`${folder} has no service "${service}"; keelway bundle show ${folder} lists them`)
    return await use(bundle, service)
  } catch (error) {
    if (error instanceof BundleError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}
