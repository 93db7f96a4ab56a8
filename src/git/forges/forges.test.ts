import { describe, expect, test } from 'vitest'
import { forgeOf } from './access.ts'
import { forgeContract } from './forge.contract.ts'
import { github } from './github.ts'
import { githubServer } from './github.world.ts'
import { gitlab } from './gitlab.ts'
import { gitlabServer } from './gitlab.world.ts'

const project = 'shop/deploy'

describe('github', () => {
  forgeContract(githubServer, ({ api }, token) => github(fetch, { api, project, token }))

  test('changes that a reviewer wants are told, and an approval of many is among the first thousand', async () => {
    await using server = await githubServer()
    const { repository } = server
    repository.commit({ a: '1' })
    repository.git('branch', 'x')
    const forge = github(fetch, { api: server.api, project, token: 'forge-token' })
    const signal = new AbortController().signal
    await forge.open({ branch: 'x', into: 'main', title: 't', body: '' }, signal)
    for (let i = 0; i < 130; i++) server.review(1, 'ann', 'COMMENTED')
    server.review(1, 'bob', 'APPROVED')
    server.review(1, 'BOB', 'CHANGES_REQUESTED')
    expect(await forge.reviews(1, signal)).toMatchObject([{ login: 'BOB', verdict: 'changes-wanted' }])
  })
})

describe('gitlab', () => {
  forgeContract(gitlabServer, ({ api }, token) => gitlab(fetch, { api, project, token }))
})

describe('the forge of a repository', () => {
  const asked: string[] = []
  const record = async (url: string) => {
    asked.push(url)
    return new Response('[]')
  }
  const secret = (data: Record<string, string>) => ({
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  })
  const urlFor = async (repository: string, data: Record<string, string>) => {
    asked.length = 0
    const forge = forgeOf(repository, secret(data), record)
    await forge?.find('b', 'main', new AbortController().signal)
    return asked[0]?.split('?')[0]
  }

  test('is known by its host, or told by the Secret', async () => {
    expect(await urlFor('https://github.com/shop/deploy.git', { password: 't' })).toBe(
      'https://api.github.com/repos/shop/deploy/pulls',
    )
    expect(await urlFor('git@gitlab.com:shop/group/deploy.git', { forgeToken: 't' })).toBe(
      'https://gitlab.com/api/v4/projects/shop%2Fgroup%2Fdeploy/merge_requests',
    )
    expect(
      await urlFor('https://git.example.com/shop/deploy', {
        password: 't',
        forge: 'gitlab',
        forgeApi: 'https://git.example.com/api/v4/',
      }),
    ).toBe('https://git.example.com/api/v4/projects/shop%2Fdeploy/merge_requests')
    expect(
      await urlFor('/srv/deploy', {
        forgeToken: 't',
        forge: 'github',
        forgeApi: 'https://ghe.example.com/api/v3',
        forgeProject: 'a/b',
      }),
    ).toBe('https://ghe.example.com/api/v3/repos/a/b/pulls')
  })

  test('is none without a token or for a host that nobody knows', () => {
    expect(forgeOf('https://github.com/a/b', undefined, record)).toBeUndefined()
    expect(forgeOf('https://git.example.com/a/b', secret({ password: 't' }), record)).toBeUndefined()
    expect(forgeOf('/srv/deploy', secret({ password: 't' }), record)).toBeUndefined()
  })

  test.each([
    [{ forge: 'gitea', forgeToken: 't' }, 'use github or gitlab'],
    [{ forge: 'gitlab', forgeToken: 't' }, 'set key forgeApi'],
    [{ forge: 'gitlab', forgeToken: 't', forgeApi: 'file:///etc' }, 'set key forgeApi'],
    [{ forge: 'github', forgeToken: 't', forgeApi: 'https://x', forgeProject: '../admin' }, 'forgeProject'],
  ])('with %j is refused', (data, why) => {
    expect(() => forgeOf('https://git.example.com/shop/deploy', secret(data as never), record)).toThrow(why)
  })
})
