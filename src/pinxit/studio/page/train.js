/** Train: choose by outcome, see what it will take, start; the queue; every run that there is. */
import {Page, ask, attempt, count, html, nothing, say, spoken, t} from './base.js';
import {control} from './fields.js';
import * as live from './live.js';
import './run.js';
import {runCard} from './runcard.js';
import './works.js';

const OUTCOMES = [
  {name: 'short', title: '20 minutes', help: 'A first look: rough, but you will see where it goes.', settings: {minutes: 20}},
  {name: 'hour', title: 'An hour', help: 'Good for small pictures.', settings: {minutes: 60}},
  {name: 'night', title: 'Overnight, gently', help: 'Eight hours, and the machine stays usable.', settings: {minutes: 480, gentle: true}},
  {name: 'plateau', title: 'Until it stops getting better', help: 'At most a day; ends by itself.', settings: {minutes: 1440, until: 'plateau'}},
  {name: 'own', title: 'As I say', help: 'Set the time, or every setting, yourself.', settings: {}},
];
const GROUPS = {pictures: 'The pictures', length: 'How long', learning: 'How it learns', family: 'Of this family', machine: 'The machine', run: 'What is kept'};
const STATES = {waiting: 'waits', running: 'trains', done: 'done', paused: 'paused', stopped: 'stopped', failed: 'failed', interrupted: 'interrupted'};

class Train extends Page {
  static properties = {rest: {}, runs: {}, jobs: {}, sets: {}, models: {}, families: {}, wanted: {state: true}, plan: {}, planning: {}};
  constructor() {
    super();
    this.rest = '';
    this.runs = /** @type {any[] | null} */ (null);
    this.jobs = /** @type {any[]} */ ([]);
    this.sets = /** @type {any[]} */ ([]);
    this.models = /** @type {any[]} */ ([]);
    this.families = /** @type {any[]} */ ([]);
    this.wanted = {pictures: '', title: '', outcome: 'short', start: '', family: '', preset: '', settings: /** @type {any} */ ({})};
    this.plan = /** @type {any} */ (null);
    this.planning = false;
  }
  connectedCallback() {
    super.connectedCallback();
    this.hear(live.news, 'jobs', () => this.load());
    this.hear(live.news, 'runs', () => this.load());
  }
  willUpdate(/** @type {Map<string, any>} */ changed) { if (changed.has('rest')) { this.load(); if (this.rest.startsWith('new')) this.prepare(); } }
  async load() {
    if (!this.rest) [this.runs, this.jobs] = await Promise.all([attempt(() => ask('runs')), attempt(() => ask('jobs'))]).then(([runs, jobs]) => [runs ?? [], jobs ?? []]);
  }
  async prepare() {
    const [sets, models, families] = await Promise.all(['pictures', 'models', 'families'].map((path) => attempt(() => ask(path))));
    this.sets = (sets ?? []).filter((/** @type {any} */ one) => one.state === 'ready');
    this.models = (models ?? []).filter((/** @type {any} */ one) => !one.problem);
    this.families = families ?? [];
    const [, set, like] = this.rest.split('/');
    this.wanted = {...this.wanted, pictures: set && set !== 'like' ? set : this.wanted.pictures || this.sets[0]?.id || ''};
    if (like) {
      const job = await attempt(() => ask(`jobs/${like}`));
      if (job) this.wanted = {...this.wanted, ...job.request, title: job.title, outcome: 'own', start: job.request.start ?? '', family: job.request.family ?? '', preset: job.request.preset ?? ''};
    }
    this.plan = null;
  }
  get family() { return this.families.find((one) => one.name === this.wanted.family) ?? this.families.find((one) => one.default); }
  /** What was chosen for the pictures themselves. */
  get ofPictures() { return this.sets.find((one) => one.id === this.wanted.pictures)?.settings ?? {}; }
  request() {
    const {pictures, title, outcome, start, family, preset} = this.wanted;
    const settings = {...OUTCOMES.find((one) => one.name === outcome)?.settings, ...this.wanted.settings};
    return {pictures, title, settings, ...(start ? {start} : {}), ...(family ? {family} : {}), ...(preset ? {preset} : {})};
  }
  /** @param {any} change */
  want(change) { this.wanted = {...this.wanted, ...change}; this.plan = null; }
  async estimate() {
    this.planning = true;
    const request = this.request();
    const made = await attempt(() => ask('plans', {body: {...request, title: ''}}));
    this.planning = false;
    if (made && JSON.stringify(request) === JSON.stringify(this.request())) this.plan = made;
  }
  async start() {
    const job = await attempt(() => ask('jobs', {body: this.request()}));
    if (!job) return;
    say(t('Training is in the queue. You may close this page: it goes on.'));
    location.hash = '#/train';
  }
  render() {
    if (this.rest.startsWith('new')) return this.form();
    if (this.rest) return html`<pinxit-run .run=${this.rest}></pinxit-run>`;
    return this.list();
  }
  list() {
    const over = ['running', 'waiting'], live = this.jobs.filter((job) => over.includes(job.state));
    const troubled = this.jobs.filter((job) => ['failed', 'interrupted', 'paused'].includes(job.state));
    return html`<div class="page stack">
      <div class="head"><h1>${t('Train')}</h1><div class="end"><a class="button main" href="#/train/new">${t('New training')}</a></div></div>
      ${live.length ? html`<section class="stack"><h2>${t('The queue')}</h2>${live.map((job, n) => this.job(job, live[n - 1], live[n + 2]))}</section>` : nothing}
      ${troubled.length ? html`<section class="stack"><h2>${t('Waiting for you')}</h2>${troubled.map((job) => this.job(job))}</section>` : nothing}
      <section class="stack"><h2>${t('All trainings')}</h2>
        ${this.runs?.length ? html`<div class="runs">${this.runs.map(runCard)}</div>` : this.runs ? html`<div class="empty card"><h2>${t('Nothing has been trained here yet')}</h2><p>${t('Bring a few hundred pictures, and a model learns to paint new ones like them. Trainings that were started in a terminal, in the folder runs, appear here too.')}</p><a class="button" href="#/pictures">${t('Bring pictures in')}</a></div>` : nothing}
      </section></div>`;
  }
  /** @param {any} job @param {any} [above] @param {any} [afterNext] */
  job(job, above, afterNext) {
    const end = (/** @type {string} */ how) => attempt(() => ask(`jobs/${job.id}/end`, {body: {how}}));
    const place = (/** @type {string | null} */ before) => attempt(() => ask(`jobs/${job.id}/place`, {body: {before}}));
    const state = job.held ? t('waits for room on the disk') : job.wish ? t('is asked to stop …') : t(STATES[/** @type {keyof typeof STATES} */ (job.state)]);
    return html`<div class="card bar">
      <strong>${job.title}</strong><span class="chip ${job.state === 'failed' || job.held ? 'bad' : job.state === 'running' ? 'here' : ''}">${state}</span>
      <span class="small soft">${job.asked_by === 'page' ? t('asked for here') : t('asked for by a program')}</span>
      ${job.message ? html`<span class="small">${spoken(job.message)}</span>` : nothing}
      <span class="end bar">
        ${job.run ? html`<a class="button" href="#/train/${job.run}">${t('Watch')}</a>` : nothing}
        ${job.state === 'running' ? html`<button ?disabled=${!!job.wish} @click=${() => end('pause')}>${t('Pause')}</button><button ?disabled=${!!job.wish} @click=${() => end('stop')}>${t('Stop')}</button>` : nothing}
        ${job.state === 'waiting' ? html`
          <button class="round" aria-label=${t('Earlier: {title}', {title: job.title})} ?disabled=${above?.state !== 'waiting'} @click=${() => place(above.id)}>↑</button>
          <button class="round" aria-label=${t('Later: {title}', {title: job.title})} @click=${() => place(afterNext?.id ?? null)}>↓</button>
          <button @click=${() => end('stop')}>${t('Take out')}</button>` : nothing}
        ${['paused', 'interrupted', 'failed'].includes(job.state) ? html`<button class="main" @click=${() => attempt(async () => { await ask(`jobs/${job.id}/continue`, {body: {}}); await ask(`jobs/${job.id}`, {method: 'DELETE'}); })}>${t('Continue')}</button><button @click=${() => attempt(() => ask(`jobs/${job.id}`, {method: 'DELETE'}))}>${t('Take off the list')}</button>` : nothing}
      </span></div>`;
  }
  form() {
    const wanted = this.wanted, family = this.family;
    if (!this.sets.length && this.families.length) return html`<div class="page"><div class="head"><h1>${t('New training')}</h1></div><div class="empty card"><h2>${t('First, some pictures')}</h2><p>${t('A training needs pictures that the doctor has looked at.')}</p><a class="button main" href="#/pictures">${t('Bring pictures in')}</a></div></div>`;
    return html`<div class="page stack">
      <div class="head"><h1>${t('New training')}</h1></div>
      <div class="columns"><form class="stack" @submit=${(/** @type {any} */ event) => { event.preventDefault(); this.start(); }}>
        <fieldset class="card"><legend>${t('Which pictures?')}</legend><div class="form">
          <div class="field"><label for="set">${t('Pictures')}</label><select id="set" @change=${(/** @type {any} */ event) => this.want({pictures: event.target.value})}>${this.sets.map((set) => html`<option value=${set.id} ?selected=${set.id === wanted.pictures}>${set.name} (${count(set.kept)})</option>`)}</select></div>
          <div class="field"><label for="title">${t('Name of the training')}</label><input id="title" maxlength="200" .value=${wanted.title} placeholder=${this.sets.find((one) => one.id === wanted.pictures)?.name ?? ''} @change=${(/** @type {any} */ event) => this.want({title: event.target.value})}></div></div>
        </fieldset>
        <fieldset class="card"><legend>${t('How long?')}</legend><div class="choices">${OUTCOMES.map((one) => html`<label class="choice">
          <input type="radio" name="outcome" value=${one.name} .checked=${one.name === wanted.outcome} @change=${() => this.want({outcome: one.name})}><strong>${t(one.title)}</strong><span class="help">${t(one.help)}</span></label>`)}</div></fieldset>
        <fieldset class="card"><legend>${t('From where?')}</legend><div class="form">
          <div class="field"><label for="start">${t('Go on from a model')}</label><select id="start" @change=${(/** @type {any} */ event) => this.want({start: event.target.value})}>
            <option value="">${t('as the plan thinks best')}</option><option value="none" ?selected=${wanted.start === 'none'}>${t('from nothing')}</option>
            ${this.models.map((one) => html`<option value=${one.id} ?selected=${one.id === wanted.start}>${one.name} (${one.family}, ${one.width} × ${one.height})</option>`)}</select>
            <span class="help">${t('A model that already knows something alike learns much quicker.')}</span></div></div></fieldset>
        <details class="card" ?open=${wanted.outcome === 'own'}><summary>${t('Every setting')}</summary>${family ? this.settings(family) : nothing}</details>
        <div class="bar"><button class="main">${t('Start training')}</button><button type="button" ?disabled=${this.planning} @click=${() => this.estimate()}>${this.planning ? t('Measuring this machine …') : t('What will it take?')}</button></div>
      </form>
      <aside class="stack">${this.plan ? html`<div class="card stack" role="status"><h2>${t('The plan')}</h2>${this.plan.lines.map((/** @type {string} */ line) => html`<p>${spoken(line)}</p>`)}</div>` : html`<div class="card soft"><h2>${t('What will it take?')}</h2><p>${t('The plan times some real steps on this machine, chooses size and speed so that everything completes in the time given, and says why, and how large it can be printed.')}</p></div>`}</aside></div></div>`;
  }
  /** @param {any} family */
  settings(family) {
    const {wanted} = this, names = Object.keys(family.presets);
    return html`<div class="form">
      <div class="field"><label for="family">${t('Family of networks')}</label><select id="family" @change=${(/** @type {any} */ event) => this.want({family: event.target.value, preset: '', settings: {}})}>${this.families.map((one) => html`<option value=${one.name} ?selected=${one.name === family.name}>${t(one.title)}</option>`)}</select><span class="help">${t(family.about)}</span></div>
      <div class="field"><label for="preset">${t('Preset')}</label><select id="preset" @change=${(/** @type {any} */ event) => this.want({preset: event.target.value})}><option value="">${t('as the plan thinks best')}</option>${names.map((name) => html`<option ?selected=${name === wanted.preset}>${name}</option>`)}</select></div></div>
      ${Object.entries(GROUPS).map(([group, title]) => html`<fieldset><legend>${t(title)}</legend><div class="form">${family.fields.filter((/** @type {any} */ one) => one.group === group && !one.hidden).map((/** @type {any} */ one) => this.field(family, one))}</div></fieldset>`)}`;
  }
  /** @param {any} family @param {any} field */
  field(family, field) {
    const {name} = field, given = this.wanted.settings[name], usual = this.ofPictures[name] ?? family.presets[this.wanted.preset]?.[name] ?? field.default;
    const set = (/** @type {any} */ value) => { const {[name]: _, ...rest} = this.wanted.settings; this.want({settings: value === undefined ? rest : {...rest, [name]: value}, ...(name === 'minutes' || name === 'seen' ? {outcome: 'own'} : {})}); };
    if (field.kind === 'pictures') return this.paintings(name, t(name.replaceAll('_', ' ')), field.help, given ?? [], set);
    return control(field, {given, usual, set});
  }
  /** Pictures that a setting names, such as the paintings whose manner is learned. @param {string} name @param {string} title @param {string} help @param {string[]} given @param {(value: any) => void} set */
  paintings(name, title, help, given, set) {
    return html`<div class="stack wide"><pinxit-drop .name=${`set-${name}`} .title=${title} @picked=${(/** @type {CustomEvent} */ event) => { if (event.detail) set([...given, event.detail.id]); }}></pinxit-drop><span class="help small soft">${t(help)}</span>
      ${given.length ? html`<div class="wall small-wall">${given.map((id, n) => html`<button type="button" class="tile ground" aria-label=${t('Take painting {n} out', {n: n + 1})} @click=${() => set(given.filter((one) => one !== id))}><img src="api/uploads/${id}" alt=""></button>`)}</div>` : nothing}</div>`;
  }
}
customElements.define('pinxit-train', Train);
