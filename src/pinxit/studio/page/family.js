/** The family of a picture: children bred from two or more, and the tree of those it comes from. */
import {Page, ask, attempt, html, nothing, t} from './base.js';
import {freshSeed} from './mixing.js';
import './thumb.js';

class Family extends Page {
  static properties = {model: {}, parents: {}, brood: {}, of: {}, mutation: {state: true}, tree: {state: true}, busy: {state: true}};
  constructor() {
    super();
    this.model = '';
    /** @type {any[]} wishes, one for each part of the open picture */
    this.parents = [];
    /** @type {string[]} */
    this.brood = [];
    this.of = '';
    this.mutation = 0.2;
    this.tree = /** @type {any} */ (null);
    this.busy = false;
    this.treeOf = '';
  }
  async willUpdate() {
    if (this.of === this.treeOf) return;
    this.treeOf = this.of;
    this.tree = null;
    const of = this.of;
    const tree = of ? await attempt(() => ask(`models/${this.model}/points/${of}/family`)) : null;
    if (of === this.of) this.tree = tree;
  }
  async breed() {
    this.busy = true;
    const told = await attempt(() => ask(`models/${this.model}/children`, {body: {parents: this.parents, count: 12, mutation: this.mutation, chance: freshSeed()}}));
    this.busy = false;
    if (told) this.dispatchEvent(new CustomEvent('bred', {detail: told.children}));
  }
  /** @param {string} kind @param {any} detail */
  tell(kind, detail) { this.dispatchEvent(new CustomEvent(kind, {detail})); }
  render() {
    return html`<div class="stack">
      ${this.parents.length < 2 ? html`<p class="small soft">${t('Children take after two pictures or more: press + on a second one, then breed.')}</p>` : html`
      <div class="tools"><div class="field"><label class="small" for="mutation">${t('Chance')} <span class="soft numbers">${Math.round(this.mutation * 100)} %</span></label>
        <input id="mutation" type="range" min="0" max="1" step="0.05" .value=${String(this.mutation)} @input=${(/** @type {any} */ event) => { this.mutation = Number(event.target.value); }}></div>
        <button class="main" ?disabled=${this.busy} @click=${() => this.breed()}>${this.busy ? t('Breeding …') : t('Breed children')}</button></div>`}
      ${this.brood.length ? html`<div class="wall small-wall" role="group" aria-label=${t('Children')}>${this.brood.map((id, n) => html`<div class="place">
        <button class="tile ground ${id === this.of ? 'open' : ''}" aria-label=${t('Child {n}', {n: n + 1})} @click=${() => this.tell('open', id)}><pinxit-thumb .model=${this.model} .wish=${{mix: [[id, 1]]}}></pinxit-thumb></button>
        <button class="add" aria-label=${t('Mix child {n} in', {n: n + 1})} title=${t('Mix in')} @click=${() => this.tell('add', id)}>+</button></div>`)}</div>` : nothing}
      ${this.tree?.parents?.length ? html`<h3>${t('Where it comes from')}</h3><ul class="tree">${this.person(this.tree)}</ul>` : nothing}</div>`;
  }
  /** @param {any} one @returns {any} */
  person(one) {
    const {part, wish} = one, name = typeof part === 'number' ? t('Seed {n}', {n: part}) : {bred: t('a child'), average: t('a mixture'), moved: t('moved along directions')}[/** @type {string} */ (one.how)] ?? t('a picture');
    return html`<li>${wish ? html`<button class="tile ground" title=${name} aria-label=${t('Open {name}', {name})} @click=${() => this.tell('wish', wish)}><pinxit-thumb .model=${this.model} .wish=${wish}></pinxit-thumb></button>` : html`<span class="small soft">${name}</span>`}
      ${one.parents.length ? html`<ul>${one.parents.map((/** @type {any} */ parent) => this.person(parent))}</ul>` : nothing}</li>`;
  }
}
customElements.define('pinxit-family', Family);
