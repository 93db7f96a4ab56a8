import type { Resource } from '../../api/kind.ts'

/** What Kubernetes does for one of its own kinds beyond what a schema says. */
export interface Behaviour {
  /** Changes an object in place on its way to be checked and stored. */
  prepare?(next: Resource, previous: Resource | undefined): void
  /** What has to be emptied, beside metadata.finalizers, before the object goes away. */
  finalizers?(object: Resource): readonly string[]
  /** Why this object may never be deleted. */
  protects?(name: string): string | undefined
}
