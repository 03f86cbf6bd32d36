/** Manner: a picture in the style of another; a texture from a sample, shown tiled. */
import {ask, attempt, html, nothing, t} from './base.js';
import {named} from './fields.js';
import {Workshop} from './works.js';

const FIELDS = {style: ['size', 'strength', 'strokes', 'keep_colours', 'steps'], texture: ['size', 'strokes', 'steps', 'seamless']};
const LEARNED = ['size', 'keep_colours'];
const USUAL = {style: {size: 384}, texture: {size: 256, seamless: true}};

/** Kept across visits. @type {any} */
let memory = null;
/** Go there to make a kept result once more. @param {any} told  what `kept/…/again` tells */
export function again({request, pictures}) {
  const {kind, model = '', settings = {}} = request, {picture = null, manner = null} = pictures;
  memory = {kind, picture, manner, model, chosen: {style: {}, texture: {}, ...memory?.chosen, [kind]: settings}, work: null};
  location.hash = '#/manner';
}

class Manner extends Workshop {
  static properties = {...Workshop.properties, kind: {state: true}, picture: {state: true}, manner: {state: true}, chosen: {state: true}, forms: {state: true}, models: {state: true}, model: {state: true}};
  constructor() {
    super();
    /** @type {'style' | 'texture'} */
    this.kind = 'style';
    this.picture = /** @type {any} */ (null);
    this.manner = /** @type {any} */ (null);
    this.chosen = {style: /** @type {any} */ ({}), texture: /** @type {any} */ ({})};
    this.forms = /** @type {any} */ (null);
    this.models = /** @type {any[]} */ ([]);
    this.model = '';
    if (memory) Object.assign(this, memory);
  }
  async connectedCallback() {
    super.connectedCallback();
    this.look();
    this.forms = await attempt(() => ask('works/settings'));
    this.models = ((await attempt(() => ask('models'))) ?? []).filter((/** @type {any} */ one) => one.restyles);
    if (!this.models.some((one) => one.id === this.model)) this.model = '';
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    const {kind, picture, manner, chosen, work, model} = this;
    memory = {kind, picture, manner, chosen, work, model};
  }
  get ready() { return this.picture && (this.kind === 'texture' || this.model || this.manner); }
  paint() {
    const {kind, picture, manner} = this, model = kind === 'style' ? this.model : '', names = this.names;
    const settings = Object.fromEntries(Object.entries({...USUAL[kind], ...this.chosen[kind]}).filter(([name]) => names.includes(name)));
    this.begin({kind, picture: picture.id, ...(model ? {model} : kind === 'style' ? {manner: manner.id} : {}), settings});
  }
  /** The settings that have a meaning just now, and any other that was chosen elsewhere. */
  get names() { return this.kind === 'style' && this.model ? LEARNED : [...new Set([...FIELDS[this.kind], ...Object.keys(this.chosen[this.kind])])]; }
  render() {
    const texture = this.kind === 'texture', own = this.work?.request.kind === this.kind;
    return html`<div class="page stack">
      <div class="head"><h1>${t('Manner')}</h1>
        <div class="end" role="group" aria-label=${t('What to paint')}>${/** @type {const} */ ([['style', t('Style')], ['texture', t('Texture')]]).map(([kind, title]) => html`<button aria-pressed=${this.kind === kind ? 'true' : 'false'} @click=${() => { this.kind = kind; }}>${title}</button>`)}</div></div>
      <p>${texture ? t('From one sample of stone, cloth or bark grows as much of it as you like, and it can tile without a seam.') : t('Your picture, painted as another one was: its colours, its strokes, not its subject.')}</p>
      <div class="columns wide-right"><form class="stack" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); this.paint(); }}>
        <pinxit-drop name="picture" .title=${texture ? t('A sample') : t('Your picture')} .picked=${this.picture} @picked=${(/** @type {CustomEvent} */ event) => { this.picture = event.detail; }}></pinxit-drop>
        ${texture || !this.models.length ? nothing : html`<div class="field"><label for="manner-of">${t('Whose manner?')}</label><select id="manner-of" @change=${(/** @type {any} */ event) => { this.model = event.target.value; }}><option value="">${t('of a painting that I choose')}</option>${this.models.map((one) => html`<option value=${one.id} ?selected=${one.id === this.model}>${t('learned by {name}', {name: one.name})}</option>`)}</select></div>`}
        ${texture || this.model ? nothing : html`<pinxit-drop name="manner" .title=${t('In the manner of')} .picked=${this.manner} @picked=${(/** @type {CustomEvent} */ event) => { this.manner = event.detail; }}></pinxit-drop>`}
        <div class="form">${this.names.map((name) => this.field(name))}</div>
        <div><button class="main" id="paint" ?disabled=${!this.ready}>${this.painting ? t('Paint anew') : t('Paint')}</button></div></form>
      <section class="stack" aria-label=${t('The result')}>
        ${own ? this.standing(t('is being painted …')) : nothing}
        ${own && this.shown ? this.result(texture) : html`<div class="empty card"><p>${texture ? t('Choose a sample, then paint. It appears here while it grows.') : t('Choose two pictures, then paint. It appears here while it is painted.')}</p></div>`}
        ${own && this.work.results ? html`<div class="bar">${this.keeper()}<button @click=${() => this.download()}>${t('Save PNG')}</button></div>` : nothing}
      </section></div></div>`;
  }
  /** @param {boolean} texture */
  result(texture) {
    const more = Array.from({length: Math.max(0, this.work.results - 1)}, (_, n) => `api/works/${this.work.id}/results/${n + 1}`);
    if (!texture) return [this.shown, ...more].map((address) => html`<img class="work" src=${address} alt=${t('Your picture in its new manner')}>`);
    return html`<div class="tiled" role="img" aria-label=${t('The texture, tiled')} .style=${`background-image: url("${this.shown}")`}></div>`;
  }
  /** @param {string} name */
  field(name) {
    const form = this.forms?.[this.kind].find((/** @type {any} */ one) => one.name === name);
    if (!form) return nothing;
    const chosen = this.chosen[this.kind], usual = /** @type {any} */ (USUAL[this.kind])[name] ?? form.default, value = chosen[name] ?? usual, id = `manner-${name}`;
    const set = (/** @type {any} */ to) => { this.chosen = {...this.chosen, [this.kind]: {...chosen, [name]: to}}; };
    let control;
    if (form.kind === 'switch') control = html`<input id=${id} type="checkbox" .checked=${value} @change=${(/** @type {any} */ event) => set(event.target.checked)}>`;
    else if (form.kind === 'choice') control = html`<select id=${id} @change=${(/** @type {any} */ event) => set(event.target.value)}>${form.choices.map((/** @type {string} */ one) => html`<option value=${one} ?selected=${one === value}>${named(one)}</option>`)}</select>`;
    else control = html`<input id=${id} type="number" min=${form.least ?? nothing} max=${name === 'size' ? 2048 : form.most ?? nothing} step=${form.kind === 'whole' ? 1 : 'any'} .value=${String(value)} @change=${(/** @type {any} */ event) => { if (event.target.value !== '') set(Number(event.target.value)); }}>`;
    return html`<div class="field"><label for=${id}>${t(name.replaceAll('_', ' '))}</label>${control}<span class="help">${t(form.help)}</span></div>`;
  }
}
customElements.define('pinxit-manner', Manner);
