import { detectorContract } from '../detector.contract.ts'
import { secrets } from './secrets.ts'

/** Put together here, so that no scanner of this repository takes them for real. */
const random = 'q7Zt0Rb4Kx9Lm2Wd8Vf3Hs6Np1Jc5Gy'
const long = random + random.toLowerCase() + [...random].reverse().join('')
const token = (prefix: string, length: number) => `${prefix}${long.slice(0, length)}`
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const pem = (kind: string, body: string) => `-----BEGIN ${kind}KEY-----\n${body}\n-----END ${kind}KEY-----`

detectorContract({
  detector: secrets,
  options: undefined,
  found: [
    { text: `id AKIA${'Q7ZT2RB4KX6LM2WD'} here`, zone: 'user', reason: 'aws-access-key' },
    { text: `aws_secret_access_key = ${token('', 40)}`, zone: 'tool', reason: 'aws-secret-key' },
    { text: `key=${token('AIza', 35)}`, zone: 'document', reason: 'gcp-api-key' },
    { text: `use ${token('ghp_', 36)}.`, zone: 'user', reason: 'github-token' },
    { text: `${token('glpat-', 20)}`, zone: 'output', reason: 'gitlab-token' },
    { text: `SLACK=${'xoxb'}-123456789012-${long.slice(0, 24)}`, zone: 'tool', reason: 'slack-token' },
    { text: `stripe ${token('sk_live_', 24)}`, zone: 'user', reason: 'stripe-key' },
    { text: `${token('sk-proj-', 60)}`, zone: 'user', reason: 'openai-key' },
    { text: `${token('sk-ant-api03-', 90)}`, zone: 'user', reason: 'anthropic-key' },
    { text: pem('RSA PRIVATE ', long), zone: 'document', reason: 'private-key' },
    {
      text: `Authorization: Bearer ${part({ alg: 'HS256' })}.${part({ sub: 'anna' })}.${long.slice(0, 43)}`,
      zone: 'tool',
      reason: 'jwt',
    },
    { text: 'postgres://app:t0p-Zebra9@db.internal:5432/app', zone: 'tool', reason: 'connection-string' },
    { text: 'password=Tr0ub4dor&3x', zone: 'user', reason: 'assigned-secret' },
    { text: '{"api_key": "9f8a7b6c5d4e3f2a1b0c"}', zone: 'tool', reason: 'assigned-secret' },
  ],
  clean: [
    { text: `AKIA${'IOSFODNN7EXAMPLE'} is the example of the manual`, zone: 'document' },
    { text: `xAKIA${'Q7ZT2RB4KX6LM2WD'}x is part of a longer word`, zone: 'document' },
    { text: `set ${'ghp_'}${'x'.repeat(36)}`, zone: 'document' },
    { text: 'the sk-learn library and the risk-averse-option-of-the-whole-market', zone: 'document' },
    { text: `commit ${'0a1b2c3d4e'.repeat(4)}`, zone: 'tool' },
    { text: pem('PUBLIC ', long), zone: 'document' },
    { text: 'eyJhbGciOi.eyJzdWIi.c2ln', zone: 'document' },
    { text: 'postgres://app:<PASSWORD>@db:5432/app and redis://user:password@host', zone: 'document' },
    { text: 'password = process.env.DB_PASSWORD; token: config.auth.token', zone: 'tool' },
    { text: 'The password: it must be changed every year. secret=changeme-please', zone: 'document' },
    { text: 'I forgot my password, how do I reset it?', zone: 'user' },
    { text: 'max_tokens=4096 next_token=CiAKGjBkYmE3', zone: 'tool' },
  ],
  refused: [{ kinds: ['nuclear-code'] }, { kinds: [] }, { only: 'jwt' }],
})
