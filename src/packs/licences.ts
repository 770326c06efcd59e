import { type Model, type ModelPack, modelsOf } from "./pack.ts";

/** Thrown for a pack whose licence a business has to think about first, as long as nobody said that it did. */
export class LicenceNotAcceptedError extends Error {
  override readonly name = "LicenceNotAcceptedError";

  constructor(pack: ModelPack, restricted: readonly Model[]) {
    super(
      [
        `The model pack "${pack.name}" has models that a business may not simply use:`,
        ...restricted.map(
          ({ name, publisher, licence, licenceUrl }) => `  ${name}, ${publisher}: ${licence}, ${licenceUrl}`,
        ),
        `Whoever may use them under these licences says so with CAMEO_ACCEPT_MODEL_LICENCES=${pack.name}`,
        "(comma separated, where there are others).",
      ].join("\n"),
    );
  }
}

/**
 * Lets a pack pass whose models all allow commercial use, or whose licences were accepted.
 *
 * @param accepted names of packs.
 * @throws LicenceNotAcceptedError
 */
export function requireLicences(pack: ModelPack, accepted: readonly string[]): void {
  const restricted = modelsOf(pack).filter(({ commercialUse }) => !commercialUse);
  if (restricted.length > 0 && !accepted.includes(pack.name)) {
    throw new LicenceNotAcceptedError(pack, restricted);
  }
}
