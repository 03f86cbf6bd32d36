"use strict";
// Seeds, and ways between them: the same numbers that pinxit draws in Python (networks/seeds.py, generation/walks.py).

/**
 * The stream of `numpy.random.RandomState(seed)`: Mersenne Twister, normal numbers by the polar method.
 *
 * Sources: Matsumoto and Nishimura 1998, "Mersenne Twister"; Marsaglia and Bray 1964, "A convenient method for generating
 * normal variables". NumPy has frozen this stream for good, so a seed is a picture for ever.
 */
class RandomState {
  /** @param {number} seed whole, 0 to 2**32 - 1 */
  constructor(seed) {
    this.state = new Uint32Array(624);
    this.state[0] = seed >>> 0;
    for (let i = 1; i < 624; i++) {
      const before = this.state[i - 1] ^ (this.state[i - 1] >>> 30);
      this.state[i] = (Math.imul(1812433253, before) + i) >>> 0;
    }
    this.place = 624;
    this.kept = null;
  }

  /** The next 32 bits. */
  bits() {
    if (this.place === 624) this.turn();
    let bits = this.state[this.place++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  /** New numbers for the whole state. */
  turn() {
    const state = this.state;
    for (let i = 0; i < 624; i++) {
      const both = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
      state[i] = state[(i + 397) % 624] ^ (both >>> 1) ^ (both & 1 ? 0x9908b0df : 0);
    }
    this.place = 0;
  }

  /** A number in [0, 1) of 53 bits. */
  uniform() {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** A standard normal number. They come in pairs; the second is kept for the next call. */
  normal() {
    if (this.kept !== null) {
      const kept = this.kept;
      this.kept = null;
      return kept;
    }
    let x, y, square;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.kept = factor * x;
    return factor * y;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count) {
    const most = count - 1;
    if (most === 0) return 0;
    const mask = 2 ** Math.ceil(Math.log2(most + 1)) - 1;
    let drawn;
    do drawn = (this.bits() & mask) >>> 0;
    while (drawn > most);
    return drawn;
  }
}

/**
 * What a seed starts from.
 * @param {number} seed
 * @param {number} length of the latents
 * @param {number[]} counts classes of each label column
 * @returns {{latents: Float32Array, labels: number[]}}
 */
function startOf(seed, length, counts) {
  const stream = new RandomState(seed);
  const latents = Float32Array.from({ length }, () => stream.normal());
  return { latents, labels: counts.map((count) => stream.below(count)) };
}

/** Along the arc from latents `one` to `two`; `share` from 0 to 1. As `slerp` in generation/walks.py. */
function between(one, two, share) {
  const first = norm(one);
  const last = norm(two);
  let cosine = 0;
  for (let i = 0; i < one.length; i++) cosine += (one[i] / Math.max(first, 1e-12)) * (two[i] / Math.max(last, 1e-12));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (Math.min(first, last) === 0 || Math.sin(angle) < 1e-4) return straight(one, two, share);
  const [near, far] = [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  const length = (1 - share) * first + share * last;
  return one.map((value, i) => length * ((near * value) / first + (far * two[i]) / last));
}

/** Along the straight line from `one` to `two`. */
function straight(one, two, share) {
  return one.map((value, i) => (1 - share) * value + share * two[i]);
}

/** Length of a vector. */
function norm(vector) {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

/** `start` with each of `amounts` times its direction added (of the same length, or of one layer of many). */
function moved(start, directions, amounts) {
  const result = Float32Array.from(start);
  directions.forEach((direction, k) => {
    if (amounts[k]) for (let i = 0; i < result.length; i++) result[i] += amounts[k] * direction[i % direction.length];
  });
  return result;
}
