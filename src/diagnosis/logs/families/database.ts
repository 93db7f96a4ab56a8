import { type Family, groupOf } from '../family.ts'

interface Form {
  form: RegExp
  means: (what: string) => string
  fix: (what: string) => string
}

const schema = (what: string): string =>
  `Run the migration that makes ${what || 'it'}, or bring code and schema to the same version.`

const forms: readonly Form[] = [
  {
    form: /(?:relation|table) ["'`]?([\w.$-]{1,150})["'`]? (?:does not|doesn't) exist|no such table: ([\w.]{1,150})|Table '([\w.$-]{1,150})' doesn't exist|Invalid object name '([\w.]{1,150})'|ORA-00942/i,
    means: what => `queries the table ${what || '(not told)'}, which does not exist in the database`,
    fix: schema,
  },
  {
    form: /column ["'`]?([\w.]{1,150})["'`]? (?:of relation \S{1,150} )?does not exist|Unknown column '([\w.]{1,150})'|no such column: ([\w.]{1,150})/i,
    means: what => `queries the column ${what}, which does not exist in the database`,
    fix: schema,
  },
  {
    form: /syntax error at or near "?([^"\s]{1,80})|You have an error in your SQL syntax|near "([^"]{1,80})": syntax error|ORA-00933|SQLSyntaxErrorException|(?:query|sql|statement)\b.{0,100}syntax error|syntax error.{0,100}\b(?:query|sql|SELECT|INSERT|UPDATE|DELETE)\b/i,
    means: what => `sends a query with a syntax error to the database${what ? ` (near ${what})` : ''}`,
    fix: () => 'Mend the query in the code.',
  },
  {
    form: /duplicate key value violates unique constraint "([^"]{1,150})"|Duplicate entry .{1,200} for key '([^']{1,150})'|UNIQUE constraint failed: ([\w.]{1,150})|E11000 duplicate key|violates (?:foreign key|check|not-null|unique) constraint "?([\w.]{0,150})/i,
    means: what => `writes a row that breaks a constraint of the database${what ? ` (${what})` : ''}`,
    fix: () =>
      'See why the same key is written twice or a row lacks what it refers to: a sequence behind its table, a retry without idempotence, or missing data.',
  },
  {
    form: /database "([^"]{1,100})" does not exist|Unknown database '([^']{1,100})'|Cannot open database "([^"]{1,100})"/i,
    means: what => `asks for the database ${what}, which does not exist`,
    fix: what => `Create ${what}, or mend its name in the configuration.`,
  },
  {
    form: /(?:read-only transaction|cannot execute \w{1,20} in a read-only|--read-only option|READONLY You can't write|NotWritablePrimary|not master and slaveOk)/i,
    means: () => 'writes to a database that is read-only, such as a replica',
    fix: () => 'Send writes to the primary, and see whether a failover happened.',
  },
  {
    form: /numeric field overflow|value too long for type|Data too long for column '([^']{1,100})'|out of range|invalid input syntax for (?:type )?(\w{1,40})|Incorrect \w{1,20} value/i,
    means: what => `writes a value that the database does not take${what ? ` (${what})` : ''}`,
    fix: () => 'Compare the value with the type of the column.',
  },
]

/** The database answers, and refuses. */
export const database: Family = {
  name: 'database',
  class: 'data',
  words: [
    'exist',
    'syntax',
    'constraint',
    'duplicate',
    'column',
    'database',
    'read-only',
    'readonly',
    'no such table',
    'object name',
    'ora-',
    'master',
    'primary',
    'overflow',
    'too long',
    'invalid input',
    'sql',
    'incorrect',
    'out of range',
  ],
  read(text) {
    const found = forms.find(({ form }) => form.test(text))
    if (!found) return undefined
    if (/out of range/i.test(text) && !/\b(sql|column|database|insert|type)\b/i.test(text)) return undefined
    const what = groupOf(found.form.exec(text)) ?? ''
    return { means: found.means(what), fix: found.fix(what), tells: what ? 0.9 : 0.8 }
  },
}
