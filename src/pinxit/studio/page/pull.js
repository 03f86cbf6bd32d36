/** Pull at the open picture: handles and targets, and what may move, by mouse, finger or keys; the model paints what follows. */
import {ask, attempt, html, nothing, spoken, t} from './base.js';
import {svg} from './vendor/lit-element.js';
import {Workshop, loaded, maskOf} from './works.js';

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
  static properties = {...Workshop.properties, model: {}, wish: {}, picture: {}, given: {}, moves: {state: true}, loose: {state: true}, freeing: {state: true}, from: {state: true}, cursor: {state: true}};
  constructor() {
    super();
    this.model = '';
    this.wish = /** @type {any} */ (null);
    this.picture = /** @type {any} */ (null);
    /** How a kept picture was pulled: {moves, mask, settings}. */
    this.given = /** @type {any} */ (null);
    this.mask = '';
    this.how = {};
    /** @type {[Place, Place][]} */
    this.moves = [];
    /** What may move, stroke by stroke; nothing: everything. @type {Place[][]} */
    this.loose = [];
    this.freeing = false;
    this.from = /** @type {Place | null} */ (null);
    this.cursor = /** @type {Place | null} */ (null);
    this.told = '';
  }
  willUpdate(/** @type {Map<string, any>} */ changed) {
    if (!changed.has('given') || !this.given) return;
    const {moves, mask = '', settings = {}} = this.given;
    Object.assign(this, {moves, mask, how: settings});
  }
  async start() {
    this.told = '';
    const before = this.mask && this.loose.length ? await loaded(`api/uploads/${this.mask}`) : null;
    const mask = this.loose.length ? await maskOf(this.picture, (pen) => { if (before) pen.drawImage(before, 0, 0); this.whiten(pen); }) : this.mask;
    if (this.loose.length && !mask) return;
    await this.begin({kind: 'drag', model: this.model, wishes: [this.wish], moves: this.moves, settings: this.how, ...(mask ? {mask} : {})});
  }
  async updated() {
    if (!this.work?.results || this.told === this.work.id) return;
    this.told = this.work.id;
    const told = await attempt(() => ask(`works/${this.work.id}/point`, {method: 'POST'}));
    this.moves = [];
    if (told) this.dispatchEvent(new CustomEvent('pulled', {detail: told.wish}));
  }
  /** How wide a stroke is, in pixels of the picture. */
  get brush() { return Math.max(4, Math.round(this.picture.width / 6)); }
  /** @param {CanvasRenderingContext2D} pen */
  whiten(pen) {
    Object.assign(pen, {lineCap: 'round', lineJoin: 'round', lineWidth: this.brush, strokeStyle: '#fff'});
    for (const [first, ...others] of this.loose) {
      pen.beginPath();
      pen.moveTo(...first);
      for (const [x, y] of others.length ? others : [first]) pen.lineTo(x + .1, y);
      pen.stroke();
    }
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
    if (this.painting || (!this.freeing && this.moves.length >= MOST)) return;
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    if (this.freeing) this.loose = [...this.loose, [this.place(event)]];
    this.from = this.cursor = this.place(event);
  }
  /** @param {PointerEvent} event */
  move(event) {
    if (!this.from) return;
    this.cursor = this.place(event);
    if (this.freeing) this.loose = [...this.loose.slice(0, -1), [.../** @type {Place[]} */ (this.loose.at(-1)), this.cursor]];
  }
  /** What was begun at `from` ends where the cursor is. */
  up() {
    const {from, cursor} = this;
    this.from = null;
    if (!this.freeing && from && cursor && (from[0] !== cursor[0] || from[1] !== cursor[1])) this.moves = [...this.moves, [from, cursor]];
  }
  /** Arrows move a ring; space or Enter takes hold there, and lets go there. @param {KeyboardEvent} event */
  byKeys(event) {
    const far = event.shiftKey ? 10 : 2, by = {ArrowRight: [far, 0], ArrowLeft: [-far, 0], ArrowUp: [0, -far], ArrowDown: [0, far]}[event.key];
    const [x, y] = this.cursor ?? this.inside(this.picture.width / 2, this.picture.height / 2);
    /** @type {Place} */
    const here = [x, y];
    if (by) this.cursor = this.inside(x + by[0], y + by[1]);
    else if (this.freeing && (event.key === ' ' || event.key === 'Enter')) { this.cursor = here; this.loose = [...this.loose, [here]]; }
    else if (event.key === ' ' || event.key === 'Enter') { if (this.from) this.up(); else if (this.moves.length < MOST) this.cursor = this.from = here; }
    else if (event.key === 'Escape') this.from = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  /** Take the last thing back. */
  less() {
    if (!this.freeing) this.moves = this.moves.slice(0, -1);
    else if (this.loose.length) this.loose = this.loose.slice(0, -1);
    else { this.mask = ''; this.requestUpdate(); }
  }
  render() {
    const {picture, moves, loose, freeing, from, cursor, mask} = this;
    if (!picture) return nothing;
    const shown = !freeing && from && cursor ? [...moves, /** @type {[Place, Place]} */ ([from, cursor])] : moves, wide = picture.width / 96;
    return html`<div class="large ground"><pinxit-picture .picture=${picture} role="img" aria-label=${t('The open picture, large')}></pinxit-picture>${this.painting && this.work.stamp ? html`<img class="now" src=${this.shown} alt=${t('How far it is')}>` : nothing}
        <svg class="pull" viewBox="0 0 ${picture.width} ${picture.height}" tabindex="0" role="application" aria-label=${freeing ? t('What may move: arrow keys move the brush, the space bar paints') : t('Pull: arrow keys move the ring, the space bar takes hold and lets go')}
          @pointerdown=${(/** @type {any} */ event) => this.down(event)} @pointermove=${(/** @type {any} */ event) => this.move(event)} @pointerup=${() => this.up()} @pointercancel=${() => { this.from = null; }} @keydown=${(/** @type {any} */ event) => this.byKeys(event)}>
          ${mask ? svg`<mask id="given"><image href="api/uploads/${mask}" width=${picture.width} height=${picture.height}></image></mask><rect class="given" mask="url(#given)" width=${picture.width} height=${picture.height}></rect>` : nothing}
          ${loose.map((stroke) => svg`<polyline class="loose" stroke-width=${this.brush} points=${[...stroke, stroke[stroke.length - 1]].map(([x, y], n) => `${x + (n ? .1 : 0)},${y}`).join(' ')}></polyline>`)}
          ${shown.map(([one, other]) => arrow(one, other, wide))}${cursor && !from ? ring(cursor, wide) : nothing}</svg></div>
      <p class="small soft">${t('Take hold of something and pull it to where it should be, or of several things. The model paints what follows; short ways succeed best.')} ${t('Under “What may move” you can paint where it may change; the rest is held back.')}</p>
      <div class="bar"><button class="main" id="pull" ?disabled=${!moves.length || this.painting} @click=${() => this.start()}>${this.painting ? t('Pulling …') : t('Pull')}</button>
        <button aria-pressed=${freeing ? 'true' : 'false'} ?disabled=${this.painting} @click=${() => { this.freeing = !freeing; this.from = null; }}>${t('What may move')}</button>
        <button ?disabled=${!(freeing ? loose.length || mask : moves.length) || this.painting} @click=${() => this.less()}>↶ ${t('One less')}</button>
        ${this.painting ? html`<button ?disabled=${this.work.state === 'ending'} @click=${() => this.end()}>${t('Stop')}</button>` : nothing}${this.work?.results ? this.keeper(0, t('Keep, with how it was pulled')) : nothing}</div>
      ${this.work?.state === 'failed' ? html`<p class="problem" role="alert">${spoken(this.work.message)}</p>` : this.work?.results ? html`<p class="small" role="status">${spoken(this.work.message)}</p>` : nothing}`;
  }
}
customElements.define('pinxit-pull', Pull);
