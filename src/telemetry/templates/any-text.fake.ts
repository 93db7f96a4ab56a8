import fc from 'fast-check'

/** Any UTF-16 codes, also those that make no character, with those that mean something to logs more often. */
export const anyText = (signs: string): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.nat(0xffff), fc.constantFrom(...Array.from(signs, sign => sign.charCodeAt(0)))), {
      maxLength: 100,
    })
    .map(codes => String.fromCharCode(...codes))
