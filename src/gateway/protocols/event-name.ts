const head = '{"type":"'

/** The `type` of an event's data, which is also its name on the wire. Nearly always it stands first. */
export function eventName(data: string): string {
  if (data.startsWith(head)) {
    const end = data.indexOf('"', head.length)
    const name = data.slice(head.length, end)
    if (end > 0 && !name.includes('\\')) return name
  }
  const { type } = JSON.parse(data) as { type?: unknown }
  return typeof type === 'string' ? type : 'message'
}
