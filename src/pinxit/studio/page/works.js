/** What Manner and Complete share: a place to put a picture, and a work that is being painted. */
import {Page, ask, attempt, html, nothing, save, say, spoken, t} from './base.js';
import * as live from './live.js';

/** A picture to choose or drop; it goes into the studio at once. Tells "picked" with {id, width, height}. */
class Drop extends Page {
  static properties = {name: {}, title: {}, picked: {}, busy: {state: true}};
  constructor() {
    super();
    this.name = '';
    this.title = '';
    this.picked = /** @type {any} */ (null);
    this.busy = false;
  }
  /** @param {any} picture  null while another one is read */
  tell(picture) { this.dispatchEvent(new CustomEvent('picked', {detail: picture})); }
  /** @param {File | undefined} file */
  async take(file) {
    if (!file) return;
    this.busy = true;
    this.tell(null);
    const told = await attempt(() => ask('uploads', {file}));
    this.busy = false;
    if (told) this.tell(told);
  }
  render() {
    return html`<div class="drop-one" @dragover=${(/** @type {Event} */ event) => event.preventDefault()} @drop=${(/** @type {any} */ event) => { event.preventDefault(); event.stopPropagation(); this.take(event.dataTransfer.files[0]); }}>
      ${this.picked ? html`<span class="tile ground"><img src="api/uploads/${this.picked.id}" alt=${t('Chosen: {title}', {title: this.title})}></span>` : html`<span class="tile sunken small soft">${t('drop a picture here')}</span>`}
      <span class="stack"><strong>${this.title}</strong><label class="button">${this.busy ? t('Reading …') : t('Choose a picture')}<input id="upload-${this.name}" class="visually-hidden" type="file" accept="image/*,.heic" aria-label=${`${this.title}: ${t('Choose a picture')}`} @change=${(/** @type {any} */ event) => this.take(event.target.files[0])}></label></span></div>`;
  }
}
customElements.define('pinxit-drop', Drop);

/** What is painted white on black, as an upload; its id. @param {{width: number, height: number}} picture @param {(pen: CanvasRenderingContext2D) => void} paint @returns {Promise<string | undefined>} */
export async function maskOf({width, height}, paint) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  paint(pen);
  pen.globalCompositeOperation = 'destination-over';
  pen.fillRect(0, 0, width, height);
  const file = /** @type {Blob} */ (await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, 'image/png')));
  return (await attempt(() => ask('uploads', {file})))?.id;
}

/** A picture, as soon as it can be drawn. @param {string} address */
export async function loaded(address) {
  const image = Object.assign(document.createElement('img'), {src: address});
  await image.decode();
  return image;
}

/** What of which work is kept: "work/number" -> its id in the gallery, and whether it lies in the bin. @type {Map<string, {id: string, binned: boolean}>} */
const kept = new Map();

/** A page on which something is painted in a process of its own: `work` is how it stands. */
export class Workshop extends Page {
  static properties = {work: {state: true}};
  constructor() {
    super();
    this.work = /** @type {any} */ (null);
  }
  connectedCallback() {
    super.connectedCallback();
    this.hear(live.news, 'works', () => this.look());
    this.hear(live.news, 'kept', () => this.lookAtKept());
    this.lookAtKept();
  }
  get painting() { return ['painting', 'ending'].includes(this.work?.state); }
  /** @param {any} request */
  async begin(request) { this.work = await attempt(() => ask('works', {body: request})) ?? this.work; }
  async look() {
    const {work} = this;
    if (!work) return;
    const told = await attempt(() => ask(`works/${work.id}`));
    if (told && this.work?.id === told.id) this.work = told;
  }
  async end() { this.work = await attempt(() => ask(`works/${this.work.id}/end`, {method: 'POST'})) ?? this.work; }
  /** What is binned, taken out again or deleted elsewhere. */
  async lookAtKept() {
    for (const [name, {id}] of [...kept].filter(([name]) => name.startsWith(`${this.work?.id}/`))) {
      const told = await ask(`kept/${id}`).catch((error) => error);
      if (told.status === 404) kept.delete(name); else if (told.id) kept.set(name, {id, binned: told.binned});
    }
    this.requestUpdate();
  }
  /** Keep one of what was made; once more puts it into the bin. @param {number} number */
  async keep(number = 0) {
    const name = `${this.work.id}/${number}`, there = kept.get(name);
    if (!there) {
      const told = await attempt(() => ask(`works/${this.work.id}/keep`, {body: {number}}));
      if (!told) return;
      kept.set(name, {id: told.id, binned: false});
      say(t('Kept.'), {does: t('Show'), act: () => { location.hash = `#/kept/${told.id}`; }});
    } else {
      const bin = (/** @type {boolean} */ binned) => attempt(() => ask('kept/bin', {body: {ids: [there.id], binned}})), binned = !there.binned;
      if (!await bin(binned)) return;
      kept.set(name, {id: there.id, binned});
      if (binned) say(t('Put into the bin.'), {does: t('Undo'), act: () => bin(false)}); else say(t('Kept.'));
    }
    this.requestUpdate();
  }
  /** @param {number} [number] @param {string} [words] */
  keeper(number = 0, words = t('Keep')) {
    const there = kept.get(`${this.work.id}/${number}`), starred = there && !there.binned;
    return html`<button type="button" class="keep" aria-pressed=${starred ? 'true' : 'false'} @click=${() => this.keep(number)}>${starred ? '★' : '☆'} ${starred ? t('Kept') : words}</button>`;
  }
  /** @param {number} number */
  async download(number = 0) {
    const blob = await attempt(() => ask(`works/${this.work.id}/results/${number}`, {blob: true}));
    if (blob) save(blob, `${this.work.request.kind}-${this.work.id}.png`);
  }
  /** What it looks like now, as an address. */
  get shown() {
    if (!this.work) return '';
    if (this.work.results) return `api/works/${this.work.id}/results/0`;
    return this.work.stamp ? `api/works/${this.work.id}/preview?${this.work.stamp}` : '';
  }
  /** How it stands, in words. @param {string} doing */
  standing(doing) {
    const {work} = this;
    if (!work) return nothing;
    if (work.state === 'failed') return html`<p class="problem" role="alert">${spoken(work.message)}</p>`;
    const words = {painting: doing, ending: t('is asked to stop …'), done: t('done'), ended: t('Stopped early: this is the best so far.'), stopped: t('stopped')};
    return html`<p role="status" class="bar"><span class="chip ${this.painting ? 'here' : ''}">${words[/** @type {keyof typeof words} */ (work.state)]}</span>${this.painting ? html`<button ?disabled=${work.state === 'ending'} @click=${() => this.end()}>${t('Stop')}</button>` : nothing}</p>`;
  }
}
