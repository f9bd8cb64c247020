import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hexText } from '../../../types/format.ts'
import { charset, decodeUtf8, encodeUtf8 } from './charset.ts'

test('bytes that Java gave', () => {
  const bytes = {
    'US-ASCII': '3f61',
    GBK: 'd6d061',
    'UTF-16BE': '4e2d0061',
    'UTF-16': 'feff4e2d0061',
    'UTF-32': '00004e2d00000061',
    Big5: 'a4a461',
    Shift_JIS: '928661',
    'ISO-8859-1': '3f61',
  }
  for (const [name, hex] of Object.entries(bytes)) assert.equal(hexText(charset(name).encode('中a')), hex, name)
  assert.throws(() => charset('nope'), /no such character set/)
})

test('malformed bytes become as many replacement characters as in Java', () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80)), '\ufffd')
  assert.equal(decodeUtf8(Uint8Array.of(0xc0, 0x80)), '\ufffd\ufffd')
  assert.equal(decodeUtf8(Uint8Array.of(0xf0, 0x9f, 0x98)), '\ufffd')
  assert.equal(charset('windows-1252').decode(Uint8Array.of(0x80, 0x81)), '€\ufffd')
})

test('texts survive the Unicode sets', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('UTF-8', 'UTF-16', 'UTF-16LE', 'UTF-32BE'),
      (text, name) => {
        fc.pre(!text.startsWith('\ufeff'))
        assert.equal(charset(name).decode(charset(name).encode(text)), text)
      },
    ),
  )
  assert.equal(hexText(encodeUtf8('a\ud83d')), '613f')
})
