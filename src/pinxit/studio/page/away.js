/** A model taken away: the file itself, ONNX, a page that paints by itself, TensorFlow, its report card. */
import {html, nothing, t} from './base.js';
import {Workshop} from './works.js';

const KINDS = {
  onnx: ['ONNX', 'for other programs and devices'], web: ['Web page', 'a folder that paints in any browser, without a network'],
  savedmodel: ['SavedModel', 'for TensorFlow'], card: ['Report card', 'one page: pictures, scores, what it was trained on'],
};

class Away extends Workshop {
  static properties = {...Workshop.properties, model: {}, wanted: {state: true}};
  constructor() {
    super();
    this.model = /** @type {any} */ (null);
    this.wanted = '';
  }
  /** @param {string} kind */
  async make(kind) {
    this.wanted = kind;
    this.saved = false;
    this.work = null;
    if (kind === 'card' && this.model.card) { this.fetch(`api/models/${this.model.id}/card`); return; }
    await this.begin(kind === 'card' ? {kind, model: this.model.id} : {kind: 'export', model: this.model.id, settings: {to: kind}});
  }
  /** Let the browser save it. @param {string} address */
  fetch(address) {
    this.saved = true;
    const link = document.createElement('a');
    link.href = address;
    link.download = '';
    link.click();
  }
  updated() { if (this.work?.results && !this.saved) this.fetch(`api/works/${this.work.id}/results/0`); }
  render() {
    const {model} = this;
    return html`<div class="card stack"><h2>${t('Take it away')}</h2><ul class="rows">
      <li><span><strong>${t('The model')}</strong><span class="small soft">${t('one file for pinxit')} · ${(model.bytes / 1e6).toFixed(1)} MB</span></span><a class="button" href="api/models/${model.id}/file" download aria-label=${t('Save the model')}>${t('Save')}</a></li>
      ${Object.entries(KINDS).map(([kind, [title, help]]) => html`<li><span><strong>${t(title)}</strong><span class="small soft">${t(help)}</span></span>
        <button id="away-${kind}" aria-label=${t('Save: {title}', {title: t(title)})} ?disabled=${this.painting} @click=${() => this.make(kind)}>${this.painting && kind === this.wanted ? t('Being made …') : t('Save')}</button></li>`)}</ul>
      ${this.work?.state === 'failed' ? this.standing('') : nothing}</div>`;
  }
}
customElements.define('pinxit-away', Away);
