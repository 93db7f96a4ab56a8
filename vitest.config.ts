import './bin/node-version.js'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { skippedReporter } from './test/skipped.ts'

export default defineConfig({
  resolve: { alias: { 'fast-check': fileURLToPath(new URL('test/seeded-fast-check.ts', import.meta.url)) } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    reporters: ['default', skippedReporter()],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
