/** Points of one course, and how many values each of them averages. */
const POINTS = 8
const STEP = 6
/** Values of one course. */
export const COURSE = POINTS * STEP
const MOST_COURSES = 64
/** Courses further apart than this, in usual spreads of the series, are different ones. */
const DIFFERENT = 0.5
/** How far a known course moves towards one like it. */
const RATE = 0.1

/**
 * Courses the series has taken: prototypes of its last 48 values, made when nothing known is near, as in adaptive
 * resonance (Carpenter, Grossberg and Rosen 1991) with the distance of nearest neighbours on lag vectors
 * (Burnaev and Ishimtsev, arXiv:1608.04585).
 */
export interface Shape {
  /** The last values, and sums over the last STEP of them at each time. */
  values: Float64Array
  sums: Float64Array
  points: number
  courses: Float64Array[]
  /** Index of the next course to be replaced, oldest first. */
  oldest: number
  course: Float64Array
}

export const shape = (): Shape => ({
  values: new Float64Array(STEP),
  sums: new Float64Array(COURSE),
  points: 0,
  courses: [],
  oldest: 0,
  course: new Float64Array(POINTS),
})

/** Forgets the unfinished course, when values are missing. */
export function interrupt(shape: Shape): void {
  shape.values.fill(0)
  shape.points = 0
}

/**
 * Takes in a value and says how far the last course is from every course met before, in usual spreads on a
 * logarithmic scale. Level matters: a usual course at an unusual level is far.
 */
export function courseDistance(shape: Shape, value: number, middle: number, spread: number): number {
  const { values, sums, course, courses } = shape
  values[shape.points % STEP] = value
  let sum = 0
  for (const kept of values) sum += kept
  sums[shape.points % sums.length] = sum
  shape.points++
  if (shape.points <= sums.length || !(spread > 0)) return 0
  for (let i = 0; i < POINTS; i++) {
    const deviation = ((sums[(shape.points - 1 - i * STEP) % sums.length] ?? 0) / STEP - middle) / spread
    course[i] = Math.sign(deviation) * Math.log1p(Math.abs(deviation))
  }
  const { distance, nearest } = search(courses, course)
  if (shape.points % STEP === 0) learn(shape, distance > DIFFERENT ? undefined : nearest)
  return nearest === undefined ? 0 : distance
}

function search(courses: readonly Float64Array[], course: Float64Array) {
  let least = Number.POSITIVE_INFINITY
  let nearest: Float64Array | undefined
  for (const known of courses) {
    let square = 0
    for (let i = 0; i < POINTS && square < least; i++) square += ((course[i] ?? 0) - (known[i] ?? 0)) ** 2
    if (square < least) {
      least = square
      nearest = known
    }
  }
  return { distance: Math.sqrt(least / POINTS), nearest }
}

function learn(shape: Shape, nearest: Float64Array | undefined): void {
  const { course, courses } = shape
  if (nearest !== undefined) {
    for (let i = 0; i < POINTS; i++)
      nearest[i] = (nearest[i] ?? 0) + RATE * ((course[i] ?? 0) - (nearest[i] ?? 0))
  } else if (courses.length < MOST_COURSES) courses.push(course.slice())
  else {
    courses[shape.oldest % MOST_COURSES] = course.slice()
    shape.oldest++
  }
}
