import type { AttributeNets } from "./attributes/attributeReader.ts";
import type { RecognizedPack } from "./contract.ts";
import type { EmbedderSettings } from "./embedder.ts";
import type { RecognitionSettings } from "./settings.ts";

/** A net that embeds faces, as an ONNX file. */
export interface EmbedderFile {
  readonly onnx: Uint8Array;
  readonly settings: EmbedderSettings;
}

/** A pack's models as ONNX files, and what recognition needs to know of them. */
export interface RecognitionModels {
  readonly detector: Uint8Array;
  readonly embedders: readonly EmbedderFile[];
  readonly attributes: AttributeNets;
  readonly settings: RecognitionSettings;
}

/** A pack whose models are at hand, as ONNX files in memory. */
export interface PreparedPack {
  readonly pack: RecognizedPack & { readonly recognition: RecognitionSettings };
  readonly detector: Uint8Array;
  readonly embedders: readonly EmbedderFile[];
  /** Those that could be had. */
  readonly attributes: AttributeNets;
}
