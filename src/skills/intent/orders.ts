/** Orders that nothing here carries out: what begins like one is refused, whatever it resembles. */
const verbs = [
  ...[
    'delete',
    'destroy',
    'wipe',
    'purge',
    'truncate',
    'erase',
    'uninstall',
    'exec',
    'execute',
    'ssh',
    'kubectl',
    'helm',
  ],
  ...[
    'curl',
    'sudo',
    'restart',
    'reboot',
    'shutdown',
    'drain',
    'cordon',
    'evict',
    'approve',
    'merge',
    'grant',
    'decrypt',
  ],
]
const forbidden = ['kubectl', 'sudo', 'password', 'passwords', 'credentials', 'credential']
const polite = [
  'please',
  'pls',
  'can',
  'could',
  'would',
  'you',
  'just',
  'now',
  'quickly',
  'simply',
  'hey',
  'so',
  'i',
  'want',
  'to',
]

/** Whether a question is such an order, or asks for what must not be shown. */
export function isForbidden(words: readonly string[]): boolean {
  const first = words.find(word => !polite.includes(word))
  return (first !== undefined && verbs.includes(first)) || words.some(word => forbidden.includes(word))
}
