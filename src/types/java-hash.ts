/**
 * The order in which a Java HashMap lists its keys.
 *
 * Law: COLLECT prints its multiset, and JSON objects read as MAP come, in that order in Flink, so results agree to the letter where the key's hash is known here
 * (numbers, strings, booleans, dates and times); other keys keep their order of arrival.
 */
import type { LogicalType } from './logical-type.ts'
import { type MapValue, physicalOf, toMillis, unitsPerMilli, type Value } from './value.ts'

const encoder = new TextEncoder()
const float = new DataView(new ArrayBuffer(8))

/** The indices of `keys` in HashMap order. */
export function hashMapOrder(keys: readonly Value[], type: LogicalType): number[] {
  const order = keys.map((_, i) => i)
  const hashes: number[] = []
  for (const key of keys) {
    const hash = javaHash(key, type)
    if (hash === undefined) return order
    hashes.push(hash ^ (hash >>> 16))
  }
  let capacity = 16
  while (keys.length > capacity * 0.75) capacity *= 2
  const bucket = (i: number) => hashes[i] & (capacity - 1)
  return order.sort((a, b) => bucket(a) - bucket(b) || a - b)
}

/** The map with its entries in HashMap order: what Flink's JSON format makes of an object. */
export function inHashMapOrder(map: MapValue, key: LogicalType): MapValue {
  if (map.keys.length < 2) return map
  const order = hashMapOrder(map.keys, key)
  return { keys: order.map((i) => map.keys[i]), values: order.map((i) => map.values[i]) }
}

function javaHash(value: Value, type: LogicalType): number | undefined {
  if (value === null) return 0
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return murmur(encoder.encode(value as string))
    case 'BOOLEAN':
      return value === true ? 1231 : 1237
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return longHash(BigInt(value as number | bigint))
    case 'FLOAT':
      float.setFloat32(0, value as number)
      return float.getInt32(0)
    case 'DOUBLE':
      float.setFloat64(0, value as number)
      return float.getInt32(0) ^ float.getInt32(4)
    case 'DECIMAL':
      return (Math.imul(31, bigIntegerHash(BigInt(value as number | bigint))) + type.scale) | 0
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const millis = toMillis(value as number | bigint, type.precision)
      const units = unitsPerMilli(type.precision)
      const rest = Number(BigInt(value as number | bigint) - BigInt(millis) * BigInt(units))
      return (Math.imul(31, longHash(BigInt(millis))) + rest * (1_000_000 / units)) | 0
    }
    default:
      return physicalOf(type) === 'int32' ? (value as number) : undefined
  }
}

function longHash(value: bigint): number {
  const bits = BigInt.asUintN(64, value)
  return Number(BigInt.asIntN(32, bits ^ (bits >> 32n)))
}

function bigIntegerHash(value: bigint): number {
  let magnitude = value < 0n ? -value : value
  const words: number[] = []
  while (magnitude !== 0n) {
    words.unshift(Number(BigInt.asIntN(32, magnitude)))
    magnitude >>= 32n
  }
  const hash = words.reduce((h, word) => (Math.imul(31, h) + word) | 0, 0)
  return value < 0n ? -hash : hash
}

/** MurmurHash3 of bytes with seed 42, trailing bytes one by one, as Flink's binary strings hash. */
function murmur(bytes: Uint8Array): number {
  const mixKey = (k: number) => {
    const scrambled = Math.imul(k, 0xcc9e2d51)
    return Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  }
  const mixHash = (h: number, k: number) => {
    const mixed = h ^ k
    return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
  }
  const aligned = bytes.length - (bytes.length % 4)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let hash = 42
  for (let i = 0; i < aligned; i += 4) hash = mixHash(hash, mixKey(view.getInt32(i, true)))
  for (let i = aligned; i < bytes.length; i++) hash = mixHash(hash, mixKey(view.getInt8(i)))
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
