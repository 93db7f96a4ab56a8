/**
 * Tells the events of the runtime's own writes from everybody else's, so that a status write does not wake the object
 * it was written for. An event may arrive before the write's answer: events of a key are held while one is under way.
 */
export class OwnWrites {
  /** Versions written whose event has not arrived. */
  readonly #versions = new Map<string, string>()
  /** Versions of the events held for keys with a write under way. */
  readonly #held = new Map<string, string[]>()

  begin(key: string): void {
    this.#held.set(key, [])
  }

  /** Ends a write, with the version it made if it made one; true when events of others were held. */
  end(key: string, version: string | undefined): boolean {
    const held = this.#held.get(key) ?? []
    this.#held.delete(key)
    if (version !== undefined && !held.includes(version)) this.#versions.set(key, version)
    return held.some(other => other !== version)
  }

  /** Whether the key is to be woken for an event with this version. */
  wakes(key: string, version: string): boolean {
    const held = this.#held.get(key)
    if (held) {
      held.push(version)
      return false
    }
    const own = this.#versions.get(key)
    this.#versions.delete(key)
    return own !== version
  }

  forget(key: string): void {
    this.#versions.delete(key)
  }
}
