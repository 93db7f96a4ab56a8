import type { Family } from '../family.ts'

const forms =
  /address already in use|EADDRINUSE|port (?:\d{1,5} )?(?:is )?already (?:in use|allocated|bound)|Only one usage of each socket address|Failed to bind to|bind\(\) to \S{1,80} failed|cannot assign requested address|EADDRNOTAVAIL/i

/** Another process has its port. */
export const portInUse: Family = {
  name: 'port-in-use',
  class: 'port',
  words: ['in use', 'eaddr', 'already', 'bind', 'usage of each socket', 'assign requested'],
  read(text) {
    if (!forms.test(text)) return undefined
    const port = /(?::|port |listen on )(\d{2,5})\b/i.exec(text)?.[1]
    if (/permission denied/i.test(text))
      return {
        means: `may not listen on port ${port ?? 'below 1024'}: permission denied`,
        fix: 'Listen on a port from 1024 on, or give the capability NET_BIND_SERVICE.',
        tells: 0.9,
      }
    return {
      means: `can not listen on port ${port ?? '(not told)'}: the address is already in use`,
      fix: 'See which process or sidecar of the pod (or of the host, with hostNetwork) has the port, and give one of them another.',
      tells: port ? 0.92 : 0.8,
    }
  },
}
