/** Kept: every starred picture, film, result and training; search, kinds, tags, albums, the bin, export, and the way back to how it was made. */
import {Page, ask, attempt, count, html, nothing, save, say, spoken, t} from './base.js';
import {moving} from './film.js';
import * as live from './live.js';
import {runCard} from './runcard.js';

const CHUNK = 200;
const TILE = 148;
const GAP = 10;
const KINDS = {png: 'PNG', webp: 'WebP', svg: 'SVG drawing', ico: 'Windows icon (ICO)', tiff: 'TIFF, for paper', pdf: 'PDF, for paper', tile: 'Tiled, to see its seams', icons: 'A set of icons', sheet: 'One sheet of all'};

class Kept extends Page {
  static properties = {rest: {}, total: {}, search: {}, tag: {}, album: {}, model: {}, what: {}, runs: {}, binned: {}, names: {}, picked: {}, open: {}, top: {}, width: {}, kinds: {}, kind: {}, saving: {}, many: {}, filmed: {state: true}};
  constructor() {
    super();
    this.rest = '';
    this.total = -1;
    this.search = '';
    this.tag = '';
    this.album = '';
    this.model = '';
    /** Of which kind: '' for all; 'training' for runs, which are no pictures. */
    this.what = '';
    this.runs = /** @type {any[]} */ ([]);
    this.binned = false;
    this.names = {tags: /** @type {any[]} */ ([]), albums: /** @type {any[]} */ ([]), models: /** @type {any[]} */ ([]), kinds: /** @type {any[]} */ ([])};
    /** @type {Map<number, any[]>} */
    this.chunks = new Map();
    /** @type {Set<string>} */
    this.picked = new Set();
    this.open = /** @type {any} */ (null);
    this.kinds = /** @type {any} */ (null);
    this.kind = 'png';
    this.saving = false;
    this.many = /** @type {string[]} */ ([]);
    this.filmed = /** @type {any} */ (null);
    this.top = 0;
    this.width = 1000;
  }
  connectedCallback() {
    super.connectedCallback();
    this.hear(live.news, 'kept', () => this.refresh());
    this.hear(live.news, 'runs', () => this.findRuns());
    const main = /** @type {HTMLElement} */ (this.closest('main'));
    this.hear(main, 'scroll', () => { this.top = main.scrollTop - (/** @type {HTMLElement | null} */ (this.querySelector('.scroll'))?.offsetTop ?? 0); });
    this.watcher = new ResizeObserver(() => { this.width = /** @type {HTMLElement} */ (this.querySelector('.scroll'))?.clientWidth ?? 1000; });
    this.refresh();
    this.findRuns();
  }
  disconnectedCallback() { super.disconnectedCallback(); this.watcher?.disconnect(); }
  firstUpdated() { this.watcher?.observe(this); }
  willUpdate(/** @type {Map<string, any>} */ changed) { if (changed.has('rest') && this.rest) attempt(async () => this.show(await ask(`kept/${this.rest}`))); }
  query() { return new URLSearchParams({search: this.search, tag: this.tag, album: this.album, model: this.model, kind: this.what === 'training' ? '' : this.what, binned: String(this.binned)}); }
  async findRuns() { this.runs = await attempt(() => ask('runs')) ?? []; }
  /** Trainings whose name or family has every word that is searched for. */
  get foundRuns() {
    const words = this.search.toLowerCase().split(/\s+/);
    return this.runs.filter((run) => words.every((word) => `${run.name} ${run.family}`.toLowerCase().includes(word)));
  }
  async refresh() {
    const round = this.round = (this.round ?? 0) + 1;
    const names = await attempt(() => ask('names'));
    if (names) this.names = names;
    const first = await attempt(() => ask(`kept?${this.query()}&limit=${CHUNK}`));
    if (!first || round !== this.round) return;
    this.chunks = new Map([[0, first.pictures]]);
    this.total = first.total;
    this.requestUpdate();
  }
  /** @param {number} n */
  async need(n) {
    if (this.chunks.has(n)) return;
    this.chunks.set(n, []);
    const told = await attempt(() => ask(`kept?${this.query()}&limit=${CHUNK}&offset=${n * CHUNK}`));
    this.chunks.set(n, told?.pictures ?? []);
    this.requestUpdate();
  }
  /** @param {any} change */
  look(change) { Object.assign(this, change); this.picked = new Set(); this.refresh(); }
  /** @param {any} picture */
  async show(picture) {
    this.open = picture;
    await this.updateComplete;
    const dialog = /** @type {HTMLDialogElement} */ (this.querySelector('#kept'));
    if (!dialog.open) dialog.showModal();
  }
  /** @param {string[]} ids @param {boolean} binned */
  async bin(ids, binned) {
    if (!await attempt(() => ask('kept/bin', {body: {ids, binned}}))) return;
    this.picked = new Set();
    say(binned ? t('{n} put into the bin.', {n: ids.length}) : t('{n} taken out of the bin.', {n: ids.length}), {does: t('Undo'), act: () => ask('kept/bin', {body: {ids, binned: !binned}})});
  }
  /** @param {string[]} ids */
  async deleteForGood(ids) {
    if (!window.confirm(t('Delete {n} for good? This cannot be undone.', {n: ids.length}))) return;
    await attempt(() => ask('kept/delete', {body: {ids}}));
    this.picked = new Set();
  }
  /** @param {string[]} ids @param {string} kind @param {Record<string, any>} settings */
  async export(ids, kind, settings) {
    this.saving = true;
    const blob = await attempt(() => ask('kept/export', {body: {ids, kind, settings}, blob: true}));
    this.saving = false;
    const ending = {tile: 'png', sheet: 'png'}[kind] ?? kind;
    if (blob) save(blob, blob.type === 'application/zip' ? (kind === 'icons' ? 'icons.zip' : 'pinxit-pictures.zip') : `picture-${ids[0]}.${ending}`);
  }
  /** The form of one kind, made from the declaration of `pinxit save`. @param {string[]} ids */
  exporter(ids) {
    const told = this.kinds;
    if (!told) { this.learnKinds(); return nothing; }
    const kinds = told.kinds.filter((/** @type {string} */ one) => ids.length > 1 || one !== 'sheet');
    const kind = kinds.includes(this.kind) ? this.kind : 'png';
    const fields = told.fields.filter((/** @type {any} */ one) => one.kinds.includes(kind));
    const submit = (/** @type {any} */ event) => {
      event.preventDefault();
      const form = new FormData(event.target);
      const given = fields.map((/** @type {any} */ one) => [one, String(form.get(one.name) ?? '').trim()]).filter((/** @type {any[]} */ [, value]) => value !== '');
      this.export(ids, kind, Object.fromEntries(given.map((/** @type {any[]} */ [one, value]) => [one.name, ['whole', 'number'].includes(one.kind) ? Number(value) : value])));
    };
    return html`<form class="stack" @submit=${submit}>
      <div class="field"><label for="kind">${t('Save as')}</label><select id="kind" @change=${(/** @type {any} */ event) => { this.kind = event.target.value; }}>${kinds.map((/** @type {string} */ one) => html`<option value=${one} ?selected=${one === kind}>${t(KINDS[/** @type {keyof typeof KINDS} */ (one)] ?? one)}</option>`)}</select></div>
      <div class="two">${fields.map((/** @type {any} */ one) => html`<div class="field"><label for="save-${one.name}">${t(one.name.replaceAll('_', ' '))}</label>
        <input id="save-${one.name}" name=${one.name} type=${['whole', 'number'].includes(one.kind) ? 'number' : 'text'} step=${one.kind === 'whole' ? '1' : 'any'} min=${one.least ?? nothing} max=${one.most ?? nothing} placeholder=${one.default ?? t('none')}>
        <span class="help">${t(one.help)}${one.unit ? ` (${t(one.unit)})` : ''}</span></div>`)}</div>
      <div><button class="main" id="export" ?disabled=${this.saving}>${this.saving ? t('Making the file …') : t('Save')}</button></div></form>`;
  }
  /** A film through those chosen, in the order they were chosen in. @param {string[]} ids */
  async film(ids) {
    const pictures = await attempt(() => Promise.all(ids.map((id) => ask(`kept/${id}`))));
    if (!pictures) return;
    if (pictures.some((one) => !one.wish || one.model !== pictures[0].model)) { say(t('A film goes through pictures of one model. Choose such.')); return; }
    await this.openFilm({model: pictures[0].model, wishes: pictures.map((one) => one.wish)});
  }
  /** @param {{model: string, wishes: any[], how?: any}} filmed */
  async openFilm(filmed) {
    this.filmed = filmed;
    await this.updateComplete;
    const film = /** @type {any} */ (this.querySelector('pinxit-film'));
    if (filmed.how) film.how = {...film.how, ...filmed.how};
    /** @type {HTMLDialogElement} */ (this.querySelector('#filming')).showModal();
  }
  async learnKinds() { if (!this.learning) { this.learning = true; this.kinds = await attempt(() => ask('saving')); } }
  /** @param {File} file */
  async readBack(file) {
    const told = await attempt(() => ask('recipe', {file}));
    if (!told) return;
    if (told.kept) { await this.again(await ask(`kept/${told.kept}`)); return; }
    if (told.remark) { say(spoken(told.remark)); return; }
    if (!told.film) { (await import('./explore.js')).show(told.model, told.wish); return; }
    if (!told.film.alike) say(t('This film had times of its own from picture to picture; here all are alike.'));
    await this.openFilm({model: told.model, wishes: told.film.wishes, how: told.film.settings});
  }
  updated() {
    const scroll = /** @type {HTMLElement | null} */ (this.querySelector('.scroll'));
    if (!scroll) return;
    if (scroll.clientWidth !== this.width) this.width = scroll.clientWidth;
  }
  render() {
    return html`<div class="page stack" @dragover=${(/** @type {any} */ event) => event.preventDefault()} @drop=${(/** @type {any} */ event) => { event.preventDefault(); if (event.dataTransfer.files[0]) this.readBack(event.dataTransfer.files[0]); }}>
      <div class="head"><h1>${this.binned ? t('The bin') : t('Kept')}</h1><span class="soft">${this.what !== 'training' && this.total >= 0 ? t('{n} pictures', {n: count(this.total)}) : ''}</span>
        <div class="end">
          <label class="button">${t('Again from a file')}<input class="visually-hidden" type="file" accept="image/png,image/apng,image/webp,image/gif,video/mp4,.apng" @change=${(/** @type {any} */ event) => this.readBack(event.target.files[0])}></label>
          <button aria-pressed=${this.binned ? 'true' : 'false'} @click=${() => this.look({binned: !this.binned, what: this.what === 'training' ? '' : this.what})}>${t('Bin')}</button></div></div>
      <div class="tools">
        <div class="field"><label for="search">${t('Search')}</label><input id="search" type="search" .value=${this.search} placeholder=${t('notes, tags, models')} @input=${(/** @type {any} */ event) => { clearTimeout(this.later); const {value} = event.target; this.later = setTimeout(() => this.look({search: value}), 200); }}></div>
        <div class="field"><label for="what">${t('Kind')}</label><select id="what" @change=${(/** @type {any} */ event) => this.look({what: event.target.value, ...(event.target.value === 'training' ? {binned: false} : {})})}>
          <option value="">${t('everything')}</option>${this.kindsThere().map(([name, words, many]) => html`<option value=${name} ?selected=${name === this.what}>${words} (${count(many)})</option>`)}</select></div>
        ${this.what === 'training' ? nothing : /** @type {['tag' | 'album' | 'model', any[], string, string][]} */ ([['tag', this.names.tags, t('Tag'), t('any tag')], ['album', this.names.albums, t('Album'), t('any album')], ['model', this.names.models, t('Model'), t('any model')]]).map(([kind, names, title, any]) => html`
          <div class="field"><label for=${kind}>${title}</label><select id=${kind} @change=${(/** @type {any} */ event) => this.look({[kind]: event.target.value})}><option value="">${any}</option>${names.map((one) => html`<option value=${one.id ?? one.name} ?selected=${this[kind] === (one.id ?? one.name)}>${one.name} (${one.many})</option>`)}</select></div>`)}
        ${this.picked.size ? html`<div class="bar" role="group" aria-label=${t('What to do with those chosen')}><span>${t('{n} chosen', {n: this.picked.size})}</span>
          ${this.binned ? html`<button @click=${() => this.bin([...this.picked], false)}>${t('Take out of the bin')}</button><button class="danger" @click=${() => this.deleteForGood([...this.picked])}>${t('Delete for good')}</button>` : html`
          <button class="main" @click=${() => this.openExport()}>${t('Save as …')}</button>${this.picked.size > 1 ? html`<button @click=${() => this.film([...this.picked])}>${t('Film …')}</button>` : nothing}<button @click=${() => this.bin([...this.picked], true)}>${t('Into the bin')}</button>`}
          <button class="plain" @click=${() => { this.picked = new Set(); }}>${t('Choose none')}</button></div>` : nothing}
      </div>
      ${this.what === 'training' || (this.search && this.foundRuns.length && !this.binned && !this.what) ? this.trainings() : nothing}
      ${this.what === 'training' ? nothing : this.total === 0 ? html`<div class="empty card"><h2>${this.binned ? t('The bin is empty') : this.search || this.tag || this.album || this.model || this.what ? t('Nothing fits') : t('Nothing kept yet')}</h2>${this.binned ? nothing : html`<p>${t('Star pictures in Explore. They are kept here with the recipe that repeats them. A picture or a film that pinxit saved can be dropped here, to go back to where it was made.')}</p><a class="button" href="#/explore">${t('Explore')}</a>`}</div>` : nothing}
      ${this.what === 'training' ? nothing : this.wall()}
      <dialog id="saving" class="narrow" aria-labelledby="saving-title" @close=${() => { this.many = []; }}>${this.many.length ? html`<h2 id="saving-title">${t('Save {n} pictures', {n: count(this.many.length)})}</h2>${this.exporter(this.many)}<form method="dialog"><button>${t('Close')}</button></form>` : nothing}</dialog>
      <dialog id="filming" class="narrow" aria-labelledby="filming-title" @close=${() => { this.filmed = null; }}>${this.filmed ? html`<h2 id="filming-title">${t('A film')}</h2><pinxit-film .model=${this.filmed.model} .wishes=${this.filmed.wishes}></pinxit-film><p></p><form method="dialog"><button>${t('Close')}</button></form>` : nothing}</dialog>
      <dialog id="kept" aria-labelledby="kept-title" @close=${() => { this.open = null; if (this.rest) location.hash = '#/kept'; }}>${this.open ? this.detail(this.open) : nothing}</dialog></div>`;
  }
  /** The kinds of things there are: name, words, how many. @returns {[string, string, number][]} */
  kindsThere() {
    const many = Object.fromEntries(this.names.kinds.map(({name, many}) => [name, many]));
    return [['picture', t('pictures of models'), many.picture ?? 0], ['film', t('films'), many.film ?? 0], ['result', t('results'), many.result ?? 0], ['training', t('trainings'), this.runs.length]];
  }
  trainings() {
    const found = this.foundRuns;
    if (!found.length) return html`<div class="empty card"><h2>${this.runs.length ? t('Nothing fits') : t('Nothing has been trained here yet')}</h2><a class="button" href="#/train">${t('Train')}</a></div>`;
    return html`<section class="stack"><h2>${t('Trainings')}</h2><div class="runs">${found.map((run) => html`<div class="stack tight">${runCard(run)}${run.model ? html`<div class="bar"><button @click=${() => this.explore({model: `run-${run.id}`, wish: null})} aria-label=${t('Explore {name}', {name: run.name})}>${t('Explore')}</button><a class="button" href="#/models/run-${run.id}" aria-label=${t('The model {name}', {name: run.name})}>${t('The model')}</a></div>` : nothing}</div>`)}</div></section>`;
  }
  /** Only what is in sight is drawn, however many there are. */
  wall() {
    const columns = Math.max(2, Math.floor((this.width + GAP) / (TILE + GAP))), side = (this.width + GAP) / columns - GAP, row = side + GAP;
    const total = Math.max(0, this.total), first = Math.max(0, Math.floor((this.top - 600) / row)) * columns;
    const last = Math.min(total, first + Math.ceil((window.innerHeight + 1200) / row) * columns);
    const tiles = [];
    for (let n = first; n < last; n += 1) {
      const chunk = this.chunks.get(Math.floor(n / CHUNK));
      if (!chunk) this.need(Math.floor(n / CHUNK));
      const picture = chunk?.[n % CHUNK];
      tiles.push(this.tile(picture, `left:${n % columns * row}px;top:${Math.floor(n / columns) * row}px;width:${side}px;height:${side}px`));
    }
    return html`<div class="scroll" .style=${`height:${Math.ceil(total / columns) * row}px`}>${tiles}</div>`;
  }
  /** @param {any} picture @param {string} place */
  tile(picture, place) {
    if (!picture) return html`<span class="tile" .style=${place}></span>`;
    const picked = this.picked.has(picture.id);
    const click = (/** @type {MouseEvent} */ event) => {
      if (event.shiftKey || event.ctrlKey || event.metaKey || this.picked.size) {
        const next = new Set(this.picked);
        if (picked) next.delete(picture.id); else next.add(picture.id);
        this.picked = next;
      } else this.show(picture);
    };
    const keys = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'x' || event.key === ' ') { event.preventDefault(); this.picked = new Set(picked ? [...this.picked].filter((one) => one !== picture.id) : [...this.picked, picture.id]); } };
    return html`<button class="tile ground ${picked ? 'picked' : ''}" .style=${place} aria-label=${[picture.film ? t('Kept film') : picture.made ? t('Kept result') : t('Kept picture'), picture.model_name, picture.note].filter(Boolean).join(', ')} @click=${click} @keydown=${keys}><img src="api/kept/${picture.id}/file" alt="" loading="lazy" decoding="async">${picture.film ? html`<span class="mark film" aria-hidden="true">▶</span>` : nothing}${picked ? html`<span class="mark" aria-hidden="true">✓</span>` : nothing}</button>`;
  }
  /** @param {any} picture */
  detail(picture) {
    const change = (/** @type {any} */ body) => attempt(async () => { this.open = await ask(`kept/${picture.id}`, {method: 'PATCH', body}); });
    const list = (/** @type {string} */ text) => text.split(',').map((one) => one.trim()).filter(Boolean);
    const {latents: _, ...recipe} = picture.recipe;
    return html`<div class="two"><div class="stack"><span class="tile ground">${picture.film ? moving(`api/kept/${picture.id}/film`, picture.film.kind === 'mp4', t('The kept film')) : html`<img src="api/kept/${picture.id}/file" alt=${t('The kept picture')}>`}</span>
        <div class="bar">${picture.binned ? html`<button @click=${() => this.bin([picture.id], false)}>${t('Take out of the bin')}</button>` : html`${picture.wish || picture.film || picture.made?.request ? html`<button class="main" @click=${() => this.again(picture)}>${t('Do it again')}</button>` : nothing}${picture.made && picture.wish ? html`<button @click=${() => this.explore(picture)}>${t('Explore from here')}</button>` : nothing}<button @click=${() => { this.bin([picture.id], true); this.close(); }}>${t('Into the bin')}</button>`}
          <button @click=${() => { this.picked = new Set([picture.id]); this.close(); }}>${t('Choose')}</button><button @click=${() => this.reveal(picture.id)}>${t('Show in folder')}</button></div>
          ${this.sources(picture)}</div>
      <div class="stack"><h2 id="kept-title">${this.titleOf(picture)}</h2>
        <div class="field"><label for="kept-note">${t('Note')}</label><textarea id="kept-note" rows="2" maxlength="2000" .value=${picture.note} @change=${(/** @type {any} */ event) => change({note: event.target.value})}></textarea></div>
        <div class="two"><div class="field"><label for="kept-tags">${t('Tags')}</label><input id="kept-tags" .value=${picture.tags.join(', ')} placeholder=${t('with commas between')} @change=${(/** @type {any} */ event) => change({tags: list(event.target.value)})}></div>
          <div class="field"><label for="kept-albums">${t('Albums')}</label><input id="kept-albums" .value=${picture.albums.join(', ')} placeholder=${t('with commas between')} @change=${(/** @type {any} */ event) => change({albums: list(event.target.value)})}></div></div>
        ${picture.film ? html`<div><a class="button main" id="film-file" href="api/kept/${picture.id}/film" download=${`film-${picture.id}.${picture.film.kind}`}>${t('Save')} (${picture.film.kind.toUpperCase()})</a></div>` : this.exporter([picture.id])}
        <details><summary>${t('Recipe')}</summary><table><tbody>${Object.entries(recipe).filter(([name]) => !['format'].includes(name)).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${typeof value === 'object' ? JSON.stringify(value) : String(value)}</td></tr>`)}</tbody></table></details>
        <div class="bar"><button @click=${() => this.close()}>${t('Close')}</button></div></div></div>`;
  }
  /** @param {any} picture */
  titleOf(picture) {
    if (picture.film) return t('A film');
    const model = picture.model_name, kind = picture.made?.request?.kind ?? (picture.made ? picture.family : '');
    const titles = {style: t('A picture in a new manner'), texture: t('A texture'), complete: t('A picture with a piece painted anew'), project: t('Your picture, found in {model}', {model}), drag: t('A picture by {model}, pulled', {model})};
    return titles[/** @type {keyof typeof titles} */ (kind)] ?? t('A picture by {model}', {model});
  }
  /** What a result was made of. @param {any} picture */
  sources(picture) {
    const titles = {picture: t('Your picture'), manner: t('In the manner of'), mask: t('The mask')};
    const there = Object.entries(titles).filter(([name]) => picture.made?.sources?.includes(name));
    return there.length ? html`<div><h3>${t('Made of')}</h3><div class="wall small-wall">${there.map(([name, title]) => html`<span class="tile ground"><img src="api/kept/${picture.id}/of/${name}" alt=${title} title=${title}></span>`)}</div></div>` : nothing;
  }
  /** @param {string} id */
  async reveal(id) {
    const told = await attempt(() => ask(`kept/${id}/show`, {method: 'POST'}));
    if (told && !told.opened) say(t('It lies here: {path}', {path: told.path}));
  }
  async openExport() {
    this.many = [...this.picked];
    await this.updateComplete;
    /** @type {HTMLDialogElement} */ (this.querySelector('#saving')).showModal();
  }
  close() { /** @type {HTMLDialogElement} */ (this.querySelector('#kept')).close(); }
  /** @param {any} picture */
  async again(picture) {
    if (picture.film) { this.close(); await this.openFilm({model: picture.model, wishes: picture.film.wishes, how: picture.film.settings}); return; }
    if (!picture.made) { this.explore(picture); return; }
    const told = await attempt(() => ask(`kept/${picture.id}/again`, {method: 'POST'}));
    if (!told) return;
    if (told.remarks.length) say(told.remarks.map(spoken).join(' '));
    const {kind, model, wishes, moves, settings} = told.request;
    if (kind !== 'drag') (await import(['style', 'texture'].includes(kind) ? './manner.js' : './complete.js')).again(told);
    else if (model) (await import('./explore.js')).show(model, wishes[0], {moves, settings, mask: told.pictures.mask?.id});
  }
  /** @param {any} picture */
  async explore(picture) { (await import('./explore.js')).show(picture.model, picture.wish); }
}
customElements.define('pinxit-kept', Kept);
