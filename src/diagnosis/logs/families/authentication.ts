import { type Family, groupOf } from '../family.ts'

const forms =
  /password authentication failed|Access denied for user|authentication fail(?:ed|ure)|(?:invalid|bad|incorrect|wrong) (?:username|password|credentials?|user name|login|api[ -]?key|token|signature)|login failed|\b(?:HTTP )?401\b.{0,40}(?:unauthori[sz]ed)?|unauthori[sz]ed\b|WRONGPASS|NOAUTH|ACCESS_REFUSED|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|token (?:is |has )?(?:expired|invalid)|jwt expired|AuthenticationException|no basic auth credentials|SASL authentication failed|could not authenticate/i
const user = /(?:user|role|account)[ =:]{1,3}["']?([\w@.-]{1,100})/i

/** It is not let in: credentials are missing, wrong or expired. */
export const authentication: Family = {
  name: 'authentication',
  class: 'permission',
  words: [
    'auth',
    'jwt',
    'denied for user',
    'password',
    'credential',
    'login',
    '401',
    'token',
    'wrongpass',
    'access_refused',
    'api key',
    'signature',
    'username',
  ],
  read(text) {
    if (!forms.test(text)) return undefined
    if (/\b401\b/.test(text) && !/\b(status|HTTP|code|error|response|unauthori[sz]ed)\b/i.test(text))
      return undefined
    const who = groupOf(user.exec(text))
    const expired = /expired/i.test(text)
    return {
      means: `is refused: ${expired ? 'its credentials have expired' : 'its credentials are not accepted'}${who ? ` (user ${who})` : ''}`,
      fix: 'Compare the Secret that it reads with what the other side expects, rotate it, and restart so that the new one is read.',
      tells: who ? 0.88 : 0.75,
    }
  },
}
