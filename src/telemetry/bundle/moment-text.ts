/** RFC 3339 with as many digits of the second as are needed, to the microsecond. */
export function momentText(at: number): string {
  const whole = Math.floor(at)
  const micros = Math.round((at - whole) * 1000)
  if (micros === 1000) return momentText(whole + 1)
  const text = new Date(whole).toISOString()
  if (micros > 0) return text.replace('Z', `${String(micros).padStart(3, '0')}Z`)
  return text.replace('.000Z', 'Z')
}
