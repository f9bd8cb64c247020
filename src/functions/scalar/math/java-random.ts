/**
 * The sequence of java.util.Random: a seeded RAND gives Flink's numbers.
 *
 * Law: 48 bits of state, next = state × 0x5DEECE66D + 0xB mod 2^48, kept as two halves of 24 bits.
 */
export class JavaRandom {
  #high: number
  #low: number

  constructor(seed: number) {
    const bits = (BigInt.asUintN(64, BigInt(seed)) ^ 0x5deece66dn) & 0xffffffffffffn
    this.#high = Number(bits >> 24n)
    this.#low = Number(bits & 0xffffffn)
  }

  /** The upper `bits` of the next state, signed when `bits` is 32. */
  next(bits: number): number {
    // 0x5DEECE66D is 0x5DE × 2^24 + 0xECE66D; the products of halves stay below 2^53.
    const low = this.#low * 0xece66d + 0xb
    const carry = Math.floor(low / 0x1000000)
    this.#high = (this.#high * 0xece66d + this.#low * 0x5de + carry) % 0x1000000
    this.#low = low % 0x1000000
    const upper = this.#high * 0x100 + Math.floor(this.#low / 0x10000)
    return bits === 32 ? upper | 0 : Math.floor(upper / 2 ** (32 - bits))
  }

  nextDouble(): number {
    const high = this.next(26)
    return (high * 134_217_728 + this.next(27)) / 9_007_199_254_740_992
  }

  /** 0 … bound − 1 */
  nextInt(bound: number): number {
    const first = this.next(31)
    if ((bound & -bound) === bound) return Math.floor((bound * first) / 2 ** 31)
    let bits = first
    let value = bits % bound
    while (bits - value + (bound - 1) > 2147483647) {
      bits = this.next(31)
      value = bits % bound
    }
    return value
  }
}

/** A generator per seed: one for the whole run when the seed is a constant, else a new one for every row. */
export function seeded(constant: unknown): (seed: number) => JavaRandom {
  if (typeof constant !== 'number') return (seed) => new JavaRandom(seed)
  const generator = new JavaRandom(constant)
  return () => generator
}
