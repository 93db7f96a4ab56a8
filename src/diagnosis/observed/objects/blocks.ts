const MAX_LINES = 100_000

/**
 * Lines of `Command:` and `Args:` of each container in a description, as they stand there: a script has lines that look
 * like fields, and their order matters. Keys are the container's name and the field's.
 */
export function commandBlocks(text: string): Map<string, string[]> {
  const blocks = new Map<string, string[]>()
  let container: { name: string; indent: number } | undefined
  let inContainers: number | undefined
  let block: { lines: string[]; indent: number } | undefined
  for (const line of text.split('\n', MAX_LINES)) {
    const indent = line.length - line.trimStart().length
    const blank = line.trim() === ''
    if (block) {
      if (blank || indent > block.indent) {
        block.lines.push(line)
        continue
      }
      block = undefined
    }
    if (blank) continue
    if (/^\s{0,9}(?:Init |Ephemeral )?Containers:\s*$/.test(line)) {
      inContainers = indent
      container = undefined
      continue
    }
    if (inContainers === undefined) continue
    if (indent <= inContainers) {
      inContainers = undefined
      container = undefined
    } else if (!container || indent <= container.indent) {
      const name = /^\s{1,9}([\w.-]{1,253}):\s*$/.exec(line)?.[1]
      container = name === undefined ? undefined : { name, indent }
    } else {
      const field = /^\s{2,20}(Command|Args):\s*$/.exec(line)?.[1]
      if (field === undefined) continue
      block = { lines: [], indent }
      blocks.set(`${container.name}/${field}`, block.lines)
    }
  }
  return new Map([...blocks].map(([key, lines]) => [key, dedented(lines)]))
}

function dedented(lines: readonly string[]): string[] {
  const [first = ''] = lines
  const indent = first.length - first.trimStart().length
  const all = lines.map(line => line.slice(Math.min(indent, line.length - line.trimStart().length)))
  return all.slice(0, all.findLastIndex(line => line.trim() !== '') + 1)
}
