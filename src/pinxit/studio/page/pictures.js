/** Pictures: bring them in, see what the doctor found, keep and drop, label and caption, then train. */
import {Page, Problem, ask, attempt, count, html, nothing, say, spoken, t} from './base.js';
import {control, named} from './fields.js';
import {History} from './mixing.js';
import * as live from './live.js';
import './scans.js';

const AT_ONCE = 120;

/** Every file in what was dropped, with its path. @param {DataTransferItemList} items @returns {Promise<{name: string, file: File}[]>} */
async function filesOf(items) {
  const found = /** @type {{name: string, file: File}[]} */ ([]);
  /** @param {any} entry @param {string} path */
  const walk = async (entry, path) => {
    if (!entry) return;
    if (entry.isFile) { found.push({name: `${path}${entry.name}`, file: await new Promise((done, failed) => entry.file(done, failed))}); return; }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return;
      for (const one of some) await walk(one, `${path}${entry.name}/`);
    }
  };
  for (const entry of [...items].map((item) => item.webkitGetAsEntry())) await walk(entry, '');
  return found;
}

const PART = 8_000_000;
/** What a sender may try again: no answer, too slow, not the next bytes, somebody else is writing. */
const AGAIN = [0, 408, 416, 423];

/** Do it, and do it again while the connection is broken, for some two minutes. @template T @param {() => Promise<T>} act @param {(waiting: boolean) => void} told @returns {Promise<T>} */
async function patiently(act, told) {
  for (let wait = 1; ; wait *= 2) {
    try {
      const done = await act();
      told(false);
      return done;
    } catch (error) {
      if (!(error instanceof Problem) || !AGAIN.includes(error.status) || wait > 64) throw error;
      told(true);
      await new Promise((done) => setTimeout(done, wait * 1000));
    }
  }
}

/** The next part of a large file, from where it stands: how much of it is there then. @param {string} set @param {string} name @param {File} file @returns {Promise<number>} */
async function nextPart(set, name, file) {
  const of = `pictures/${set}/part?${new URLSearchParams({name, size: String(file.size), dated: String(file.lastModified)})}`;
  const {bytes} = await ask(of);
  return bytes < file.size ? (await ask(`${of}&at=${bytes}`, {file: file.slice(bytes, bytes + PART)})).bytes : bytes;
}

/** How a thumbnail shows what training would see of a picture. @param {any} one @param {any} settings @returns {{name: string, shape: string, pieces: string}} */
function seenAs({size: [width, height]}, {size = '64', fit = 'crop', alpha = null}) {
  const [across, down = across] = size.split('x').map(Number), ground = alpha === false ? 'on-white' : 'ground';
  if (fit !== 'patches') return {name: `${ground} as-${fit}`, shape: `--ratio: ${across / down}`, pieces: ''};
  const grow = Math.max(1, across / width, down / height), [wide, high] = [width * grow, height * grow];
  const columns = Math.max(1, Math.floor(wide / across)), rows = Math.max(1, Math.floor(high / down));
  const [x, y] = [100 * columns * across / wide, 100 * rows * down / high];
  return {name: `${ground} as-stretch`, shape: `--ratio: ${width / height}`, pieces: `left: ${(100 - x) / 2}%; top: ${(100 - y) / 2}%; width: ${x}%; height: ${y}%; background-size: ${100 / columns}% ${100 / rows}%`};
}

class Pictures extends Page {
  static properties = {rest: {}, about: {}, sets: {}, set: {}, sending: {}, over: {}, shown: {}, which: {}, editing: {}, trained: {}, writing: {}};
  constructor() {
    super();
    this.rest = '';
    this.about = /** @type {any} */ (null);
    this.sets = /** @type {any[] | null} */ (null);
    this.set = /** @type {any} */ (null);
    this.sending = /** @type {any} */ (null);
    this.over = false;
    this.which = 'all';
    this.shown = AT_ONCE;
    this.editing = /** @type {any} */ (null);
    this.trained = false;
    this.writing = false;
    this.history = new History(/** @type {number[]} */ ([]));
  }
  connectedCallback() {
    super.connectedCallback();
    this.hear(live.news, 'pictures', () => this.load());
    this.hear(window, 'keydown', (/** @type {KeyboardEvent} */ event) => {
      const writing = /** @type {HTMLElement} */ (event.target).closest('input, textarea');
      if ((event.ctrlKey || event.metaKey) && !writing && this.set && ['z', 'y'].includes(event.key.toLowerCase())) {
        event.preventDefault();
        this.step(event.key.toLowerCase() === 'y' || event.shiftKey ? 'redo' : 'undo');
      }
    });
  }
  willUpdate(/** @type {Map<string, any>} */ changed) { if (changed.has('rest')) { this.set = null; this.trained = this.writing = false; this.load(); } }
  async load() {
    const wanted = this.rest;
    if (!wanted) {
      this.sets = (await attempt(() => ask('pictures'))) ?? [];
      const granted = this.about?.granted;
      if (granted && !sessionStorage.getItem('greeted')) { sessionStorage.setItem('greeted', '1'); location.hash = `#/pictures/${granted}`; }
      return;
    }
    const set = await attempt(() => ask(`pictures/${wanted}`));
    if (wanted !== this.rest) return;
    if (this.set?.id !== set?.id) this.history = new History(this.left(set));
    this.set = set ?? null;
    if (['looking', 'preparing'].includes(set?.state)) setTimeout(() => { if (this.rest === wanted && this.isConnected) this.load(); }, 600);
  }
  /** @param {any} set @returns {number[]} */
  left(set) { return (set?.items ?? []).filter((/** @type {any} */ one) => one.left_out).map((/** @type {any} */ one) => one.n); }

  /** @param {{name: string, file: File}[]} files */
  async take(files) {
    if (!files.length) return;
    const top = files[0].name.includes('/') ? files[0].name.split('/')[0] : files.length === 1 ? files[0].name.replace(/\.\w+$/, '') : t('pictures');
    const sets = /** @type {any[]} */ ((await attempt(() => ask('pictures'))) ?? []);
    const same = sets.find((one) => one.state === 'new' && one.name === top && (one.received || one.coming));
    const set = same ?? await attempt(() => ask('pictures', {body: {name: top}}));
    if (!set) return;
    const there = (await attempt(() => ask(`pictures/${set.id}/received`))) ?? {};
    const total = files.reduce((sum, one) => sum + one.file.size, 0);
    this.sending = {done: 0, total, files: files.length, sent: 0, id: set.id};
    const waits = (/** @type {boolean} */ waiting) => { if (waiting !== !!this.sending.waiting) this.sending = {...this.sending, waiting}; };
    for (const {name, file} of files) {
      const inside = name.split('/').length > 1 ? name.split('/').slice(1).join('/') : name;
      const before = this.sending.done;
      if (there[inside] !== file.size && file.size) {
        const done = await attempt(async () => {
          if (file.size <= PART) return patiently(() => ask(`pictures/${set.id}/file?name=${encodeURIComponent(inside)}`, {file}), waits);
          for (let here = 0; here < file.size; this.sending = {...this.sending, done: before + here}) here = await patiently(() => nextPart(set.id, inside, file), waits);
          return true;
        });
        if (!done) { this.sending = {...this.sending, broken: true, waiting: false}; return; }
      }
      this.sending = {...this.sending, done: before + file.size, sent: this.sending.sent + 1};
    }
    this.sending = null;
    await attempt(() => ask(`pictures/${set.id}/look`, {method: 'POST'}));
    location.hash = `#/pictures/${set.id}`;
  }
  /** @param {number[]} items @param {boolean} dropped */
  async drop(items, dropped) {
    if (!items.length) return;
    const left = new Set(this.left(this.set));
    for (const one of items) { if (dropped) left.add(one); else left.delete(one); }
    await attempt(() => ask(`pictures/${this.set.id}/edit`, {body: {items, dropped}}));
    this.history.push([...left].sort((a, b) => a - b));
    await this.load();
  }
  /** Captions and labels of some pictures. @param {number[]} items @param {any} change @param {any} before */
  async write(items, change, before) {
    if (!await attempt(() => ask(`pictures/${this.set.id}/edit`, {body: {items, ...change}}))) return;
    say(t('Written.'), {does: t('Undo'), act: async () => { await ask(`pictures/${this.set.id}/edit`, {body: {items, ...before}}); await this.load(); }});
    await this.load();
  }
  /** How these are brought to a model. @param {any} settings */
  async choose(settings) {
    const {id, settings: before} = this.set;
    const put = (/** @type {any} */ some) => ask(`pictures/${id}`, {method: 'PATCH', body: {settings: some}});
    if (!await attempt(() => put(settings))) { this.requestUpdate(); return; }
    say(t('Noted, for every training on these.'), {does: t('Undo'), act: async () => { await put(before); await this.load(); }});
    await this.load();
  }
  async step(/** @type {'undo' | 'redo'} */ way) {
    const now = new Set(this.left(this.set)), wanted = new Set(this.history[way]());
    const out = [...wanted].filter((one) => !now.has(one)), back = [...now].filter((one) => !wanted.has(one));
    if (out.length) await attempt(() => ask(`pictures/${this.set.id}/edit`, {body: {items: out, dropped: true}}));
    if (back.length) await attempt(() => ask(`pictures/${this.set.id}/edit`, {body: {items: back, dropped: false}}));
    await this.load();
  }
  render() { return this.rest ? this.one() : this.all(); }
  all() {
    return html`<div class="page stack">
      <div class="head"><h1>${t('Pictures')}</h1></div>
      ${this.dropZone()}
      ${this.sets?.length ? html`<section><h2>${t('Your pictures')}</h2><div class="runs">${this.sets.map((set) => html`
        <a class="card run" href="#/pictures/${set.id}">
          <span class="tile">${set.cover != null ? html`<img src="api/pictures/${set.id}/thumbs/${set.cover}" alt="">` : nothing}</span>
          <span><h3>${set.name}</h3>${this.told(set)}</span></a>`)}</div></section>` : nothing}
    </div>`;
  }
  /** @param {any} set */
  told(set) {
    const words = {
      preparing: t('scans are being prepared …'), new: set.coming ? t('broke off: drop the same again, and it goes on') : t('{n} files here, not looked at yet', {n: set.received ?? 0}), looking: t('the doctor is looking …'),
      bad: t('cannot be used'), ready: t('{kept} of {found} pictures kept', {kept: count(set.kept), found: count(set.found)}),
    };
    return html`<span class="small soft">${words[/** @type {keyof typeof words} */ (set.state)]}</span>${set.granted ? html` <span class="chip">${t('stays where it is')}</span>` : nothing}`;
  }
  dropZone() {
    const pick = (/** @type {any} */ event) => {
      const files = [...event.target.files].map((file) => ({name: file.webkitRelativePath || file.name, file}));
      event.target.value = ''; // so that the same may be chosen again
      this.take(files);
    };
    return html`<section class="drop ${this.over ? 'over' : ''}" aria-label=${t('Bring pictures in')}
      @dragover=${(/** @type {any} */ event) => { event.preventDefault(); this.over = true; }} @dragleave=${() => { this.over = false; }}
      @drop=${async (/** @type {any} */ event) => { event.preventDefault(); this.over = false; this.take(await filesOf(event.dataTransfer.items)); }}>
      ${this.sending ? html`<h2>${t('Bringing in {sent} of {files} files', this.sending)}</h2>
        <progress aria-label=${t('Bringing pictures in')} max=${this.sending.total || 1} .value=${this.sending.done}></progress>
        ${this.sending.waiting ? html`<p class="note" role="status">${t('The connection is broken. It goes on by itself as soon as the studio answers.')}</p>` : nothing}
        ${this.sending.broken ? html`<p class="problem">${t('It broke off. Drop the same again, and it goes on where it stopped.')}</p>` : nothing}` : html`<h2>${t('Drop a folder, a zip or pictures here')}</h2>
      <p class="soft">${t('A few hundred pictures of one kind make a good start. Folders inside become labels; a .txt beside a picture is its caption. They stay on this machine.')}</p>`}
      ${this.sending && !this.sending.broken ? nothing : html`<div class="bar inline">
        <label class="button main">${t('Choose a folder')}<input class="visually-hidden" type="file" webkitdirectory multiple @change=${pick}></label>
        <label class="button">${t('Choose files')}<input id="files" class="visually-hidden" type="file" multiple accept="image/*,.zip,.txt,.csv,.jsonl,.heic,.svg" @change=${pick}></label>
      </div>`}
    </section>`;
  }
  one() {
    const set = this.set;
    if (!set) return html`<div class="page"><h1>${t('Pictures')}</h1></div>`;
    return html`<div class="page stack">
      <div class="head"><h1>${set.name}</h1>${this.told(set)}
        <div class="end"><a class="button" href="#/pictures">${t('All pictures')}</a>
          ${set.state === 'ready' ? html`<a class="button main" href="#/train/new/${set.id}">${t('Train with these')}</a>` : nothing}</div></div>
      ${set.state === 'looking' ? html`<div class="card"><h2>${t('The doctor is looking at your pictures')}</h2>
        <progress aria-label=${t('Looking')} max=${set.progress?.of || 1} .value=${set.progress?.done ?? 0}></progress></div>` : nothing}
      ${set.state === 'preparing' ? html`<div class="card stack"><h2>${t('Your scans are being prepared')}</h2>
        <progress aria-label=${t('Preparing')} max=${set.progress?.of || 1} .value=${set.progress?.done ?? 0}></progress>
        ${set.prepared?.of ? html`<div class="bar"><button @click=${() => this.otherwise(set)}>${t('Stop, and choose otherwise')}</button></div>` : nothing}</div>` : nothing}
      ${set.prepared && set.state !== 'ready' ? html`<pinxit-scans .set=${set}></pinxit-scans>` : nothing}
      ${set.state === 'bad' ? html`<p class="problem" role="alert">${spoken(set.message)}</p>` : nothing}
      ${set.state === 'new' ? html`<div class="bar"><button class="main" @click=${() => attempt(() => ask(`pictures/${set.id}/look`, {method: 'POST'}))}>${t('Look at them')}</button></div>` : nothing}
      ${set.state === 'ready' ? html`<div class="columns"><section>${this.gallery(set)}</section><aside class="stack">${this.side(set)}</aside></div>` : nothing}
      <pinxit-scan-choices @begun=${(/** @type {CustomEvent} */ event) => { this.which = 'all'; location.hash = `#/pictures/${event.detail.id}`; }}></pinxit-scan-choices>
      <dialog id="edit" class="narrow" aria-labelledby="edit-title" @close=${() => { this.editing = null; }}>${this.editing ? this.editor(this.editing) : nothing}</dialog>
    </div>`;
  }
  /** @param {any} set */
  groups(set) {
    const items = /** @type {any[]} */ (set.items);
    const noted = new Map();
    for (const one of items) for (const [note] of one.notes) noted.set(note, [...(noted.get(note) ?? []), one]);
    return [
      ...(set.prepared ? [['pages', t('Before and after'), set.prepared.pages]] : []), ['all', t('All'), items], ['out', t('Left out'), items.filter((one) => !one.kept)],
      ['twins', t('Duplicates'), items.filter((one) => one.twin)],
      ...[...noted].filter(([note]) => note !== 'near duplicate').map(([note, some]) => [note, spoken(note), some]),
    ].filter(([name, , some]) => name === 'all' || some.length);
  }
  /** @param {any} set */
  gallery(set) {
    const groups = this.groups(set), [which, , items] = groups.find(([name]) => name === this.which) ?? groups[0], pages = which === 'pages';
    const shown = items.slice(0, this.shown), others = new Map(set.items.map((/** @type {any} */ one) => [one.name, one]));
    return html`
      <div class="bar" role="group" aria-label=${t('Which pictures are shown')}>
        ${groups.map(([name, title, some]) => html`<button aria-pressed=${name === which ? 'true' : 'false'} @click=${() => { this.which = name; this.shown = AT_ONCE; }}>${title} <span class="soft numbers">${count(some.length)}</span></button>`)}
        <button ?disabled=${!this.history.canUndo} @click=${() => this.step('undo')}>↶ ${t('Undo')}</button>
        ${pages ? nothing : html`<button aria-pressed=${this.trained ? 'true' : 'false'} @click=${() => { this.trained = !this.trained; }}>${t('As a model sees them')}</button>
        <button aria-pressed=${this.writing ? 'true' : 'false'} @click=${() => { this.writing = !this.writing; }}>${t('Captions and labels')}</button>`}
        ${!['all', 'out', 'pages'].includes(which) ? html`<button @click=${() => this.drop(items.filter((/** @type {any} */ one) => one.kept).map((/** @type {any} */ one) => one.n), true)}>${t('Leave all of these out')}</button>` : nothing}
      </div><p></p>
      ${this.trained && !pages ? this.ways(set) : nothing}
      ${pages ? html`<pinxit-scans .set=${set}></pinxit-scans>` : html`<div class="findings ${this.writing ? 'wide' : ''}">${shown.map((/** @type {any} */ one) => this.finding(set, one, which === 'twins' ? others.get(one.twin) : null))}</div>`}
      ${!pages && items.length > shown.length ? html`<p></p><button @click=${() => { this.shown += AT_ONCE; }}>${t('Show more')}</button>` : nothing}`;
  }
  /** @param {any} set @param {any} one @param {any} twin */
  finding(set, one, twin) {
    const reasons = one.dropped ? [one.dropped[1]] : one.notes.map((/** @type {any} */ note) => note[1]);
    const image = (/** @type {any} */ item) => (item.thumb ? html`<img loading="lazy" src="api/pictures/${set.id}/thumbs/${item.n}" alt="">` : nothing);
    const seen = this.trained && !one.dropped ? seenAs(one, set.settings) : {name: 'ground', shape: '', pieces: ''};
    return html`<div class="finding ${one.kept ? '' : 'out'}">
      <button class="tile ${seen.name}" .style=${seen.shape} aria-label=${t('Look at {name}', {name: one.name})} @click=${() => this.edit(one)}>${image(one)}${seen.pieces ? html`<span class="pieces" .style=${seen.pieces}></span>` : nothing}</button>
      ${twin ? html`<span class="tile ground">${image(twin)}</span>` : nothing}
      <bdi title=${one.name}>${one.name}</bdi>
      ${reasons.map((/** @type {string} */ reason) => html`<span class="soft">${spoken(reason)}</span>`)}
      ${this.writing ? this.inPlace(set, one) : nothing}
      ${one.dropped ? html`<span class="chip bad">${t('cannot be used')}</span>` : html`<button aria-pressed=${one.kept ? 'true' : 'false'} @click=${() => this.drop([one.n], one.kept)}>${one.kept ? t('Kept in') : t('Left out')}<span class="visually-hidden"> ${one.name}</span></button>`}
    </div>`;
  }
  /** Caption and labels under a picture. @param {any} set @param {any} one */
  inPlace(set, one) {
    const columns = /** @type {string[]} */ ([...new Set([...Object.keys(one.labels), ...set.columns])]), before = {caption: one.caption ?? '', labels: one.labels};
    const label = (/** @type {string} */ column, /** @type {string} */ value) => this.write([one.n], {labels: Object.fromEntries(Object.entries({...one.labels, [column]: value.trim()}).filter(([, text]) => text))}, {labels: before.labels});
    return html`<textarea rows="2" maxlength="2000" aria-label=${t('Caption of {name}', {name: one.name})} placeholder=${t('Caption')} .value=${before.caption} @change=${(/** @type {any} */ event) => this.write([one.n], {caption: event.target.value}, {caption: before.caption})}></textarea>
      ${columns.map((column) => html`<label class="inline small">${column}<input maxlength="200" aria-label=${t('{label} of {name}', {label: column, name: one.name})} .value=${one.labels[column] ?? ''} @change=${(/** @type {any} */ event) => label(column, event.target.value)}></label>`)}`;
  }
  /** @param {any} set */
  ways(set) {
    const given = set.settings, want = (/** @type {string} */ name) => (/** @type {any} */ value) => { const {[name]: _, ...rest} = given; this.choose(value === undefined ? rest : {...rest, [name]: value}); };
    const usual = (/** @type {any} */ field) => (field.name === 'size' ? t('as the plan thinks best') : field.default);
    return html`<fieldset class="card" id="ways"><legend>${t('How a model gets them')}</legend><div class="form">
      ${set.fields.filter((/** @type {any} */ one) => one.name !== 'labels').map((/** @type {any} */ field) => control(field, {given: given[field.name], usual: usual(field), set: want(field.name), about: 'way'}))}
      ${set.columns.length ? html`<fieldset><legend>${t('Labels that a model listens to')}</legend>${set.columns.map((/** @type {string} */ column) => html`<label class="inline"><input type="checkbox" .checked=${(given.labels ?? []).includes(column)} @change=${(/** @type {any} */ event) => want('labels')([...(given.labels ?? []).filter((/** @type {string} */ one) => one !== column), ...(event.target.checked ? [column] : [])])}>${column}</label>`)}</fieldset>` : nothing}</div></fieldset><p></p>`;
  }
  /** @param {any} set */
  side(set) {
    const note = (/** @type {string} */ name) => (/** @type {any} */ event) => attempt(async () => { await ask(`pictures/${set.id}`, {method: 'PATCH', body: {[name]: event.target.value}}); say(t('Noted. It stays with every model trained on these.')); });
    const labels = Object.entries(set.classes ?? {});
    return html`
      <div class="card stack"><h2>${t('What the doctor says')}</h2>
        <p>${t('{kept} pictures will be trained on. The originals are never touched.', {kept: count(set.kept)})}</p>
        ${set.about_the_set.map((/** @type {any} */ one) => html`<p class="note">${spoken(one.detail)}</p>`)}
        ${set.passed_over.length ? html`<details><summary>${t('{n} files passed over', {n: set.passed_over.length})}</summary><ul>${set.passed_over.slice(0, 50).map((/** @type {any} */ [name, reason]) => html`<li class="small"><bdi>${name}</bdi>: ${spoken(reason)}</li>`)}</ul></details>` : nothing}
        ${set.kept < 50 ? html`<p class="note">${t('Fewer than 50 pictures: a model will learn them by heart. It can still be a good try.')}</p>` : nothing}
      </div>
      <div class="card stack"><h2>${t('May they be used?')}</h2>
        <p class="soft small">${t('Asked once, and written into every model, so that whoever gets one knows.')}</p>
        <div class="field"><label for="licence">${t('Licence of the pictures')}</label><input id="licence" maxlength="500" placeholder=${t('such as: my own drawings')} .value=${set.licence} @change=${note('licence')}></div>
        <div class="field"><label for="consent">${t('Who agreed to their use')}</label><input id="consent" maxlength="500" placeholder=${t('such as: all who are shown')} .value=${set.consent} @change=${note('consent')}></div>
      </div>
      <div class="card stack"><h2>${t('How a model gets them')}</h2>
        <p class="soft small">${Object.entries({size: t('as the plan thinks best'), fit: 'crop', ...set.settings}).map(([name, value]) => `${t(name)}: ${[value].flat().map(named).join(', ')}`).join(' · ')}</p>
        <div><button id="ways-open" @click=${() => { this.which = 'all'; this.trained = true; window.scrollTo(0, 0); }}>${t('Choose how, and see it …')}</button></div></div>
      ${set.prepared ? this.preparedCard(set) : html`<div class="card stack"><h2>${t('Scans or photographs of paper?')}</h2>
        <p class="soft small">${t('Pages can be turned straight, split into their drawings, trimmed, and freed of the paper.')}</p>
        <div><button id="prepare-scans" ?disabled=${!set.kept} @click=${() => this.choices.open(set)}>${t('Prepare scans …')}</button></div></div>`}
      ${labels.length ? html`<div class="card stack"><h2>${t('Labels')}</h2>${labels.map(([column, names]) => html`<div><h3>${column}</h3><div class="bar">${Object.entries(/** @type {any} */ (names)).slice(0, 40).map(([name, many]) => html`<span class="chip">${name} <span class="soft numbers">${many}</span></span>`)}</div></div>`)}</div>` : nothing}
      <div class="bar"><button class="danger" @click=${() => this.forget(set)}>${set.granted ? t('Forget these pictures') : t('Delete these copies')}</button></div>`;
  }
  get choices() { return /** @type {any} */ (this.querySelector('pinxit-scan-choices')); }
  /** @param {any} set */
  preparedCard(set) {
    const {of, how} = set.prepared;
    return html`<div class="card stack"><h2>${t('Made of scans')}</h2><p class="soft small">${t('The pages themselves were not touched.')}</p>
      ${of ? html`<div class="bar"><a class="button" href="#/pictures/${of}">${t('The pages')}</a><button @click=${() => this.openAgain(of, how)}>${t('Prepare otherwise …')}</button></div>` : nothing}</div>`;
  }
  /** @param {string} of @param {any} how */
  async openAgain(of, how) {
    const pages = await attempt(() => ask(`pictures/${of}`));
    if (pages) this.choices.open(pages, how);
  }
  /** What was begun is given up; the choices open again. @param {any} set */
  async otherwise(set) {
    const {of, how} = set.prepared;
    if (!await attempt(async () => { await ask(`pictures/${set.id}`, {method: 'DELETE'}); return true; })) return;
    location.hash = `#/pictures/${of}`;
    this.openAgain(of, how);
  }
  /** @param {any} set */
  async forget(set) {
    if (!window.confirm(t('Take “{name}” off the list? Originals are not touched.', {name: set.name}))) return;
    if (await attempt(async () => { await ask(`pictures/${set.id}`, {method: 'DELETE'}); return true; })) location.hash = '#/pictures';
  }
  /** @param {any} one */
  async edit(one) {
    this.editing = one;
    await this.updateComplete;
    /** @type {HTMLDialogElement} */ (this.querySelector('#edit')).showModal();
  }
  /** @param {any} one */
  editor(one) {
    const columns = [...new Set([...Object.keys(one.labels), ...(this.set.columns ?? [])])];
    const submit = async (/** @type {any} */ event) => {
      if (event.submitter?.value !== 'save') return;
      const form = new FormData(event.target);
      const labels = Object.fromEntries(columns.map((column) => [column, String(form.get(`label-${column}`) ?? '')]).filter(([, value]) => value));
      const added = String(form.get('column') ?? '').trim();
      if (added && form.get('value')) labels[added] = String(form.get('value'));
      await attempt(() => ask(`pictures/${this.set.id}/edit`, {body: {items: [one.n], caption: String(form.get('caption') ?? ''), labels}}));
      this.load();
    };
    return html`<form method="dialog" class="stack" @submit=${submit}>
      <h2 id="edit-title"><bdi>${one.name}</bdi></h2>
      ${one.thumb ? html`<span class="tile ground"><img src="api/pictures/${this.set.id}/thumbs/${one.n}" alt=""></span>` : nothing}
      <p class="soft">${one.size ? `${one.size[0]} × ${one.size[1]}` : ''}</p>
      <div class="field"><label for="caption">${t('Caption')}</label><textarea id="caption" name="caption" rows="2" maxlength="2000" .value=${one.caption ?? ''}></textarea></div>
      ${columns.map((column) => html`<div class="field"><label for="label-${column}">${column}</label><input id="label-${column}" name="label-${column}" maxlength="200" .value=${one.labels[column] ?? ''}></div>`)}
      <div class="two"><div class="field"><label for="column">${t('New label')}</label><input id="column" name="column" maxlength="100" placeholder=${t('such as: colour')}></div>
        <div class="field"><label for="value">${t('Its value')}</label><input id="value" name="value" maxlength="200" placeholder=${t('such as: red')}></div></div>
      <div class="bar"><button class="main" value="save">${t('Save')}</button><button value="close">${t('Close')}</button></div></form>`;
  }
}
customElements.define('pinxit-pictures', Pictures);
