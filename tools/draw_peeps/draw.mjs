// Draws the peeps: aligned Open Peeps heads with balanced attributes, one PNG each, and a caption and labels for all.
//
//   cd tools/draw_peeps && npm ci && npm run draw          writes drawn/000000.png ... and drawn/metadata.jsonl
//
// Everything follows from attributes.json and its seed: the same file draws the same pictures.
import { createAvatar } from "@dicebear/core";
import * as openPeeps from "@dicebear/open-peeps";
import { Resvg } from "@resvg/resvg-js";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const here = new URL(".", import.meta.url);
const plan = JSON.parse(readFileSync(new URL("attributes.json", here)));
const LABELS = ["expression", "hair", "beard", "glasses", "clothes"];
const CANDIDATES = 12; // drawn per picture; the one that evens out the counts best is taken

/** Endless uniform numbers in [0, 1) from one integer (mulberry32). */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = randomNumbers(plan.seed);
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (share) => random() < share;

/** Whether the labels hold a combination that is kept out of the set on purpose. */
function isHeldOut(labels) {
  return plan.held_out.some((combination) =>
    Object.entries(combination).every(([column, value]) => labels[column] === value),
  );
}

function randomLabels() {
  return {
    expression: pick(Object.keys(plan.expression)),
    hair: pick(Object.keys(plan.hair)),
    beard: chance(plan.beard.share) ? "yes" : "no",
    glasses: chance(plan.glasses.share) ? "yes" : "no",
    clothes: pick(Object.keys(plan.clothes)),
  };
}

/** How far a picture with these labels would push its classes over their share: lower is better. */
function crowding(labels, counts) {
  const share = (column, value) => {
    if (column === "beard" || column === "glasses") {
      return value === "yes" ? plan[column].share : 1 - plan[column].share;
    }
    return 1 / Object.keys(plan[column]).length;
  };
  return Math.max(...LABELS.map((column) => (counts[`${column}=${labels[column]}`] ?? 0) / share(column, labels[column])));
}

function balancedLabels(counts) {
  let best = null;
  for (let tries = 0; tries < CANDIDATES || best === null; tries += 1) {
    const labels = randomLabels();
    if (isHeldOut(labels)) continue;
    const cost = crowding(labels, counts);
    if (best === null || cost < best.cost) best = { cost, labels };
  }
  return best.labels;
}

/** Perceived brightness of a hex colour, 0 to 255. */
function brightness(colour) {
  const [red, green, blue] = [0, 2, 4].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Which Open Peeps parts show the labels. */
function chooseParts(labels) {
  const bearded = labels.beard === "yes";
  const face = pick(plan.expression[labels.expression].faces);
  const heads = plan.hair[labels.hair].heads.filter((name) => !bearded || !plan.never_bearded.includes(name));
  const head = pick(heads);
  const skin = pick(plan.skin_colours);
  const hairColours = plan.hair_colours.filter((colour) => Math.abs(brightness(colour) - brightness(skin)) > 30);
  let beards = [...plan.beard.mouth_free];
  if (!plan.plain_eyed.includes(face)) beards.push(...plan.beard.mouth_framed);
  if (!plan.plain_eyed.includes(face) && plan.coloured_heads.includes(head)) beards.push(...plan.beard.coloured);
  return {
    face,
    head,
    skin,
    hairColour: pick(hairColours),
    beard: bearded ? pick(beards) : null,
    glasses: labels.glasses === "yes" ? pick(plan.glasses.kinds) : null,
    clothes: plan.clothes[labels.clothes],
  };
}

/** The head as SVG text, framed by `view_box`. */
function drawSvg(parts) {
  const avatar = createAvatar(openPeeps, {
    seed: "peep",
    clip: false,
    face: [parts.face],
    head: [parts.head],
    facialHair: parts.beard ? [parts.beard] : undefined,
    facialHairProbability: parts.beard ? 100 : 0,
    accessories: parts.glasses ? [parts.glasses] : undefined,
    accessoriesProbability: parts.glasses ? 100 : 0,
    maskProbability: 0,
    skinColor: [parts.skin],
    headContrastColor: [parts.hairColour],
    clothingColor: [parts.clothes],
  });
  return avatar.toString().replace(/viewBox="[^"]*"/, `viewBox="${plan.view_box}"`);
}

function withArticle(phrase) {
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
}

function joined(things) {
  return things.length < 2 ? things.join("") : `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}

/** One plain-English line that names every label; "man" and "woman" are said at random, the drawings do not tell. */
function caption(labels) {
  const bearded = labels.beard === "yes";
  const who = chance(0.7) ? "person" : bearded || chance(0.5) ? "man" : "woman";
  const expression = pick(plan.expression[labels.expression].words);
  const adjective = expression === "in love" ? "loving" : expression;
  const worn = ["hat", "headwrap"].includes(labels.hair);
  const hair = pick(plan.hair[labels.hair].words);
  const baldWord = labels.hair === "bald" && chance(0.7);
  const has = [];
  if (!worn && !baldWord) has.push(hair);
  if (bearded) has.push("a beard");
  const wears = worn ? [hair] : [];
  if (labels.glasses === "yes") wears.push("glasses");
  const lacks = [];
  if (!bearded && chance(0.15)) lacks.push("no beard");
  if (labels.glasses === "no" && chance(0.15)) lacks.push("no glasses");
  const shirt = pick([withArticle(`${labels.clothes} shirt`), `${labels.clothes} clothes`]);

  const bald = baldWord ? "bald " : "";
  const withThings = has.length ? ` with ${joined(has)}` : "";
  const lacking = lacks.length ? `, ${joined(lacks)}` : "";
  const templates = [
    () => `${withArticle(`${adjective} ${bald}${who}`)}${withThings}, wearing ${joined([...wears, shirt])}${lacking}`,
    () => `${withArticle(`${bald}${who}`)}${withThings}${lacking}, ${expression}, wearing ${joined([...wears, shirt])}`,
    () => `${withArticle(`${bald}${who}`)} in ${shirt}${wears.length ? ` wearing ${joined(wears)}` : ""}${withThings}${lacking}, ${expression}`,
    () => `a drawing of ${withArticle(`${adjective} ${bald}${who}`)}${has.length || wears.length ? ` with ${joined([...has, ...wears])}` : ""} in ${shirt}${lacking}`,
    () => `${adjective}: ${withArticle(`${bald}${who}`)}${has.length || wears.length ? ` with ${joined([...has, ...wears])}` : ""}, dressed in ${labels.clothes}${lacking}`,
  ];
  return pick(templates)();
}

const drawn = new URL("drawn/", here);
rmSync(drawn, { recursive: true, force: true });
mkdirSync(drawn, { recursive: true });
const counts = {};
const seen = new Set();
const lines = [];
while (lines.length < plan.count) {
  const labels = balancedLabels(counts);
  const parts = chooseParts(labels);
  const svg = drawSvg(parts);
  if (seen.has(svg)) continue; // no picture twice
  seen.add(svg);
  for (const column of LABELS) {
    const key = `${column}=${labels[column]}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  const name = String(lines.length).padStart(6, "0");
  const picture = new Resvg(svg, { fitTo: { mode: "width", value: plan.size } }).render();
  writeFileSync(new URL(`${name}.png`, drawn), picture.asPng());
  lines.push(JSON.stringify({ file_name: `${name}.webp`, text: caption(labels), ...labels }));
}
writeFileSync(new URL("metadata.jsonl", drawn), `${lines.join("\n")}\n`);
console.log(`${lines.length} heads drawn`);
for (const key of Object.keys(counts).sort()) console.log(`${key.padEnd(22)} ${counts[key]}`);
