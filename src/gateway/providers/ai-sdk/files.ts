import type { LanguageModelV4FilePart } from '@ai-sdk/provider'
import type { Part } from '../../canonical/request.ts'
import { ProviderError } from '../provider.ts'

interface Files {
  title: string
  urls: Readonly<Record<string, RegExp[]>>
}

/**
 * An image, recording or file in the SDK's form. A URL goes on only where the service fetches it itself; the gateway
 * never does, as it stands inside the network that a client may not reach.
 * @throws ProviderError naming the part
 */
export function fileOf(part: Part, at: string, { title, urls }: Files): LanguageModelV4FilePart {
  switch (part.type) {
    case 'image':
      return image(part.url, at, title, urls)
    case 'audio':
      return {
        type: 'file',
        mediaType: `audio/${part.format === 'mp3' ? 'mpeg' : part.format}`,
        data: { type: 'data', data: part.data },
      }
    case 'file':
      if (part.data === undefined) break
      return {
        type: 'file',
        mediaType: part.mediaType ?? 'application/pdf',
        data: { type: 'data', data: part.data },
        ...(part.name === undefined ? {} : { filename: part.name }),
      }
    default:
  }
  throw refused(
    at,
    title,
    part.type === 'file' ? 'a file that is not in the request itself' : `a ${part.type} part`,
  )
}

function image(
  url: string,
  at: string,
  title: string,
  urls: Readonly<Record<string, RegExp[]>>,
): LanguageModelV4FilePart {
  const data = dataUrl(url)
  if (data) return { type: 'file', ...data }
  const patterns = [...(urls['*'] ?? []), ...(urls['*/*'] ?? []), ...(urls['image/*'] ?? [])]
  if (!URL.canParse(url) || !patterns.some(pattern => pattern.test(url.toLowerCase())))
    throw refused(at, title, 'an image by URL: send it as data: URL')
  return { type: 'file', mediaType: 'image', data: { type: 'url', url: new URL(url) } }
}

/** `data:image/png;base64,…` (RFC 2397). */
function dataUrl(url: string): Pick<LanguageModelV4FilePart, 'mediaType' | 'data'> | undefined {
  if (!url.startsWith('data:')) return undefined
  const comma = url.indexOf(',')
  const [mediaType = '', ...flags] = url.slice(5, comma).split(';')
  if (comma < 0 || !flags.includes('base64')) return undefined
  return { mediaType: mediaType || 'image', data: { type: 'data', data: url.slice(comma + 1) } }
}

const refused = (at: string, title: string, what: string): ProviderError =>
  new ProviderError('unsupported_by_provider', `${at}: ${title} does not take ${what}`)
