"use strict";
// Captions as a model's own small reader reads them: networks/vocabulary.py once more.

const IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}";
const LETTERS = `(?:(?![${IDEOGRAPHS}])[\\p{L}\\p{N}\\p{M}])+`;
const WORD = new RegExp(`[${IDEOGRAPHS}]|${LETTERS}(?:['’]${LETTERS})*`, "gu");

/** Words of a caption; upper and lower case, full and half width are the same. */
function wordsOf(caption) {
  return caption.normalize("NFKC").toLowerCase().replaceAll("ß", "ss").match(WORD) ?? [];
}

/** A caption -> numbers of its pieces, -1 where it is over. */
function encode(caption, { pieces, length }) {
  encode.index ??= new Map(pieces.map((piece, number) => [piece, number]));
  const numbers = wordsOf(caption).flatMap((word) => cut(word, encode.index)).slice(0, length);
  return [...numbers, ...Array(length - numbers.length).fill(-1)];
}

/** A word -> its longest pieces from the start; a word that cannot be spelled counts by its beginning, or not at all. */
function cut(word, index) {
  const letters = [...word];
  const found = [];
  let start = 0;
  while (start < letters.length) {
    let end = letters.length;
    const piece = () => (start ? "##" : "") + letters.slice(start, end).join("");
    while (end > start && !index.has(piece())) end--;
    if (end === start) return start >= Math.max(4, letters.length / 2) ? found : [];
    found.push(index.get(piece()));
    start = end;
  }
  return found;
}
