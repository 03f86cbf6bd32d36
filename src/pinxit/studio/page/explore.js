/** Explore: an endless wall of seeds, one picture large; a pad, directions, mixing, breeding, comparing, stars and taste. */
import {Page, ask, attempt, html, nothing, recall, remember, save, say, t} from './base.js';
import {History, around, even, freshSeed, moved, nameOf} from './mixing.js';
import * as live from './live.js';
import {Taste} from './taste.js';
import './directions.js';
import './family.js';
import './pad.js';
import './thumb.js';

const BATCH = 6;
const FIRST = 36;
const LOOKED_THROUGH = 256;
/** What came here from another page: a wish to show. @type {any} */
let asked = null;
/** @param {string} model @param {any} wish @param {any} [pulled]  how it was pulled at, to be pulled so again */
export function show(model, wish, pulled) { asked = {model, wish, pulled}; location.hash = '#/explore'; }

/** Kept across visits, so that coming back finds everything as it was. @type {any} */
let memory = null;

/** @typedef {import('./mixing.js').Mix} Mix */
/** @typedef {{model: string, truncation: number, labels: Record<string, string>, text: string, from: number, order: string, like: number[] | null, mix: Mix | null, pad: import('./mixing.js').Pad | null, along: Record<string, number>, brood: string[]}} State */

class Explore extends Page {
  static properties = {models: {}, state: {state: true}, tiles: {}, shown: {}, pinned: {}, at: {}, stars: {}, problem: {}, searching: {state: true}, pulling: {state: true}};
  constructor() {
    super();
    this.models = /** @type {any[]} */ ([]);
    this.state = /** @type {State} */ ({model: '', truncation: 1, labels: {}, text: '', from: 0, order: 'seeds', like: null, mix: null, pad: null, along: {}, brood: []});
    /** @type {Map<number, any>} */
    this.tiles = new Map();
    this.count = FIRST;
    this.shown = /** @type {any} */ (null);
    this.pinned = /** @type {any} */ (null);
    this.sentinel = /** @type {Element | null} */ (null);
    this.at = 50;
    this.stars = new Map();
    this.lastKept = /** @type {any} */ (null);
    this.problem = '';
    this.searching = false;
    this.pulling = false;
    this.pulled = /** @type {any} */ (null);
    this.taste = new Taste('');
    this.history = new History(this.state);
    if (memory) Object.assign(this, memory);
  }
  async connectedCallback() {
    super.connectedCallback();
    this.hear(window, 'keydown', (/** @type {KeyboardEvent} */ event) => this.key(event));
    this.hear(live.news, 'kept', () => this.findStars());
    this.models = ((await attempt(() => ask('models'))) ?? []).filter((/** @type {any} */ one) => !one.problem);
    if (asked) {
      const {model, wish, pulled = null} = asked;
      asked = null;
      const same = this.state.model === model;
      this.state = {...this.state, model, mix: wish?.mix ?? null, pad: null, truncation: wish?.truncation ?? 1, labels: wish?.labels ?? {}, text: wish?.text ?? '', along: wish?.along ?? {}, brood: []};
      if (!same) this.tiles = new Map();
      if (pulled) await this.pull(pulled);
      this.history.push(this.state);
    }
    if (!this.models.find((one) => one.id === this.state.model)) {
      const last = recall('model', '');
      this.state = {...this.state, model: this.models.find((one) => one.id === last)?.id ?? this.models.find((one) => one.id === 'peeps')?.id ?? this.models[0]?.id ?? ''};
      this.history = new History(this.state);
    }
    this.findStars();
    this.findTaste();
    this.fill();
    if (this.state.mix) this.paintLarge();
  }
  disconnectedCallback() {
    super.disconnectedCallback();
    live.forget();
    memory = {state: this.state, history: this.history, tiles: this.tiles, count: this.count, shown: this.shown, pinned: this.pinned};
  }
  get model() { return this.models.find((one) => one.id === this.state.model); }
  get ratio() { return this.model ? `${this.model.width} / ${this.model.height}` : '1'; }
  /** How every picture is painted just now. */
  how(state = this.state) {
    return {truncation: state.truncation, ...(Object.keys(state.labels).length ? {labels: state.labels} : {}), ...(state.text ? {text: state.text} : {})};
  }
  wish() {
    const {mix, pad, along} = this.state;
    return {mix: moved(even(mix ?? []), pad), ...this.how(), ...(Object.keys(along).length ? {along} : {})};
  }
  /** A tile of the wall as a wish. @param {number} seed */
  of(seed) { return {mix: /** @type {[number, number][]} */ ([[seed, 1]]), ...this.how()}; }
  /** The same with the labels and words that were drawn for it, as marks remember it. @param {number} seed */
  marked(seed) {
    const told = this.tiles.get(seed)?.told ?? {};
    return {...this.of(seed), ...(told.labels ? {labels: told.labels} : {}), ...(told.text ? {text: told.text} : {})};
  }
  /** The seeds on the wall, in the order that is asked for. */
  get wall() {
    const {from, order, like} = this.state;
    if (order === 'like' && like) return like;
    const seeds = Array.from({length: this.count}, (_, n) => (from + n) % 2 ** 32);
    if (order !== 'taste' || !this.taste.scores.size) return seeds;
    const scores = new Map(seeds.map((seed) => [seed, this.taste.scores.get(nameOf(this.of(seed))) ?? -1e9]));
    return seeds.sort((one, other) => (scores.get(other) ?? 0) - (scores.get(one) ?? 0));
  }

  /** Change something. `keep`: it becomes a step that can be undone. @param {any} change @param {boolean} [keep] */
  change(change, keep = true) {
    const before = this.state;
    this.state = {...before, ...change};
    if (keep) this.history.push(this.state);
    this.react(before);
  }
  /** @param {any} before */
  react(before) {
    const wallChanged = /** @type {(keyof State)[]} */ (['model', 'truncation', 'labels', 'text', 'from', 'like']).some((name) => JSON.stringify(before[name]) !== JSON.stringify(this.state[name]));
    if (before.model !== this.state.model) { this.pinned = null; remember('model', this.state.model); this.findTaste(); }
    if (wallChanged) this.refill();
    if (this.state.mix) this.paintLarge(); else this.shown = null;
  }
  refill() {
    clearTimeout(this.later);
    this.later = setTimeout(() => { this.tiles = new Map(); live.forget(); this.fill(); }, 120);
  }
  step(/** @type {'undo' | 'redo'} */ way) {
    const before = this.state;
    this.state = this.history[way]();
    this.react(before);
  }
  async fill() {
    const {model} = this.state, how = this.how(), round = this.round = (this.round ?? 0) + 1;
    if (!model) return;
    const missing = this.wall.filter((seed) => !this.tiles.has(seed));
    this.sort();
    for (let start = 0; start < missing.length; start += BATCH) {
      const seeds = missing.slice(start, start + BATCH);
      live.paint(model, seeds.map((seed) => ({mix: [[seed, 1]], ...how}))).then((frames) => {
        if (round !== this.round && model !== this.state.model) return;
        frames.forEach((frame, n) => this.tiles.set(seeds[n], frame));
        this.problem = '';
        this.requestUpdate();
      }, (error) => { if (error.status) this.problem = error.message; });
    }
  }
  more() {
    if (this.state.order === 'like') return;
    this.count += 24;
    this.fill();
    this.requestUpdate();
  }
  async findTaste() {
    if (this.taste.model === this.state.model) return;
    const taste = this.taste = new Taste(this.state.model);
    for (const name of ['changed', 'scored']) taste.addEventListener(name, () => this.requestUpdate());
    taste.addEventListener('learned', () => this.sort());
    await taste.load();
  }
  /** By taste: ask for the scores that are not known yet. */
  sort() { if (this.state.order === 'taste' && this.taste.ready) this.taste.score(this.wall.map((seed) => this.of(seed))); }
  /** @param {string} order */
  async arrange(order) {
    if (order !== 'like') { this.change({order, like: null}); this.sort(); return; }
    const {labels, text} = this.state;
    this.searching = true;
    const told = await attempt(() => ask(`models/${this.state.model}/taste/more`, {body: {count: FIRST, candidates: LOOKED_THROUGH, labels, ...(text ? {text} : {})}}));
    this.searching = false;
    if (told) this.change({order, like: told.seeds}); else this.requestUpdate();
  }
  /** Like, dislike; the same once more takes it back. @param {any} wish @param {boolean} liked */
  mark(wish, liked) { this.taste.mark(wish, this.taste.likes(wish) === liked ? null : liked); }
  async paintLarge() {
    const began = performance.now();
    const frame = await live.drag(this.state.model, this.wish()).catch((error) => { this.problem = error.message; return null; });
    if (!frame) return;
    this.shown = frame;
    this.problem = '';
    await this.updateComplete;
    window.dispatchEvent(new CustomEvent('frame', {detail: performance.now() - began}));
  }
  async findStars() {
    const told = await attempt(() => ask(`kept?model=${encodeURIComponent(this.state.model)}&limit=500`));
    this.stars = new Map((told?.pictures ?? []).filter((/** @type {any} */ one) => one.wish).map((/** @type {any} */ one) => [nameOf(one.wish), one.id]));
  }
  async star(wish = this.wish()) {
    const name = nameOf(wish), there = this.stars.get(name);
    if (there) {
      await attempt(() => ask('kept/bin', {body: {ids: [there], binned: true}}));
      if (this.lastKept?.id === there) this.lastKept = null;
      say(t('Put into the bin.'), {does: t('Undo'), act: () => ask('kept/bin', {body: {ids: [there], binned: false}})});
      return;
    }
    const kept = await attempt(() => ask('kept', {body: {model: this.state.model, wish}}));
    if (!kept) return;
    this.lastKept = kept;
    this.stars = new Map([...this.stars, [name, kept.id]]);
    if (!this.taste.likes(wish)) this.taste.mark(wish, true);
    say(t('Kept.'), {does: t('Show'), act: () => { location.hash = `#/kept/${kept.id}`; }});
  }
  async download() {
    const blob = await attempt(() => ask(`models/${this.state.model}/paint`, {body: {wish: this.wish()}, blob: true}));
    if (blob) save(blob, `${this.model.name}-${this.wish().mix.map(([part]) => part).slice(0, 3).join('-')}.png`);
  }
  /** @param {import('./mixing.js').Part} part @param {any} [more] */
  open(part, more = {}) {
    this.change({mix: [[part, 1]], pad: {x: 0, y: 0, seeds: around(part)}, along: {}, ...more});
    this.lastKept = null;
  }
  /** @param {any} wish */
  openWish(wish) {
    this.change({mix: wish.mix, pad: {x: 0, y: 0, seeds: around(wish.mix[0][0])}, truncation: wish.truncation ?? 1, labels: wish.labels ?? {}, text: wish.text ?? '', along: wish.along ?? {}});
    this.lastKept = null;
  }
  /** @param {import('./mixing.js').Part} part */
  toggle(part) {
    const mix = this.state.mix ?? [];
    if (mix.some(([one]) => one === part)) {
      const left = mix.filter(([one]) => one !== part);
      this.change({mix: left.length ? even(left) : null});
    } else if (!mix.length) this.open(part);
    else if (mix.length < 8) this.change({mix: even([...mix, [part, 1 / mix.length]])});
    else say(t('Eight pictures make a mixture; take one out first.'));
  }
  newDirections() { this.change({pad: {x: 0, y: 0, seeds: [0, 1, 2, 3].map(freshSeed)}, mix: even(this.wish().mix)}); }
  compare() {
    this.pinned = this.pinned ? null : {frame: this.shown, wish: this.wish()};
    this.at = 50;
  }
  /** Handles are set on the open picture, instead of moving it on the pad. */
  async pull(given = null) {
    await import('./pull.js');
    this.pulling = !this.pulling;
    this.pinned = null;
    this.pulled = given;
  }
  /** @param {KeyboardEvent} event */
  key(event) {
    const at = /** @type {HTMLElement} */ (event.target);
    if (at.closest('dialog')) return;
    const writing = at.closest('input:not([type=range]), textarea');
    if ((event.ctrlKey || event.metaKey) && !writing) {
      const key = event.key.toLowerCase();
      if (key === 'z' || key === 'y') { event.preventDefault(); this.step(key === 'y' || event.shiftKey ? 'redo' : 'undo'); }
      return;
    }
    if (writing || at.closest('select') || event.altKey || event.metaKey) return;
    const seed = Number(at.closest('.place')?.getAttribute('data-seed') ?? Number.NaN);
    if (!Number.isNaN(seed) && (event.key === 'l' || event.key === 'x')) { this.mark(this.marked(seed), event.key === 'l'); return; }
    if (event.key.startsWith('Arrow') && at.closest('.wall')) { this.walk(event, at); return; }
    if (!this.state.mix) return;
    const acts = {s: () => this.star(), n: () => this.newDirections(), c: () => this.compare(), d: () => this.download(), p: () => this.pull()};
    acts[/** @type {keyof typeof acts} */ (event.key.toLowerCase())]?.();
  }
  /** From tile to tile. @param {KeyboardEvent} event @param {HTMLElement} at */
  walk(event, at) {
    const tiles = [...this.querySelectorAll('.wall .tile')], here = tiles.indexOf(/** @type {any} */ (at.closest('.place')?.querySelector('.tile')));
    const top = (/** @type {Element} */ tile) => Math.round(tile.getBoundingClientRect().top);
    const columns = tiles.findIndex((tile) => top(tile) !== top(tiles[0])) || 1;
    const by = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns}[event.key] ?? 0;
    const next = /** @type {HTMLElement | undefined} */ (tiles[here + by]);
    if (next) { event.preventDefault(); next.focus(); }
  }
  updated() {
    const sentinel = this.querySelector('.sentinel');
    if (sentinel && sentinel !== this.sentinel) {
      this.sentinel = sentinel;
      this.watcher?.disconnect();
      this.watcher = new IntersectionObserver((entries) => { if (entries.some((one) => one.isIntersecting) && this.tiles.size) this.more(); }, {rootMargin: '600px'});
      this.watcher.observe(sentinel);
    }
    for (const set of this.querySelectorAll('.set-ratio')) /** @type {HTMLElement} */ (set).style.setProperty('--ratio', this.ratio);
    /** @type {HTMLElement | null} */ (this.querySelector('.large'))?.style.setProperty('--at', `${this.at}%`);
  }
  render() {
    const model = this.model;
    return html`<div class="explore set-ratio">
      <section class="left" aria-labelledby="explore-title">
        <div class="head"><h1 id="explore-title">${t('Explore')}</h1>
          <div class="end">
            <button ?disabled=${!this.history.canUndo} @click=${() => this.step('undo')}>↶ ${t('Undo')}</button>
            <button ?disabled=${!this.history.canRedo} @click=${() => this.step('redo')}>↷ ${t('Redo')}</button>
          </div>
        </div>
        <div class="tools">${this.tools(model)}</div>
        <p></p>
        ${this.searching ? html`<p class="soft" role="status">${t('Looking through {n} pictures …', {n: LOOKED_THROUGH})}</p>` : nothing}
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        ${!this.tiles.size && !this.problem && model ? html`<p class="soft" role="status">${t('The model is waking up …')}</p>` : nothing}
        <div class="wall" role="group" aria-label=${t('Pictures of this model')}>${this.wall.map((seed) => this.tile(seed))}</div>
        ${this.state.order === 'like' ? nothing : html`<div class="sentinel"><button @click=${() => this.more()}>${t('More pictures')}</button></div>`}
        <pinxit-taste .taste=${this.taste}></pinxit-taste>
      </section>
      <section class="desk" aria-label=${t('The open picture')}>${this.state.mix ? this.desk() : this.invitation()}</section>
    </div>`;
  }
  /** @param {any} model */
  tools(model) {
    return html`
      <div class="field"><label for="model">${t('Model')}</label>
        <select id="model" @change=${(/** @type {any} */ event) => this.change({model: event.target.value, labels: {}, text: '', mix: null, pad: null, along: {}, brood: [], order: 'seeds', like: null})}>
          ${this.models.map((one) => html`<option value=${one.id} ?selected=${one.id === this.state.model}>${one.name}</option>`)}
        </select></div>
      <div class="field"><label for="truncation">${t('Wildness')} <span class="soft numbers">${Math.round(this.state.truncation * 100)} %</span></label>
        <input id="truncation" type="range" min="0" max="1.6" step="0.05" .value=${String(this.state.truncation)}
          @input=${(/** @type {any} */ event) => this.change({truncation: Number(event.target.value)}, false)}
          @change=${(/** @type {any} */ event) => this.change({truncation: Number(event.target.value)})}></div>
      ${Object.entries(model?.labels ?? {}).map(([column, names]) => html`
        <div class="field"><label for="label-${column}">${column}</label>
          <select id="label-${column}" @change=${(/** @type {any} */ event) => { const {[column]: _, ...rest} = this.state.labels; this.change({labels: event.target.value ? {...rest, [column]: event.target.value} : rest}); }}>
            <option value="">${t('any')}</option>${/** @type {string[]} */ (names).map((name) => html`<option ?selected=${this.state.labels[column] === name}>${name}</option>`)}
          </select></div>`)}
      ${model?.examples ? html`<div class="field"><label for="text">${t('What to paint')}</label>
        <input id="text" list="examples" size="34" maxlength="500" placeholder=${t('in your words')} .value=${this.state.text}
          @change=${(/** @type {any} */ event) => this.change({text: event.target.value.trim()})}>
        <datalist id="examples">${model.examples.map((/** @type {string} */ one) => html`<option value=${one}></option>`)}</datalist></div>` : nothing}
      <div class="field"><label for="from">${t('From seed')}</label>
        <div class="row"><input id="from" type="number" min="0" max="4294967295" step="1" .value=${String(this.state.from)}
          @change=${(/** @type {any} */ event) => { this.count = FIRST; this.change({from: Math.max(0, Math.min(4294967295, Math.round(Number(event.target.value) || 0)))}); }}>
        <button @click=${() => { this.count = FIRST; this.change({from: freshSeed() % 1e6, order: this.state.order === 'like' ? 'seeds' : this.state.order, like: null}); }}>${t('Surprise me')}</button></div></div>
      <div class="field"><label for="order">${t('Order')}</label><div class="row">
        <select id="order" ?disabled=${this.searching} @change=${(/** @type {any} */ event) => this.arrange(event.target.value)}>
          ${[['seeds', t('as they come')], ['taste', t('by my taste')], ['like', t('more like these')]].map(([value, words]) => html`<option value=${value} ?disabled=${value !== 'seeds' && !this.taste.ready} ?selected=${value === this.state.order}>${words}</option>`)}
        </select>
        <button @click=${() => /** @type {any} */ (this.querySelector('pinxit-taste')).show()}>♥ ${t('My taste')} <span class="soft numbers">${this.taste.marks.length || ''}</span></button></div></div>`;
  }
  /** @param {number} seed */
  tile(seed) {
    const picture = this.tiles.get(seed), inMix = this.state.mix?.some(([one]) => one === seed);
    const starred = this.stars.has(nameOf(this.of(seed))), wish = this.marked(seed), liked = this.taste.likes(wish);
    const told = [t('Picture {n}', {n: seed}), picture?.told?.text, starred ? t('kept') : '', liked === true ? t('liked') : liked === false ? t('not liked') : ''].filter(Boolean).join(', ');
    return html`<div class="place" data-seed=${seed}>
      <button class="tile ground ${inMix ? 'open' : ''} ${liked === false ? 'disliked' : ''}" title=${picture?.told?.text ?? nothing} aria-label=${told} @click=${() => this.open(seed)}>
        <pinxit-picture .picture=${picture}></pinxit-picture>${starred ? html`<span class="star" aria-hidden="true">★</span>` : nothing}
      </button>
      <button class="add" aria-pressed=${inMix ? 'true' : 'false'} aria-label=${t('Mix picture {n} in', {n: seed})} title=${t('Mix in')} @click=${() => this.toggle(seed)}>${inMix ? '−' : '+'}</button>
      <span class="likes"><button aria-pressed=${liked === true ? 'true' : 'false'} aria-label=${t('I like picture {n}', {n: seed})} title=${t('I like it')} @click=${() => this.mark(wish, true)}>♥</button>
        <button aria-pressed=${liked === false ? 'true' : 'false'} aria-label=${t('I do not like picture {n}', {n: seed})} title=${t('Not for me')} @click=${() => this.mark(wish, false)}>✕</button></span>
    </div>`;
  }
  invitation() {
    return html`<div class="empty"><h2>${t('Open a picture')}</h2>
      <p>${t('Every picture on the wall is a seed: a number that always gives the same picture. Click one to see it large, move it on a pad, mix it with others, and star what you like.')}</p>
      <p>${t('With + on a second picture you mix the two.')}</p></div>`;
  }
  desk() {
    const wish = this.wish(), starred = this.stars.get(nameOf(wish)), {brood, along} = this.state, mix = /** @type {Mix} */ (this.state.mix), pad = this.state.pad ?? {x: 0, y: 0, seeds: []};
    const single = mix.length === 1 && typeof mix[0][0] === 'string' ? mix[0][0] : '', liked = this.taste.likes(wish);
    return html`
      ${this.pulling ? html`<pinxit-pull class="stack" .model=${this.state.model} .wish=${wish} .picture=${this.shown} .given=${this.pulled} @pulled=${(/** @type {CustomEvent} */ event) => this.open(event.detail.mix[0][0])}></pinxit-pull>` : html`<div class="large ground">
        <pinxit-picture .picture=${this.shown} role="img" aria-label=${t('The open picture, large')}></pinxit-picture>
        ${this.pinned ? html`<pinxit-picture class="before" .picture=${this.pinned.frame}></pinxit-picture><div class="divider"></div>` : nothing}
      </div>`}
      ${this.pinned ? html`<div class="field"><label for="divider">${t('Divider: before on the left, now on the right')}</label>
        <input id="divider" type="range" min="0" max="100" .value=${String(this.at)} @input=${(/** @type {any} */ event) => { this.at = Number(event.target.value); }}></div>` : nothing}
      <div class="bar">
        <button class=${this.pulling ? '' : 'main'} aria-pressed=${starred ? 'true' : 'false'} @click=${() => this.star()}>${starred ? '★' : '☆'} ${starred ? t('Kept') : t('Keep')}</button>
        <button aria-pressed=${this.pinned ? 'true' : 'false'} @click=${() => { this.pulling = false; this.compare(); }}>${t('Compare')}</button>
        <button aria-pressed=${this.pulling ? 'true' : 'false'} @click=${() => this.pull()}>${t('Pull at it')}</button>
        <button @click=${() => this.download()}>${t('Save PNG')}</button>
        <span class="bar end"><button class="round" aria-pressed=${liked === true ? 'true' : 'false'} aria-label=${t('I like it')} @click=${() => this.mark(wish, true)}>♥</button>
        <button class="round" aria-pressed=${liked === false ? 'true' : 'false'} aria-label=${t('Not for me')} @click=${() => this.mark(wish, false)}>✕</button></span>
      </div>
      ${starred ? html`<div class="field"><label for="note">${t('Note')}</label>
        <input id="note" maxlength="2000" placeholder=${t('what you like about it')} .value=${this.lastKept?.id === starred ? this.lastKept.note : ''}
          @change=${(/** @type {any} */ event) => attempt(async () => { this.lastKept = await ask(`kept/${starred}`, {method: 'PATCH', body: {note: event.target.value}}); say(t('Noted.')); })}></div>` : nothing}
      <pinxit-pad .model=${this.state.model} .how=${this.how()} .pad=${pad} .ratio=${this.ratio}
        @moved=${(/** @type {CustomEvent} */ event) => this.change({pad: {...pad, ...event.detail.to}}, event.detail.done)}
        @fresh=${() => this.newDirections()}></pinxit-pad>
      <div><h2>${t('Made of')}</h2><div class="parts">${mix.map(([part, share]) => this.ingredient(part, share, mix))}</div>
        <p class="small soft">${mix.length > 1 ? t('Slide to change how much of each.') : t('Press + on a picture of the wall to mix it in.')}</p></div>
      ${mix.length > 1 ? html`<details @toggle=${(/** @type {any} */ event) => { if (event.target.open) import('./film.js'); }}><summary>${t('A film through these')}</summary><pinxit-film .model=${this.state.model} .wishes=${mix.map(([part]) => ({mix: [[part, 1]], ...this.how()}))}></pinxit-film></details>` : nothing}
      <details open><summary>${t('Directions')}</summary><pinxit-directions .model=${this.state.model} .along=${along} .marks=${this.taste.marks} @along=${(/** @type {CustomEvent} */ event) => this.change({along: event.detail.along}, event.detail.done)}></pinxit-directions></details>
      <details open><summary>${t('Family')}</summary><pinxit-family .model=${this.state.model} .parents=${mix.map(([part]) => ({mix: [[part, 1]], ...this.how()}))} .brood=${brood} .of=${single}
        @bred=${(/** @type {CustomEvent} */ event) => this.change({brood: event.detail})} @open=${(/** @type {CustomEvent} */ event) => this.open(event.detail)} @add=${(/** @type {CustomEvent} */ event) => this.toggle(event.detail)} @wish=${(/** @type {CustomEvent} */ event) => this.openWish(event.detail)}></pinxit-family></details>`;
  }
  /** @param {import('./mixing.js').Part} part @param {number} share @param {Mix} mix */
  ingredient(part, share, mix) {
    const set = (/** @type {any} */ event, /** @type {boolean} */ keep) => this.change({mix: mix.map(([one, old]) => [one, one === part ? Number(event.target.value) : old])}, keep);
    const name = typeof part === 'number' ? t('Seed {n}', {n: part}) : t('A child');
    return html`<div class="part">
      <span class="tile ground"><pinxit-thumb .model=${this.state.model} .wish=${{mix: [[part, 1]], ...this.how()}}></pinxit-thumb></span>
      <div class="field"><label class="small" for="part-${part}">${name}</label>
        ${mix.length > 1 ? html`<input id="part-${part}" type="range" min="0.02" max="1" step="0.02" .value=${String(share)} @input=${(/** @type {any} */ event) => set(event, false)} @change=${(/** @type {any} */ event) => set(event, true)}>` : html`<input id="part-${part}" type="range" disabled value="1" max="1">`}</div>
      <button class="round" aria-label=${t('Take {name} out', {name})} @click=${() => this.toggle(part)}>×</button>
    </div>`;
  }
}
customElements.define('pinxit-explore', Explore);
