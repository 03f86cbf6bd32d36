/** Directions: a slider for each way that a picture can go; found, learned, renamed, forgotten, taken back. */
import {Page, ask, attempt, html, nothing, say, t} from './base.js';

const REACH = 4;
const TASTE = 'taste';

class Directions extends Page {
  static properties = {model: {}, along: {}, marks: {}, known: {state: true}, busy: {state: true}};
  constructor() {
    super();
    this.model = '';
    this.along = /** @type {Record<string, number>} */ ({});
    /** @type {{liked: boolean, wish: any}[]} */
    this.marks = [];
    this.known = /** @type {any[] | null} */ (null);
    this.busy = false;
    this.loadedFor = '';
  }
  connectedCallback() {
    super.connectedCallback();
    this.hear(window, 'directions', () => this.load());
  }
  willUpdate() {
    if (this.model === this.loadedFor) return;
    this.loadedFor = this.model;
    this.load();
  }
  async load() { this.known = await attempt(() => ask(`models/${this.model}/directions`)) ?? []; }
  /** @param {string} path @param {any} body */
  async change(path, body) {
    this.busy = true;
    const known = await attempt(() => ask(`models/${this.model}/directions/${path}`, {body}));
    this.busy = false;
    if (known) this.known = known;
    return known;
  }
  /** @param {Record<string, number>} along @param {boolean} done */
  tell(along, done) { this.dispatchEvent(new CustomEvent('along', {detail: {along: Object.fromEntries(Object.entries(along).filter(([, strength]) => strength)), done}})); }
  /** @param {string} name @param {string} value */
  async rename(name, value) {
    const called = value.trim();
    if (!called || called === name || !await this.change('rename', {old: name, new: called})) { this.requestUpdate(); return; }
    const {[name]: strength, ...rest} = this.along;
    if (strength) this.tell({...rest, [called]: strength}, true);
  }
  /** @param {string} name */
  async forget(name) {
    if (!await this.change('rename', {old: name, new: null})) return;
    const {[name]: _, ...rest} = this.along;
    this.tell(rest, true);
    say(t('“{name}” is forgotten.', {name}), {does: t('Undo'), act: () => this.change('back', {})});
  }
  async learn() {
    const name = /** @type {HTMLInputElement} */ (this.querySelector('#direction-name'));
    const some = (/** @type {boolean} */ liked) => this.marks.filter((one) => one.liked === liked).map((one) => one.wish).slice(0, 64);
    if (await this.change('learn', {name: name.value.trim(), liked: some(true), disliked: some(false)})) name.value = '';
  }
  render() {
    const own = (this.known ?? []).filter((one) => one.name !== TASTE), taste = this.known?.some((one) => one.name === TASTE);
    const both = this.marks.some((one) => one.liked) && this.marks.some((one) => !one.liked);
    return html`<div class="stack">
      ${taste ? this.slider(TASTE, t('My taste'), 0) : nothing}
      ${own.map((one, n) => this.slider(one.name, one.name, n + 1))}
      ${this.known && !own.length ? html`<p class="small soft">${t('A direction is a way that any picture can go: older, rounder, redder. pinxit finds them without knowing what they show; try each, and call it by what you see.')}</p>` : nothing}
      <div class="bar">
        <button ?disabled=${this.busy} @click=${() => this.change('find', {how: 'pca', count: 6})}>${this.busy ? t('Looking …') : t('Find directions')}</button>
        <button ?disabled=${!Object.keys(this.along).length} @click=${() => this.tell({}, true)}>${t('All to the middle')}</button></div>
      ${both ? html`<form class="tools" @submit=${(/** @type {Event} */ event) => { event.preventDefault(); this.learn(); }}>
        <div class="field"><label class="small" for="direction-name">${t('Learn one from what I like and do not like')}</label><input id="direction-name" required maxlength="80" placeholder=${t('such as: round hats')}></div>
        <button ?disabled=${this.busy}>${t('Learn')}</button></form>` : nothing}</div>`;
  }
  /** @param {string} name @param {string} title @param {number} n */
  slider(name, title, n) {
    const strength = this.along[name] ?? 0, set = (/** @type {any} */ event, /** @type {boolean} */ done) => this.tell({...this.along, [name]: Number(event.target.value)}, done);
    return html`<div class="direction">
      ${n ? html`<input class="name small" aria-label=${t('Name of direction {n}', {n})} maxlength="80" .value=${title} @change=${(/** @type {any} */ event) => this.rename(name, event.target.value)}>` : html`<span class="small name">♥ ${title}</span>`}
      <input id="along-${n}" type="range" aria-label=${n ? t('How far along {name}', {name: title}) : title} min=${-REACH} max=${REACH} step="0.1" .value=${String(strength)} @input=${(/** @type {any} */ event) => set(event, false)} @change=${(/** @type {any} */ event) => set(event, true)} @dblclick=${() => this.tell({...this.along, [name]: 0}, true)}>
      ${n ? html`<button class="round plain" aria-label=${t('Forget {name}', {name: title})} @click=${() => this.forget(name)}>×</button>` : html`<span></span>`}</div>`;
  }
}
customElements.define('pinxit-directions', Directions);
