import { type Family, groupOf } from '../family.ts'

const name = '["\'`$({]{0,3}([A-Za-z_][A-Za-z0-9_]{1,100})["\'`)}]{0,2}'
const missing =
  '(?:is |are |was |has )?(?:not (?:been )?(?:set|defined|provided|found|specified|configured)|undefined|unset|missing|required|empty|must be (?:set|provided|defined|specified))'
const forms = [
  new RegExp(`env(?:ironment)?(?:[ -]var(?:iable)?s?)?[: ]{1,3}${name} ${missing}`, 'i'),
  new RegExp(
    `(?:missing|undefined|unset|required|no)(?: required| mandatory)? env(?:ironment)?(?:[ -]var(?:iable)?s?)?(?: named| called)?[:= ]{1,3}${name}`,
    'i',
  ),
  new RegExp(`env(?:ironment)?(?:[ -]var(?:iable)?s?) ${missing}[: ]{1,3}${name}`, 'i'),
  new RegExp(`${name} env(?:ironment)?(?:[ -]var(?:iable)?s?)? ${missing}`, 'i'),
  /\bKeyError: '([A-Z][A-Z0-9_]{2,100})'/,
  /\b([A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,60})["'`]? (?:is |was |must be )?(?:not (?:set|defined|provided|found|specified)|undefined|unset|missing|required|set)\b(?! to)/,
  /\b([A-Za-z_]\w{1,100}): (?:unbound variable|parameter (?:null or )?not set)/,
  /(?:missing|required)(?: required)?(?: config\w{0,12}| setting| variable| parameter)?[: ]{1,3}["'`$]?([A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,60})\b/,
  /Could not resolve placeholder '([\w.-]{1,100})'/,
]

/** An environment variable that it needs is not there. */
export const variable: Family = {
  name: 'missing-variable',
  class: 'config',
  words: [
    'env',
    'keyerror',
    'unbound variable',
    'not set',
    'is undefined',
    'is missing',
    'is required',
    'required',
    'missing',
    'must be set',
    'placeholder',
    'unset',
    'not defined',
  ],
  read(text) {
    const found = forms.map(form => groupOf(form.exec(text))).find(Boolean)
    if (
      found === undefined ||
      /^(variable|variables|is|are|not|the|set|file|var|vars|required)$/i.test(found)
    )
      return undefined
    return {
      means: `misses the environment variable ${found}: it is not set (undefined)`,
      fix: `Set ${found} in the container's env, or in the ConfigMap or Secret that envFrom reads.`,
      tells: 0.93,
    }
  },
}
