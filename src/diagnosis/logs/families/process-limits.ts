import type { Family } from '../family.ts'

const forms =
  /too many open files|EMFILE|ENFILE|unable to create (?:new )?native thread|can't start new thread|Resource temporarily unavailable|pthread_create|fork: (?:retry|Cannot)|EAGAIN.{0,40}fork|ulimit|nofile|inotify.{0,60}(?:limit|no space)|user limit .{0,30}inotify|thread pool (?:is )?(?:exhausted|full)|RejectedExecutionException|thread starvation/i

/** Threads, processes or file descriptors ran out. */
export const processLimits: Family = {
  name: 'process-limits',
  class: 'error',
  words: [
    'open files',
    'emfile',
    'enfile',
    'thread',
    'temporarily unavailable',
    'fork',
    'ulimit',
    'nofile',
    'inotify',
    'rejectedexecution',
  ],
  read(text) {
    if (!forms.test(text)) return undefined
    const files = /files|EMFILE|ENFILE|nofile|inotify/i.test(text)
    return {
      means: files
        ? 'has too many open files: no file descriptors are left'
        : 'can start no more threads or processes: a limit is reached',
      fix: files
        ? 'Look for files and sockets that are not closed; then raise the limit (ulimit -n).'
        : 'Look for what starts them without end; then raise the limit (pids, pool size).',
      tells: 0.88,
    }
  },
}
