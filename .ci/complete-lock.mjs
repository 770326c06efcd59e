// Adds to package-lock.json the platform packages that npm left out because the registry in use does not have them:
// `npm ci` insists on finding every optional dependency in the lock, those for other platforms too. Run it after
// `npm install` where the registry is a partial mirror.
import { readFile, writeFile } from "node:fs/promises";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(await readFile(file, "utf8"));
const { packages } = lock;

const systems = {
  android: "android",
  darwin: "darwin",
  freebsd: "freebsd",
  linux: "linux",
  netbsd: "netbsd",
};
Object.assign(systems, {
  openbsd: "openbsd",
  openharmony: "openharmony",
  sunos: "sunos",
  win32: "win32",
  aix: "aix",
});
const processors = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
  "wasm32",
];

/** Where Node would find `name` for the package at `path`, or undefined. */
function find(path, name) {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1))) {
    const candidate = `${base === "" ? "" : `${base}/`}node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (base === "") return undefined;
  }
}

let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (find(path, name) !== undefined || !/^\d/.test(version)) continue;
    const words = name.split(/[/-]/);
    const os = words.map((word) => systems[word]).find((system) => system !== undefined);
    const cpu = processors.find((processor) => words.includes(processor));
    packages[`node_modules/${name}`] = {
      version,
      ...(cpu && { cpu: [cpu] }),
      ...(dev && { dev }),
      optional: true,
      ...(os && { os: [os] }),
      ...(words.some((word) => word.startsWith("musl")) && { libc: ["musl"] }),
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages added`);
