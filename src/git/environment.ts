import { join } from 'node:path'

/** Nothing of the machine's or the user's git set-up is used, nothing a repository holds is executed. */
export const configuration = `[core]
  hooksPath = /dev/null
  fsmonitor = false
  attributesFile = /dev/null
  excludesFile = /dev/null
  bigFileThreshold = 16m
[gc]
  auto = 0
[maintenance]
  auto = false
[fetch]
  recurseSubmodules = false
  writeCommitGraph = false
[submodule]
  recurse = false
[protocol]
  version = 2
[transfer]
  unpackLimit = 1
  bundleURI = false
[credential]
  helper =
[safe]
  directory = *
`

/** Environment of every git command: nothing asks, nothing is read from outside, no odd transport is taken. */
export function environment(home: string): Record<string, string> {
  const passed = ['PATH', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']
  const certificates = ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO']
  return {
    ...Object.fromEntries(
      [...passed, ...certificates].flatMap(name => {
        const value = process.env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'file:http:https:ssh',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
  }
}
