/**
 * Certificates for tests of TLS, made while the test runs: X.509 in DER, signed with ECDSA over P-256.
 *
 * Law: only Node is needed, and no key lies in the repository.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  readonly name: string
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS#8. */
  readonly key: string
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts)
const set = (...parts: readonly Buffer[]) => der(0x31, ...parts)
const octets = (content: Buffer) => der(0x04, content)
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content)
const text = (value: string) => der(0x0c, Buffer.from(value))
const time = (ms: number) => der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`))

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split('.').map(Number)
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]))
}

const nameOf = (name: string) => sequence(set(sequence(oid('2.5.4.3'), text(name))))
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const DAY = 86_400_000

/** @param issuer absent: signed by itself, and a CA */
export function certificate(name: string, issuer?: Certificate): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
  const key = pem(privateKey)
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  const extensions = sequence(
    sequence(
      oid('2.5.29.19'),
      der(0x01, Buffer.from([0xff])),
      octets(sequence(...(issuer === undefined ? [der(0x01, Buffer.from([0xff]))] : []))),
    ),
    sequence(oid('2.5.29.17'), octets(names)),
  )
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    nameOf(issuer?.name ?? name),
    sequence(time(Date.now() - DAY), time(Date.now() + DAY)),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = sign('sha256', body, issuer?.key ?? key)
  const lines = sequence(body, ECDSA_SHA256, bits(signature))
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')
  return { name, key, cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n` }
}
