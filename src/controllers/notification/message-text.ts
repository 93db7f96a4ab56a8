import type { ToldIncident } from './sender.ts'

/** What people should know first, in one line. */
export function headline({ severity, phase, title, entries }: ToldIncident): string {
  const what = entries.at(-1)?.what ?? ''
  const state = what === 'Reopened' || what === 'Escalated' || what === 'Acknowledged' ? what : phase
  return `[${severity} · ${state.toLowerCase()}] ${title}`
}

/** Facts below the headline, one a line. */
export function factLines(incident: ToldIncident): string[] {
  const { services, symptoms, entries, startedAt, acknowledgedBy, namespace, name } = incident
  return [
    ...(services.length > 0 ? [`Services: ${services.join(', ')}`] : []),
    `Since ${startedAt}`,
    ...(acknowledgedBy === undefined ? [] : [`${acknowledgedBy} is at it`]),
    ...symptoms.map(symptom => `• ${symptom}`),
    ...entries.slice(-10).map(({ at, what, message }) => `${at} ${what}: ${message}`),
    `Incident ${namespace}/${name}`,
  ]
}
