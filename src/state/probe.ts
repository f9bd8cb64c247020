/**
 * The code that finds keys in an open-addressing index: hash, compare, insert, for one shape of key.
 *
 * Laws
 * - The index holds pairs of slot + 1 (0 = empty) and hash, side by side: a probe mostly costs one cache line. Probing is
 *   linear from `hash & mask`.
 * - Generated and interpreted code give the same slots in the same order (`probe.test.ts`); the interpreted form serves
 *   where code generation is forbidden.
 * - Rows whose `gate` value is negative are skipped (their result is −1).
 */
import type { LogicalType } from '../types/logical-type.ts'
import type { Value } from '../types/value.ts'
import {
  combine,
  equalValues,
  finish,
  type HashKind,
  hashExact,
  hashFloat,
  hashString,
  hashValue,
  hashWide,
  NULL_HASH,
  SEED,
} from './hash.ts'

/** Columns as code reads them: those of a batch, or the stored key columns themselves. */
export type HashColumns = readonly { readonly values: ArrayLike<unknown>; readonly nulls: Uint8Array | null }[]

/** What owns an index. */
export interface Indexed {
  /** Stored key columns, addressed by slot; never null masks shorter than the capacity. */
  readonly keys: readonly StoredColumn[]
  index: Int32Array
  /** Number of places − 1. */
  mask: number
  /** A new slot for this hash at this place of the index; the caller then writes the key columns. */
  insertAt(hash: number, owner: number): number
  /** Called for each found slot when `watch` is set: true when it has expired and was reset to a new one. */
  readonly watch: boolean
  refresh(slot: number, insert: boolean): number
}
export interface StoredColumn {
  values: ArrayLike<unknown>
  nulls: Uint8Array | null
  setNull(row: number): void
  setExact(row: number, value: number | bigint): void
}

export interface Probe {
  hash(columns: HashColumns, row: number): number
  /** The slot whose key equals row `row` of the columns, or −1. */
  find(self: Indexed, columns: HashColumns, row: number, hash: number): number
  /** `out[i]` for all rows; with `insert`, missing keys are added. */
  lookup(
    self: Indexed,
    columns: HashColumns,
    length: number,
    out: Int32Array,
    insert: boolean,
    gate: Int32Array | null,
  ): void
  /** Write the key of row `row` into the stored columns. */
  store(self: Indexed, columns: HashColumns, row: number, slot: number): void
}

let allowed: boolean | undefined

/** Whether `new Function` works here; a Content-Security-Policy may forbid it. */
export function canGenerate(): boolean {
  if (allowed === undefined) {
    try {
      allowed = new Function('return true')() === true
    } catch {
      // A refusal is the answer, not a failure: the interpreted form is used then.
      allowed = false
    }
  }
  return allowed
}

const cache = new Map<string, Probe>()

export function compileProbe(
  kinds: readonly HashKind[],
  types: readonly LogicalType[],
  generate = canGenerate(),
): Probe {
  if (!generate) return interpretedProbe(kinds, types)
  // Nested types bind their type; all other shapes are shared.
  if (kinds.includes('object')) return generatedProbe(kinds, types)
  const shape = kinds.join()
  let probe = cache.get(shape)
  if (probe === undefined) {
    probe = generatedProbe(kinds, types)
    cache.set(shape, probe)
  }
  return probe
}

export function compileHash(
  kinds: readonly HashKind[],
  types: readonly LogicalType[],
): (columns: HashColumns, row: number) => number {
  return compileProbe(kinds, types).hash
}

function generatedProbe(kinds: readonly HashKind[], types: readonly LogicalType[]): Probe {
  const each = (line: (kind: HashKind, c: number) => string, separator = '\n') => kinds.map(line).join(separator)
  const load = each((_, c) => `const v${c} = columns[${c}].values, m${c} = columns[${c}].nulls;`)
  const read = each((kind, c) =>
    kind === 'string' || kind === 'object'
      ? `const x${c} = v${c}[i], z${c} = x${c} === null;`
      : `const x${c} = v${c}[i], z${c} = m${c} !== null && m${c}[i] !== 0;`,
  )
  const component = (kind: HashKind, c: number) => {
    switch (kind) {
      case 'int32':
        return `x${c}`
      case 'exact':
        return `(typeof x${c} === 'number' && x${c} === (x${c} | 0) ? x${c} | 0 : hashWide(x${c}))`
      case 'float64':
        return `hashFloat(x${c})`
      case 'string':
        return `hashString(x${c})`
      case 'object':
        return `hashValue(x${c}, types[${c}])`
    }
  }
  const hash = `let h = ${SEED};\n${each(
    (kind, c) => `h = Math.imul(h ^ (z${c} ? ${NULL_HASH} : ${component(kind, c)}), ${0x9e3779b1 | 0}); h ^= h >>> 15;`,
  )}\nh = Math.imul(h ^ (h >>> 16), ${0x85ebca6b | 0}); h ^= h >>> 13;`
  const equal = each((kind, c) => {
    switch (kind) {
      case 'int32':
      case 'exact':
        return `(q${c} !== null && q${c}[s] !== 0 ? z${c} : !z${c} && k${c}[s] === x${c})`
      case 'float64':
        return `(q${c} !== null && q${c}[s] !== 0 ? z${c} : !z${c} && Object.is(k${c}[s], x${c}))`
      case 'string':
        return `k${c}[s] === x${c}`
      case 'object':
        return `equalValues(k${c}[s], x${c}, types[${c}])`
    }
  }, ' && ')
  const stored = (word: string) =>
    each((_, c) => `${word} k${c} = self.keys[${c}].values${word === 'let' ? `, q${c} = self.keys[${c}].nulls` : ''};`)
  const reload = each((_, c) => `k${c} = self.keys[${c}].values; q${c} = self.keys[${c}].nulls;`)
  const write = each((kind, c) => {
    switch (kind) {
      case 'string':
      case 'object':
        return `k${c}[s] = x${c};`
      case 'exact':
        return `if (z${c}) { self.keys[${c}].setNull(s); q${c} = self.keys[${c}].nulls; }
          else { if (typeof x${c} === 'number') k${c}[s] = x${c}; else { self.keys[${c}].setExact(s, x${c}); k${c} = self.keys[${c}].values; } if (q${c} !== null) q${c}[s] = 0; }`
      default:
        return `if (z${c}) { self.keys[${c}].setNull(s); q${c} = self.keys[${c}].nulls; } else { k${c}[s] = x${c}; if (q${c} !== null) q${c}[s] = 0; }`
    }
  })
  const source = `
    return {
      hash(columns, i) { ${load} ${read} ${hash} return h; },
      find(self, columns, i, h) {
        ${load} ${stored('let')} ${read}
        const index = self.index, mask = self.mask, wrap = index.length - 1;
        let p = (h & mask) << 1, s = -1;
        while ((s = index[p] - 1) >= 0) {
          if (index[p + 1] === h && ${equal || 'true'}) return s;
          p = (p + 2) & wrap;
        }
        return -1;
      },
      store(self, columns, i, s) { ${load} ${stored('let')} ${read} ${write} },
      lookup(self, columns, length, out, insert, gate) {
        ${load} ${stored('let')}
        let index = self.index, mask = self.mask, wrap = index.length - 1;
        const watch = self.watch;
        for (let i = 0; i < length; i++) {
          if (gate !== null && gate[i] < 0) { out[i] = -1; continue; }
          ${read}
          ${hash}
          let p = (h & mask) << 1, s = -1;
          while ((s = index[p] - 1) >= 0) {
            if (index[p + 1] === h && ${equal || 'true'}) break;
            p = (p + 2) & wrap;
          }
          if (s < 0) {
            if (insert) {
              s = self.insertAt(h, gate === null ? 0 : gate[i]);
              index = self.index; mask = self.mask; wrap = index.length - 1;
              ${reload}
              ${write}
            }
          } else if (watch) s = self.refresh(s, insert);
          out[i] = s;
        }
      },
    };`
  const make = new Function(
    'hashWide',
    'hashFloat',
    'hashString',
    'hashValue',
    'equalValues',
    'types',
    `${source}\n//# sourceURL=rivulet/state-table`,
  )
  return make(hashWide, hashFloat, hashString, hashValue, equalValues, types) as Probe
}

function interpretedProbe(kinds: readonly HashKind[], types: readonly LogicalType[]): Probe {
  const isNull = (column: HashColumns[number], c: number, row: number) =>
    kinds[c] === 'string' || kinds[c] === 'object'
      ? column.values[row] === null
      : column.nulls !== null && column.nulls[row] !== 0
  const component = (c: number, value: unknown) => {
    switch (kinds[c]) {
      case 'int32':
        return value as number
      case 'float64':
        return hashFloat(value as number)
      case 'exact':
        return hashExact(value as number | bigint)
      case 'string':
        return hashString(value as string)
      case 'object':
        return hashValue(value as Value, types[c])
    }
  }
  const hash = (columns: HashColumns, row: number) => {
    let h = SEED
    for (let c = 0; c < kinds.length; c++) {
      h = combine(h, isNull(columns[c], c, row) ? NULL_HASH : component(c, columns[c].values[row]))
    }
    return finish(h)
  }
  const equal = (self: Indexed, columns: HashColumns, row: number, slot: number) => {
    for (let c = 0; c < kinds.length; c++) {
      const stored = self.keys[c]
      const nothing = isNull(columns[c], c, row)
      if (isNull(stored, c, slot) !== nothing) return false
      if (nothing) continue
      const [a, b] = [stored.values[slot], columns[c].values[row]]
      if (kinds[c] === 'object' ? !equalValues(a as Value, b as Value, types[c]) : !Object.is(a, b)) return false
    }
    return true
  }
  const probe: Probe = {
    hash,
    find(self, columns, row, h) {
      const { index } = self
      for (let p = (h & self.mask) * 2; ; p = (p + 2) % index.length) {
        const slot = index[p] - 1
        if (slot < 0) return -1
        if (index[p + 1] === h && equal(self, columns, row, slot)) return slot
      }
    },
    store(self, columns, row, slot) {
      for (let c = 0; c < kinds.length; c++) {
        const stored = self.keys[c]
        if (kinds[c] === 'string' || kinds[c] === 'object') {
          ;(stored.values as unknown[])[slot] = columns[c].values[row]
        } else if (isNull(columns[c], c, row)) stored.setNull(slot)
        else {
          if (kinds[c] === 'exact') stored.setExact(slot, columns[c].values[row] as number | bigint)
          else (stored.values as unknown as number[])[slot] = columns[c].values[row] as number
          if (stored.nulls !== null) stored.nulls[slot] = 0
        }
      }
    },
    lookup(self, columns, length, out, insert, gate) {
      for (let i = 0; i < length; i++) {
        if (gate !== null && gate[i] < 0) {
          out[i] = -1
          continue
        }
        const h = hash(columns, i)
        let slot = probe.find(self, columns, i, h)
        if (slot >= 0) {
          if (self.watch) slot = self.refresh(slot, insert)
        } else if (insert) {
          slot = self.insertAt(h, gate === null ? 0 : gate[i])
          probe.store(self, columns, i, slot)
        }
        out[i] = slot
      }
    },
  }
  return probe
}
