/** Programs that images and scripts commonly call. */
const commands =
  'apk apt apt-get ash awk aws az base64 bash busybox bzip2 cargo cat chmod chown celery cmake cp curl cut date dd df diff dig django-admin docker dotnet du echo env find flask flyway gcc gcloud git go gradle grep gunicorn gunzip gzip head helm host hostname id java jq kill kubectl ln ls make mkdir mount mv mvn mysql mysqldump nc netstat nginx node npm npx nslookup openssl perl pg_dump pg_isready php pip pip3 ping pnpm ps psql pwd python python3 rails rake redis-cli redis-server rm rsync ruby sed sh sleep sort ssh su sudo supervisord tail tar tee terraform test timeout touch tr uvicorn vi wget which xargs yarn yq zip'.split(
    ' ',
  )

/** A well-known command that is one slip of the hand away; two for words of six letters and more. */
export function nearestCommand(word: string): string | undefined {
  const name = (word.split('/').at(-1) ?? '').toLowerCase()
  if (name.length < 3 || name.length > 20 || commands.includes(name)) return undefined
  const allowed = name.length >= 6 ? 2 : 1
  const near = commands
    .map(command => ({ command, distance: distanceOf(name, command) }))
    .filter(({ distance, command }) => distance <= allowed && command.length > 2)
    .sort(
      (a, b) =>
        a.distance - b.distance ||
        Number(b.command[0] === name[0]) - Number(a.command[0] === name[0]) ||
        (a.command < b.command ? -1 : 1),
    )
  return near[0]?.command
}

/** Damerau's distance with adjacent letters swapped (optimal string alignment). */
export function distanceOf(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      row.push(least)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
