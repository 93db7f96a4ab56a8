import type { Reporter, TestCase } from 'vitest/node'

/** Says at the end which tests were left out and what they need, so that a green run does not hide it. */
export const skippedReporter = (): Reporter => {
  const skipped: string[] = []
  return {
    onTestCaseResult(test: TestCase) {
      if (test.result().state === 'skipped') skipped.push(test.fullName)
    },
    onTestRunEnd() {
      for (const name of skipped) process.stdout.write(`${name}\n`)
    },
  }
}
