import { findPack } from "./findPack.ts";
import type { ModelPack } from "./pack.ts";
import { type LackingPack, ModelsMissingError } from "./prepare.ts";

/** The model packs there are. */
export interface ModelCatalogue {
  readonly packs: readonly ModelPack[];
  /** Names of those that are taken where nobody names one, the best first. */
  readonly preferred: readonly [string, ...string[]];
}

/** What decides which pack new collections are made with. */
export interface PackWish {
  readonly catalogue: ModelCatalogue;
  /** The pack that the operator names. */
  readonly named: string | undefined;
  /** The pack that made the newest collection, where there is one. */
  readonly kept?: string | undefined;
}

/** How a pack is looked for and opened. */
export interface PackTools<Opened> {
  /** Whether it can be opened without a network. */
  isAtHand(pack: ModelPack): Promise<boolean>;
  /** @throws ModelsMissingError when its files cannot be had. */
  open(pack: ModelPack): Promise<Opened>;
}

/** The pack that was taken, opened. */
export interface PackChoice<Opened> {
  readonly pack: ModelPack;
  readonly opened: Opened;
  /** A plain sentence for the operator, where the pack is weaker than another and nobody asked for it. */
  readonly notice: string | undefined;
  /** Packs that were preferred and could not be had, with what was tried. */
  readonly lacking: readonly LackingPack[];
}

/**
 * Takes and opens the pack of new collections: the one that is named; else the one that made the newest collection; else
 * the first of the preferred packs that lies here whole; else the first that can be fetched.
 *
 * @throws UnknownModelPackError; ModelsMissingError, of a pack that is named or kept, or of all preferred ones; and what
 * `open` throws.
 */
export async function choosePack<Opened>(
  wish: PackWish,
  tools: PackTools<Opened>,
): Promise<PackChoice<Opened>> {
  const { packs, preferred } = wish.catalogue;
  const take = async (
    pack: ModelPack,
    why: string | undefined,
    lacking: readonly LackingPack[] = [],
  ): Promise<PackChoice<Opened>> => ({
    pack,
    opened: await tools.open(pack),
    notice: why === undefined ? undefined : noticeOf(pack, why, preferred[0]),
    lacking,
  });
  if (wish.named !== undefined) return take(findPack(wish.named, packs), undefined);
  if (wish.kept !== undefined) return take(findPack(wish.kept, packs), "as the newest collection was");

  const candidates = preferred.map((name) => findPack(name, packs));
  for (const pack of candidates) {
    if (await tools.isAtHand(pack)) {
      return take(pack, `whose files lie here, while those of "${preferred[0]}" do not`);
    }
  }
  const failures: ModelsMissingError[] = [];
  for (const pack of candidates) {
    try {
      const lacking = failures.flatMap((failure) => failure.lacking);
      return await take(pack, `because "${preferred[0]}" could not be had`, lacking);
    } catch (error) {
      if (!(error instanceof ModelsMissingError)) throw error;
      failures.push(error);
    }
  }
  throw ModelsMissingError.ofAll(failures);
}

function noticeOf(pack: ModelPack, why: string, better: string): string | undefined {
  if (pack.weaker === undefined) return;
  return [
    `New collections are made with the model pack "${pack.name}", ${why}: ${pack.weaker}.`,
    `To have "${better}", fetch it with \`npm run models -- ${better}\` and start with CAMEO_MODEL_PACK=${better};`,
    `collections made until then keep "${pack.name}" until \`cameo reindex\` moves them.`,
  ].join(" ");
}
