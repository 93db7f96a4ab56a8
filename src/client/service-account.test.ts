import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { clusterOfPod } from './service-account.ts'

test('a pod finds its cluster in what Kubernetes mounts, anything else finds none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelway-'))
  try {
    writeFileSync(join(folder, 'ca.crt'), 'CA')
    writeFileSync(join(folder, 'namespace'), 'keelway\n')
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }
    expect(clusterOfPod(environment, folder)).toEqual({
      server: 'https://[fd00::1]:443',
      ca: 'CA',
      namespace: 'keelway',
      credentials: { type: 'token-file', file: join(folder, 'token') },
    })
    expect(clusterOfPod({}, folder)).toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
