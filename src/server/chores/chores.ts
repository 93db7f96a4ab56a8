import type { Backend } from '../backend.ts'
import { createStandingNamespaces } from './standing-namespaces.ts'

/** Starts what the server does by itself. */
export async function startChores(
  backend: Backend,
  onError: (error: unknown) => void,
): Promise<AsyncDisposable> {
  void onError
  await createStandingNamespaces(backend)
  return { [Symbol.asyncDispose]: async () => {} }
}
