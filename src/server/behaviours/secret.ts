import type { Behaviour } from './behaviour.ts'

export const secret: Behaviour = {
  prepare(next) {
    const { stringData } = next
    if (typeof stringData !== 'object' || stringData === null) return
    const texts = Object.entries(stringData).filter(([, value]) => typeof value === 'string')
    // Values of another type stay, for admission to refuse.
    if (texts.length < Object.keys(stringData).length) return
    const encoded = texts.map(([key, value]) => [key, Buffer.from(value).toString('base64')])
    next.data = { ...(next.data as object | undefined), ...Object.fromEntries(encoded) }
    delete next.stringData
  },
}
