import { number, type SqlDatabase, text } from './sql-database.ts'

/**
 * Log templates become part of others when later lines show that a word is a value. Rows that mention such a template
 * then mean the other one: its id and text are written in its place, and everything counted adds up under one id.
 * @param current leads from an id to the one it became part of
 */
export async function followTemplates(database: SqlDatabase, current: (id: string) => string): Promise<void> {
  const rows = await database.read('select id, hash, template from templates')
  const texts = new Map(rows.map(({ hash, template }) => [text(hash), text(template)]))
  const moved = rows.flatMap(({ id, hash }) => {
    const now = current(text(hash))
    const template = texts.get(now)
    // Of the other one no line came yet.
    return now === text(hash) || template === undefined ? [] : [{ id: number(id), now, template }]
  })
  if (moved.length === 0) return
  await database.exclusively(async run => {
    for (const { id, now, template } of moved)
      await run(`update templates set hash = $1, template = $2 where id = ${id}`, [now, template])
  })
}
