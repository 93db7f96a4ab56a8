import {
  type Fields,
  fieldIn,
  flagIn,
  numberIn,
  pairsIn,
  pairsOf,
  rowsIn,
  timeOf,
  told,
  valueIn,
  wholeNumber,
} from '../described-field.ts'
import { podSpecOf } from './pod.ts'

type Parts = Record<string, unknown>

export const deployment = (fields: Fields): Parts => {
  const { desired, updated, total, available, unavailable } = countsIn(valueIn(fields, 'Replicas'))
  const [maxUnavailable, maxSurge] =
    /^(\S{1,20}) max unavailable, (\S{1,20}) max surge/
      .exec(valueIn(fields, 'RollingUpdateStrategy') ?? '')
      ?.slice(1)
      .map(amount => wholeOrShare(amount)) ?? []
  return {
    spec: {
      ...told({
        replicas: desired,
        selector: selectorIn(fields),
        minReadySeconds: numberIn(fields, 'MinReadySeconds'),
        strategy: told({
          type: valueIn(fields, 'StrategyType'),
          rollingUpdate: told({ maxUnavailable, maxSurge }),
        }),
        template: templateIn(fields),
      }),
    },
    status: {
      ...told({
        replicas: total,
        updatedReplicas: updated,
        availableReplicas: available,
        readyReplicas: available,
        unavailableReplicas: unavailable,
      }),
      conditions: conditionsIn(fields),
    },
  }
}

export const replicaSet = (fields: Fields): Parts => {
  const { current, desired } = countsIn(valueIn(fields, 'Replicas'))
  return {
    spec: { ...told({ replicas: desired, selector: selectorIn(fields), template: templateIn(fields) }) },
    status: { ...told({ replicas: current }), conditions: conditionsIn(fields) },
  }
}

export const statefulSet = (fields: Fields): Parts => {
  const { desired, total } = countsIn(valueIn(fields, 'Replicas'))
  const running = /(\d{1,9}) Running/.exec(valueIn(fields, 'Pods Status') ?? '')?.[1]
  const claims = fieldIn(fields, 'Volume Claims')
  return {
    spec: {
      ...told({
        replicas: desired,
        selector: selectorIn(fields),
        template: templateIn(fields),
        volumeClaimTemplates: claims && claimsOf(claims.fields),
      }),
    },
    status: {
      ...told({ replicas: total, readyReplicas: wholeNumber(running) }),
      conditions: conditionsIn(fields),
    },
  }
}

export const daemonSet = (fields: Fields): Parts => ({
  spec: { ...told({ selector: selectorIn(fields), template: templateIn(fields) }) },
  status: {
    ...told({
      desiredNumberScheduled: numberIn(fields, 'Desired Number of Nodes Scheduled'),
      currentNumberScheduled: numberIn(fields, 'Current Number of Nodes Scheduled'),
      numberAvailable: numberIn(fields, 'Number of Nodes Scheduled with Available Pods'),
      numberMisscheduled: numberIn(fields, 'Number of Nodes Misscheduled'),
    }),
  },
})

export const job = (fields: Fields): Parts => {
  const counts = (valueIn(fields, 'Pods Statuses') ?? '').split('/')
  const count = (word: string) => wholeNumber(counts.find(part => part.includes(word)))
  return {
    spec: {
      ...told({
        parallelism: numberIn(fields, 'Parallelism'),
        completions: numberIn(fields, 'Completions'),
        backoffLimit: numberIn(fields, 'Backoff Limit'),
        activeDeadlineSeconds: wholeNumber(valueIn(fields, 'Active Deadline Seconds')),
        suspend: flagIn(fields, 'Suspend'),
        selector: selectorIn(fields),
        template: templateIn(fields),
      }),
    },
    status: {
      ...told({
        active: count(' Active'),
        succeeded: count(' Succeeded'),
        failed: count(' Failed'),
        startTime: timeOf(valueIn(fields, 'Start Time')),
        completionTime: timeOf(valueIn(fields, 'Completed At')),
      }),
    },
  }
}

export const cronJob = (fields: Fields): Parts => ({
  spec: {
    ...told({
      schedule: valueIn(fields, 'Schedule'),
      timeZone: valueIn(fields, 'Time Zone'),
      suspend: flagIn(fields, 'Suspend'),
      concurrencyPolicy: valueIn(fields, 'Concurrency Policy'),
      startingDeadlineSeconds: wholeNumber(valueIn(fields, 'Starting Deadline Seconds')?.replace(/s$/, '')),
      jobTemplate: {
        spec: {
          ...told({
            backoffLimit: numberIn(fields, 'Backoff Limit'),
            parallelism: numberIn(fields, 'Parallelism'),
            completions: numberIn(fields, 'Completions'),
            template: templateIn(fields),
          }),
        },
      },
    }),
  },
  status: {
    ...told({
      lastScheduleTime: timeOf(valueIn(fields, 'Last Schedule Time')),
      active: valueIn(fields, 'Active Jobs')
        ?.split(',')
        .map(name => ({ name: name.trim() })),
    }),
  },
})

/** Type, status and reason, with a message where kubectl prints one. */
export const conditionsIn = (fields: Fields): Parts[] =>
  rowsIn(fieldIn(fields, 'Conditions')).flatMap(
    ({ Type: type, Status: status, Reason: reason, Message: message }) =>
      type && status
        ? [{ type, status, ...told({ reason: reason || undefined, message: message || undefined }) }]
        : [],
  )

function templateIn(fields: Fields): Parts | undefined {
  const field = fieldIn(fields, 'Pod Template')
  if (!field || field.fields.length === 0) return undefined
  return {
    metadata: { labels: pairsIn(field.fields, 'Labels') ?? {} },
    spec: podSpecOf(field.fields),
  }
}

/** `app=web,tier=front`; requirements of sets, such as `tier in (a,b)`, are left out with the whole selector. */
function selectorIn(fields: Fields): Parts | undefined {
  const text = valueIn(fields, 'Selector')
  if (text === undefined || /[( !]/.test(text)) return undefined
  return { matchLabels: pairsOf(text.split(/[,\n]/)) }
}

/** `1 desired | 1 updated | 0 unavailable`, or with slashes. */
const countsIn = (text = ''): Record<string, number | undefined> =>
  Object.fromEntries(
    text.split(/[|/]/).map(part => {
      const [count, word = ''] = part.trim().split(' ')
      return [word, wholeNumber(count)]
    }),
  )

const wholeOrShare = (text: string): string | number => (/^\d{1,9}$/.test(text) ? Number(text) : text)

/** `Name`, `StorageClass`, `Capacity` and so on, again for each claim. */
function claimsOf(fields: Fields): Parts[] {
  const claims: Parts[] = []
  let claim: Fields[number][] = []
  const finish = () => {
    const name = valueIn(claim, 'Name')
    if (name !== undefined)
      claims.push({
        metadata: { name },
        spec: {
          ...told({
            storageClassName: valueIn(claim, 'StorageClass'),
            accessModes: accessModesOf(valueIn(claim, 'Access Modes')),
            resources: told({ requests: told({ storage: valueIn(claim, 'Capacity') }) }),
          }),
        },
      })
    claim = []
  }
  for (const field of fields) {
    if (field.name === 'Name') finish()
    claim.push(field)
  }
  finish()
  return claims
}

const modes: Readonly<Record<string, string>> = {
  RWO: 'ReadWriteOnce',
  ROX: 'ReadOnlyMany',
  RWX: 'ReadWriteMany',
  RWOP: 'ReadWriteOncePod',
}

/** `[ReadWriteOnce]` or `RWO,ROX`. */
export const accessModesOf = (text: string | undefined): string[] | undefined =>
  text
    ?.replace(/[[\]]/g, '')
    .split(/[ ,]+/)
    .map(mode => modes[mode] ?? mode)
