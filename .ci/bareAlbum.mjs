// Runs the README's example, as it stands there, on the sample photos of the package @vladmandic/face-api, with selfies
// cut out of them, and compares what it finds with who is on the photos.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RekognitionClient, SearchFacesByImageCommand } from "@aws-sdk/client-rekognition";
import sharp from "sharp";

const [endpoint] = process.argv.slice(-1);
const root = fileURLToPath(new URL("..", import.meta.url));
const samples = path.join(root, "node_modules/@vladmandic/face-api/demo");
const photos = [1, 2, 3, 4, 5, 6].map((number) => `sample${number}.jpg`);

/** Who is on several photos: where on one of them, in pixels, and on which. */
const people = [
  { photo: "sample3.jpg", left: 960, top: 90, size: 450, on: ["sample1.jpg", "sample3.jpg"] },
  { photo: "sample4.jpg", left: 160, top: 120, size: 380, on: ["sample1.jpg", "sample4.jpg"] },
];

const selfieOf = ({ photo, left, top, size }) =>
  sharp(path.join(samples, photo))
    .extract({ left, top, width: size, height: size })
    .resize(320)
    .modulate({ brightness: 1.1 })
    .jpeg({ quality: 80 })
    .toBuffer();

function requireSame(found, expected) {
  const [came, wanted] = [found, expected].map((names) => [...new Set(names)].sort().join(", "));
  if (came !== wanted) throw new Error(`found ${came || "nothing"} instead of ${wanted}`);
  console.log(`found ${came}, as it should be`);
}

async function runExample() {
  const [, example] = /```js\n(.*?)```/s.exec(readFileSync(path.join(root, "README.md"), "utf8"));
  const folder = mkdtempSync(path.join(tmpdir(), "cameo-example-"));
  try {
    mkdirSync(path.join(folder, "photos"));
    for (const photo of photos) copyFileSync(path.join(samples, photo), path.join(folder, "photos", photo));
    symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
    writeFileSync(path.join(folder, "selfie.jpg"), await selfieOf(people[0]));
    writeFileSync(path.join(folder, "example.mjs"), example.replace("http://127.0.0.1:8484", endpoint));
    const printed = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
    console.log(printed.trim());
    requireSame(printed.match(/sample\d\.jpg/g) ?? [], people[0].on);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function search() {
  const client = new RekognitionClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "cameo", secretAccessKey: "cameo-secret" },
  });
  for (const person of people) {
    const { FaceMatches } = await client.send(
      new SearchFacesByImageCommand({
        CollectionId: "album-1",
        Image: { Bytes: await selfieOf(person) },
        FaceMatchThreshold: 80,
      }),
    );
    requireSame(
      FaceMatches.map(({ Face }) => Face.ExternalImageId),
      person.on,
    );
  }
}

if (!process.argv.includes("--search-only")) await runExample();
await search();
