// Written by scripts/train-groundedness.ts from BEGIN (Dziri et al., TACL 2022; CC-BY-4.0).

/** Inverse document frequency of words that stand in many texts, after stemming. */
export const commonWords: ReadonlyMap<string, number> = tableOf(
  'the 0.32 of 0.51 and 0.54 a 0.66 in 0.7 is 0.73 to 0.94 as 1.21 by 1.51 with 1.51 for 1.65 that 1.66 ' +
    'or 1.69 on 1.77 from 1.81 are 1.85 call 1.88 an 1.9 it 2.03 was 2.06 has 2.17 his 2.2 at 2.24 which ' +
    '2.31 he 2.32 be 2.4 their 2.42 who 2.42 also 2.48 after 2.52 american 2.54 can 2.54 but 2.55 make ' +
    '2.57 many 2.57 kind 2.58 stat 2.6 most 2.61 into 2.63 other 2.63 him 2.73 have 2.75 world 2.75 year ' +
    '2.75 includ 2.77 its 2.77 take 2.87 they 2.87 unit 2.87 been 2.89 when 2.91 s 2.93 her 2.95 such ' +
    '2.95 team 2.95 whil 2.95 first 3.02 use 3.02 about 3.05 often 3.07 befor 3.15 releas 3.15 used 3.15 ' +
    'game 3.18 football 3.21 this 3.21 new 3.24 them 3.24 bas 3.27 becom 3.27 not 3.27 over 3.3 were 3.3 ' +
    'wher 3.3 begin 3.33 being 3.33 end 3.33 movi 3.33 sery 3.36 so 3.36 all 3.4 group 3.4 music 3.4 ' +
    'person 3.4 school 3.4 some 3.4 well 3.4 between 3.43 both 3.43 dog 3.43 dur 3.43 part 3.43 play 3.43 ' +
    'time 3.43 up 3.43 work 3.43 writ 3.43 although 3.47 field 3.47 find 3.47 more 3.47 than 3.47 then ' +
    '3.47 through 3.47 born 3.51 kill 3.51 later 3.51 professional 3.51 reveal 3.51 fami 3.55 help 3.55 ' +
    'set 3.55 sinc 3.55 back 3.59 develop 3.59 direct 3.59 genr 3.59 old 3.59 out 3.59 plac 3.59 scor ' +
    '3.59 activity 3.63 day 3.63 follow 3.63 rat 3.63 what 3.63 critical 3.68 director 3.68 green 3.68 ' +
    'high 3.68 i 3.68 only 3.68 run 3.68 any 3.73 best 3.73 big 3.73 business 3.73 cast 3.73 century 3.73 ' +
    'creat 3.73 discover 3.73 event 3.73 featur 3.73 found 3.73 friend 3.73 learn 3.73 record 3.73 child ' +
    '3.78 home 3.78 original 3.78 she 3.78 story 3.78 under 3.78 break 3.83 colleg 3.83 cultur 3.83 harry ' +
    '3.83 long 3.83 love 3.83 public 3.83 show 3.83 student 3.83 book 3.89 caus 3.89 character 3.89 city ' +
    '3.89 down 3.89 how 3.89 however 3.89 join 3.89 led 3.89 off 3.89 turn 3.89 america 3.94 appear 3.94 ' +
    'around 3.94 co 3.94 health 3.94 information 3.94 involv 3.94 life 3.94 major 3.94 member 3.94 mid ' +
    '3.94 million 3.94 nam 3.94 park 3.94 physical 3.94 plant 3.94 return 3.94 serv 3.94 star 3.94 term ' +
    '3.94 ther 3.94 university 3.94 variety 3.94 allow 4.01 attempt 4.01 black 4.01 bruc 4.01 drug 4.01 ' +
    'each 4.01 human 4.01 just 4.01 leav 4.01 like 4.01 live 4.01 point 4.01 power 4.01 reach 4.01 try ' +
    '4.01 way 4.01 along 4.07 becaus 4.07 great 4.07 had 4.07 head 4.07 heart 4.07 history 4.07 lead 4.07 ' +
    'meet 4.07 modern 4.07 mother 4.07 no 4.07 north 4.07 own 4.07 result 4.07 second 4.07 studio 4.07 ' +
    'television 4.07 air 4.14 company 4.14 different 4.14 e 4.14 feel 4.14 get 4.14 give 4.14 if 4.14 job ' +
    '4.14 much 4.14 receiv 4.14 relationship 4.14 role 4.14 shar 4.14 son 4.14 song 4.14 thes 4.14 tom ' +
    '4.14 want 4.14 war 4.14',
)
export const RARE_WORD_WEIGHT = 4.14

export const intercept = -1.1461
/** In the order of `featureNames`. */
export const weights: readonly number[] = [
  3.7289, // coverage
  1.8472, // best-window
  0.9218, // mean-sentence
  0.3842, // unigrams
  0.9266, // bigrams
  -2.4374, // longest-run
  -0.4695, // novel-weight
  -0.5039, // novel-words
  -0.071, // heaviest-novel
  -2.5, // novel-numbers
  -1.9, // novel-names
  -0.3664, // first-person
  -2.3271, // asks
  -0.2775, // exclaims
  -1.5, // negation
  -0.427, // opinion
  -0.2149, // chatty-sentences
  -2.7483, // repeats
  -3.1095, // order
  -1.6214, // answers-yes-or-no
  -0.3519, // answers-about-itself
  0.4096, // denies
]

function tableOf(text: string): Map<string, number> {
  const words = text.split(' ')
  return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, Number(words[i + 1])] as const] : [])))
}
