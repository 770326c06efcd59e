import type { ModelPack } from "./pack.ts";

/** Thrown when the configuration, a command or a collection names a model pack that there is not. */
export class UnknownModelPackError extends Error {
  override readonly name = "UnknownModelPackError";

  constructor(name: string, catalogue: readonly Pick<ModelPack, "name">[]) {
    super(`There is no model pack "${name}"; there are ${catalogue.map((pack) => pack.name).join(", ")}`);
  }
}

/** @throws UnknownModelPackError */
export function findPack(name: string, catalogue: readonly ModelPack[]): ModelPack {
  const pack = catalogue.find((candidate) => candidate.name === name);
  if (pack === undefined) throw new UnknownModelPackError(name, catalogue);
  return pack;
}
