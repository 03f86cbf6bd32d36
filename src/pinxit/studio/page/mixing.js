/** Pictures as recipes: which seeds, how much of each, how far along which directions. Pure functions; everything Explore shows is one of these. */

/** @typedef {number | string} Part  a seed, or the id of a picture that no seed paints */
/** @typedef {[Part, number][]} Mix  parts and how much of each */
/** @typedef {{x: number, y: number, seeds: number[]}} Pad  where the knob is (-1 to 1) and the seeds right, left, up, down */

/** A seed nobody has looked at. */
export function freshSeed() { return crypto.getRandomValues(new Uint32Array(1))[0]; }

/** @param {Mix} mix @returns {Mix} shares that sum to 1 */
export function even(mix) {
  const kept = mix.filter(([, share]) => share > 0);
  const sum = kept.reduce((total, [, share]) => total + share, 0);
  return sum ? kept.map(([seed, share]) => [seed, Math.round(share / sum * 1e4) / 1e4]) : mix.slice(0, 1).map(([seed]) => [seed, 1]);
}

/** A mixture moved on the pad towards its neighbours. The first seed stays first: labels come from it. @param {Mix} mix @param {Pad | null} pad @returns {Mix} */
export function moved(mix, pad) {
  if (!pad || (!pad.x && !pad.y)) return mix;
  const {x, y, seeds} = pad, [right, left, up, down] = seeds;
  const stay = (1 - Math.abs(x)) * (1 - Math.abs(y));
  const parts = even(mix).map(([seed, share]) => /** @type {[Part, number]} */ ([seed, share * stay]));
  const add = (/** @type {Part} */ seed, /** @type {number} */ share) => { if (share > 1e-3) parts.push([seed, share]); };
  add(x > 0 ? right : left, Math.abs(x) * (1 - Math.abs(y) / 2));
  add(y > 0 ? up : down, Math.abs(y) * (1 - Math.abs(x) / 2));
  const together = new Map();
  for (const [seed, share] of parts) together.set(seed, (together.get(seed) ?? 0) + share);
  return even([...together]);
}

/** One name for one picture. @param {any} wish */
export function nameOf(wish) { return JSON.stringify([wish.mix, wish.truncation ?? 1, wish.labels ?? {}, wish.text ?? '', wish.along ?? {}]); }

/** The four seeds around a picture on the pad: always the same ones. @param {Part} part */
export function around(part) {
  const number = typeof part === 'number' ? part : Number.parseInt(part.slice(2, 10), 16);
  return [1, 2, 3, 4].map((n) => (number * 7919 + n * 104729) % 2 ** 32);
}

/** Undo and redo over plain states. @template T */
export class History {
  /** @param {T} state */
  constructor(state) { this.states = [JSON.stringify(state)]; this.at = 0; }
  /** @param {T} state */
  push(state) {
    const text = JSON.stringify(state);
    if (text === this.states[this.at]) return;
    this.states = [...this.states.slice(Math.max(0, this.at - 199), this.at + 1), text];
    this.at = this.states.length - 1;
  }
  get canUndo() { return this.at > 0; }
  get canRedo() { return this.at < this.states.length - 1; }
  /** @returns {T} */
  undo() { if (this.canUndo) this.at -= 1; return JSON.parse(this.states[this.at]); }
  /** @returns {T} */
  redo() { if (this.canRedo) this.at += 1; return JSON.parse(this.states[this.at]); }
}
