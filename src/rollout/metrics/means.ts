/** Running means per arm in this phase, for people to read; no decision uses them. */
export interface ArmMeans {
  stable: RunningMean
  candidate: RunningMean
}

export interface RunningMean {
  units: number
  sum: number
}

export const startArmMeans = (): ArmMeans => ({
  stable: { units: 0, sum: 0 },
  candidate: { units: 0, sum: 0 },
})

export function addToArm(mean: RunningMean, value: number): void {
  mean.units += 1
  mean.sum += value
}

/** Undefined where nothing was measured. */
export const meanOf = ({ units, sum }: RunningMean): number | undefined =>
  units === 0 ? undefined : sum / units
