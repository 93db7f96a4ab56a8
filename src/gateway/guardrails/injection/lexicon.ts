import { wordHash } from './word-hash.ts'

/** Classes of words that attacks are made of: each word has a set of them, as bits. */
const words = {
  override:
    'ignore ignores ignored ignoring disregard disregards disregarding forget forgets forgetting override overrides overriding overrule bypass bypasses bypassing dismiss discard neglect overlook abandon circumvent supersede supersedes nevermind ignora ignorar ignorez ignoriere ignorieren ignoriert oublie oubliez olvida olvide vergiss vergesse esquece esqueca dimentica negeer игнорируй игнорируйте забудь забудьте',
  prior:
    'previous previously prior above preceding earlier former past initial original existing foregoing aforementioned anterior anteriores previas previa precedentes précédentes vorherigen bisherigen obigen precedenti предыдущие предыдущих',
  instruction:
    'instructions instruction prompt prompts rule rules guideline guidelines directive directives direction directions command commands policy policies order orders regulations protocols protocol programming training conversation conversations context instrucciones instruções istruzioni anweisungen befehle regeln consignes règles reglas regras regole инструкции инструкций',
  model:
    'ai ais assistant assistants chatbot chatbots chatgpt gpt gpt3 gpt4 llm llms bot openai claude anthropic gemini bard bing llama alexa model models machine',
  persona:
    'act acts acting pretend pretends pretending roleplay roleplaying simulate simulating simulates simulator simulation impersonate impersonating become embody emulate emulating portray persona personas character characters alter ego',
  unrestricted:
    'unfiltered uncensored amoral unrestricted unethical immoral jailbroken jailbreak jailbreaks jailbreaking unlimited unchained freed unbound unbiased nsfw lawless unhinged unmoderated dan evil illegal explicit',
  restriction:
    'restriction restrictions limitation limitations filter filters filtered censorship censored censor ethics ethical ethically moral morals morality moralizing guideline guidelines policy policies safeguards boundaries boundary safety law laws legal legality warning warnings disclaimer disclaimers constraint constraints rules consequences harmful',
  negation:
    'no never not without dont doesnt cannot cant wont none neither nor free nothing refrain avoid isnt arent shouldnt nunca jamais niemals kein keine',
  refuse:
    'refuse refuses refused refusing refusal refusals decline declines reject rejects deny denies apologize apologise apologizing apologies sorry unable inability cant cannot object',
  reveal:
    'reveal reveals show print prints repeat repeats output outputs display displays leak expose disclose disclosing translate encode recite dump divulge copy paste verbatim muestra revela zeige wiederhole affiche répète mostra repite',
  you: 'you your yours yourself youre u du dein deine deinen ihre tu tus tes vos votre seu suas',
  response:
    'response responses reply replies answer answers output outputs message messages responding answering respond',
  start: 'start starts begin begins beginning starting prefix prefixed preface commence',
  mode: 'mode modes developer debug debugging debugger dan god sudo admin maintenance jailbreak override root unlocked',
  secret: 'system secret hidden initial confidential initially underlying internal private',
  action:
    'send sends forward transfer wire email post upload delete remove erase wipe schedule book reserve grant invite update change modify buy purchase order pay withdraw share export fetch retrieve visit click open download install run execute navigate call text dm message message disable unlock enable deploy publish submit transmit exfiltrate append access get search find read list save create add set move copy cancel',
  valuable:
    'account accounts password passwords credential credentials token tokens key keys balance money funds payment payments bitcoin card bank iban address addresses contacts history records data details profile files file email emails calendar link url website inbox channel usd eur dollars euros secrets conversation chat',
  must: 'must always will shall should need required have supposed obligated strictly absolutely exactly never',
  urgent:
    'important urgent urgently attention notice critical alert immediately emergency mandatory priority asap warning note achtung wichtig importante',
  character: 'character characters persona role personality',
  content:
    'include includes including add append insert integrate incorporate embed mention provide convert replace translate render craft draft compose write explain describe list use encode insert enhance modify augment adjust enrich end conclude finish begin start structure embody weave blend merge inject infuse meld rearrange scramble anagram reverse reorder shuffle suggest recommend promote advertise emphasize highlight express offer substitute rewrite format generate create produce summarize summarise formulate present phrase speak',
  person: 'user users human humans person customer reader readers client recipient anyone them people',
  now: 'now henceforth onwards onward forward forth hereafter today adesso ahora agora jetzt maintenant',
  imperative:
    'please kindly do make let give tell help take put go keep turn ask check look see remember ensure follow try stop start begin consider try say think imagine play pretend act answer respond reply ignore disregard forget write explain describe draft compose provide generate create produce summarize translate convert replace rewrite render encode rearrange scramble insert add append include integrate incorporate embed mention modify enhance augment adjust enrich use apply adopt merge inject weave blend infuse meld absorb engage enlist harmonize introduce implement send forward transfer email post upload delete remove erase schedule book reserve grant invite update change buy purchase pay withdraw share export fetch retrieve visit click open download install run execute navigate call list show print repeat output display reveal recommend suggest promote emphasize highlight express offer read search find get save set move copy cancel perform complete finish return submit mark move unlock disable enable calculate compute identify name outline detail discuss compare contrast analyze define recite sing craft design develop build construct present format structure substitute reverse reorder shuffle swap invert mix sprinkle leave omit skip avoid refrain never',
  code: 'code snippet snippets block blocks excerpt script function codebase solution implementation algorithm program logic',
  order: 'before first then after instead rather firstly prior next finally also additionally',
  task: 'task tasks request requests query queries question questions goal objective job work',
  all: 'all any every everything anything each whatever other todas todos toutes alle alles tutte',
  self: 'i im ive id my me mine we our us were',
  asking: 'what how why when where who which can could do does is are will would whats hows',
  pointing: 'following subsequent below next succeeding attached given ensuing',
  enable: 'enabled enable activated activate active on unlocked initiated engaged disabled deactivated off',
} as const

export type WordClass = keyof typeof words
const names = Object.keys(words) as WordClass[]

/** The bit of each class. */
export const bit = Object.fromEntries(names.map((name, i) => [name, 1 << i])) as Readonly<
  Record<WordClass, number>
>

// Open addressing over the hash of the word: a lookup per word of every text must cost no string.
const SLOTS = 4096
const keys = new Int32Array(SLOTS)
const masks = new Int32Array(SLOTS)
for (const name of names)
  for (const word of words[name].split(' ')) {
    const hash = wordHash(word)
    let slot = hash & (SLOTS - 1)
    while (masks[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (SLOTS - 1)
    keys[slot] = hash
    masks[slot] = (masks[slot] ?? 0) | bit[name]
  }

/** The classes of a word by its hash; 0 for most words. */
export function classesOf(hash: number): number {
  for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
    const mask = masks[slot] ?? 0
    if (mask === 0 || keys[slot] === hash) return mask
  }
}
