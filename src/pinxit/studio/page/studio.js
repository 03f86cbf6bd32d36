/** The frame of the studio: coming in, the places, theme, language, keys, and short words in the corner. */
import {Page, ask, attempt, html, nothing, recall, remember, speak, t} from './base.js';
import * as live from './live.js';

const PLACES = [
  {name: 'explore', title: 'Explore', icon: 'M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z'},
  {name: 'pictures', title: 'Pictures', icon: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01'},
  {name: 'train', title: 'Train', icon: 'M4 19V5M4 19h16M7 15l4-5 3 3 5-7'},
  {name: 'manner', title: 'Manner', icon: 'M5 20c3 0 4-1.5 4-4 0-1.4 1-2.5 2.5-2.5S14 15 14 16.5C14 19 11 20 5 20zM12.5 13L20 4M14 15l6-11'},
  {name: 'complete', title: 'Complete', icon: 'M4 4h16v16H4zM13 4v5h7M9 20v-6h5v-2'},
  {name: 'kept', title: 'Kept', icon: 'M12 4l2.5 5 5.5.8-4 3.9.9 5.5-4.9-2.6-4.9 2.6.9-5.5-4-3.9 5.5-.8z'},
  {name: 'models', title: 'Models', icon: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5'},
];
const KEYS = [
  ['1 – 7', 'go to the places, in their order'],
  ['Ctrl Z', 'undo'], ['Ctrl Shift Z', 'do again'],
  ['S', 'star the open picture'], ['L  X', 'like, or do not like, the picture of the wall that is chosen'], ['N', 'new directions'], ['C', 'compare with what is shown now'], ['P', 'pull at the open picture'],
  ['D', 'save the open picture as PNG'], ['← → ↑ ↓', 'move on the pad, or from picture to picture'],
  ['?', 'this list'],
];

class Studio extends Page {
  static properties = {place: {}, rest: {}, locked: {}, toasts: {}, theme: {}, training: {}, connected: {}};
  constructor() {
    super();
    this.place = '';
    /** @type {string[]} */
    this.rest = [];
    this.locked = false;
    /** @type {any[]} */
    this.toasts = [];
    this.theme = recall('theme', 'auto');
    this.training = 0;
    this.connected = true;
  }
  async connectedCallback() {
    super.connectedCallback();
    this.hear(window, 'hashchange', () => { if (this.about) this.go(); });
    this.hear(window, 'say', (/** @type {CustomEvent} */ event) => this.toast(event.detail));
    this.hear(window, 'locked', () => { this.locked = true; });
    this.hear(window, 'keydown', (/** @type {KeyboardEvent} */ event) => this.key(event));
    this.hear(live.news, 'jobs', () => this.countTrainings());
    this.hear(live.news, 'open', () => { this.connected = true; });
    this.hear(live.news, 'closed', () => { this.connected = false; });
    this.dark = matchMedia('(prefers-color-scheme: dark)');
    this.hear(this.dark, 'change', () => this.dress());
    this.dress();
    const chosen = recall('language', navigator.language.startsWith('zh') ? 'zh' : 'en');
    if (chosen !== 'en') await speak(chosen);
    const token = /[#&]token=([^&]+)/.exec(location.hash)?.[1];
    if (token) {
      history.replaceState(null, '', location.pathname);
      await this.enter(decodeURIComponent(token));
    } else {
      await this.begin();
    }
  }
  /** @param {string} token */
  async enter(token) {
    const done = await attempt(async () => { await ask('enter', {body: {token}}); return true; });
    this.locked = !done;
    if (done) await this.begin();
  }
  async begin() {
    try { this.about = await ask('studio'); } catch { return; }
    this.locked = false;
    live.open();
    this.countTrainings();
    if (!/^#\/\w/.test(location.hash)) location.replace(`#/${this.about.granted ? 'pictures' : 'explore'}`);
    await this.go();
  }
  async countTrainings() {
    const jobs = await attempt(() => ask('jobs'));
    this.training = (jobs ?? []).filter((/** @type {any} */ job) => ['running', 'waiting'].includes(job.state)).length;
  }
  async go() {
    const [place, ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
    const known = PLACES.find((one) => one.name === place) ? place : 'explore';
    await import(`./${known}.js`);
    this.place = known;
    this.rest = rest;
    document.title = `${t(PLACES.find((one) => one.name === known)?.title ?? '')} · pinxit studio`;
    await this.updateComplete;
  }
  /** @param {{words: string, does?: string, act?: () => void}} told */
  toast(told) {
    const entry = {...told};
    this.toasts = [...this.toasts.slice(-2), entry];
    setTimeout(() => { this.toasts = this.toasts.filter((/** @type {any} */ one) => one !== entry); }, told.act ? 9000 : 6000);
  }
  dress() {
    const theme = this.theme === 'auto' ? (this.dark?.matches ? 'dark' : 'light') : this.theme;
    document.documentElement.dataset.theme = theme;
  }
  /** @param {string} theme */
  wear(theme) { this.theme = theme; remember('theme', theme); this.dress(); }
  /** @param {KeyboardEvent} event */
  key(event) {
    const at = /** @type {HTMLElement} */ (event.target);
    if (at.closest('input:not([type=range], [type=checkbox], [type=radio]), textarea, select, dialog') || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(event.key);
    if (number >= 1 && number <= PLACES.length) location.hash = `#/${PLACES[number - 1].name}`;
    if (event.key === '?') /** @type {HTMLDialogElement} */ (this.querySelector('#keys')).showModal();
  }
  render() {
    if (this.locked) return this.door();
    if (!this.place) return nothing;
    return html`
      <a class="skip" href="#main" @click=${(/** @type {Event} */ event) => { event.preventDefault(); /** @type {HTMLElement} */ (this.querySelector('main')).focus(); }}>${t('Skip to the content')}</a>
      <nav class="rail" aria-label=${t('Places')}>
        <div class="brand"><img src="icon.svg" alt=""><span>pinxit</span></div>
        ${PLACES.map((one) => html`
          <a href="#/${one.name}" aria-current=${one.name === this.place ? 'page' : nothing}>
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${one.icon}></path></svg>${t(one.title)}
            ${one.name === 'train' && this.training ? html`<span class="badge">${this.training}<span class="visually-hidden"> ${t('in the queue')}</span></span>` : nothing}
          </a>`)}
        <div class="foot">
          ${this.connected ? nothing : html`<span class="chip bad" role="status">${t('not connected')}</span>`}
          <label class="visually-hidden" for="theme">${t('Light or dark')}</label>
          <select id="theme" @change=${(/** @type {any} */ event) => this.wear(event.target.value)}>
            ${[['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']].map(([value, name]) => html`<option value=${value} ?selected=${value === this.theme}>${t(name)}</option>`)}
          </select>
          <label class="visually-hidden" for="language">${t('Language')}</label>
          <select id="language" @change=${(/** @type {any} */ event) => speak(event.target.value)}>
            ${[['en', 'English'], ['zh', '中文']].map(([value, name]) => html`<option value=${value} ?selected=${document.documentElement.lang.startsWith(value)}>${name}</option>`)}
          </select>
          <button class="plain small" @click=${() => /** @type {HTMLDialogElement} */ (this.querySelector('#keys')).showModal()}>${t('Keys')} <kbd>?</kbd></button>
        </div>
      </nav>
      <main id="main" tabindex="-1">${this.page()}</main>
      <div class="toasts" role="status" aria-live="polite">
        ${this.toasts.map((/** @type {any} */ one) => html`<div class="toast"><span>${one.words}</span>${one.act ? html`<button @click=${() => { one.act(); this.toasts = this.toasts.filter((/** @type {any} */ other) => other !== one); }}>${one.does}</button>` : nothing}</div>`)}
      </div>
      <dialog id="keys" class="narrow" aria-labelledby="keys-title">
        <h2 id="keys-title">${t('Keys')}</h2>
        <table><tbody>${KEYS.map(([key, does]) => html`<tr><th scope="row"><kbd>${key}</kbd></th><td>${t(does)}</td></tr>`)}</tbody></table>
        <form method="dialog"><p></p><button class="main">${t('Close')}</button></form>
      </dialog>`;
  }
  page() {
    const rest = this.rest.join('/');
    switch (this.place) {
      case 'pictures': return html`<pinxit-pictures .rest=${rest} .about=${this.about}></pinxit-pictures>`;
      case 'train': return html`<pinxit-train .rest=${rest}></pinxit-train>`;
      case 'kept': return html`<pinxit-kept .rest=${rest}></pinxit-kept>`;
      case 'manner': return html`<pinxit-manner></pinxit-manner>`;
      case 'complete': return html`<pinxit-complete></pinxit-complete>`;
      case 'models': return html`<pinxit-models .rest=${rest} .about=${this.about}></pinxit-models>`;
      default: return html`<pinxit-explore .rest=${rest}></pinxit-explore>`;
    }
  }
  door() {
    return html`<main class="page"><div class="card stack">
      <h1>${t('This studio is locked')}</h1>
      <p>${t('Open the address that the studio printed in its terminal, or paste the token from it (what stands behind “token=”).')}</p>
      <form class="tools" @submit=${(/** @type {any} */ event) => { event.preventDefault(); this.enter(event.target.token.value.trim()); }}>
        <div class="field"><label for="token">${t('Token')}</label><input id="token" name="token" type="password" autocomplete="off" required></div>
        <button class="main">${t('Open')}</button>
      </form></div></main>`;
  }
}
customElements.define('pinxit-studio', Studio);
