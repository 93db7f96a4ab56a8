#!/usr/bin/env node
import './node-version.js'
import { existsSync } from 'node:fs'
// A namespace import: a name that an older Node lacks would fail before the version check speaks.
import * as nodeModule from 'node:module'

nodeModule.enableCompileCache?.()
const source = new URL('../src/cli/main.ts', import.meta.url)
const compiled = new URL('../dist/cli/main.js', import.meta.url)
const { main } = await import((existsSync(source) ? source : compiled).href)
await main(process.argv.slice(2))
