/** The pad: move a picture towards four others with a hand, a finger, keys or two sliders. */
import {Page, html, t} from './base.js';
import './thumb.js';

const CORNERS = ['right', 'left', 'up', 'down'];

class Pad extends Page {
  static properties = {model: {}, how: {}, pad: {}};
  constructor() {
    super();
    this.model = '';
    this.how = {};
    this.pad = {x: 0, y: 0, seeds: /** @type {number[]} */ ([])};
  }
  /** @param {{x: number, y: number}} to @param {boolean} done */
  tell(to, done) { this.dispatchEvent(new CustomEvent('moved', {detail: {to, done}})); }
  /** @param {PointerEvent} event */
  place(event) {
    const box = /** @type {HTMLElement} */ (this.querySelector('.pad')).getBoundingClientRect();
    const clip = (/** @type {number} */ value) => Math.max(-1, Math.min(1, Math.round(value * 200) / 200));
    return {x: clip((event.clientX - box.left) / box.width * 2 - 1), y: clip(1 - (event.clientY - box.top) / box.height * 2)};
  }
  /** @param {PointerEvent} event */
  down(event) {
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.held = true;
    this.tell(this.place(event), false);
  }
  /** @param {KeyboardEvent} event */
  key(event) {
    const step = event.shiftKey ? 0.25 : 0.05;
    const by = {ArrowRight: [step, 0], ArrowLeft: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step]}[event.key];
    if (!by) return;
    event.preventDefault();
    const clip = (/** @type {number} */ value) => Math.max(-1, Math.min(1, Math.round(value * 200) / 200));
    this.tell({x: clip(this.pad.x + by[0]), y: clip(this.pad.y + by[1])}, true);
  }
  updated() {
    const pad = /** @type {HTMLElement} */ (this.querySelector('.pad'));
    pad.style.setProperty('--x', `${(this.pad.x + 1) * 50}%`);
    pad.style.setProperty('--y', `${(1 - this.pad.y) * 50}%`);
  }
  render() {
    const slide = (/** @type {'x' | 'y'} */ axis, /** @type {any} */ event, /** @type {boolean} */ done) => this.tell({x: this.pad.x, y: this.pad.y, [axis]: Number(event.target.value)}, done);
    return html`<div class="pad-row">
      <div class="pad" tabindex="0" role="group" aria-label=${t('Pad: move the picture towards four others with the arrow keys')}
        @pointerdown=${(/** @type {any} */ event) => this.down(event)}
        @pointermove=${(/** @type {any} */ event) => { if (this.held) this.tell(this.place(event), false); }}
        @pointerup=${(/** @type {any} */ event) => { if (this.held) { this.held = false; this.tell(this.place(event), true); } }}
        @pointercancel=${() => { this.held = false; }} @keydown=${(/** @type {any} */ event) => this.key(event)}>
        ${CORNERS.map((name, n) => html`<span class="corner ${name}">${this.pad.seeds.length ? html`<pinxit-thumb .model=${this.model} .wish=${{mix: [[this.pad.seeds[n], 1]], ...this.how}}></pinxit-thumb>` : ''}</span>`)}
        <span class="knob"></span>
      </div>
      <div class="stack">
        ${[['x', t('Sideways')], ['y', t('Up and down')]].map(([axis, name]) => html`<div class="field"><label class="small" for="pad-${axis}">${name}</label>
          <input id="pad-${axis}" type="range" min="-1" max="1" step="0.01" .value=${String(this.pad[/** @type {'x' | 'y'} */ (axis)])}
            @input=${(/** @type {any} */ event) => slide(/** @type {any} */ (axis), event, false)} @change=${(/** @type {any} */ event) => slide(/** @type {any} */ (axis), event, true)}></div>`)}
        <button @click=${() => this.dispatchEvent(new CustomEvent('fresh'))}>${t('New directions')}</button>
      </div>
    </div>`;
  }
}
customElements.define('pinxit-pad', Pad);
