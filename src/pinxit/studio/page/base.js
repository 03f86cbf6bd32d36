/** What all pages share: the server, words, small helpers. Light DOM, so that one style sheet and plain labels do. */
import {LitElement, html, nothing} from './vendor/lit-element.js';
export {html, nothing};

/** @type {Record<string, string>} */
let words = {};
/** Sentences of the program with holes, those with most words first. @type {[RegExp, string][]} */
let sentences = [];
export let language = 'en';

/** A sentence in the chosen language; `{name}` is filled in. English is its own key. @param {string} text @param {Record<string, any>} [values] */
export function t(text, values = {}) {
  return (words[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/** What the program said (an error, a remark) in the chosen language; as it came where nobody has translated it. @param {string} text @returns {string} */
export function spoken(text) {
  if (words[text] !== undefined) return words[text];
  for (const [pattern, sentence] of sentences) {
    const found = pattern.exec(text);
    if (found) return sentence.replace(/\{(\d)\}/g, (_, n) => spoken(found[Number(n) + 1]));
  }
  return text;
}

/** `There is no {0} here.` as what finds it again. @param {string} sentence */
function pattern(sentence) { return new RegExp(`^${sentence.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\d\}/g, '(.*?)')}$`, 's'); }

/** @param {string} chosen */
export async function speak(chosen) {
  const tables = (chosen === 'zh' ? await Promise.all([import('./words.settings.zh.js'), import('./words.said.zh.js'), import('./words.zh.js')]) : []).map((table) => table.default);
  words = Object.assign({}, ...tables);
  const holed = Object.entries(words).filter(([english]) => /\{\d\}/.test(english)).sort(([one], [other]) => other.length - one.length);
  sentences = holed.map(([english, chinese]) => [pattern(english), chinese]);
  language = chosen;
  document.documentElement.lang = chosen === 'zh' ? 'zh-Hans' : 'en';
  remember('language', chosen);
  window.dispatchEvent(new Event('language'));
}

/** A page: an element without a shadow, drawn anew when the language changes. */
export class Page extends LitElement {
  /** @type {[EventTarget, string, any][]} */
  heard = [];
  createRenderRoot() { return this; }
  connectedCallback() {
    super.connectedCallback();
    this.heard = [];
    this.hear(window, 'language', () => this.requestUpdate());
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    for (const [target, name, act] of this.heard) target.removeEventListener(name, act);
  }
  /** Listen for as long as the page is shown. @param {EventTarget} target @param {string} name @param {any} act */
  hear(target, name, act) {
    target.addEventListener(name, act);
    this.heard.push([target, name, act]);
  }
}

/** What a person can fix, in the server's words. */
export class Problem extends Error {
  /** @param {string} words @param {number} status */
  constructor(words, status) { super(words); this.status = status; }
}

/** Ask the server. @param {string} path @param {{method?: string, body?: any, file?: Blob, blob?: boolean, signal?: AbortSignal}} [how] */
export async function ask(path, how = {}) {
  /** @type {Record<string, string>} */
  const headers = how.body !== undefined ? {'content-type': 'application/json'} : {};
  const method = how.method ?? (how.body !== undefined ? 'POST' : how.file ? 'PUT' : 'GET');
  const body = how.body !== undefined ? JSON.stringify(how.body) : how.file;
  let answer;
  try {
    answer = await fetch(`api/${path}`, {method, headers, body, signal: how.signal, redirect: 'error'});
  } catch (error) {
    if (how.signal?.aborted) throw error;
    throw new Problem(t('The studio does not answer. Is it still running? Trainings go on by themselves.'), 0);
  }
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 401) window.dispatchEvent(new Event('locked'));
    throw new Problem(told.problem ? spoken(told.problem) : t('Something went wrong ({status}).', {status: answer.status}), answer.status);
  }
  if (how.blob) return answer.blob();
  return answer.status === 204 ? null : answer.json();
}

/** A short word in the corner, with one thing to do about it. @param {string} words @param {{does?: string, act?: () => void}} [how] */
export function say(words, how = {}) { window.dispatchEvent(new CustomEvent('say', {detail: {words, ...how}})); }

/** Do something and say what went wrong, if anything. @template T @param {() => Promise<T>} act @returns {Promise<T | undefined>} */
export async function attempt(act) {
  try { return await act(); } catch (error) {
    if (error instanceof Problem) say(error.message); else throw error;
  }
}

/** @param {string} name @param {any} value */
export function remember(name, value) { try { localStorage.setItem(`pinxit-${name}`, JSON.stringify(value)); } catch { /* private windows */ } }
/** @param {string} name @param {any} other */
export function recall(name, other) {
  try { return JSON.parse(localStorage.getItem(`pinxit-${name}`) ?? '') ?? other; } catch { return other; }
}

/** Save a blob as a file. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Seconds as people say them. @param {number | null | undefined} seconds */
export function duration(seconds) {
  if (seconds == null) return '';
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return t('{n} s', {n: Math.round(seconds)});
  if (minutes < 90) return t('{n} min', {n: minutes});
  if (minutes < 2880) return t('{h} h {m} min', {h: Math.floor(minutes / 60), m: minutes % 60});
  return t('{d} days {h} h', {d: Math.floor(minutes / 1440), h: Math.round(minutes % 1440 / 60)});
}

/** @param {number | null | undefined} number */
export function count(number) { return number == null ? '' : number.toLocaleString(language === 'zh' ? 'zh' : 'en'); }

/** Draw raw RGBA pixels. @param {HTMLCanvasElement | null} canvas @param {{width: number, height: number, pixels: Uint8ClampedArray} | undefined} picture */
export function draw(canvas, picture) {
  if (!canvas || !picture) return;
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  canvas.getContext('2d')?.putImageData(new ImageData(/** @type {any} */ (picture.pixels), picture.width, picture.height), 0, 0);
}

/** A canvas element that shows one picture. */
export class Picture extends HTMLElement {
  connectedCallback() { if (!this.firstChild) this.append(document.createElement('canvas')); this.show(); }
  /** @param {any} picture */
  set picture(picture) { this.shown = picture; this.show(); }
  show() {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.firstChild);
    if (canvas && this.shown) draw(canvas, this.shown); else if (canvas) canvas.getContext('2d')?.reset();
  }
}
customElements.define('pinxit-picture', Picture);
