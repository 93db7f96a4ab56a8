import { type Family, groupOf } from '../family.ts'

const forms =
  /(?:migration|migrate|flyway|liquibase|alembic|schema (?:update|version)|changeset)[^\n]{0,120}(?:fail\w{0,4}|error|exception|mismatch|dirty|lock|conflict|pending|could not)|(?:failed|unable|error)[^\n]{0,60}\bmigrat(?:e|ion|ions|ing)\b|Dirty database version (\d{1,20})|Validate failed: Migration|Multiple head revisions/i

/** The schema could not be brought to the version of the code. */
export const migration: Family = {
  name: 'migration',
  class: 'data',
  words: [
    'migrat',
    'flyway',
    'liquibase',
    'alembic',
    'schema',
    'changeset',
    'dirty database',
    'head revisions',
  ],
  read(text) {
    const match = forms.exec(text)
    if (!match) return undefined
    const version =
      groupOf(match) ?? groupOf(/\b(V?\d[\w.]{0,40}__?\w{1,80}|version ["']?[\w.]{1,40})/.exec(text))
    return {
      means: `fails on a database migration${version ? ` (${version})` : ''}`,
      fix: 'Look at the statement that failed, mend it or the state that it met, and run the migration again before the code that needs it.',
      tells: 0.85,
    }
  },
}
