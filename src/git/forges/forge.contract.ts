import { expect, test } from 'vitest'
import { type Forge, ForgeError } from './forge.ts'
import { type ForgeServer, TOKEN } from './forge.world.ts'

const never = new AbortController().signal

/** What every forge does, against a server that answers as the forge documents. */
export function forgeContract(
  start: () => Promise<ForgeServer>,
  forgeOn: (server: ForgeServer, token: string) => Forge,
): void {
  const scene = async () => {
    const server = await start()
    const { repository } = server
    repository.commit({ a: '1' })
    repository.git('checkout', '--quiet', '-b', 'keelway/x')
    const head = repository.commit({ a: '2' })
    repository.git('checkout', '--quiet', 'main')
    return { server, repository, head, forge: forgeOn(server, TOKEN) }
  }
  const request = { branch: 'keelway/x', into: 'main', title: 'Raise it', body: 'Why.' }

  test('a pull request is opened once, found by its branch, and brought in line', async () => {
    const { server, forge, head } = await scene()
    await using _ = server
    expect(await forge.find('keelway/x', 'main', never)).toBeUndefined()
    const opened = await forge.open(request, never)
    expect(opened).toEqual({ number: 1, url: expect.stringContaining('/1'), state: 'open', head })
    expect(await forge.open(request, never)).toEqual(opened)
    expect(await forge.find('keelway/x', 'main', never)).toEqual(opened)
    expect(await forge.find('keelway/x', 'other', never)).toBeUndefined()
    await forge.open({ ...request, title: 'Raise it more' }, never)
    expect(server.pulls).toMatchObject([{ title: 'Raise it more', body: 'Why.' }])
  })

  test('a lost answer, or somebody who was faster, makes no second one', async () => {
    const { server, forge } = await scene()
    await using _ = server
    const create = { method: 'POST', path: /^(\/pulls)?$/ }
    server.next(create.method, create.path, { status: 502, after: true })
    await expect(forge.open(request, never)).rejects.toMatchObject({ name: 'ForgeError', retryable: true })
    expect((await forge.open(request, never)).number).toBe(1)
    // The list did not show it yet when it was asked.
    server.next('GET', /^(\/pulls)?$/, { status: 200, body: [] })
    expect((await forge.open(request, never)).number).toBe(1)
    expect(server.pulls).toHaveLength(1)
  })

  test('reviews are the last word of each person', async () => {
    const { server, forge } = await scene()
    await using _ = server
    const { number } = await forge.open(request, never)
    server.review(number, 'Zoe', 'APPROVED')
    server.review(number, 'bob', 'APPROVED')
    server.review(number, 'bob', 'DISMISSED')
    server.review(number, 'carl', 'COMMENTED')
    expect(await forge.reviews(number, never)).toMatchObject([{ login: 'Zoe', verdict: 'approved' }])
  })

  test('it is merged at the head that was meant, once', async () => {
    const { server, repository, forge, head } = await scene()
    await using _ = server
    const { number } = await forge.open(request, never)
    const wanted = { head, title: 'Merge it' }
    await expect(forge.merge(number, { ...wanted, head: '1'.repeat(40) }, never)).rejects.toMatchObject({
      name: 'ForgeError',
      status: 409,
      retryable: false,
    })
    server.next('PUT', /\/merge$/, { status: 500, after: true })
    await expect(forge.merge(number, wanted, never)).rejects.toBeInstanceOf(ForgeError)
    const merged = await forge.merge(number, wanted, never)
    expect(merged).toMatchObject({ state: 'merged', head, mergedAs: repository.git('rev-parse', 'main') })
    expect(repository.git('rev-list', '--merges', '--count', 'main')).toBe('1')
    expect(await forge.find('keelway/x', 'main', never)).toMatchObject({ state: 'merged' })
  })

  test('it is closed once, and says why', async () => {
    const { server, forge } = await scene()
    await using _ = server
    const { number } = await forge.open(request, never)
    await forge.close(number, 'not wanted', never)
    await forge.close(number, 'not wanted', never)
    expect(server.pulls).toMatchObject([{ state: 'closed', comments: ['not wanted'] }])
    expect(await forge.find('keelway/x', 'main', never)).toMatchObject({ state: 'closed' })
    const again = await forge.open(request, never)
    expect(again).toMatchObject({ number: 2, state: 'open' })
  })

  test('refusals say what to do and never the token', async () => {
    const { server } = await scene()
    await using _ = server
    const wrong = forgeOn(server, 'secret-but-wrong')
    const error = await wrong.open(request, never).catch(caught => caught)
    expect(error).toMatchObject({ name: 'ForgeError', status: 401, retryable: false })
    expect(error.message).toMatch(/401 Bad credentials; check the token in the Secret/)
    expect(error.message).not.toContain('secret-but-wrong')
    const forge = forgeOn(server, TOKEN)
    server.next('GET', /./, { status: 429, headers: { 'retry-after': '30' }, body: { message: 'slow down' } })
    server.next('GET', /^$/, { status: 429, body: { message: 'slow down' } })
    await expect(forge.find('keelway/x', 'main', never)).rejects.toMatchObject({ retryable: true })
    server.next('POST', /^(\/pulls)?$/, { status: 200, body: { surprise: true } })
    await expect(forge.open(request, never)).rejects.toThrow('not as documented')
    server.next('POST', /^(\/pulls)?$/, { status: 307, headers: { location: 'http://127.0.0.1:1/' } })
    await expect(forge.open(request, never)).rejects.toMatchObject({ status: 307 })
  })
}
