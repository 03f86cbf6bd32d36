/** Scans: drawings cut out of pages of paper. The choices, and every page before and after. */
import {Page, ask, attempt, count, html, nothing, spoken, t} from './base.js';

const USUAL = {paper: 'white', straighten: true, split: true, trim: true, margin: 0.03};
const PAPERS = {white: 'even and white', alpha: 'away: transparent', keep: 'as it is'};
const SWITCHES = {straighten: 'Turn pages straight', split: 'Several drawings on a page become several pictures', trim: 'Cut empty paper away'};
const AT_ONCE = 40;

/** What is to be done with the scans of a set. Tells "begun" with the new set. */
class Choices extends Page {
  static properties = {set: {}, how: {state: true}};
  constructor() {
    super();
    this.set = /** @type {any} */ (null);
    this.how = /** @type {any} */ (USUAL);
  }
  /** @param {any} set @param {any} [how]  as an earlier time */
  async open(set, how = USUAL) {
    this.set = set;
    this.how = {...USUAL, ...how};
    await this.updateComplete;
    /** @type {HTMLDialogElement} */ (this.querySelector('dialog')).showModal();
  }
  async begin() {
    const made = await attempt(() => ask(`pictures/${this.set.id}/prepare`, {body: this.how}));
    if (made) this.dispatchEvent(new CustomEvent('begun', {detail: made}));
  }
  render() {
    const {set, how} = this, want = (/** @type {any} */ change) => { this.how = {...how, ...change}; };
    return html`<dialog id="prepare" class="narrow" aria-labelledby="prepare-title">${set ? html`<form method="dialog" class="stack" @submit=${(/** @type {any} */ event) => { if (event.submitter?.value === 'begin') this.begin(); }}>
      <h2 id="prepare-title">${t('Prepare scans')}</h2>
      <p class="soft">${t('For pages that were scanned or photographed. The drawings become a set of their own; your pages stay as they are.')}</p>
      <fieldset class="stack"><legend>${t('The paper becomes')}</legend><div class="choices">${Object.entries(PAPERS).map(([name, title]) => html`<label class="choice"><input type="radio" name="paper" value=${name} .checked=${how.paper === name} @change=${() => want({paper: name})}><strong>${t(title)}</strong></label>`)}</div></fieldset>
      ${Object.entries(SWITCHES).map(([name, title]) => html`<label class="inline"><input type="checkbox" id="scan-${name}" .checked=${how[name]} @change=${(/** @type {any} */ event) => want({[name]: event.target.checked})}>${t(title)}</label>`)}
      ${how.trim || how.split ? html`<div class="field"><label for="scan-margin">${t('Room left around each drawing')} <span class="soft numbers">${Math.round(how.margin * 100)} %</span></label>
        <input id="scan-margin" type="range" min="0" max="0.3" step="0.01" .value=${String(how.margin)} @input=${(/** @type {any} */ event) => want({margin: Number(event.target.value)})}></div>` : nothing}
      <div class="bar"><button class="main" id="prepare-begin" value="begin">${t('Prepare {n} pages', {n: count(set.kept)})}</button><button value="close">${t('Close')}</button></div></form>` : nothing}</dialog>`;
  }
}
customElements.define('pinxit-scan-choices', Choices);

/** Every page of a prepared set: as it came, and what was made of it. */
class Scans extends Page {
  static properties = {set: {}, shown: {state: true}};
  constructor() {
    super();
    this.set = /** @type {any} */ (null);
    this.shown = AT_ONCE;
  }
  render() {
    const {pages} = this.set.prepared;
    return html`<ul class="pages">${pages.slice(0, this.shown).map((/** @type {any} */ page, /** @type {number} */ n) => this.page(page, n))}</ul>
      ${pages.length > this.shown ? html`<button @click=${() => { this.shown += AT_ONCE; }}>${t('Show more')}</button>` : nothing}`;
  }
  /** @param {any} page @param {number} n */
  page(page, n) {
    const at = (/** @type {number} */ part) => `api/pictures/${this.set.id}/pages/${n}/${part}`, drawn = page.drawings.length;
    const told = spoken(page.reason) || [drawn === 1 ? t('one drawing') : t('{n} drawings', {n: drawn}), page.turned ? t('turned by {n}°', {n: Math.abs(page.turned).toFixed(1)}) : ''].filter(Boolean).join(', ');
    return html`<li class="card"><div class="small"><bdi>${page.name}</bdi> <span class="${page.reason ? 'chip bad' : 'soft'}">${told}</span></div>
      <div class="before-after">${page.shown ? html`<img class="before" src=${at(0)} alt=${t('The page as it came')} loading="lazy">` : html`<span class="before"></span>`}
      ${drawn ? html`<span class="arrow soft" aria-hidden="true">→</span><div class="drawn">${page.drawings.slice(0, 12).map((/** @type {string} */ _, /** @type {number} */ k) => html`<img class="ground" src=${at(k + 1)} alt=${t('Drawing {n}', {n: k + 1})} loading="lazy">`)}</div>` : nothing}</div></li>`;
  }
}
customElements.define('pinxit-scans', Scans);
