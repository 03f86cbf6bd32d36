/** One training as a card, wherever trainings are listed. */
import {count, duration, html, nothing, t} from './base.js';

/** @param {any} run */
export function runCard(run) {
  const share = run.minutes ? run.seconds / (run.minutes * 60) : run.of ? run.seen / run.of : 0;
  return html`<a class="card run" href="#/train/${run.id}">
    <span class="tile">${run.preview != null ? html`<img src="api/runs/${run.id}/previews/${run.preview}" alt="" loading="lazy">` : nothing}</span>
    <span class="stack"><span><h3>${run.name}</h3><span class="small soft">${run.family} · ${run.size.replace('x', ' × ')} · ${t('{n} pictures seen', {n: count(run.seen)})}</span></span>
      ${run.training ? html`<progress aria-label=${t('How far')} max="1" .value=${Math.min(1, share)}></progress><span class="small">${t('trains')}${run.left ? ` · ${t('{time} left', {time: duration(run.left)})}` : ''}</span>` : html`<span class="chip ${run.ended ? 'good' : ''}">${run.ended ? t('ended') : t('not finished')}</span>`}
    </span></a>`;
}
