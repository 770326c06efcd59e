import { OpenVinoError } from "./error.ts";
import type { IrLayer } from "./ir.ts";

/**
 * Reads the attributes of one layer and keeps account of them, so that an attribute which a converter does not
 * know is an error rather than a silently different model.
 */
export class LayerAttributes {
  readonly #layer: IrLayer;
  readonly #unread: Set<string>;

  constructor(layer: IrLayer) {
    this.#layer = layer;
    this.#unread = new Set(Object.keys(layer.data));
  }

  /** A list of integers, such as `"1, 1"`; an empty attribute is an empty list. */
  integers(name: string, fallback?: readonly number[]): readonly number[] {
    const value = this.#read(name);
    if (value === undefined) return fallback ?? this.#fail(`attribute ${name} is missing`);
    const numbers = value.trim() === "" ? [] : value.split(",").map(Number);
    return numbers.every(Number.isInteger) ? numbers : this.#fail(`attribute ${name}="${value}" is no list`);
  }

  integer(name: string, fallback?: number): number {
    const [value, ...more] = this.integers(name, fallback === undefined ? undefined : [fallback]);
    if (value === undefined || more.length > 0) return this.#fail(`attribute ${name} is no integer`);
    return value;
  }

  /** The meaning of one of the values that the converter knows. An absent attribute reads as `fallback`. */
  choice<Meaning>(name: string, meanings: Readonly<Record<string, Meaning>>, fallback?: string): Meaning {
    const value = this.#read(name) ?? fallback ?? this.#fail(`attribute ${name} is missing`);
    const meaning = Object.hasOwn(meanings, value) ? meanings[value] : undefined;
    return meaning ?? this.#fail(`attribute ${name}="${value}" is not supported`);
  }

  /** Accepts an attribute that has no influence on the values that we use. */
  ignore(name: string): void {
    this.#unread.delete(name);
  }

  /** @throws OpenVinoError where the layer has an attribute that nobody asked for. */
  finish(): void {
    for (const name of this.#unread)
      this.#fail(`attribute ${name}="${this.#layer.data[name]}" is not supported`);
  }

  #read(name: string): string | undefined {
    this.#unread.delete(name);
    return this.#layer.data[name];
  }

  #fail(message: string): never {
    throw new OpenVinoError(message, { layer: this.#layer.name, type: this.#layer.type });
  }
}
