/** A variable without which a script does not do its work. */
export interface NeededVariable {
  name: string
  /** It ends with an error; else it only says that something is missing. */
  ends: boolean
}

const most = { branch: 500, script: 20_000 } as const

/** Set in every container, or by Kubernetes. */
const given = /^(HOME|PATH|HOSTNAME|PWD|USER|SHELL|TERM|KUBERNETES_\w+|\w+_SERVICE_(HOST|PORT))$/

/** Variables that a script demands: `${NAME:?…}`, a test for being empty that exits or complains, `os.environ["NAME"]`. */
export function neededVariables(text: string): NeededVariable[] {
  const script = text.slice(0, most.script)
  const found = new Map<string, boolean>()
  const add = (name: string | undefined, ends: boolean) => {
    if (name && !given.test(name)) found.set(name, ends || (found.get(name) ?? false))
  }
  for (const [, name] of script.matchAll(/\$\{([A-Za-z_]\w{0,99}):?\?/g)) add(name, true)
  for (const [, name] of script.matchAll(/os\.environ\[["']([A-Za-z_]\w{0,99})["']\]/g)) add(name, true)
  for (const match of script.matchAll(
    /(?:\[\[?|test) +(?:-z +"?\$\{?([A-Za-z_]\w{0,99})(?::-)?\}?"?|"\$\{?([A-Za-z_]\w{0,99})(?::-)?\}?" *==? *(?:""|''))/g,
  )) {
    const after = script.slice(match.index + match[0].length, match.index + match[0].length + most.branch)
    const branch = after.split(/\b(?:else|elif|fi)\b/, 1)[0] ?? ''
    if (/\bexit +[1-9]/.test(branch)) add(match[1] ?? match[2], true)
    else if (/undefined|missing|not set|unset|not defined|required|must be|error/i.test(branch))
      add(match[1] ?? match[2], false)
  }
  const own = assignedIn(script)
  return [...found]
    .filter(([name]) => !own.has(name))
    .map(([name, ends]) => ({ name, ends }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

const assignedIn = (script: string): Set<string | undefined> =>
  new Set([
    ...[...script.matchAll(/(?:^|[\s;&|(])([A-Za-z_]\w{0,99})=/g)].map(([, name]) => name),
    ...[...script.matchAll(/\b(?:for|read|read -r) +([A-Za-z_]\w{0,99})\b/g)].map(([, name]) => name),
  ])
