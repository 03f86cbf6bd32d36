/** My taste: what I like and do not like of a model, what was learned from it; looked at, taken back, forgotten. */
import {Page, ask, attempt, html, nothing, say, t} from './base.js';
import {nameOf} from './mixing.js';
import './thumb.js';

const PAUSE = 900;
/** With fewer marks a share says nothing. */
const FEW = 8;

/** The marks of one model, and what follows from them. Tells "changed" for each mark, "learned" when something new follows. */
export class Taste extends EventTarget {
  /** @param {string} model */
  constructor(model) {
    super();
    this.model = model;
    this.ready = false;
    this.accuracy = /** @type {number | null} */ (null);
    /** @type {{liked: boolean, wish: any}[]} */
    this.marks = [];
    /** @type {Map<string, boolean>} */
    this.liked = new Map();
    /** What a marked mixture is called among the marks. @type {Map<string, string>} */
    this.called = new Map();
    /** @type {Map<string, number>} */
    this.scores = new Map();
    this.turn = Promise.resolve();
  }
  /** @param {any} told */
  take(told) {
    if (!told) return;
    Object.assign(this, told);
    this.liked = new Map(this.marks.filter((one) => one.wish).map((one) => [nameOf(one.wish), one.liked]));
    this.dispatchEvent(new Event('changed'));
  }
  /** @param {any} wish @returns {boolean | undefined} */
  likes(wish) {
    const name = nameOf(wish);
    return this.liked.get(this.called.get(name) ?? name);
  }
  async load() { this.take(await attempt(() => ask(`models/${this.model}/taste`))); }
  /** @param {any} wish @param {boolean | null} liked */
  mark(wish, liked) {
    const name = nameOf(wish), called = this.called.get(name) ?? name;
    if (liked === null) this.liked.delete(called); else this.liked.set(called, liked);
    this.dispatchEvent(new Event('changed'));
    this.turn = this.turn.then(async () => {
      const told = await attempt(() => ask(`models/${this.model}/taste/marks`, {body: {wish, liked}}));
      if (told && liked !== null) this.called.set(name, nameOf(told.marks.at(-1).wish));
      this.take(told);
      this.learnSoon();
    });
  }
  async forget() {
    this.take(await attempt(() => ask(`models/${this.model}/taste/forget`, {method: 'POST'})));
    this.learnSoon();
    say(t('Your taste is forgotten.'), {does: t('Undo'), act: () => this.back()});
  }
  async back() {
    this.take(await attempt(() => ask(`models/${this.model}/taste/back`, {method: 'POST'})));
    this.learnSoon();
  }
  learnSoon() {
    clearTimeout(this.later);
    this.later = setTimeout(async () => {
      this.take(await attempt(() => ask(`models/${this.model}/taste/learn`, {method: 'POST'})));
      this.scores = new Map();
      this.dispatchEvent(new Event('learned'));
      window.dispatchEvent(new Event('directions'));
    }, PAUSE);
  }
  /** Scores of wishes that have none yet. @param {any[]} wishes */
  async score(wishes) {
    const scores = this.scores, missing = wishes.filter((wish) => !scores.has(nameOf(wish)));
    for (let start = 0; start < missing.length; start += 24) {
      const some = missing.slice(start, start + 24);
      const told = await attempt(() => ask(`models/${this.model}/taste/scores`, {body: {wishes: some}}));
      if (!told) return;
      some.forEach((wish, n) => scores.set(nameOf(wish), told.scores[n]));
    }
    this.dispatchEvent(new Event('scored'));
  }
}

class TasteDialog extends Page {
  static properties = {taste: {}};
  constructor() { super(); this.taste = this.listened = /** @type {Taste | null} */ (null); }
  willUpdate() {
    if (this.taste === this.listened) return;
    this.listened = this.taste;
    this.taste?.addEventListener('changed', () => this.requestUpdate());
  }
  show() { /** @type {HTMLDialogElement} */ (this.querySelector('dialog')).showModal(); }
  words() {
    const {marks, ready, accuracy} = /** @type {Taste} */ (this.taste);
    if (!marks.length) return t('Nothing is marked yet. ♥ on a picture of the wall says that you like it, ✕ that you do not; a star counts as liked.');
    if (!ready) return t('It takes at least one picture that you like and one that you do not.');
    if (accuracy === null || marks.length < FEW) return t('A first guess. Some more marks of both kinds, and it can say how sure it is.');
    return t('Of a liked and an unliked picture that it had not seen, it puts the liked one first {share} % of the time (50 % is chance).', {share: Math.round(accuracy * 100)});
  }
  render() {
    const taste = this.taste;
    if (!taste) return nothing;
    return html`<dialog aria-labelledby="taste-title"><div class="stack"><h2 id="taste-title">${t('My taste')}</h2><p role="status">${this.words()}</p>
      ${[[true, t('I like')], [false, t('Not for me')]].map(([which, title]) => {
        const some = taste.marks.filter((one) => one.liked === which && one.wish);
        return some.length ? html`<section><h3>${title}</h3><div class="wall small-wall">${some.map((one) => html`<button class="tile ground" aria-label=${t('Take this mark back: picture {name}', {name: one.wish.mix[0][0]})} @click=${() => taste.mark(one.wish, null)}><pinxit-thumb .model=${taste.model} .wish=${one.wish}></pinxit-thumb></button>`)}</div></section>` : nothing;
      })}
      ${taste.marks.length ? html`<p class="small soft">${t('Press a picture to take its mark back.')}</p>` : nothing}
      <div class="bar"><button @click=${() => taste.back()}>${t('Undo the last change')}</button>
        <button class="danger" ?disabled=${!taste.marks.length} @click=${() => taste.forget()}>${t('Forget my taste')}</button>
        <form method="dialog"><button class="main">${t('Close')}</button></form></div></div></dialog>`;
  }
}
customElements.define('pinxit-taste', TasteDialog);
