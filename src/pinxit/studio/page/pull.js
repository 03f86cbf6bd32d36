/** Pull at the open picture: handles and targets, set by mouse, finger or keys; the model paints what follows from that. */
import {ask, attempt, html, nothing, spoken, t} from './base.js';
import {svg} from './vendor/lit-element.js';
import {Workshop} from './works.js';

const MOST = 16;
/** @typedef {[number, number]} Place */

/** @param {Place} at @param {number} wide */
function ring([x, y], wide) { return svg`<circle class="under" cx=${x} cy=${y} r=${2.6 * wide}></circle><circle class="ring" cx=${x} cy=${y} r=${2.6 * wide}></circle>`; }
/** @param {Place} one @param {Place} other @param {number} wide */
function arrow(one, other, wide) {
  return svg`<line class="under" x1=${one[0]} y1=${one[1]} x2=${other[0]} y2=${other[1]}></line><line class="way" x1=${one[0]} y1=${one[1]} x2=${other[0]} y2=${other[1]}></line>
    ${ring(one, wide)}<circle class="goal" cx=${other[0]} cy=${other[1]} r=${1.8 * wide}></circle>`;
}

/** Tells "pulled" with the wish of the new picture. */
class Pull extends Workshop {
  static properties = {...Workshop.properties, model: {}, wish: {}, picture: {}, moves: {state: true}, from: {state: true}, cursor: {state: true}};
  constructor() {
    super();
    this.model = '';
    this.wish = /** @type {any} */ (null);
    this.picture = /** @type {any} */ (null);
    /** @type {[Place, Place][]} */
    this.moves = [];
    this.from = /** @type {Place | null} */ (null);
    this.cursor = /** @type {Place | null} */ (null);
    this.told = '';
  }
  async start() {
    this.told = '';
    await this.begin({kind: 'drag', model: this.model, wishes: [this.wish], moves: this.moves});
  }
  async updated() {
    if (!this.work?.results || this.told === this.work.id) return;
    this.told = this.work.id;
    const told = await attempt(() => ask(`works/${this.work.id}/point`, {method: 'POST'}));
    this.moves = [];
    if (told) this.dispatchEvent(new CustomEvent('pulled', {detail: told.wish}));
  }
  /** In pixels of the picture. @param {PointerEvent} event @returns {Place} */
  place(event) {
    const stage = /** @type {SVGSVGElement} */ (this.querySelector('svg.pull')), there = new DOMPoint(event.clientX, event.clientY).matrixTransform(/** @type {DOMMatrix} */ (stage.getScreenCTM()).inverse());
    return this.inside(there.x, there.y);
  }
  /** @param {number} x @param {number} y @returns {Place} */
  inside(x, y) { return [Math.max(0, Math.min(this.picture.width - 1, Math.round(x))), Math.max(0, Math.min(this.picture.height - 1, Math.round(y)))]; }
  /** @param {PointerEvent} event */
  down(event) {
    if (this.painting || this.moves.length >= MOST) return;
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.from = this.cursor = this.place(event);
  }
  /** @param {PointerEvent} event */
  move(event) { if (this.from) this.cursor = this.place(event); }
  /** What was begun at `from` ends where the cursor is. */
  up() {
    const {from, cursor} = this;
    this.from = null;
    if (from && cursor && (from[0] !== cursor[0] || from[1] !== cursor[1])) this.moves = [...this.moves, [from, cursor]];
  }
  /** Arrows move a ring; space or Enter takes hold there, and lets go there. @param {KeyboardEvent} event */
  byKeys(event) {
    const far = event.shiftKey ? 10 : 2, by = {ArrowRight: [far, 0], ArrowLeft: [-far, 0], ArrowUp: [0, -far], ArrowDown: [0, far]}[event.key];
    const [x, y] = this.cursor ?? this.inside(this.picture.width / 2, this.picture.height / 2);
    /** @type {Place} */
    const here = [x, y];
    if (by) this.cursor = this.inside(x + by[0], y + by[1]);
    else if (event.key === ' ' || event.key === 'Enter') { if (this.from) this.up(); else if (this.moves.length < MOST) this.cursor = this.from = here; }
    else if (event.key === 'Escape') this.from = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  render() {
    const {picture, moves, from, cursor} = this;
    if (!picture) return nothing;
    const shown = from && cursor ? [...moves, /** @type {[Place, Place]} */ ([from, cursor])] : moves, wide = picture.width / 96;
    return html`<div class="large ground"><pinxit-picture .picture=${picture} role="img" aria-label=${t('The open picture, large')}></pinxit-picture>
        <svg class="pull" viewBox="0 0 ${picture.width} ${picture.height}" tabindex="0" role="application" aria-label=${t('Pull: arrow keys move the ring, the space bar takes hold and lets go')}
          @pointerdown=${(/** @type {any} */ event) => this.down(event)} @pointermove=${(/** @type {any} */ event) => this.move(event)} @pointerup=${() => this.up()} @pointercancel=${() => { this.from = null; }} @keydown=${(/** @type {any} */ event) => this.byKeys(event)}>
          ${shown.map(([one, other]) => arrow(one, other, wide))}${cursor && !from ? ring(cursor, wide) : nothing}</svg></div>
      <p class="small soft">${t('Take hold of something and pull it to where it should be, or of several things. The model paints what follows; short ways succeed best.')}</p>
      <div class="bar"><button class="main" id="pull" ?disabled=${!moves.length || this.painting} @click=${() => this.start()}>${this.painting ? t('Pulling …') : t('Pull')}</button>
        <button ?disabled=${!moves.length || this.painting} @click=${() => { this.moves = moves.slice(0, -1); }}>↶ ${t('One less')}</button>
        ${this.painting ? html`<button ?disabled=${this.work.state === 'ending'} @click=${() => this.end()}>${t('Stop')}</button>` : nothing}</div>
      ${this.work?.state === 'failed' ? html`<p class="problem" role="alert">${spoken(this.work.message)}</p>` : this.work?.results ? html`<p class="small" role="status">${spoken(this.work.message)}</p>` : nothing}`;
  }
}
customElements.define('pinxit-pull', Pull);
