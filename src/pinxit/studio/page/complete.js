/** Complete: your own picture among those of a model; or a piece of it painted anew, in several proposals. */
import {ask, attempt, html, nothing, recall, spoken, t} from './base.js';
import {Workshop, loaded, maskOf} from './works.js';

const STEP = 8;
/** How a mask is shown. */
const RED = '#d1495b';
const USUAL = {complete: {count: 4}, project: {samples: 1000, steps: 150}};
/** Kept across visits. @type {any} */
let memory = null;
/** Go there to make a kept result once more. @param {any} told  what `kept/…/again` tells */
export async function again({request, pictures}) {
  const {kind, model = '', settings = {}} = request, {picture = null, mask} = pictures;
  memory = {model, picture, strokes: mask && picture ? [{mask: await maskIn(mask)}] : [], work: null, how: {...USUAL, [kind]: settings}};
  location.hash = '#/complete';
}

/** A mask that came in, where it is white: in red, the rest clear. @param {{id: string, width: number, height: number}} mask */
async function maskIn({id, width, height}) {
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.drawImage(await loaded(`api/uploads/${id}`), 0, 0);
  const pixels = pen.getImageData(0, 0, width, height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at];
  pen.putImageData(pixels, 0, 0);
  return tinted(canvas, RED);
}

/** The same shape in another colour. @param {HTMLCanvasElement} shape @param {string} colour */
function tinted(shape, colour) {
  const canvas = Object.assign(document.createElement('canvas'), {width: shape.width, height: shape.height});
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  pen.drawImage(shape, 0, 0);
  pen.globalCompositeOperation = 'source-in';
  pen.fillStyle = colour;
  pen.fillRect(0, 0, shape.width, shape.height);
  return canvas;
}

class Complete extends Workshop {
  static properties = {...Workshop.properties, models: {state: true}, model: {state: true}, picture: {state: true}, tool: {state: true}, size: {state: true}, strokes: {state: true}, cursor: {state: true}};
  constructor() {
    super();
    this.models = /** @type {any[]} */ ([]);
    this.model = '';
    this.picture = /** @type {any} */ (null);
    this.tool = 'brush';
    this.size = 40;
    /** What was painted, stroke by stroke, so that it can be undone; a mask that came in is one. @type {{tool: string, size: number, points: [number, number][], mask?: HTMLCanvasElement}[]} */
    this.strokes = [];
    /** @type {any[]} */
    this.undone = [];
    this.cursor = /** @type {[number, number] | null} */ (null);
    this.how = /** @type {any} */ (USUAL);
    if (memory) Object.assign(this, memory);
  }
  async connectedCallback() {
    super.connectedCallback();
    this.hear(window, 'keydown', (/** @type {KeyboardEvent} */ event) => this.key(event));
    this.look();
    this.models = ((await attempt(() => ask('models'))) ?? []).filter((/** @type {any} */ one) => !one.problem);
    const known = (/** @type {string} */ name) => this.models.some((one) => one.id === name);
    if (!known(this.model)) this.model = [recall('model', ''), 'peeps', this.models[0]?.id ?? ''].find(known) ?? '';
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    const {model, picture, strokes, work, how} = this;
    memory = {model, picture, strokes, work, how};
  }
  /** @param {KeyboardEvent} event */
  key(event) {
    if (!(event.ctrlKey || event.metaKey) || /** @type {HTMLElement} */ (event.target).closest('input:not([type=range]), textarea')) return;
    const key = event.key.toLowerCase();
    if (key === 'z' || key === 'y') { event.preventDefault(); if (key === 'y' || event.shiftKey) this.redo(); else this.undo(); }
  }
  undo() {
    const last = this.strokes.at(-1);
    if (!last) return;
    this.undone.push(last);
    this.strokes = this.strokes.slice(0, -1);
  }
  redo() { if (this.undone.length) this.strokes = [...this.strokes, this.undone.pop()]; }
  /** In pixels of the picture. @param {PointerEvent} event @returns {[number, number]} */
  place(event) {
    const canvas = /** @type {HTMLCanvasElement} */ (event.currentTarget), box = canvas.getBoundingClientRect();
    return [Math.round((event.clientX - box.left) / box.width * canvas.width), Math.round((event.clientY - box.top) / box.height * canvas.height)];
  }
  /** @param {[number, number][]} points */
  stroke(points) {
    this.undone = [];
    this.strokes = [...this.strokes, {tool: this.tool, size: this.size * this.picture.width / 512, points}];
  }
  /** @param {PointerEvent} event */
  down(event) {
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.held = true;
    this.stroke([this.place(event)]);
  }
  /** @param {PointerEvent} event */
  move(event) {
    if (!this.held) return;
    const last = this.strokes[this.strokes.length - 1];
    this.strokes = [...this.strokes.slice(0, -1), {...last, points: [...last.points, this.place(event)]}];
  }
  /** Without a mouse: arrows move a ring, space or Enter paints where it is. @param {KeyboardEvent} event */
  byKeys(event) {
    const {width, height} = this.picture, far = Math.max(1, Math.round(width / 512 * STEP * (event.shiftKey ? 5 : 1)));
    const by = {ArrowRight: [far, 0], ArrowLeft: [-far, 0], ArrowUp: [0, -far], ArrowDown: [0, far]}[event.key];
    const [x, y] = this.cursor ?? [Math.round(width / 2), Math.round(height / 2)];
    /** @type {[number, number]} */
    const here = [x, y];
    if (by) this.cursor = /** @type {[number, number]} */ ([Math.max(0, Math.min(width, x + by[0])), Math.max(0, Math.min(height, y + by[1]))]);
    else if (event.key === ' ' || event.key === 'Enter') this.stroke([this.cursor = here]);
    else return;
    event.preventDefault();
  }
  /** Strokes as a mask, white where it is painted. @param {CanvasRenderingContext2D} pen @param {string} colour */
  draw(pen, colour) {
    pen.lineCap = pen.lineJoin = 'round';
    for (const {tool, size, points, mask} of this.strokes) {
      if (mask) { pen.drawImage(colour === RED ? mask : tinted(mask, colour), 0, 0); continue; }
      pen.globalCompositeOperation = tool === 'brush' ? 'source-over' : 'destination-out';
      pen.strokeStyle = colour;
      pen.lineWidth = size;
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const point of points.length > 1 ? points.slice(1) : [/** @type {[number, number]} */ ([points[0][0] + .1, points[0][1]])]) pen.lineTo(...point);
      pen.stroke();
    }
    pen.globalCompositeOperation = 'source-over';
  }
  updated() {
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector('canvas.mask')), pen = canvas?.getContext('2d');
    if (!canvas || !pen) return;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    this.draw(pen, RED);
    if (this.cursor) {
      pen.strokeStyle = '#000';
      pen.lineWidth = Math.max(1, canvas.width / 256);
      pen.beginPath();
      pen.arc(...this.cursor, this.size * this.picture.width / 1024, 0, 7);
      pen.stroke();
    }
  }
  async complete() {
    const mask = await maskOf(this.picture, (pen) => this.draw(pen, '#fff'));
    if (mask) this.begin({kind: 'complete', picture: this.picture.id, mask, model: this.model, settings: this.how.complete});
  }
  project() { this.begin({kind: 'project', picture: this.picture.id, model: this.model, settings: this.how.project}); }
  async explore() {
    const told = await attempt(() => ask(`works/${this.work.id}/point`, {method: 'POST'}));
    if (told) (await import('./explore.js')).show(told.model, told.wish);
  }
  render() {
    return html`<div class="page stack"><div class="head"><h1>${t('Complete')}</h1></div>
      <p>${t('Bring a picture of your own. A model finds the most alike that it can paint, to be directed like all others; or it paints a piece of it anew.')}</p>
      <div class="columns wide-right"><div class="stack">
        <pinxit-drop name="own" .title=${t('Your picture')} .picked=${this.picture} @picked=${(/** @type {CustomEvent} */ event) => { this.picture = event.detail; this.strokes = []; this.undone = []; this.cursor = null; this.how = USUAL; }}></pinxit-drop>
        <div class="field"><label for="complete-model">${t('Model')}</label><select id="complete-model" @change=${(/** @type {any} */ event) => { this.model = event.target.value; }}>${this.models.map((one) => html`<option value=${one.id} ?selected=${one.id === this.model}>${one.name}</option>`)}</select></div>
        <div class="bar"><button class="main" id="project" ?disabled=${!this.picture} @click=${() => this.project()}>${t('Find it in the model')}</button></div>
      </div>
      <section class="stack" aria-label=${t('The picture')}>${this.picture ? this.table() : html`<div class="empty card"><p>${t('Choose a picture. Then paint over what shall be made anew.')}</p></div>`}
        ${this.standing(this.work?.request.kind === 'project' ? t('is being looked for …') : t('is being painted …'))}
        ${this.work?.results ? this.results() : nothing}</section></div></div>`;
  }
  table() {
    const {width, height} = this.picture, tool = (/** @type {string} */ name, /** @type {string} */ title) => html`<button aria-pressed=${this.tool === name ? 'true' : 'false'} @click=${() => { this.tool = name; }}>${title}</button>`;
    return html`<div class="bar">${tool('brush', t('Brush'))}${tool('eraser', t('Eraser'))}
        <label class="inline" for="brush-size">${t('Width')} <input id="brush-size" type="range" min="4" max="160" .value=${String(this.size)} @input=${(/** @type {any} */ event) => { this.size = Number(event.target.value); }}></label>
        <button ?disabled=${!this.strokes.length} @click=${() => this.undo()}>↶ ${t('Undo')}</button><button ?disabled=${!this.undone.length} @click=${() => this.redo()}>↷ ${t('Redo')}</button>
        <button class="main" id="complete" ?disabled=${!this.model || !this.strokes.length} @click=${() => this.complete()}>${t('Paint it anew')}</button></div>
      <div class="masked ground"><img src="api/uploads/${this.picture.id}" alt=${t('Your picture')}>
        <canvas class="mask" width=${width} height=${height} tabindex="0" role="application" aria-label=${t('Mask: arrow keys move the brush, the space bar paints')}
          @pointerdown=${(/** @type {any} */ event) => this.down(event)} @pointermove=${(/** @type {any} */ event) => this.move(event)} @pointerup=${() => { this.held = false; }} @pointercancel=${() => { this.held = false; }} @keydown=${(/** @type {any} */ event) => this.byKeys(event)}></canvas></div>`;
  }
  results() {
    const {id, results, message, request} = this.work, project = request.kind === 'project';
    return html`${project && message ? html`<p>${spoken(message)}</p>` : nothing}
      <div class="wall">${Array.from({length: results}, (_, n) => html`<div class="stack"><span class="tile ground"><img src="api/works/${id}/results/${n}" alt=${project ? t('What the model makes of it') : t('Proposal {n}', {n: n + 1})}></span>
        <div class="bar">${this.keeper(n)}${project ? html`<button class="main" @click=${() => this.explore()}>${t('Explore from here')}</button>` : html`<button @click=${() => this.download(n)}>${t('Save PNG')}</button>`}</div></div>`)}</div>`;
  }
}
customElements.define('pinxit-complete', Complete);
