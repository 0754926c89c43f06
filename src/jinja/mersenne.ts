const SIZE = 624
const SHIFT = 397

/**
 * The generator behind Python's random.Random, so that `random(seed=…)` gives the numbers it gives in Ansible.
 * Matsumoto and Nishimura, "Mersenne Twister", 1998 (mt19937ar), seeded by an array as CPython does.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE)
  #index = SIZE

  constructor(seed: bigint) {
    this.#seedByArray(words(seed))
  }

  /** A number from 0 up to this limit, drawn as CPython's _randbelow does. */
  below(limit: number): number {
    const bits = BigInt(limit).toString(2).length
    for (;;) {
      const drawn = this.#bits(bits)
      if (drawn < limit) return drawn
    }
  }

  #bits(count: number): number {
    if (count <= 32) return this.#next() >>> (32 - count)
    const low = this.#next()
    return (this.#next() >>> (64 - count)) * 2 ** 32 + low
  }

  #get(index: number): number {
    return this.#state[index] ?? 0
  }

  #seed(seed: number): void {
    this.#state[0] = seed
    for (let at = 1; at < SIZE; at += 1) {
      const before = this.#get(at - 1)
      this.#state[at] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + at
    }
  }

  #seedByArray(key: readonly number[]): void {
    this.#seed(19_650_218)
    let at = 1
    for (let count = 0; count < Math.max(SIZE, key.length); count += 1) {
      const from = count % key.length
      this.#state[at] = (this.#get(at) ^ this.#mixed(at, 1_664_525)) + (key[from] ?? 0) + from
      at = this.#advance(at)
    }
    for (let count = 0; count < SIZE - 1; count += 1) {
      this.#state[at] = (this.#get(at) ^ this.#mixed(at, 1_566_083_941)) - at
      at = this.#advance(at)
    }
    this.#state[0] = 0x80_00_00_00
  }

  #mixed(at: number, factor: number): number {
    const before = this.#get(at - 1)
    return Math.imul(before ^ (before >>> 30), factor)
  }

  #advance(at: number): number {
    if (at + 1 < SIZE) return at + 1
    this.#state[0] = this.#get(SIZE - 1)
    return 1
  }

  #next(): number {
    if (this.#index >= SIZE) this.#refill()
    let word = this.#get(this.#index)
    this.#index += 1
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d_2c_56_80
    word ^= (word << 15) & 0xef_c6_00_00
    return (word ^ (word >>> 18)) >>> 0
  }

  #refill(): void {
    for (let at = 0; at < SIZE; at += 1) {
      const mixed = (this.#get(at) & 0x80_00_00_00) | (this.#get((at + 1) % SIZE) & 0x7f_ff_ff_ff)
      const odd = mixed & 1 ? 0x99_08_b0_df : 0
      this.#state[at] = this.#get((at + SHIFT) % SIZE) ^ (mixed >>> 1) ^ odd
    }
    this.#index = 0
  }
}

/** The number in words of 32 bits, the lowest first. */
function words(value: bigint): number[] {
  const out = [Number(value & 0xff_ff_ff_ffn)]
  for (let rest = value >> 32n; rest > 0n; rest >>= 32n) out.push(Number(rest & 0xff_ff_ff_ffn))
  return out
}
