/** One training: pictures through time, curves, health in words, and what can be done with it. */
import {Page, ask, attempt, count, duration, html, nothing, say, spoken, t} from './base.js';
import * as live from './live.js';

class Run extends Page {
  static properties = {run: {}, about: {}, job: {}, lines: {}, at: {}, playing: {}};
  constructor() {
    super();
    this.run = '';
    this.about = /** @type {any} */ (null);
    this.job = /** @type {any} */ (null);
    this.lines = /** @type {any[]} */ ([]);
    this.next = 0;
    this.at = -1;
    this.playing = false;
  }
  connectedCallback() {
    super.connectedCallback();
    for (const event of ['runs', 'jobs']) this.hear(live.news, event, () => this.load());
  }
  disconnectedCallback() { super.disconnectedCallback(); clearInterval(this.film); this.plots?.forEach((/** @type {any} */ plot) => plot.destroy()); }
  willUpdate(/** @type {Map<string, any>} */ changed) { if (changed.has('run')) { this.lines = []; this.next = 0; this.load(); } }
  async load() {
    if (this.loading) { this.again = true; return; }
    this.loading = true;
    const [about, jobs, more] = await Promise.all([attempt(() => ask(`runs/${this.run}`)), attempt(() => ask('jobs')), attempt(() => ask(`runs/${this.run}/progress?after=${this.next}`))]);
    this.loading = false;
    if (about) {
      const newest = this.at < 0 || this.at === (this.about?.previews.length ?? 0) - 1;
      this.about = about;
      if (newest) this.at = about.previews.length - 1;
    }
    this.job = (jobs ?? []).find((/** @type {any} */ job) => job.run === this.run) ?? null;
    if (more) { this.lines = [...this.lines, ...more.lines]; this.next = more.next; }
    await this.updateComplete;
    this.curves();
    if (this.again) { this.again = false; this.load(); }
  }
  /** The curves there are lines enough for: name, heading, lines, which numbers of them. @returns {[string, string, any[], string[]][]} */
  drawn() {
    const regular = this.lines.filter((line) => !line.event && line.seen), checkups = this.lines.filter((line) => line.event === 'checkup');
    const hidden = new Set(['seen', 'seconds', 'left', 'speed', 'data_wait', 'augment', 'augment_extra', 'sure_of_real']);
    const names = [...new Set(regular.flatMap((line) => Object.keys(line)))].filter((name) => !hidden.has(name));
    return /** @type {[string, string, any[], string[]][]} */ ([['losses', t('Losses'), regular, names], ['kid', t('Distance to your pictures (KID, lower is better)'), checkups, ['kid']]]).filter(([, , lines]) => lines.length > 1);
  }
  async curves() {
    const wanted = this.drawn();
    if (!wanted.length) return;
    if (!document.querySelector('link[href="vendor/uplot.css"]')) document.head.append(Object.assign(document.createElement('link'), {rel: 'stylesheet', href: 'vendor/uplot.css'}));
    const {default: UPlot} = await import(/** @type {any} */ ('./vendor/uplot.js'));
    this.plots?.forEach((/** @type {any} */ plot) => plot.destroy());
    const colours = ['#c2551d', '#2f7fb8', '#4f9a54', '#9a62b8', '#b88a1d', '#c0506f'], style = getComputedStyle(document.documentElement);
    const axis = {stroke: style.getPropertyValue('--soft'), grid: {stroke: style.getPropertyValue('--line'), width: 1}, ticks: {show: false}};
    this.plots = wanted.flatMap(([name, , lines, series]) => {
      const holder = /** @type {HTMLElement | null} */ (this.querySelector(`#curve-${name}`));
      if (!holder) return [];
      const data = [lines.map((line) => line.seen), ...series.map((one) => lines.map((line) => line[one] ?? null))];
      return new UPlot({
        width: holder.clientWidth, height: 220, cursor: {drag: {x: true, y: false}}, scales: {x: {time: false}},
        axes: [{...axis, values: (/** @type {any} */ _, /** @type {number[]} */ ticks) => ticks.map((tick) => (tick >= 1000 ? `${tick / 1000}k` : tick))}, {...axis, size: 55}],
        series: [{label: t('pictures seen')}, ...series.map((one, n) => ({label: t(one.replaceAll('_', ' ')), stroke: colours[n % colours.length], width: 2}))],
      }, data, holder);
    });
  }
  play() {
    this.playing = !this.playing;
    clearInterval(this.film);
    if (!this.playing) return;
    if (this.at >= this.about.previews.length - 1) this.at = 0;
    this.film = setInterval(() => { if (this.at < this.about.previews.length - 1) this.at += 1; else { this.playing = false; clearInterval(this.film); } }, 350);
  }
  health() {
    const said = this.lines.filter((line) => line.event && line.said?.length).slice(-6).reverse();
    const checkup = this.lines.findLast((line) => line.event === 'checkup');
    const first = this.lines.find((line) => line.event === 'checkup');
    const words = [];
    if (checkup && checkup !== first && first.kid > checkup.kid) words.push(t('It is {share} % nearer to your pictures than at its first checkup.', {share: Math.round((1 - checkup.kid / first.kid) * 100)}));
    if (checkup && !checkup.said?.length) words.push(t('The last checkup found nothing wrong.'));
    return {said, words};
  }
  render() {
    const {about, job} = this;
    if (!about) return html`<div class="page"><h1>${t('Training')}</h1></div>`;
    const moment = about.previews[this.at], {said, words} = this.health();
    return html`<div class="page stack">
      <div class="head"><h1>${about.name}</h1><span class="chip ${about.training ? 'here' : about.ended ? 'good' : ''}">${about.training ? (job?.wish ? t('is asked to stop …') : t('trains')) : about.ended ? t('ended') : t('not finished')}</span>
        <div class="end">${this.actions(about, job)}</div></div>
      ${job?.state === 'failed' || job?.held ? html`<p class="problem" role="alert">${spoken(job.message)}</p>` : nothing}
      <div class="facts">${this.facts(about).map(([value, name]) => html`<div class="fact"><b class="numbers">${value}</b><span>${name}</span></div>`)}</div>
      <div class="columns"><section class="stack">
        ${moment == null ? html`<div class="empty card"><h2>${t('No preview yet')}</h2><p>${t('The first comes soon: always the same seeds, so that you see them grow.')}</p></div>` : html`
          <div class="sheet ground"><img src="api/runs/${this.run}/previews/${moment}" alt=${t('What it paints after {n} pictures', {n: count(moment)})}></div>
          <div class="field"><label for="time">${t('Through time')}: <span class="numbers">${t('{n} pictures seen', {n: count(moment)})}</span></label>
            <div class="row"><button aria-label=${this.playing ? t('Halt the film') : t('Play as a film')} @click=${() => this.play()}>${this.playing ? '❚❚' : '▶'}</button>
            <input id="time" type="range" min="0" max=${about.previews.length - 1} .value=${String(this.at)} @input=${(/** @type {any} */ event) => { this.at = Number(event.target.value); }}></div></div>`}
      </section>
      <aside class="stack">
        <div class="card"><h2>${t('How it is doing')}</h2>${words.map((one) => html`<p>${one}</p>`)}${said.map((line) => html`<div class="note"><span class="small soft">${t('After {n} pictures', {n: count(line.seen)})}</span>${line.said.map((/** @type {string} */ one) => html`<p>${spoken(one)}</p>`)}</div>`)}${!words.length && !said.length ? html`<p class="soft">${t('Checkups against held-back pictures come with every checkpoint.')}</p>` : nothing}</div>
        ${this.drawn().map(([name, title]) => html`<div class="card"><h2>${title}</h2><div class="curve" id="curve-${name}" role="img" aria-label=${t('Curve: {title}', {title})}></div></div>`)}
        <details class="card"><summary>${t('Why these settings')}</summary>${about.reasons.map((/** @type {string} */ one) => html`<p>${spoken(one)}</p>`)}<table><tbody>${Object.entries(about.settings ?? {}).map(([name, value]) => html`<tr><th scope="row">${t(name.replaceAll('_', ' '))}</th><td>${value === true ? t('yes') : value === false ? t('no') : String(value ?? t('none'))}</td></tr>`)}</tbody></table></details>
      </aside></div></div>`;
  }
  /** @param {any} about @returns {[any, string][]} */
  facts(about) {
    return /** @type {[any, string][]} */ ([
      [count(about.seen), t('pictures seen')], [about.training && about.left != null ? duration(about.left) : '', t('left')],
      [about.speed ? about.speed.toFixed(1) : '', t('pictures a second')], [duration(about.seconds), t('trained so far')], [about.size?.replace('x', ' × '), t('size in pixels')], [about.family, t('family')],
    ]).filter(([value]) => value !== '' && value != null);
  }
  /** @param {any} about @param {any} job */
  actions(about, job) {
    const end = (/** @type {string} */ how) => attempt(() => (job?.state === 'running' ? ask(`jobs/${job.id}/end`, {body: {how}}) : ask(`runs/${this.run}/stop`, {method: 'POST'})));
    const model = `run-${this.run}`;
    return html`
      ${about.training ? html`<button ?disabled=${!!job?.wish} @click=${() => end('pause')}>${t('Pause')}</button><button ?disabled=${!!job?.wish} @click=${() => end('stop')}>${t('Stop')}</button>` : html`
        <button @click=${() => this.longer(about)}>${about.ended ? t('Train longer') : t('Continue')}</button>`}
      ${job?.kind === 'train' ? html`<a class="button" href="#/train/new/${job.pictures}/${job.id}">${t('Again, with changes')}</a>` : nothing}
      ${about.model ? html`<a class="button" href="#/models/${model}">${t('The model')}</a><button class="main" @click=${async () => (await import('./explore.js')).show(model, null)}>${t('Explore')}</button>` : nothing}`;
  }
  /** @param {any} about */
  async longer(about) {
    const done = about.minutes ? about.seconds >= about.minutes * 60 * 0.99 : about.seen >= about.of;
    const body = done ? (about.minutes ? {minutes: Math.ceil(about.minutes * 2)} : {seen: about.of * 2}) : {};
    if (await attempt(() => ask(`runs/${this.run}/continue`, {body}))) say(t('It is in the queue and goes on from its last checkpoint.'));
  }
}
customElements.define('pinxit-run', Run);
