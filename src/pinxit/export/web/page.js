"use strict";
// The page: what a person sees and touches. A wish is kept as one small object, so that undo and links are easy.

const about = PINXIT.about;
const model = new Model(about);
const find = (name) => document.getElementById(name);
const SURFACES = ["paper", "checks", "night"];
const LAYERS = ["all", "coarse", "middle", "fine"];
const WALL = 12;
const FIRST = {
  seed: about.seed, truncation: 1, labels: {}, text: "", amounts: about.directions.map(() => 0),
  mix: { seed: about.seed + 1, share: 0, layers: "all" }, loop: [0, 1, 2, 3].map((n) => about.seed + n).join(", "), seconds: 6,
};

let wish = structuredClone(FIRST);
let kept = { pixels: null, wish: null };
const history = { past: [], future: [] };
let playing = null;
let shown = 0; // seeds on the wall

/** A wish as the model takes it. */
function pointOf({ seed, truncation, labels, text, amounts, mix }) {
  const words = about.captions && text.trim() ? encode(text, about.captions) : null;
  return { seed, truncation, labels, words, amounts, mix };
}

/** Put pixels on a canvas. */
function show(canvas, pixels) {
  if (canvas.width !== about.width || canvas.height !== about.height) [canvas.width, canvas.height] = [about.width, about.height];
  canvas.getContext("2d").putImageData(new ImageData(pixels, about.width, about.height), 0, 0);
}

/** Tell whoever listens, and whoever reads. */
function tell(words) {
  find("status").textContent = words;
}

// The latest wish wins: while one picture is painted, only the newest of the others waits.
let painting = null;
let waiting = null;

/** Paint the wish; done when the newest one is. */
function paint(wanted = wish) {
  waiting = structuredClone(wanted);
  painting ??= paintAll().finally(() => (painting = null));
  return painting;
}

/** Paint until nothing waits. */
async function paintAll() {
  while (waiting) {
    const now = waiting;
    waiting = null;
    try {
      const [pixels] = await model.paint([pointOf(now)]);
      show(find("picture"), pixels);
      kept = { pixels, wish: now };
      find("picture").setAttribute("aria-label", say("picture", { seed: now.seed }));
      find("shown").textContent = say("picture", { seed: now.seed });
      if (!playing) tell(strange(now) ?? say("painted", { seed: now.seed }));
    } catch (problem) {
      tell(problem.message);
    }
  }
}

/** What should be said of a caption: the first word that the model never saw. */
function strange({ text }) {
  if (!about.captions || !text.trim()) return null;
  const word = wordsOf(text).find((one) => !about.captions.words.includes(one));
  return word ? say("unknown", { word }) : null;
}

/** Change the wish, and remember what was before. `settled`: a slider still moves when false. */
function change(more, settled = true) {
  stopLoop();
  if (!change.before) change.before = structuredClone(wish);
  wish = { ...wish, ...more };
  if (settled) {
    if (JSON.stringify(change.before) !== JSON.stringify(wish)) {
      history.past.push(change.before);
      history.future = [];
    }
    change.before = null;
    remember();
  }
  fill();
  paint();
}

/** One step back, or forth again. */
function step(from, to) {
  if (!from.length) return;
  stopLoop();
  to.push(wish);
  wish = from.pop();
  remember();
  fill();
  paint();
}

/** The wish in the page's address, so that it can be bookmarked. */
function remember() {
  window.history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(wish))}`);
}

/** The wish in an address; nonsense is passed over. */
function recall() {
  try {
    const told = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    for (const [name, value] of Object.entries(FIRST)) {
      if (typeof told[name] === typeof value) wish[name] = told[name];
    }
    wish.seed = seedOf(wish.seed) ?? FIRST.seed;
    wish.mix = { ...FIRST.mix, ...wish.mix };
    wish.amounts = FIRST.amounts.map((_, k) => Number(wish.amounts[k]) || 0);
  } catch {
    wish = structuredClone(FIRST);
  }
}

/** A seed, or null for what is none. */
function seedOf(value) {
  const seed = Number(value);
  return String(value).trim() !== "" && Number.isInteger(seed) && seed >= 0 && seed <= 4294967295 ? seed : null;
}

/** A seed by chance, short enough to be remembered. */
function anySeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0] % 1000000;
}

/** All words and values on the page. */
function fill() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const part of document.querySelectorAll("[data-say]")) part.textContent = say(part.dataset.say);
  find("language").textContent = say("language");
  find("language").lang = language === "zh" ? "en" : "zh-Hans";
  find("textHelp").textContent = say("textHelp", { example: about.captions?.examples[0] ?? "" });
  find("play").textContent = say(playing ? "stop" : "play");
  find("undo").disabled = !history.past.length;
  find("redo").disabled = !history.future.length;
  set("seed", wish.seed);
  set("truncation", wish.truncation);
  set("text", wish.text);
  set("mixSeed", wish.mix.seed);
  set("share", wish.mix.share);
  set("loopSeeds", wish.loop);
  set("seconds", wish.seconds);
  for (const option of find("layers").options) option.textContent = say(option.value);
  find("layers").value = wish.mix.layers;
  for (const [column] of about.classes) find(`label-${column}`).value = wish.labels[column] ?? -1;
  for (const option of document.querySelectorAll("option[value='-1']")) option.textContent = say("asSeed");
  about.directions.forEach(({ name }, k) => {
    find(`direction-${k}`).previousElementSibling.previousElementSibling.textContent = name ?? say("direction", { number: k + 1 });
    set(`direction-${k}`, wish.amounts[k]);
  });
  for (const name of SURFACES) find(`surface-${name}`).nextElementSibling.textContent = say(name);
}

/** A control's value, and beside a slider its number. What is being typed stays as it is. */
function set(name, value) {
  const control = find(name);
  if (document.activeElement !== control || control.type === "range") control.value = value;
  if (control.type === "range") control.previousElementSibling.textContent = Number(value).toFixed(2).replace(/\.?0+$/, "");
}

/** A new element with attributes. */
function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

/** Parts of the page that follow from the model. */
function build() {
  find("textPanel").hidden = !about.captions;
  find("labelPanel").hidden = !about.classes.length;
  find("directionPanel").hidden = !about.directions.length;
  find("layerRow").hidden = !about.styles;
  for (const name of LAYERS) find("layers").append(make("option", { value: name }));
  for (const [column, names, range] of about.classes) {
    const every = range ? about.steps / (names.length - 1) : 1;
    const options = names.map((name, place) => make("option", { value: place * every }, name));
    const choice = make("select", { id: `label-${column}` }, make("option", { value: -1 }), ...options);
    choice.addEventListener("change", () => change({ labels: { ...wish.labels, [column]: Number(choice.value) } }));
    find("labels").append(make("label", { for: `label-${column}` }, column), choice);
  }
  about.directions.forEach((_, k) => {
    const slider = make("input", { id: `direction-${k}`, type: "range", min: -4, max: 4, step: 0.1 });
    find("directions").append(make("div", { class: "slider" }, make("label", { for: slider.id }), make("output", { for: slider.id }), slider));
    slide(slider, (value) => ({ amounts: wish.amounts.map((amount, n) => (n === k ? value : amount)) }));
  });
  for (const name of SURFACES) {
    const choice = make("input", { type: "radio", name: "surface", id: `surface-${name}` });
    choice.checked = name === "paper";
    choice.addEventListener("change", () => (document.querySelector(".frame").dataset.surface = name));
    find("surfaces").append(make("span", {}, choice, make("label", { for: choice.id })));
  }
  for (const [term, words] of about.facts) find("facts").append(make("dt", {}, term), make("dd", {}, words));
}

/** A slider paints while it moves, and counts as one step when it is let go. */
function slide(slider, more) {
  slider.addEventListener("input", () => change(more(Number(slider.value)), false));
  slider.addEventListener("change", () => change(more(Number(slider.value))));
}

/** A field for a seed, with a button for one by chance. */
function seedField(field, button, more) {
  find(field).addEventListener("change", () => {
    const seed = seedOf(find(field).value);
    if (seed !== null) change(more(seed));
    else fill();
  });
  find(button).addEventListener("click", () => change(more(anySeed())));
}

/** The recipe that a picture carries; pinxit repeats a plain one with `pinxit make --again`. */
function recipeOf({ seed, truncation, labels, text, amounts, mix }) {
  const drawn = startOf(seed, about.latents, model.counts).labels;
  const classes = about.classes.map(([column, names, range], place) => {
    const label = labels[column] >= 0 ? labels[column] : drawn[place];
    if (!range) return [column, names[label]];
    return [column, String(Number((range[0] + ((range[1] - range[0]) * label) / about.steps).toPrecision(6)))];
  });
  const recipe = {
    format: 1, model: about.model, family: about.family, labels: Object.fromEntries(classes), truncation,
    precision: "float32", size: `${about.width}x${about.height}`, with: "web page",
  };
  if (about.captions) recipe.text = text.trim() || (about.captions.examples[seed % about.captions.examples.length] ?? "");
  const plain = !mix.share && !amounts.some(Boolean);
  return plain ? { ...recipe, seed } : { ...recipe, seeds: [seed, ...(mix.share ? [mix.seed] : [])], mix, amounts };
}

/** What is written into every file. */
function textsOf(recipe) {
  return {
    Software: about.software,
    Comment: `${about.madeBy} (pinxit, family ${about.family}, seed ${recipe.seed ?? recipe.seeds.join(" ")})`,
    pinxit: JSON.stringify(recipe),
    "XML:com.adobe.xmp": about.xmp,
  };
}

/** Hand a file to the visitor. */
function hand(content, name) {
  const link = make("a", { href: URL.createObjectURL(content), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  tell(say("saved", { name }));
}

/** Save the picture that is shown. */
async function save() {
  await painting; // what was set just now is what is meant
  if (!kept.pixels) return;
  const name = `${about.name}-${String(kept.wish.seed).padStart(6, "0")}.png`;
  hand(await pngOf([kept.pixels], about.width, about.height, textsOf(recipeOf(kept.wish))), name);
}

/** The seeds of the loop, or null (and a word about it). */
function loopSeeds() {
  const seeds = find("loopSeeds").value.split(/[\s,;，、]+/).filter(Boolean).map(seedOf);
  if (seeds.length >= 2 && seeds.every((seed) => seed !== null)) return seeds;
  tell(say("badSeeds"));
  return null;
}

/** The wish at `place` (0 to 1) of a loop. */
function onTheWay(seeds, place) {
  const at = (place % 1) * seeds.length;
  const from = Math.floor(at) % seeds.length;
  return { ...wish, seed: seeds[from], mix: { seed: seeds[(from + 1) % seeds.length], share: at - Math.floor(at), layers: "all" } };
}

/** Play, or stop. */
async function play() {
  if (playing) return stopLoop();
  const seeds = loopSeeds();
  if (!seeds) return;
  const mine = (playing = {});
  const began = performance.now();
  fill();
  while (playing === mine) {
    await paint(onTheWay(seeds, (performance.now() - began) / 1000 / wish.seconds));
    await new Promise(requestAnimationFrame);
  }
}

/** Stop playing. */
function stopLoop() {
  playing = null;
  find("play").textContent = say("play");
}

/** Paint the whole loop, and save it as a picture that moves. */
async function saveLoop() {
  stopLoop();
  const seeds = loopSeeds();
  if (!seeds) return;
  const pace = 16;
  const count = Math.round(wish.seconds * pace);
  const frames = [];
  for (let n = 0; n < count; n++) {
    frames.push((await model.paint([pointOf(onTheWay(seeds, n / count))]))[0]);
    tell(say("saving", { done: n + 1, all: count }));
  }
  const { seed, ...recipe } = recipeOf({ ...wish, mix: { ...wish.mix, share: 0 } });
  const texts = textsOf({ ...recipe, seeds, loop: true });
  hand(await pngOf(frames, about.width, about.height, texts, pace), `${about.name}-loop.png`);
}

/** Some more pictures on the wall. */
async function further() {
  const first = shown;
  shown += WALL;
  const seeds = Array.from({ length: WALL }, (_, n) => first + n);
  const places = seeds.map((seed) => {
    const canvas = make("canvas", { "aria-hidden": "true", width: about.width, height: about.height });
    const button = make("button", { type: "button" }, canvas, make("span", {}, String(seed)));
    button.setAttribute("aria-label", say("picture", { seed }));
    button.addEventListener("click", () => change({ seed, mix: { ...wish.mix, share: 0 } }));
    find("wall").append(make("li", {}, button));
    return canvas;
  });
  for (const [n, seed] of seeds.entries()) {
    const plain = { ...FIRST, labels: wish.labels, text: wish.text, seed };
    show(places[n], (await model.paint([pointOf(plain)]))[0]);
  }
}

/** Light or dark: as the system has it, until somebody chooses. */
function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function listen() {
  seedField("seed", "another", (seed) => ({ seed }));
  seedField("mixSeed", "anotherMix", (seed) => ({ mix: { ...wish.mix, seed, share: wish.mix.share || 0.5 } }));
  slide(find("truncation"), (truncation) => ({ truncation }));
  slide(find("share"), (share) => ({ mix: { ...wish.mix, share } }));
  find("layers").addEventListener("change", () => change({ mix: { ...wish.mix, layers: find("layers").value } }));
  find("text").addEventListener("input", () => change({ text: find("text").value }, false));
  find("text").addEventListener("change", () => change({ text: find("text").value }));
  find("loopSeeds").addEventListener("change", () => (wish.loop = find("loopSeeds").value));
  find("seconds").addEventListener("change", () => (wish.seconds = Math.min(20, Math.max(1, Number(find("seconds").value) || 6))));
  find("level").addEventListener("click", () => change({ amounts: FIRST.amounts }));
  find("save").addEventListener("click", save);
  find("play").addEventListener("click", play);
  find("saveLoop").addEventListener("click", saveLoop);
  find("further").addEventListener("click", further);
  find("undo").addEventListener("click", () => step(history.past, history.future));
  find("redo").addEventListener("click", () => step(history.future, history.past));
  find("controls").addEventListener("submit", (event) => event.preventDefault());
  find("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    fill();
    if (kept.wish) tell(say("painted", { seed: kept.wish.seed }));
  });
  find("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=range]):not([type=radio])");
    if (typing || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" || key === "y") {
      event.preventDefault();
      key === "y" || event.shiftKey ? step(history.future, history.past) : step(history.past, history.future);
    }
  });
}

async function start() {
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
  build();
  recall();
  fill();
  listen();
  tell(say("ready"));
  try {
    await model.begin(PINXIT.runtime, PINXIT.graphs);
  } catch (problem) {
    tell(say("failed", { problem: problem.message }));
    return;
  }
  await paint();
  document.body.dataset.ready = "yes";
  further();
}

start();
