/** A small picture of a model that has itself painted: parts of a mixture, children, ancestors, marks. */
import {Page, html} from './base.js';
import * as live from './live.js';
import {nameOf} from './mixing.js';

const MOST = 400;
/** @type {Map<string, any>} */
const painted = new Map();

class Thumb extends Page {
  static properties = {model: {}, wish: {}, frame: {state: true}};
  constructor() {
    super();
    this.model = '';
    this.wish = /** @type {any} */ (null);
    this.frame = /** @type {any} */ (null);
    this.shownFor = '';
  }
  updated() {
    const wanted = this.wish ? `${this.model} ${nameOf(this.wish)}` : '';
    if (!wanted || wanted === this.shownFor) return;
    this.shownFor = wanted;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.paint(wanted, 3), this.frame ? 150 : 0);
  }
  /** The wall may throw away what waits: then once more. @param {string} wanted @param {number} tries */
  async paint(wanted, tries) {
    let frame = painted.get(wanted);
    if (!frame) {
      try {
        [frame] = await live.paint(this.model, [this.wish]);
      } catch (error) {
        if (!(/** @type {any} */ (error).status) && tries) setTimeout(() => { if (this.shownFor === wanted) this.paint(wanted, tries - 1); }, 300);
        return;
      }
      painted.set(wanted, frame);
      if (painted.size > MOST) painted.delete(/** @type {string} */ (painted.keys().next().value));
    }
    if (this.shownFor === wanted) this.frame = frame;
  }
  render() { return html`<pinxit-picture .picture=${this.frame}></pinxit-picture>`; }
}
customElements.define('pinxit-thumb', Thumb);
