/** The package has no types of its own. */
declare module 'snappyjs' {
  export function compress(bytes: Uint8Array): Uint8Array
  export function uncompress(bytes: Uint8Array, most?: number): Uint8Array
}
