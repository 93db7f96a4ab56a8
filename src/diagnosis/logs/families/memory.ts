import type { Family } from '../family.ts'

const kinds: readonly (readonly [RegExp, string, string])[] = [
  [
    /OutOfMemoryError: (?:Java heap space|GC overhead)|java\.lang\.OutOfMemoryError/,
    'its Java heap is full (OutOfMemoryError)',
    'Look for what grows in a heap dump; set -XX:MaxRAMPercentage to fit the limit.',
  ],
  [
    /JavaScript heap out of memory|Reached heap limit|Allocation failed - JavaScript/,
    'its Node.js heap is full',
    'Look for what grows in a heap snapshot; set --max-old-space-size to fit the limit.',
  ],
  [
    /\bMemoryError\b/,
    'Python got no more memory (MemoryError)',
    'Read the data in parts, or raise the limit.',
  ],
  [
    /OOM command not allowed when used memory/,
    'Redis is at maxmemory',
    'Raise maxmemory, or choose an eviction policy.',
  ],
  [
    /Out of memory: Kill(?:ed)? process|oom-kill|OOMKilled|Memory cgroup out of memory|invoked oom-killer/i,
    'the kernel killed it for using more than its memory limit (OOM)',
    'Compare its use with the limit, look for a leak, then raise the limit.',
  ],
  [
    /out of memory|cannot allocate memory|ENOMEM|std::bad_alloc|OutOfMemoryException|memory allocation (?:of \d{1,19} bytes )?failed|runtime: out of memory|CUDA out of memory|could not allocate/i,
    'it got no more memory (out of memory)',
    'Compare its use with the limit, look for what grows, then raise the limit.',
  ],
  [
    /^(?:\S{1,80}: )?Killed\.?$|(?:exit(?:ed)?(?: with)? (?:code|status)|signal)[ :=]{1,3}(?:137|9)\b|\bSIGKILL\b/,
    'it was killed (SIGKILL), most often because its memory limit was reached',
    'Compare its use with the limit, look for what grows, then raise the limit.',
  ],
  [
    /memory (?:usage |limit )?(?:is )?(?:critical|exceeded|exhausted)|exceed(?:s|ed|ing) (?:the )?memory limit|memory pressure|memory leak/i,
    'its memory use is at its limit',
    'Compare its use with the limit and look for what grows.',
  ],
]

/** Memory ran out. */
export const memory: Family = {
  name: 'memory',
  class: 'memory',
  words: ['memory', 'oom', 'heap', 'bad_alloc', 'enomem', 'allocate', 'killed', '137', 'signal', 'sigkill'],
  read(text) {
    const [, means, fix] = kinds.find(([form]) => form.test(text)) ?? []
    if (means === undefined || fix === undefined) return undefined
    return {
      means: `runs out of memory: ${means}`,
      fix,
      tells: /SIGKILL|at its limit/.test(means) ? 0.7 : 0.93,
    }
  },
}
