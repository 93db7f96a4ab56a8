import { startTestServer } from '../../test/api-server.ts'
import { caller } from './caller.fake.ts'

export const maps = '/api/v1/namespaces/default/configmaps'
export const prompts = '/apis/keelway.dev/v1alpha1/namespaces/default/prompts'

export const configMap = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: '1' },
  ...more,
})

export const prompt = (name: string, text = 'Hello.', metadata: object = {}) => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Prompt',
  metadata: { name, ...metadata },
  spec: { messages: [{ role: 'system', content: text }] },
})

/** A server in memory and its caller. */
export async function start() {
  const test = await startTestServer()
  return {
    ...caller(test.server),
    store: test.store,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

export const mergePatch = { contentType: 'application/merge-patch+json' }
