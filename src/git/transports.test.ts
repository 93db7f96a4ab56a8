import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { needs } from '../../test/needs.ts'
import { systemClock } from '../lib/clock.ts'
import { addressOf, checkRef } from './address.ts'
import { createGit } from './command.ts'
import { said } from './failure.ts'
import { GitError } from './git.ts'
import { type FakeRepository, fakeRepository } from './repository.fake.ts'

const never = new AbortController().signal
const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'keelway-transports-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** `git http-backend` (CGI, RFC 3875) behind node:http with a password. */
async function httpRemote(repository: FakeRepository, password: string) {
  const processes: ChildProcess[] = []
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? '')
    const wanted = `Basic ${Buffer.from(`ada:${password}`).toString('base64')}`
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('wrong password')
      return
    }
    const url = new URL(request.url ?? '/', 'http://localhost')
    const child = spawn(backend, {
      env: {
        PATH: process.env.PATH ?? '',
        GIT_PROJECT_ROOT: repository.path,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'ada',
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    })
    processes.push(child)
    request.pipe(child.stdin)
    const chunks: Buffer[] = []
    child.stdout.on('data', chunk => chunks.push(chunk))
    child.on('close', () => {
      const answer = Buffer.concat(chunks)
      const end = answer.indexOf('\r\n\r\n')
      const headers = answer
        .toString('latin1', 0, end)
        .split('\r\n')
        .map(line => line.split(': ') as [string, string])
      const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
      response.writeHead(
        Number.parseInt(status, 10),
        Object.fromEntries(headers.filter(([name]) => name !== 'Status')),
      )
      response.end(answer.subarray(end + 4))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/.git`,
    seen,
    async [Symbol.asyncDispose]() {
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const withHttp = needs('git http-backend', existsSync(backend))

withHttp('a repository behind http with a password is fetched, read and pushed to', async () => {
  using repository = fakeRepository()
  const from = repository.commit({ 'a.yaml': 'good' })
  const base = repository.commit({ 'a.yaml': 'bad' })
  repository.git('config', 'http.receivepack', 'true')
  await using server = await httpRemote(repository, 'p4ss')
  await using git = createGit({ directory, clock: systemClock })
  const remote = { url: server.url, ref: 'main', credentials: { username: 'ada', password: 'p4ss' } }
  expect((await git.fetch(remote, never)).revision).toBe(base)
  expect(Buffer.from(await git.read(remote, from, 'a.yaml', 10, never)).toString()).toBe('good')
  const change = {
    branch: 'fix',
    base,
    from,
    paths: ['a.yaml'],
    message: 'revert',
    author: 'K <k@localhost>',
  }
  const pushed = await git.restore(remote, change, never)
  expect(repository.git('rev-parse', 'fix')).toBe(pushed)
  expect(await git.restore(remote, change, never)).toBe(pushed)
})

withHttp('a wrong password is said without the password, and is not retried', async () => {
  using repository = fakeRepository()
  repository.commit({ a: '1' })
  await using server = await httpRemote(repository, 'p4ss')
  await using git = createGit({ directory, clock: systemClock })
  const credentials = { username: 'ada', password: 'wr0ng-one' }
  const error = await git.fetch({ url: server.url, ref: 'main', credentials }, never).catch(caught => caught)
  expect(error).toBeInstanceOf(GitError)
  expect(error).toMatchObject({ retryable: false })
  expect(error.message).toMatch(/cannot fetch main of http:.*check the Secret named in spec\.credentials/)
  expect(error.message).not.toContain('wr0ng-one')
  const none = await git.fetch({ url: server.url, ref: 'main' }, never).catch(caught => caught)
  expect(none.message).toMatch(/check the Secret/)
})

withHttp('who has no password does not read what another one fetched into the cache', async () => {
  using repository = fakeRepository()
  const revision = repository.commit({ a: '1' })
  await using server = await httpRemote(repository, 'p4ss')
  await using git = createGit({ directory, clock: systemClock })
  const credentials = { username: 'ada', password: 'p4ss' }
  await git.fetch({ url: server.url, ref: 'main', credentials }, never)
  await expect(git.read({ url: server.url, ref: 'main' }, revision, 'a', 9, never)).rejects.toThrow(GitError)
})

test('a server that is away is worth another try', async () => {
  await using git = createGit({ directory, clock: systemClock })
  const error = await git
    .fetch({ url: 'http://127.0.0.1:1/x.git', ref: 'main' }, never)
    .catch(caught => caught)
  expect(error).toMatchObject({ name: 'GitError', retryable: true })
})

test('ssh gets key and host keys as private files that are gone afterwards, and nothing of the machine', async () => {
  using repository = fakeRepository()
  const revision = repository.commit({ a: '1' })
  const bin = mkdtempSync(join(directory, 'bin-'))
  const log = join(bin, 'log')
  // Stands in for ssh: writes down how it was called and runs the command here.
  writeFileSync(
    join(bin, 'ssh'),
    `#!/bin/sh
{ for a in "$@"; do printf '%s\\n' "$a"; done
  for a in "$@"; do case "$a" in */key) stat -c '%a' "$a"; cat "$a";; esac; done; env | grep -E '^(SSH_|HOME=)'
} >> '${log}'
for last in "$@"; do :; done
exec sh -c "$last"
`,
  )
  chmodSync(join(bin, 'ssh'), 0o755)
  const path = process.env.PATH
  process.env.PATH = `${bin}:${path}`
  try {
    await using git = createGit({ directory: join(directory, 'git'), clock: systemClock })
    const credentials = { privateKey: 'KEY', knownHosts: 'host ssh-ed25519 AAAA' }
    const remote = { url: `ssh://git@host.example.com${repository.path}/.git`, ref: 'main', credentials }
    expect((await git.fetch(remote, never)).revision).toBe(revision)
    expect(
      (await git.fetch({ ...remote, url: `git@host.example.com:${repository.path}/.git` }, never)).revision,
    ).toBe(revision)
  } finally {
    process.env.PATH = path
  }
  const called = readFileSync(log, 'utf8')
  for (const part of [
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    '600\nKEY\n',
    'git@host.example.com',
  ])
    expect(called).toContain(part)
  expect(called).not.toContain('SSH_AUTH_SOCK')
  expect(readdirSync(join(directory, 'git', 'keys'))).toEqual([])
})

test('ssh without a Secret is refused with what to do', async () => {
  await using git = createGit({ directory, clock: systemClock })
  await expect(git.fetch({ url: 'git@host.example.com:x.git', ref: 'main' }, never)).rejects.toThrow(
    /needs a Secret with privateKey and knownHosts/,
  )
})

test.each([
  'ext::sh -c touch% /tmp/pwned',
  'ext::a@b:c',
  'fd::17',
  '--upload-pack=touch /tmp/pwned',
  '-oProxyCommand=x',
  'ssh://-oProxyCommand=touch/x',
  '-u@host:path',
  'git@-host:path',
  'git@host:-path',
  'relative/path',
  'file://otherhost/path',
  'git://host/path',
  'ftp://host/path',
  '/a/../etc',
  'https://host/\n.git',
  '',
])('the address %j is refused', url => {
  expect(() => addressOf(url)).toThrow(GitError)
})

test('a password in a URL is refused without being repeated', () => {
  expect(() => addressOf('https://ada:hunter2@host/x')).toThrow(/put it in a Secret/)
  expect(() => addressOf('https://ada:hunter2@host/x')).not.toThrow(/hunter2/)
})

test.each([
  '-x',
  'a..b',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a@{1}',
  '.a',
  '/a',
  'a/',
  'a.lock',
  'a.lock/b',
  'a//b',
  'a?',
  'a*',
  'a[',
  'a\\b',
  'a\n',
  '',
])('the ref %j is refused', ref => {
  expect(() => checkRef(ref)).toThrow(GitError)
})

test('refs of every ordinary form are taken', () => {
  for (const ref of ['main', 'feature/x', 'v1.2.3', 'refs/heads/main', 'HEAD', 'ünïcode', 'a-b_c.d'])
    checkRef(ref)
})

test('what a server says is shown without credentials and control characters', () => {
  const text = `fatal: \u001b[31mhttps://ada:p4ss@host/ p4ss ${Buffer.from('ada:p4ss').toString('base64')}\nhint: no`
  const shown = said(text, { username: 'ada', password: 'p4ss' })
  for (const part of ['p4ss', '\u001b', 'hint']) expect(shown).not.toContain(part)
  expect(shown).toContain('https://***@host/')
})
