/** Codes of shells and of signals, as 128 and the signal's number (gnu.org/software/bash/manual, Exit Status). */
const meanings: Readonly<Record<number, string>> = {
  0: 'it ends by itself with success, though it should go on running',
  1: 'its program failed: look at its last log lines',
  2: 'it was called wrongly or is misconfigured',
  126: 'its command cannot be executed (no permission or no program)',
  127: 'its command is not found',
  132: 'the processor does not know an instruction of it (built for another one)',
  134: 'it aborted itself',
  136: 'an arithmetic fault in native code',
  137: 'it was killed (SIGKILL)',
  139: 'a memory fault in native code (segmentation fault)',
  143: 'it was asked to end (SIGTERM)',
}

/** What an exit code says. */
export const exitMeaning = (code: number | undefined, reason = ''): string =>
  code === 128 && /StartError|ContainerCannotRun/.test(reason)
    ? 'its command cannot be started (executable not found, or not runnable)'
    : ((code === undefined ? undefined : meanings[code]) ?? 'its program failed')
