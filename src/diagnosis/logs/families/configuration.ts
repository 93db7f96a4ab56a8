import { type Family, groupOf } from '../family.ts'

const forms = [
  /(?:unknown|unrecognized|unrecognised|unsupported|invalid|illegal) (?:command[- ]line )?(?:flag|option|argument|parameter|directive|setting|property|config(?:uration)? (?:key|option|item|value|parameter))s?:? ?["'`]?(-{0,2}[\w.-]{1,100})/i,
  /(?:flag|option) provided but not defined: (-{0,2}[\w.-]{1,100})/i,
  /(?:failed|unable|could not|error)(?: to)? (?:load|parse|read|pars\w{2,4}|load\w{2,4})(?: the)? (?:\w{1,30} )?(?:config\w{0,12}|properties|settings|manifest)(?: file)?[: ]{0,3}["'`]?([\w./-]{0,200})/i,
  /(?:invalid|bad|malformed|missing|incorrect) (?:\w{1,30} )?configuration(?: for| of| in|:)? ?["'`]?([\w./-]{0,200})/i,
  /(?:configuration|config) (?:error|invalid|is invalid|validation failed|key|option|parameter)[: ]{1,3}["'`]?([\w./-]{0,200})/i,
  /(?:missing|required) (?:required )?(?:config\w{0,12}|property|setting|option|key|field|parameter)s?:? ["'`]?([\w./-]{1,100})/i,
  /unknown directive "([^"]{1,100})"/,
  /No qualifying bean of type '([\w.$]{1,200})'/,
]

/** Its configuration is not one that it takes. */
export const configuration: Family = {
  name: 'configuration',
  class: 'config',
  words: [
    'flag',
    'option',
    'config',
    'argument',
    'directive',
    'propert',
    'setting',
    'parameter',
    'bean',
    'required',
    'manifest',
  ],
  read(text) {
    const match = forms.map(form => form.exec(text)).find(Boolean)
    if (!match) return undefined
    const what = groupOf(match)
    return {
      means: `does not accept its configuration${what ? `: ${what}` : ''}`,
      fix: `Compare ${what ?? 'the setting'} with what this version takes, and with the last change of its configuration.`,
      tells: what ? 0.85 : 0.65,
    }
  },
}
