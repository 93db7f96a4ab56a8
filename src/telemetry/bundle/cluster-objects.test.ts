import { expect, test } from 'vitest'
import { ApiError } from '../../api/errors.ts'
import type { Kind } from '../../api/kind.ts'
import type { Client } from '../../client/client.ts'
import { clusterObjects } from './cluster-objects.ts'

const forbidden = ['Secret']

function client(...served: string[]): Pick<Client, 'serves' | 'list'> {
  const list = async ({ kind }: Kind) => {
    if (forbidden.includes(kind)) throw new ApiError('Forbidden', 'not yours')
    return { items: [{ metadata: { name: `a-${kind.toLowerCase()}` } }], resourceVersion: '1' }
  }
  return { serves: async () => new Set(served), list: list as unknown as Client['list'] }
}

test('objects say what they are, though items of lists do not', async () => {
  const found = await Array.fromAsync(clusterObjects(client('v1/Pod', 'apps/v1/Deployment'), () => {}))
  expect(found).toEqual([
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a-pod' } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a-deployment' } },
  ])
})

test('what may not be listed is left out and said', async () => {
  const leftOut: string[] = []
  const found = await Array.fromAsync(
    clusterObjects(client('v1/Secret', 'v1/Pod'), what => void leftOut.push(what)),
  )
  expect(found.map(({ kind }) => kind)).toEqual(['Pod'])
  expect(leftOut).toEqual(['objects of kind Secret: not yours'])
})
