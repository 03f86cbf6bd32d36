/** Models: what each can do, how good it is in words and numbers, what it was trained on, and how to take it away. */
import {Page, ask, attempt, count, duration, html, nothing, spoken, t} from './base.js';
import './away.js';
import * as live from './live.js';
import './thumb.js';

/** What a model shows of itself in the list. */
const SHEET = 24;
const FIRST = {mix: [[10, 1]]};

class Models extends Page {
  static properties = {rest: {}, about: {}, models: {}, model: {}, sheets: {}};
  constructor() {
    super();
    this.rest = '';
    this.about = /** @type {any} */ ({});
    this.models = /** @type {any[] | null} */ (null);
    this.model = /** @type {any} */ (null);
    this.sheets = /** @type {Map<string, any[]>} */ (new Map());
  }
  connectedCallback() { super.connectedCallback(); this.hear(live.news, 'runs', () => { if (!this.rest) this.load(); }); }
  disconnectedCallback() { super.disconnectedCallback(); live.forget(); }
  willUpdate(/** @type {Map<string, any>} */ changed) { if (changed.has('rest')) this.load(); }
  async load() {
    const wanted = this.rest;
    if (!wanted) { this.models = (await attempt(() => ask('models'))) ?? []; return; }
    this.model = null;
    const model = await attempt(() => ask(`models/${wanted}`));
    if (wanted !== this.rest || !model) return;
    this.model = model;
    if (!model.problem) this.paint(wanted, SHEET);
  }
  /** @param {string} id @param {number} many */
  async paint(id, many) {
    for (let start = 0; start < many; start += 6) {
      const frames = await live.paint(id, Array.from({length: 6}, (_, n) => ({mix: [[start + n, 1]]}))).catch(() => null);
      if (!frames) return;
      this.sheets = new Map([...this.sheets, [id, [...(this.sheets.get(id) ?? []).slice(0, start), ...frames]]]);
    }
  }
  render() { return this.rest ? this.one() : this.all(); }
  all() {
    return html`<div class="page stack"><div class="head"><h1>${t('Models')}</h1></div>
      <h2 class="visually-hidden">${t('All models')}</h2><div class="runs">${(this.models ?? []).map((one) => html`<a class="card run" href="#/models/${one.id}">
        <span class="tile ground">${one.preview ? html`<img src="api/runs/${one.run}/previews/latest" alt="">` : one.problem ? html`<img src="icon.svg" alt="">` : html`<pinxit-thumb .model=${one.id} .wish=${FIRST}></pinxit-thumb>`}</span>
        <span><h3>${one.name}</h3>${one.problem ? html`<span class="${one.restyles ? 'soft' : 'problem'} small">${spoken(one.problem)}</span>` : html`<span class="small soft">${one.family} · ${one.width} × ${one.height}${one.channels === 4 ? ` · ${t('transparent')}` : ''}</span><br>
          ${one.word ? html`<span class="chip good">${spoken(one.word)}</span>` : nothing} ${one.run ? nothing : html`<span class="chip">${t('comes with pinxit')}</span>`}`}</span></a>`)}</div></div>`;
  }
  one() {
    const model = this.model;
    if (!model) return html`<div class="page"><h1>${t('Model')}</h1></div>`;
    if (model.problem) return html`<div class="page stack">
      <div class="head"><h1>${model.name}</h1>${model.restyles ? html`<div class="end"><a class="button main" href="#/manner">${t('Manner')}</a></div>` : nothing}</div>
      <p class=${model.restyles ? nothing : 'problem'}>${spoken(model.problem)}</p>${model.restyles ? [this.origin(model), html`<div class="card">${this.rights(model)}</div>`] : nothing}</div>`;
    const pictures = this.sheets.get(this.rest) ?? [];
    return html`<div class="page stack">
      <div class="head"><h1>${model.name}</h1>${model.word ? html`<span class="chip good">${spoken(model.word)}</span>` : nothing}
        <div class="end"><button class="main" @click=${async () => (await import('./explore.js')).show(model.id, null)}>${t('Explore')}</button></div></div>
      <div class="facts">${this.facts(model).map(([value, name]) => html`<div class="fact"><b class="numbers">${value}</b><span>${name}</span></div>`)}</div>
      <div class="columns"><section class="stack"><h2>${t('What it paints')}</h2>${pictures.length ? nothing : html`<p class="soft" role="status">${t('The model is waking up …')}</p>`}<div class="wall">${Array.from({length: SHEET}, (_, n) => html`<span class="tile ground"><pinxit-picture .picture=${pictures[n]} role="img" aria-label=${t('Picture {n}', {n})}></pinxit-picture></span>`)}</div>
        ${this.snippets(model)}</section>
      <aside class="stack">
        <div class="card"><h2>${t('How good it is')}</h2>${model.score_lines ? model.score_lines.map((/** @type {string} */ line) => html`<p>${spoken(line)}</p>`) : html`<p class="soft">${t('It has not been measured. A training that ends by itself is measured at its end; later: pinxit score.')}</p>`}</div>
        ${this.origin(model)}
        <div class="card">${this.rights(model)}
          <h3>${t('Does it copy?')}</h3>${model.copies.map((/** @type {string} */ line, /** @type {number} */ n) => html`<p class=${n ? 'problem' : nothing}>${spoken(line)}</p>`)}</div>
        <pinxit-away .model=${model}></pinxit-away>
        ${model.report ? html`<details class="card"><summary>${t('Report card')}</summary>${this.card(model.report)}</details>` : nothing}
      </aside></div></div>`;
  }
  /** What it learned from. @param {any} model */
  origin(model) {
    const data = model.data ?? {};
    return html`<div class="card"><h2>${t('Trained on')}</h2><table><tbody>${[[t('pictures'), data.name], [t('how many'), data.count == null ? '' : count(data.count)], [t('held back'), data.held_back == null ? '' : count(data.held_back)], [t('licence'), data.licence], [t('consent'), data.consent], [t('went on from'), model.start?.name]].filter(([, value]) => value).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>`;
  }
  /** @param {any} model */
  rights(model) { return html`<h2>${t('What that allows')}</h2>${model.rights.map((/** @type {string} */ line) => html`<p>${spoken(line)}</p>`)}`; }
  /** Facts of the report card as a table, whatever they are. @param {any} report */
  card(report) {
    const rows = Object.entries(report).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
    return html`<table><tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name.replaceAll('_', ' ')}</th><td>${String(value)}</td></tr>`)}</tbody></table>`;
  }
  /** @param {any} model @returns {[any, string][]} */
  facts(model) {
    return /** @type {[any, string][]} */ ([[`${model.width} × ${model.height}`, t('size in pixels')], [model.family, t('family')], [count(model.seen), t('pictures seen')], [duration(model.seconds), t('trained')], [model.channels === 4 ? t('yes') : t('no'), t('transparent')]]).filter(([value]) => value);
  }
  /** @param {any} model */
  snippets(model) {
    const base = new URL('api', document.baseURI.split('#')[0]).href, token = this.about?.token;
    const auth = token ? ` -H 'Authorization: Bearer ${token}'` : '';
    const curl = `curl -o picture.png${auth} \\\n  -H 'Content-Type: application/json' \\\n  -d '{"wish": {"mix": [[7, 1.0]]}}' \\\n  ${base}/models/${model.id}/paint`;
    const python = `import pinxit\n\nmodel = pinxit.load(${JSON.stringify(model.run ? `runs/${model.name}` : model.name)})\nmodel.make(seeds=[7])[0].save("picture.png")`;
    return html`<details class="card"><summary>${t('Use it from a program')}</summary><h3>curl</h3><pre tabindex="0">${curl}</pre><p></p><h3>Python</h3><pre tabindex="0">${python}</pre><p class="small soft">${t('The token is that of this start of the studio. All routes: ')}<a href="api/openapi.json">api/openapi.json</a></p></details>`;
  }
}
customElements.define('pinxit-models', Models);
