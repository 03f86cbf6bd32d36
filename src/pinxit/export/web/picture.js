"use strict";
// From a wish (seed, variety, labels, mix, directions) to the bytes of a picture.

/** base64 of gzip -> bytes. */
async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A model in the visitor's browser. */
class Model {
  /** @param about what `web_page.py` wrote of the model (see `about` there) */
  constructor(about) {
    this.about = about;
    this.counts = about.classes.map(([, names, range]) => (range ? about.steps + 1 : names.length));
    this.directions = about.directions.map(({ vector }) => floats(vector));
    this.waiting = new Map();
    this.asked = 0;
  }

  /** Start the painter. */
  async begin(runtime, graphs) {
    const [script, wasm] = await Promise.all([unpack(runtime.script), unpack(runtime.wasm)]);
    const networks = {};
    for (const [name, text] of Object.entries(graphs)) networks[name] = await unpack(text);
    const kind = { type: "text/javascript" };
    this.worker = new Worker(URL.createObjectURL(new Blob([script, "\n", runtime.painter], kind)));
    this.worker.onmessage = ({ data: { number, answer, problem } }) => {
      const [resolve, reject] = this.waiting.get(number);
      this.waiting.delete(number);
      problem === undefined ? resolve(answer) : reject(new Error(problem));
    };
    this.worker.onerror = (event) => this.waiting.forEach(([, reject]) => reject(new Error(event.message)));
    // A page from a disk may import no file and no blob, but what stands in an address itself.
    const loader = `data:text/javascript;base64,${runtime.loader}`;
    await this.ask({ wish: "begin", wasm, loader, graphs: networks });
  }

  ask(wish) {
    const number = this.asked++;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, [resolve, reject]);
      this.worker.postMessage({ number, ...wish });
    });
  }

  /**
   * Paint one picture for each wish.
   * @param {object[]} wishes with `seed`, `truncation`, `labels` {column: class or -1 = as the seed has it}, `words` (pieces of
   *   a caption, or null for an example's), `mix` {seed, share, layers} or null, `amounts` of each direction
   * @returns {Promise<Uint8ClampedArray[]>} RGBA of each, straight alpha
   */
  async paint(wishes) {
    if (!wishes.length) return [];
    const starts = wishes.map((wish) => this.start(wish));
    const count = starts.length;
    const inputs = { latents: batch(starts.map(({ latents }) => latents)) };
    if (starts[0].labels.length) {
      const labels = BigInt64Array.from(starts.flatMap((start) => start.labels).map(BigInt));
      inputs.labels = { data: labels, dims: [count, starts[0].labels.length] };
    }
    inputs.truncation = { data: Float32Array.of(wishes[0].truncation), dims: [] };
    if (!this.about.styles) return this.colours(await this.ask({ wish: "run", graph: "whole", inputs }));
    const styles = await this.styles(wishes, starts, inputs);
    const grains = batch(starts.map(({ grains }) => grains));
    return this.colours(await this.ask({ wish: "run", graph: "synthesis", inputs: { styles, grains } }));
  }

  /** Where a wish starts: latents (mixed and moved already, where the model has no styles), grains and labels. */
  start({ seed, labels, words, mix, amounts }) {
    const { latents: length, numbers, styles } = this.about;
    const own = startOf(seed, length, this.counts);
    const classes = this.about.classes.map(([column], place) => (labels[column] >= 0 ? labels[column] : own.labels[place]));
    const grains = styles ? (numbers < length ? own.latents.slice(numbers) : new Float32Array(1)) : null;
    let latents = own.latents;
    if (!styles) {
      const share = mix ? mix.share : 0;
      if (share) latents = between(latents, startOf(mix.seed, length, []).latents, share);
      latents = moved(latents, this.directions, amounts);
    }
    return { latents, grains, labels: [...classes, ...(words ?? this.example(seed))] };
  }

  /** The pieces of the caption that a seed has when none is given. */
  example(seed) {
    const { captions } = this.about;
    if (!captions) return [];
    return captions.examples.length ? encode(captions.examples[seed % captions.examples.length], captions) : encode("", captions);
  }

  /** Styles of a batch, mixed layer by layer and moved. */
  async styles(wishes, starts, inputs) {
    const first = await this.ask({ wish: "run", graph: "map", inputs });
    const mixed = wishes.some(({ mix }) => mix && mix.share);
    const others = wishes.map(({ mix, seed }) => startOf(mix ? mix.seed : seed, this.about.latents, []).latents);
    const second = mixed ? await this.ask({ wish: "run", graph: "map", inputs: { ...inputs, latents: batch(others) } }) : first;
    const [, layers, width] = first.dims;
    const result = wishes.map(({ mix, amounts }, n) => {
      const own = first.data.slice(n * layers * width, (n + 1) * layers * width);
      const other = second.data.subarray(n * layers * width, (n + 1) * layers * width);
      const style = own.map((value, i) => {
        const share = mix && inRange(Math.floor(i / width), layers, mix.layers) ? mix.share : 0;
        return (1 - share) * value + share * other[i];
      });
      return moved(style, this.directions, amounts);
    });
    return { data: batch(result).data, dims: first.dims };
  }

  /** (N, C, H, W) in [-1, 1], premultiplied -> RGBA bytes of each, straight alpha. As networks/pictures.py. */
  colours({ data, dims }) {
    const [count, channels, height, width] = dims;
    const cells = height * width;
    return Array.from({ length: count }, (_, n) => {
      const pixels = new Uint8ClampedArray(4 * cells);
      const byte = (channel, cell) => Math.min(255, Math.max(0, Math.round((data[(n * channels + channel) * cells + cell] + 1) * 127.5)));
      for (let cell = 0; cell < cells; cell++) {
        const alpha = channels === 4 ? byte(3, cell) : 255;
        for (let channel = 0; channel < 3; channel++) {
          const value = byte(channels === 1 ? 0 : channel, cell);
          const covered = Math.min(value, alpha);
          pixels[4 * cell + channel] = alpha ? Math.floor((covered * 255 + (alpha >> 1)) / alpha) : 0;
        }
        pixels[4 * cell + 3] = alpha;
      }
      return pixels;
    });
  }
}

/** Which layers of W+ are coarse (shape), middle and fine (colour). */
function inRange(layer, layers, name) {
  if (name === "all") return true;
  const third = { coarse: 0, middle: 1, fine: 2 }[name];
  return Math.min(2, Math.floor((3 * layer) / layers)) === third;
}

/** Vectors of one length -> one array with its shape. */
function batch(vectors) {
  const data = new Float32Array(vectors.length * vectors[0].length);
  vectors.forEach((vector, n) => data.set(vector, n * vector.length));
  return { data, dims: [vectors.length, vectors[0].length] };
}

/** base64 of little-endian float32. */
function floats(text) {
  return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}
