import { type Family, groupOf } from '../family.ts'

const forms =
  /(?:json|xml|yaml|protobuf|avro|csv|toml)[^\n]{0,60}(?:parse|decode|unmarshal|deseriali[sz]|invalid|malformed|unexpected)|(?:parse|decode|unmarshal|deseriali[sz])\w{0,6}[^\n]{0,60}(?:fail|error|exception|invalid|unable|cannot)|(?:fail\w{0,4}|error|unable|cannot|could not)[^\n]{0,20}(?:to )?(?:parse|pars|decode|unmarshal|deseriali[sz]|convert|cast)\w{0,4}|JsonParseException|JSONDecodeError|Unexpected token|InvalidFormatException|NumberFormatException|UnrecognizedPropertyException|ValidationError|schema (?:validation|mismatch)|UnicodeDecodeError|invalid character/i
const field =
  /(?:field|property|column|key|attribute|member) ["'`]?([\w.[\]-]{1,120})|Go struct field ([\w.]{1,120})|["']([\w.-]{1,80})["'] is (?:a )?required/i

/** Data is not of the form that is expected. */
export const parsing: Family = {
  name: 'parsing',
  class: 'data',
  words: [
    'pars',
    'decod',
    'unmarshal',
    'deseriali',
    'unexpected token',
    'format',
    'valid',
    'convert',
    'cast',
    'schema',
    'unrecognizedproperty',
    'invalid character',
    'malformed',
  ],
  read(text) {
    if (!forms.test(text)) return undefined
    const what = groupOf(field.exec(text))
    return {
      means: `gets data that it can not read${what ? `: field ${what}` : ''}`,
      fix: `Compare the sender's format with what is expected${what ? ` of ${what}` : ''}; one of the two changed, or one input is bad.`,
      tells: what ? 0.8 : 0.6,
    }
  },
}
