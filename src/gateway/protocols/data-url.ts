/** Base64 with or without the head of a data: URL (RFC 2397). */
export function readDataUrl(data: string): { data: string; mediaType?: string } {
  const comma = data.startsWith('data:') ? data.indexOf(',', 5) : -1
  if (comma < 0) return { data }
  const mediaType = data.slice(5, comma).split(';', 1)[0]
  return { data: data.slice(comma + 1), ...(mediaType ? { mediaType } : {}) }
}
