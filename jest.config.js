/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  roots: ["src", "protocol", "models", "test", "bench", "scripts", "conformance/support", "trials"].map(
    (folder) => `<rootDir>/${folder}`,
  ),
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "es6" } },
    ],
  },
  testTimeout: 60_000,
};
