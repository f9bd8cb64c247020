/**
 * Character sets by their Java names.
 *
 * Laws
 * - A character that the set does not have is encoded as `?`, a malformed byte sequence is decoded as U+FFFD, as many of
 *   them as Java gives.
 * - Sets of several bytes come from the runtime's TextDecoder; their encoding tables are made from it on first use.
 */
import { fail } from '../../../base/errors.ts'

export interface Charset {
  encode(text: string): Uint8Array
  decode(bytes: Uint8Array): string
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })
const ENCODER = new TextEncoder()

/** As Java decodes UTF-8: an encoded surrogate is one malformed sequence, not three. */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = UTF8.decode(bytes)
  if (!text.includes('\ufffd') || !bytes.includes(0xed)) return text
  const merged: number[] = []
  for (let i = 0; i < bytes.length; i++) {
    const surrogate = bytes[i] === 0xed && bytes[i + 1] >= 0xa0 && bytes[i + 1] <= 0xbf && bytes[i + 2] >> 6 === 2
    merged.push(surrogate ? 0xff : bytes[i])
    if (surrogate) i += 2
  }
  return UTF8.decode(Uint8Array.from(merged))
}

/** UTF-8, with `?` for halves of surrogate pairs. */
export function encodeUtf8(text: string): Uint8Array {
  return ENCODER.encode(text.isWellFormed() ? text : text.toWellFormed().replaceAll('\ufffd', '?'))
}

/** Unicode numbers of one byte each, up to a limit. */
function bytewise(limit: number): Charset {
  return {
    encode: (text) => Uint8Array.from([...text], (character) => single(character.codePointAt(0) as number, limit)),
    decode: (bytes) => {
      let text = ''
      for (const byte of bytes) text += byte < limit ? String.fromCharCode(byte) : '\ufffd'
      return text
    },
  }
}
const single = (point: number, limit: number) => (point < limit ? point : 0x3f)

function utf16(littleEndian: boolean | undefined): Charset {
  return {
    encode: (text) => {
      const mark = littleEndian === undefined ? 2 : 0
      const bytes = new Uint8Array(mark + text.length * 2)
      const view = new DataView(bytes.buffer)
      if (mark > 0) view.setUint16(0, 0xfeff)
      const whole = text.isWellFormed() ? text : text.toWellFormed()
      for (let i = 0; i < whole.length; i++) view.setUint16(mark + i * 2, whole.charCodeAt(i), littleEndian === true)
      return bytes
    },
    decode: (bytes) => {
      const mark = littleEndian === undefined && bytes.length > 1 ? bytes[0] * 256 + bytes[1] : 0
      const label = littleEndian === true || mark === 0xfffe ? 'utf-16le' : 'utf-16be'
      return new TextDecoder(label, { ignoreBOM: littleEndian !== undefined }).decode(bytes)
    },
  }
}

function utf32(littleEndian: boolean): Charset {
  return {
    encode: (text) => {
      const points = [...text]
      const view = new DataView(new ArrayBuffer(points.length * 4))
      for (let i = 0; i < points.length; i++) view.setUint32(i * 4, points[i].codePointAt(0) as number, littleEndian)
      return new Uint8Array(view.buffer)
    },
    decode: (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      let text = ''
      for (let i = 0; i < bytes.length; i += 4) {
        const point = i + 4 <= bytes.length ? view.getUint32(i, littleEndian) : 0xffffffff
        text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
      }
      return text
    },
  }
}

function legacy(label: string): Charset {
  const decoder = new TextDecoder(label)
  let table: Map<string, readonly number[]> | undefined
  const encodings = () => {
    table ??= encodingTable(decoder)
    return table
  }
  // The web's windows-125x give control characters where the set has no character; Java gives U+FFFD.
  const holes = label.startsWith('windows-') ? /[\x80-\x9f]/g : undefined
  return {
    encode: (text) => Uint8Array.from([...text].flatMap((character) => encodings().get(character) ?? [0x3f])),
    decode: (bytes) => {
      const text = decoder.decode(bytes)
      return holes === undefined ? text : text.replaceAll(holes, '\ufffd')
    },
  }
}

function encodingTable(decoder: { decode(bytes: Uint8Array): string }): Map<string, readonly number[]> {
  const table = new Map<string, readonly number[]>()
  const add = (...bytes: number[]) => {
    const text = decoder.decode(Uint8Array.from(bytes))
    if (!text.includes('\ufffd') && [...text].length === 1 && !table.has(text)) table.set(text, bytes)
  }
  for (let a = 0; a < 256; a++) add(a)
  for (let a = 0x81; a < 0xff; a++) for (let b = 0x40; b < 0xff; b++) add(a, b)
  return table
}

/** Names that Java gives the same set, in lower case without `-`, `_`, `:`. */
const SETS: Readonly<Record<string, () => Charset>> = {
  utf8: () => ({ encode: encodeUtf8, decode: decodeUtf8 }),
  utf16: () => utf16(undefined),
  utf16be: () => utf16(false),
  utf16le: () => utf16(true),
  utf32: () => utf32(false),
  utf32be: () => utf32(false),
  utf32le: () => utf32(true),
  usascii: () => bytewise(0x80),
  ascii: () => bytewise(0x80),
  iso88591: () => bytewise(0x100),
  latin1: () => bytewise(0x100),
}
const LABELS: Readonly<Record<string, string>> = {
  gbk: 'gbk',
  gb2312: 'gbk',
  gb18030: 'gb18030',
  cp936: 'gbk',
  big5: 'big5',
  shiftjis: 'shift_jis',
  sjis: 'shift_jis',
  eucjp: 'euc-jp',
  euckr: 'euc-kr',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  ibm866: 'ibm866',
  tis620: 'windows-874',
}

const known = new Map<string, Charset>()

export function charset(name: string): Charset {
  let set = known.get(name)
  if (set === undefined) {
    set = find(name.toLowerCase().replaceAll(/[-_:]/g, ''))
    if (set === undefined)
      return fail('FUNCTION_INVALID_ARGUMENT', {
        name: `Character set '${name}'`,
        problem: 'there is no such character set',
      })
    known.set(name, set)
  }
  return set
}

function find(key: string): Charset | undefined {
  if (Object.hasOwn(SETS, key)) return SETS[key]()
  if (Object.hasOwn(LABELS, key)) return legacy(LABELS[key])
  const windows = /^(?:windows|cp)(125[0-8]|874)$/.exec(key)
  if (windows !== null) return legacy(`windows-${windows[1]}`)
  const iso = /^iso8859(\d{1,2})$/.exec(key)
  if (iso !== null && Number(iso[1]) >= 2 && Number(iso[1]) <= 16 && iso[1] !== '12')
    return legacy(`iso-8859-${iso[1]}`)
  return undefined
}
