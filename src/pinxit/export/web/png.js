"use strict";
// Pictures as files: PNG, and APNG where they move, with the recipe inside and the mark of a model's work.

const CRCS = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

/** The check sum of a PNG's chunks. */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = CRCS[(sum ^ byte) & 255] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** One chunk: length, name, content, check sum. */
function chunk(name, content) {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc(bytes.subarray(4, content.length + 8)));
  return bytes;
}

/** Big-endian numbers: pairs of value and size in bytes. */
function packed(...pairs) {
  return Uint8Array.from(pairs.flatMap(([value, size]) => Array.from({ length: size }, (_, i) => (value >>> (8 * (size - 1 - i))) & 255)));
}

/** A text that any reader of PNG finds under its keyword. */
function text(keyword, words) {
  return chunk("iTXt", new TextEncoder().encode(`${keyword}\0\0\0\0\0${words}`));
}

/** RGBA rows, compressed as PNG has them. */
async function rowsOf(pixels, width, height) {
  const rows = new Uint8Array(height * (4 * width + 1));
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(4 * width * y, 4 * width * (y + 1)), y * (4 * width + 1) + 1);
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * One picture as PNG, or several as APNG that plays for ever.
 * @param {Uint8ClampedArray[]} frames RGBA, straight alpha
 * @param {Object<string, string>} texts keyword -> words
 * @param {number} pace pictures a second
 */
async function pngOf(frames, width, height, texts, pace = 25) {
  const parts = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)];
  parts.push(chunk("IHDR", packed([width, 4], [height, 4], [8, 1], [6, 1], [0, 1], [0, 1], [0, 1])));
  for (const [keyword, words] of Object.entries(texts)) parts.push(text(keyword, words));
  if (frames.length > 1) parts.push(chunk("acTL", packed([frames.length, 4], [0, 4])));
  let number = 0;
  for (const [place, pixels] of frames.entries()) {
    const rows = await rowsOf(pixels, width, height);
    if (frames.length > 1) {
      const where = [[width, 4], [height, 4], [0, 4], [0, 4]];
      parts.push(chunk("fcTL", packed([number++, 4], ...where, [1, 2], [pace, 2], [0, 1], [0, 1])));
    }
    if (place === 0) parts.push(chunk("IDAT", rows));
    else parts.push(chunk("fdAT", Uint8Array.from([...packed([number++, 4]), ...rows])));
  }
  parts.push(chunk("IEND", new Uint8Array()));
  return new Blob(parts, { type: "image/png" });
}
