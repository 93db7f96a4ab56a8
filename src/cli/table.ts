/** Columns set apart by two spaces, all but the first and those of words to the right. */
export function tableText(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map(row => row.map(String))]
  const width = head.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const numeric = head.map((_, column) =>
    rows.every(row => /^(-|\$?[\d.]+( %| tokens)?)$/.test(String(row[column] ?? ''))),
  )
  return cells
    .map(row =>
      row
        .map((cell, column) =>
          numeric[column] && column > 0 ? cell.padStart(width[column] ?? 0) : cell.padEnd(width[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
