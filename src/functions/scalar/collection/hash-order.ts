/**
 * The order in which Java's HashMap<String, …> gives its entries.
 *
 * Law: buckets by (h ^ h >>> 16) of String.hashCode, as many as the map has grown to (16, doubled above 3/4 full); within a
 * bucket in order of insertion.
 */
import type { MapValue, Value } from '../../../types/value.ts'

export function inHashOrder(entries: ReadonlyMap<string, Value>): MapValue {
  let buckets = 16
  while (entries.size > buckets * 0.75) buckets *= 2
  const placed = [...entries].map(([key, value]) => ({ key, value, bucket: spread(key) & (buckets - 1) }))
  placed.sort((a, b) => a.bucket - b.bucket)
  return { keys: placed.map((entry) => entry.key), values: placed.map((entry) => entry.value) }
}

function spread(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash ^ (hash >>> 16)
}
