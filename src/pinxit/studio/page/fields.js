/** A setting as a control, made from its declaration. */
import {html, nothing, t} from './base.js';

/** Choices by other words than a settings file has for them. */
const CHOICES = {
  crop: 'crop: its middle', pad: 'pad: whole, with room around it', stretch: 'stretch: pulled into shape', patches: 'patches: cut into pieces',
  x: 'sideways', y: 'up and down', both: 'both ways', length: 'the length', plateau: 'no longer better', auto: 'by itself', batch: 'batch norm', spectral: 'spectral norm',
  luminance: 'by light and dark', histogram: 'the painting is recoloured first',
};

/** @param {any} value */
export const named = (value) => (value === true ? t('yes') : value === false ? t('no') : t(CHOICES[/** @type {keyof typeof CHOICES} */ (value)] ?? String(value)));

/** @param {any} field  one entry of a form (studio/forms.py) @param {{given: any, usual: any, set: (value: any) => void, about?: string}} how  about: where its id begins */
export function control(field, {given, usual, set, about = 'set'}) {
  const {name} = field, id = `${about}-${name}`;
  let shown;
  if (field.kind === 'switch' || field.kind === 'choice') {
    const options = /** @type {any[]} */ (field.kind === 'switch' ? [true, false] : field.choices);
    shown = html`<select id=${id} @change=${(/** @type {any} */ event) => set(options[event.target.value])}>
      <option value="">${t('usual')}${usual == null ? '' : ` (${named(usual)})`}</option>${options.map((one, n) => html`<option value=${n} ?selected=${one === given}>${named(one)}</option>`)}</select>`;
  } else {
    const numeric = ['whole', 'number'].includes(field.kind);
    const read = (/** @type {string} */ text) => (text.trim() === '' ? undefined : numeric ? Number(text) : field.kind === 'words' ? text.split(',').map((one) => one.trim()).filter(Boolean) : text.trim());
    shown = html`<input id=${id} type=${numeric ? 'number' : 'text'} step=${field.kind === 'number' ? 'any' : '1'} min=${field.least ?? nothing} max=${field.most ?? nothing}
      placeholder=${usual == null || usual.length === 0 ? t('none') : String(usual)} .value=${given == null ? '' : String(given)} @change=${(/** @type {any} */ event) => set(read(event.target.value))}>`;
  }
  return html`<div class="field"><label for=${id}>${t(name.replaceAll('_', ' '))}</label>${shown}<span class="help">${t(field.help)}${field.unit && !field.help.includes(field.unit) ? ` (${t(field.unit)})` : ''}</span></div>`;
}
