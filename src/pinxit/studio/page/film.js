/** A film from picture to picture and back: chosen here, made in a process of its own, shown, saved. */
import {ask, attempt, html, nothing, save, t} from './base.js';
import {Workshop} from './works.js';

const KINDS = {webp: 'WebP: small, keeps what is transparent', apng: 'APNG: lossless, keeps what is transparent', gif: 'GIF: goes everywhere, few colours', mp4: 'MP4: a film, on white'};
const WAYS = {spherical: 'from one to the next', spline: 'in one bend through all', linear: 'straight, and plainer'};
const EASINGS = {even: 'evenly', smooth: 'resting at each picture'};

/** Wishes of one model, in the order of the film. */
class Film extends Workshop {
  static properties = {...Workshop.properties, model: {}, wishes: {}, how: {}};
  constructor() {
    super();
    this.model = '';
    this.wishes = /** @type {any[]} */ ([]);
    this.how = {kind: 'webp', seconds: 6, fps: 20, way: 'spherical', easing: 'even', loop: true};
  }
  make() { this.begin({kind: 'film', model: this.model, wishes: this.wishes, settings: this.how}); }
  get file() { return `api/works/${this.work.id}/results/0`; }
  async saveFilm() {
    const blob = await attempt(() => ask(`works/${this.work.id}/results/0`, {blob: true}));
    if (blob) save(blob, this.work.files[0].name);
  }
  /** @param {string} name @param {string} title @param {Record<string, string>} table */
  choice(name, title, table) {
    const how = /** @type {Record<string, any>} */ (this.how);
    return html`<div class="field"><label for="film-${name}">${title}</label><select id="film-${name}" @change=${(/** @type {any} */ event) => { this.how = {...this.how, [name]: event.target.value}; }}>${Object.entries(table).map(([value, words]) => html`<option value=${value} ?selected=${value === how[name]}>${t(words)}</option>`)}</select></div>`;
  }
  /** @param {'seconds' | 'fps'} name @param {string} title @param {number} most */
  number(name, title, most) {
    return html`<div class="field"><label for="film-${name}">${title}</label><input id="film-${name}" type="number" min="1" max=${most} step="1" .value=${String(this.how[name])} @change=${(/** @type {any} */ event) => { this.how = {...this.how, [name]: Math.max(1, Math.min(most, Math.round(Number(event.target.value) || 1)))}; }}></div>`;
  }
  render() {
    const done = this.work?.results && this.work.files.length;
    return html`<form class="stack" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); this.make(); }}>
      ${this.choice('kind', t('What kind of file'), KINDS)}
      <div class="two tight">${this.number('seconds', t('Seconds'), 60)}${this.number('fps', t('Pictures a second'), 50)}
        ${this.choice('way', t('The way'), WAYS)}${this.choice('easing', t('The pace'), EASINGS)}</div>
      <label class="inline"><input id="film-loop" type="checkbox" .checked=${this.how.loop} @change=${(/** @type {any} */ event) => { this.how = {...this.how, loop: event.target.checked}; }}>${t('Back to the first, without a jump')}</label>
      <div class="bar"><button class="main" id="film" ?disabled=${this.wishes.length < 2 || this.painting}>${t('Make a film of {n} pictures', {n: this.wishes.length})}</button></div>
      ${this.work?.state === 'done' ? nothing : this.standing(t('is being filmed …'))}
      ${done ? html`<div class="filmed ground">${moving(this.file, this.work.files[0].name.endsWith('.mp4'), t('The film'))}</div>
        <div class="bar"><button type="button" class="main" id="film-save" @click=${() => this.saveFilm()}>${t('Save')} (${size(this.work.files[0].bytes)})</button>${this.keeper()}</div>` : nothing}</form>`;
  }
}
customElements.define('pinxit-film', Film);

/** A film where a picture would be. @param {string} address @param {boolean} video @param {string} words */
export function moving(address, video, words) { return video ? html`<video src=${address} autoplay loop muted controls aria-label=${words}></video>` : html`<img src=${address} alt=${words}>`; }

/** @param {number} bytes */
export function size(bytes) { return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`; }
