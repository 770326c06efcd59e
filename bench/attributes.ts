import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { packs } from "../models/packs.ts";
import { findPack } from "../src/packs/findPack.ts";
import { preparePack } from "../src/packs/prepare.ts";
import { Analyzer } from "../src/recognition/analyze.ts";
import type { AttributeNets } from "../src/recognition/attributes/attributeReader.ts";
import type { FaceAttribute, Judgement } from "../src/recognition/attributes/faceAttributes.ts";
import type { AnalyzedFace, AnalyzedImage } from "../src/recognition/contract.ts";
import {
  characters,
  firstNames,
  type LabelledPhotos,
  mouthOpenLabels,
  type PropertyLabels,
  poseLabels,
  smileLabels,
} from "./support/attributeLabels.ts";
import { birthYears } from "./support/birthYears.ts";
import { eyeLabels } from "./support/eyeLabels.ts";

const usage = `npm run bench:attributes [-- OPTIONS]

Attributes of faces: how often each is told right, how sure it was, and what it takes.

  --pack NAME        whose nets are measured: default
  --photos FOLDER    ../shared/photos: the sets lfw, tbbt and inspireface
  --models FOLDER    ../shared/models: a mirror of the models
`;

const { values: options } = parseArgs({
  options: {
    pack: { type: "string", default: "default" },
    photos: { type: "string", default: "../shared/photos" },
    models: { type: "string", default: "../shared/models" },
    help: { type: "boolean" },
  },
});

/** Each fortieth person of Labeled Faces in the Wild is turned; so many men are asked for their gender. */
const everyTurned = 40;
const mostMen = 70;
/** Degrees by which photos are turned to see whether the pose follows. */
const turns = [-30, 30] as const;
const timedRounds = 15;
/** When the photos of Labeled Faces in the Wild were in the news, more or less. */
const yearOfPhotos = 2002;

async function main(): Promise<void> {
  if (options.help) return console.log(usage);
  const net = await open(options.pack);
  const fivePoints = await open(options.pack, withoutPose);
  const people = await readdir(path.join(options.photos, "lfw"));

  for (const [name, analyzer] of Object.entries({ "five points": fivePoints, net })) {
    console.log(`Pose by ${name}: ${await measurePose(analyzer, people)}`);
  }
  if (options.pack !== "default") {
    const others = people.filter((person) => crc32(person) % 2 === 1);
    for (const [name, analyzer] of Object.entries({ "five points": fivePoints, net })) {
      const told = await measureAgreement(analyzer, await open("default"), others);
      console.log(`Pose by ${name} beside the default pack's: ${told}`);
    }
  }
  console.log(`Age, LFW by year of birth: ${await measureAge(net)}`);
  console.log(`Gender, LFW by first name: ${await measureGender(net, await portraitsByName(people))}`);
  console.log(`Gender, tbbt by character: ${await measureGender(net, await portraitsByCharacter())}`);
  await measureProperty(net, "smile", smileLabels);
  await measureProperty(net, "mouthOpen", mouthOpenLabels);
  await measureEyes(net, people);
  console.log(`Landmarks: ${await measureLandmarks(net, people)}`);
  await measureTime(net, fivePoints);
}

/** Opens the nets of a pack, those for attributes as they are or changed. */
async function open(
  name: string,
  change: (nets: AttributeNets) => AttributeNets = (nets) => nets,
): Promise<Analyzer> {
  const pack = findPack(name, packs);
  const { detector, embedders, attributes } = await preparePack(pack, {
    modelsDir: "models",
    mirrors: [options.models],
    report: { progress: () => undefined, ready: () => undefined, warn: console.warn },
  });
  return Analyzer.open({ detector, embedders, attributes: change(attributes), settings: pack.recognition });
}

/** What is left of a pack's nets when the pose has to come from the five points. */
function withoutPose({ headPose: _, faceMesh, ...others }: AttributeNets): AttributeNets {
  if (faceMesh === undefined) return others;
  const { pose: __, ...input } = faceMesh.input;
  return { ...others, faceMesh: { ...faceMesh, input } };
}

/** How near the pose comes to that of another analyzer, on all photos of some people. */
async function measureAgreement(
  analyzer: Analyzer,
  reference: Analyzer,
  people: readonly string[],
): Promise<string> {
  const angles = ["yaw", "pitch", "roll"] as const;
  const told = { yaw: [] as number[], pitch: [] as number[], roll: [] as number[] };
  const expected = { yaw: [] as number[], pitch: [] as number[], roll: [] as number[] };
  for (const photo of await photosOf(people)) {
    const bytes = await readPhoto(photo);
    const face = middleFace(await analyze(analyzer, bytes));
    const other = middleFace(await analyze(reference, bytes));
    if (face === undefined || other === undefined) continue;
    for (const angle of angles) {
      told[angle].push(face.pose[angle]);
      expected[angle].push(other.pose[angle]);
    }
  }
  const figures = angles.map((angle) => {
    const apart = mean(told[angle].map((value, index) => Math.abs(value - (expected[angle][index] ?? 0))));
    return `${angle} ${apart.toFixed(1)} degrees apart (correlation ${correlation(told[angle], expected[angle]).toFixed(2)})`;
  });
  return `${told.yaw.length} photos: ${figures.join(", ")}`;
}

/** How far the middle of the range of ages lies from the age, taken to be that of the set's first year. */
async function measureAge(analyzer: Analyzer): Promise<string> {
  const errors: number[] = [];
  const ages: number[] = [];
  const told: number[] = [];
  const within: boolean[] = [];
  for (const photo of await portraitsOf(Object.keys(birthYears))) {
    const age = yearOfPhotos - (birthYears[photo.split("/")[1] ?? ""] ?? Number.NaN);
    const face = middleFace(await analyze(analyzer, await readPhoto(photo), ["ageRange"]));
    const range = face?.attributes.ageRange;
    if (range === undefined) continue;
    const middle = (range.low + range.high) / 2;
    ages.push(age);
    told.push(middle);
    errors.push(middle - age);
    within.push(range.low <= age && age <= range.high);
  }
  return `${errors.length} people: mean error ${mean(errors.map(Math.abs)).toFixed(1)} years, bias ${mean(errors).toFixed(1)}, correlation ${correlation(ages, told).toFixed(2)}; within the range ${count(within)}`;
}

/** How far the pose fails to follow a photo that is turned, and whether it tells which way heads are turned. */
async function measurePose(analyzer: Analyzer, people: readonly string[]): Promise<string> {
  const errors = { roll: [] as number[], yaw: [] as number[], pitch: [] as number[] };
  for (const photo of await portraitsOf(people.filter((_, index) => index % everyTurned === 0))) {
    const bytes = await readPhoto(photo);
    const upright = middleFace(await analyze(analyzer, bytes));
    for (const turn of turns) {
      const turned = middleFace(await analyze(analyzer, await sharp(bytes).rotate(turn).png().toBuffer()));
      if (upright === undefined || turned === undefined) continue;
      errors.roll.push(Math.abs(turned.pose.roll - upright.pose.roll - turn));
      errors.yaw.push(Math.abs(turned.pose.yaw - upright.pose.yaw));
      errors.pitch.push(Math.abs(turned.pose.pitch - upright.pose.pitch));
    }
  }
  const signs = [];
  for (const { photo, ...truth } of poseLabels) {
    const [face] = (await analyze(analyzer, await readPhoto(photo))).faces;
    if (face === undefined) continue;
    signs.push(truth.yaw * face.pose.yaw >= 0 && truth.pitch * face.pose.pitch >= 0);
  }
  const told = Object.entries(errors).map(([angle, list]) => `${angle} ${mean(list).toFixed(1)}`);
  return `${errors.roll.length} photos turned by 30 degrees: mean error in degrees ${told.join(", ")}; direction right ${count(signs)}`;
}

interface Portrait {
  readonly photo: string;
  readonly gender: "female" | "male";
}

async function portraitsByName(people: readonly string[]): Promise<Portrait[]> {
  const named = (gender: Portrait["gender"]) =>
    people.filter((person) => firstNames[gender].some((name) => person.startsWith(`${name}_`)));
  const [women, men] = [await portraitsOf(named("female")), await portraitsOf(named("male"))];
  return [
    ...women.map((photo): Portrait => ({ photo, gender: "female" })),
    ...men.slice(0, mostMen).map((photo): Portrait => ({ photo, gender: "male" })),
  ];
}

async function portraitsByCharacter(): Promise<Portrait[]> {
  const portraits: Portrait[] = [];
  for (const gender of ["female", "male"] as const) {
    for (const character of characters[gender]) {
      const files = await readdir(path.join(options.photos, "tbbt", character));
      portraits.push(...files.map((file) => ({ photo: `tbbt/${character}/${file}`, gender })));
    }
  }
  return portraits;
}

async function measureGender(analyzer: Analyzer, portraits: readonly Portrait[]): Promise<string> {
  const right = { female: [] as boolean[], male: [] as boolean[] };
  const confidences: number[] = [];
  for (const { photo, gender } of portraits) {
    const told = middleFace(await analyze(analyzer, await readPhoto(photo), ["gender"]))?.attributes.gender;
    if (told === undefined) continue;
    right[gender].push(told.value === gender);
    confidences.push(told.confidence);
  }
  const all = [...right.female, ...right.male];
  return `right ${count(all)}, women ${count(right.female)}, men ${count(right.male)}; mean confidence ${mean(confidences).toFixed(1)}`;
}

async function measureProperty(
  analyzer: Analyzer,
  property: "smile" | "mouthOpen",
  labels: PropertyLabels,
): Promise<void> {
  for (const [part, photos] of Object.entries(labels) as [string, LabelledPhotos][]) {
    const judged = async (list: readonly string[]) => {
      const judgements: Judgement[] = [];
      for (const photo of list) {
        const face = middleFace(await analyze(analyzer, await readPhoto(photo), [property]));
        const judgement = face?.attributes[property];
        if (judgement !== undefined) judgements.push(judgement);
      }
      return judgements;
    };
    const [yes, no] = [await judged(photos.yes), await judged(photos.no)];
    const right = [...yes.map(({ value }) => value), ...no.map(({ value }) => !value)];
    const confidence = mean([...yes, ...no].map(({ confidence }) => confidence));
    console.log(
      `${property}, ${part}: right ${count(right)} (yes ${yes.length}, no ${no.length}); mean confidence ${confidence.toFixed(1)}`,
    );
  }
}

/** How often open and closed eyes are told, on every photo of Labeled Faces in the Wild that can be told by eye. */
async function measureEyes(analyzer: Analyzer, people: readonly string[]): Promise<void> {
  for (const [part, { closed, uncounted }] of Object.entries(eyeLabels)) {
    const photos = [
      ...(await photosOf(people)).filter((photo) => photo.endsWith("_0001.jpg") === (part === "fitted")),
      ...closed,
    ];
    const right = { closed: [] as boolean[], open: [] as boolean[] };
    const confidences: number[] = [];
    for (const photo of new Set(photos)) {
      if (uncounted.includes(photo)) continue;
      const face = middleFace(await analyze(analyzer, await readPhoto(photo), ["eyesOpen"]));
      const told = face?.attributes.eyesOpen;
      if (told === undefined) continue;
      const isClosed = closed.includes(photo);
      right[isClosed ? "closed" : "open"].push(told.value !== isClosed);
      confidences.push(told.confidence);
    }
    console.log(
      `eyesOpen, ${part}: right closed ${count(right.closed)}, open ${count(right.open)}; mean confidence ${mean(confidences).toFixed(1)}`,
    );
  }
}

/** How far the middle of an eye's corners lies from the detector's eye. */
async function measureLandmarks(analyzer: Analyzer, people: readonly string[]): Promise<string> {
  const distances: number[] = [];
  for (const photo of await portraitsOf(people.filter((_, index) => index % everyTurned === 0))) {
    const image = await analyze(analyzer, await readPhoto(photo), ["landmarks"]);
    const face = middleFace(image);
    const marks = face?.attributes.landmarks;
    if (face === undefined || marks === undefined) continue;
    const { eyeLeft, eyeRight } = face.points;
    const between = Math.hypot(eyeRight.x - eyeLeft.x, eyeRight.y - eyeLeft.y);
    for (const [eye, from, to] of [
      [eyeLeft, marks.leftEyeLeft, marks.leftEyeRight],
      [eyeRight, marks.rightEyeLeft, marks.rightEyeRight],
    ] as const) {
      distances.push(Math.hypot((from.x + to.x) / 2 - eye.x, (from.y + to.y) / 2 - eye.y) / between);
    }
  }
  return `${distances.length} eyes, middle of the corners from the detector's eye: mean ${(100 * mean(distances)).toFixed(1)} % of the eyes' distance`;
}

/** Processor time, which other work on the machine disturbs least, on a photo of eight faces: least of several runs. */
async function measureTime(net: Analyzer, fivePoints: Analyzer): Promise<void> {
  const bytes = await readPhoto("compreface/016_8.jpg");
  const { faces } = await analyze(net, bytes);
  const runs = {
    fivePoints: () => analyze(fivePoints, bytes),
    pose: () => analyze(net, bytes),
    ageGender: () => analyze(net, bytes, ["ageRange", "gender"]),
    mesh: () => analyze(net, bytes, ["landmarks", "smile", "eyesOpen", "mouthOpen"]),
    embedding: () => net.analyze(bytes, { embedLargest: faces.length }),
  };
  const least = {
    fivePoints: Infinity,
    pose: Infinity,
    ageGender: Infinity,
    mesh: Infinity,
    embedding: Infinity,
  };
  for (let round = 0; round < timedRounds; round++) {
    for (const name of Object.keys(runs) as (keyof typeof runs)[]) {
      const before = process.cpuUsage();
      await runs[name]();
      const { user, system } = process.cpuUsage(before);
      least[name] = Math.min(least[name], (user + system) / 1000);
    }
  }
  const perFace = (time: number) => `${(time / faces.length).toFixed(1)} ms`;
  console.log(
    `Processor time per face (${faces.length} faces): pose ${perFace(least.pose - least.fivePoints)}, age and gender ${perFace(least.ageGender - least.pose)}, mesh ${perFace(least.mesh - least.pose)}; an embedding takes ${perFace(least.embedding - least.pose)}`,
  );
}

function analyze(
  analyzer: Analyzer,
  bytes: Uint8Array,
  attributes: readonly FaceAttribute[] = [],
): Promise<AnalyzedImage> {
  return analyzer.analyze(bytes, { embedLargest: 0, attributes });
}

/** The first photo of each person. */
async function portraitsOf(people: readonly string[]): Promise<string[]> {
  const photos: string[] = [];
  for (const person of people) {
    if (person.includes(".")) continue;
    const [first] = (await readdir(path.join(options.photos, "lfw", person))).sort();
    if (first !== undefined) photos.push(`lfw/${person}/${first}`);
  }
  return photos;
}

/** All photos of all people. */
async function photosOf(people: readonly string[]): Promise<string[]> {
  const photos: string[] = [];
  for (const person of people) {
    if (person.includes(".")) continue;
    const files = (await readdir(path.join(options.photos, "lfw", person))).sort();
    photos.push(...files.map((file) => `lfw/${person}/${file}`));
  }
  return photos;
}

function readPhoto(photo: string): Promise<Buffer> {
  return readFile(path.join(options.photos, photo));
}

/** The face nearest to the middle: that of the person whom the photo is of. */
function middleFace({ faces }: AnalyzedImage): AnalyzedFace | undefined {
  const fromMiddle = ({ box }: AnalyzedFace) =>
    Math.hypot(box.left + box.width / 2 - 0.5, box.top + box.height / 2 - 0.5);
  return [...faces].sort((a, b) => fromMiddle(a) - fromMiddle(b))[0];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Pearson's coefficient. */
function correlation(one: readonly number[], other: readonly number[]): number {
  const [middle, otherMiddle] = [mean(one), mean(other)];
  const product = (a: readonly number[], aMean: number, b: readonly number[], bMean: number) =>
    mean(a.map((value, index) => (value - aMean) * ((b[index] ?? 0) - bMean)));
  const spreads = product(one, middle, one, middle) * product(other, otherMiddle, other, otherMiddle);
  return product(one, middle, other, otherMiddle) / Math.sqrt(spreads);
}

function count(right: readonly boolean[]): string {
  const hits = right.filter(Boolean).length;
  return `${hits}/${right.length} (${((100 * hits) / right.length).toFixed(1)} %)`;
}

await main();
