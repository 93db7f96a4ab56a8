import { expect, test } from 'vitest'
import { admit } from '../admission.ts'
import type { Resource } from '../kind.ts'
import { Delivery } from './delivery.ts'

test.each([
  '/srv/git/x.git',
  'https://git.example.com/team/x@v1.git',
  'https://git.example.com:8443/a:b/x@y.git',
  'ssh://git@git.example.com/x.git',
  'git@git.example.com:team/x.git',
])('repository %s holds no password', repository => {
  expect(admit(Delivery, { ...(Delivery.example as Resource), spec: { repository } }).causes).toEqual([])
})
