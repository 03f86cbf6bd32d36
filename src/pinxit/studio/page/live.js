/** The one socket: frames of pictures while a hand drags, the wall's pictures, and news. The latest wish wins. */
import {Problem, spoken, t} from './base.js';

/** @typedef {{mix: [number | string, number][], along?: Record<string, number>, truncation?: number, labels?: Record<string, string>, text?: string}} Wish */
/** @typedef {{width: number, height: number, pixels: Uint8ClampedArray, told?: any}} Pixels */

/** @type {WebSocket | null} */
let socket = null;
let seq = 0, wait = 250;
/** @type {Map<number, {order: any, done: (frames: Pixels[]) => void, failed: (error: Error) => void}>} */
const waiting = new Map();
/** @type {{order: any, done: any, failed: any} | null} */
let nextDrag = null;
let dragInFlight = 0;
export const news = new EventTarget();

export function open() {
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const address = new URL('api/live', document.baseURI);
  address.protocol = address.protocol.replace('http', 'ws');
  address.hash = '';
  socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    wait = 250;
    for (const {order} of waiting.values()) socket?.send(JSON.stringify(order));
    news.dispatchEvent(new Event('open'));
  };
  socket.onmessage = ({data}) => (typeof data === 'string' ? told(JSON.parse(data)) : frame(data));
  socket.onclose = () => {
    news.dispatchEvent(new Event('closed'));
    setTimeout(open, wait = Math.min(wait * 2, 5000));
  };
}

/** @param {any} message */
function told(message) {
  if (message.event) { news.dispatchEvent(new Event(message.event)); return; }
  const entry = waiting.get(message.seq);
  waiting.delete(message.seq);
  entry?.failed(new Problem(spoken(message.problem), 422));
  if (message.seq === dragInFlight) { dragInFlight = 0; sendNextDrag(); }
}

/** @param {ArrayBuffer} data */
function frame(data) {
  const length = new DataView(data).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  const size = header.width * header.height * 4;
  const frames = Array.from({length: header.count}, (_, n) => ({
    width: header.width, height: header.height, told: header.told[n],
    pixels: new Uint8ClampedArray(data, 4 + length + n * size, size),
  }));
  const entry = waiting.get(header.seq);
  waiting.delete(header.seq);
  entry?.done(frames);
  if (header.seq === dragInFlight) { dragInFlight = 0; sendNextDrag(); }
}

/** @param {any} order */
function send(order) {
  return new Promise((done, failed) => {
    waiting.set(order.seq, {order, done, failed});
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(order));
  });
}

function sendNextDrag() {
  if (!nextDrag || dragInFlight) return;
  const {order, done, failed} = nextDrag;
  nextDrag = null;
  dragInFlight = order.seq;
  send(order).then(done, failed);
}

/** One picture, at once. When a newer wish comes before it was begun, this one resolves to null. @param {string} model @param {Wish} wish @returns {Promise<Pixels | null>} */
export function drag(model, wish) {
  return new Promise((done, failed) => {
    nextDrag?.done([null]);
    nextDrag = {order: {channel: 'drag', seq: ++seq, model, wishes: [wish]}, done: (/** @type {any} */ frames) => done(frames[0]), failed};
    sendNextDrag();
  });
}

/** Some pictures for the wall, in their turn. @param {string} model @param {Wish[]} wishes @returns {Promise<Pixels[]>} */
export function paint(model, wishes) { return send({channel: 'wall', seq: ++seq, model, wishes}); }

/** What the wall still waits for is not wanted any more. */
export function forget() {
  for (const [key, entry] of waiting) {
    if (entry.order.channel === 'wall') { waiting.delete(key); entry.failed(new Problem(t('No longer wanted.'), 0)); }
  }
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({forget: 'wall'}));
}
