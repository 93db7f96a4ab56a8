import fc from '../node_modules/fast-check/lib/fast-check.js'

export * from '../node_modules/fast-check/lib/fast-check.js'

/**
 * fast-check as the tests get it: every run tries the same cases, so that a commit fails for what it changed. To look
 * for new ones: FAST_CHECK_SEED=$RANDOM npm test.
 */
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20_260_101) })

export default fc
