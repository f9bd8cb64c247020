/**
 * `\p{…}` of java.util.regex as the inside of a JavaScript class (flag `v`).
 *
 * Law: POSIX names are ASCII, `Is…` are scripts, general categories and binary properties, `In…` blocks; undefined for
 * names that neither Java nor the Unicode tables of the runtime know.
 */
const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: String.raw`\0-\x7f`,
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: String.raw`\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e`,
  Graph: String.raw`\x21-\x7e`,
  Print: String.raw`\x20-\x7e`,
  Blank: String.raw`\x20\t`,
  Cntrl: String.raw`\0-\x1f\x7f`,
  XDigit: '0-9a-fA-F',
  Space: String.raw`\x20\t\n\v\f\r`,
  javaLowerCase: String.raw`\p{Lowercase}`,
  javaUpperCase: String.raw`\p{Uppercase}`,
  javaAlphabetic: String.raw`\p{Alphabetic}`,
  javaLetter: String.raw`\p{L}`,
  javaDigit: String.raw`\p{Nd}`,
  javaLetterOrDigit: String.raw`\p{L}\p{Nd}`,
  javaWhitespace: String.raw`\t-\r\x1c-\x20\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000`,
  javaTitleCase: String.raw`\p{Lt}`,
  javaIdeographic: String.raw`\p{Ideographic}`,
}

const BINARY: Readonly<Record<string, string>> = {
  ALPHABETIC: 'Alphabetic',
  IDEOGRAPHIC: 'Ideographic',
  LETTER: 'L',
  LOWERCASE: 'Lowercase',
  UPPERCASE: 'Uppercase',
  TITLECASE: 'Lt',
  PUNCTUATION: 'P',
  CONTROL: 'Cc',
  WHITE_SPACE: 'White_Space',
  WHITESPACE: 'White_Space',
  DIGIT: 'Nd',
  HEX_DIGIT: 'Hex_Digit',
  ASSIGNED: 'Assigned',
  NONCHARACTER_CODE_POINT: 'Noncharacter_Code_Point',
  EMOJI: 'Emoji',
}

const BLOCKS: Readonly<Record<string, string>> = {
  basiclatin: String.raw`\0-\x7f`,
  latin1supplement: String.raw`\x80-\xff`,
  latinextendeda: String.raw`\u0100-\u017f`,
  latinextendedb: String.raw`\u0180-\u024f`,
  greek: String.raw`\u0370-\u03ff`,
  greekandcoptic: String.raw`\u0370-\u03ff`,
  cyrillic: String.raw`\u0400-\u04ff`,
  hebrew: String.raw`\u0590-\u05ff`,
  arabic: String.raw`\u0600-\u06ff`,
  devanagari: String.raw`\u0900-\u097f`,
  thai: String.raw`\u0e00-\u0e7f`,
  hangulsyllables: String.raw`\uac00-\ud7af`,
  hiragana: String.raw`\u3040-\u309f`,
  katakana: String.raw`\u30a0-\u30ff`,
  cjksymbolsandpunctuation: String.raw`\u3000-\u303f`,
  cjkunifiedideographs: String.raw`\u4e00-\u9fff`,
  halfwidthandfullwidthforms: String.raw`\uff00-\uffef`,
  generalpunctuation: String.raw`\u2000-\u206f`,
  emoticons: String.raw`\u{1f600}-\u{1f64f}`,
}

export function javaProperty(name: string): string | undefined {
  if (Object.hasOwn(POSIX, name)) return POSIX[name]
  const equals = name.indexOf('=')
  if (equals >= 0) {
    const key = name.slice(0, equals).toLowerCase()
    const value = name.slice(equals + 1)
    if (key === 'sc' || key === 'script') return known(`Script=${capitalised(value)}`)
    if (key === 'gc' || key === 'general_category') return known(value)
    return key === 'blk' || key === 'block' ? block(value) : undefined
  }
  if (name.startsWith('In')) return block(name.slice(2))
  if (name.startsWith('Is')) {
    const rest = name.slice(2)
    const binary = BINARY[rest.toUpperCase()]
    return (binary && `\\p{${binary}}`) ?? known(`Script=${capitalised(rest)}`) ?? known(rest)
  }
  return name === 'L1' ? String.raw`\0-\xff` : name.length <= 2 ? known(name) : undefined
}

function block(name: string): string | undefined {
  const key = name.toLowerCase().replaceAll(/[-_ ]/g, '')
  return Object.hasOwn(BLOCKS, key) ? BLOCKS[key] : undefined
}

/** `HAN`, `old_italic` → `Han`, `Old_Italic` */
function capitalised(name: string): string {
  return name.toLowerCase().replaceAll(/(?:^|_)[a-z]/g, (letters) => letters.toUpperCase())
}

function known(property: string): string | undefined {
  try {
    new RegExp(`\\p{${property}}`, 'v')
    return `\\p{${property}}`
  } catch {
    // SyntaxError: there is no such property.
    return undefined
  }
}
