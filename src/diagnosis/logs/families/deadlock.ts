import type { Family } from '../family.ts'

const forms =
  /deadlock (?:detected|found|victim)|deadlock(?:ed)?\b|Lock wait timeout exceeded|could not obtain lock|database is locked|lock timeout|canceling statement due to lock/i

/** Transactions or threads wait for one another. */
export const deadlock: Family = {
  name: 'deadlock',
  class: 'error',
  words: ['deadlock', 'lock wait', 'obtain lock', 'is locked', 'lock timeout'],
  read(text) {
    if (!forms.test(text) || /no deadlock/i.test(text)) return undefined
    const dead = /deadlock/i.test(text)
    const parties = [...text.matchAll(/\b((?:transaction|process|thread|tx|txn)[ #:=_-]{0,3}[\w-]{1,60})/gi)]
      .map(([, id]) => id)
      .filter(id => /\d/.test(id ?? ''))
    return {
      means: dead
        ? `has a deadlock${parties.length > 0 ? ` (${[...new Set(parties)].slice(0, 3).join(', ')})` : ''}: transactions wait for each other's locks`
        : 'waits for a lock that another transaction holds too long (lock timeout)',
      fix: 'Take locks in the same order everywhere, keep transactions short, and retry what the database gave up.',
      tells: 0.92,
    }
  },
}
