import { ByteBuffer } from "flatbuffers";

/**
 * A table of a FlatBuffer (https://flatbuffers.dev/internals), whose fields are read by their number in the schema.
 * A field that the file leaves out has its default.
 */
export class Table {
  readonly #buffer: ByteBuffer;
  readonly #at: number;
  readonly #unread: Set<number>;

  private constructor(buffer: ByteBuffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
    const fields = (buffer.readInt16(at - buffer.readInt32(at)) >> 1) - 2;
    this.#unread = new Set(
      Array.from({ length: fields }, (_, field) => field).filter((field) => this.#find(field)),
    );
  }

  /**
   * The root of a file.
   *
   * @returns undefined where the file has another identifier.
   */
  static root(bytes: Uint8Array, identifier: string): Table | undefined {
    const buffer = new ByteBuffer(bytes);
    const isFile = bytes.length >= 8 && buffer.__has_identifier(identifier);
    return isFile ? new Table(buffer, buffer.readInt32(0)) : undefined;
  }

  /** Fields that the file has and that nobody read so far. */
  get unread(): readonly number[] {
    return [...this.#unread];
  }

  /** A `byte`, a `bool` or an enumeration of that size. */
  byte(field: number, fallback = 0): number {
    const at = this.#read(field);
    return at === undefined ? fallback : this.#buffer.readInt8(at);
  }

  /** An `int` or a `uint` below 2^31. */
  int(field: number, fallback = 0): number {
    const at = this.#read(field);
    return at === undefined ? fallback : this.#buffer.readInt32(at);
  }

  text(field: number): string {
    const at = this.#read(field);
    return at === undefined ? "" : String(this.#buffer.__string(at));
  }

  /** A vector of `int`. */
  ints(field: number): number[] {
    return this.#vector(field, 4, (at) => this.#buffer.readInt32(at));
  }

  /** A vector of `ubyte`, as a view of the file. */
  bytes(field: number): Uint8Array {
    const at = this.#read(field);
    if (at === undefined) return new Uint8Array(0);
    const start = this.#buffer.__vector(at);
    return this.#buffer.bytes().subarray(start, start + this.#buffer.__vector_len(at));
  }

  /** A table, or one of a union. */
  table(field: number): Table | undefined {
    const at = this.#read(field);
    return at === undefined ? undefined : new Table(this.#buffer, this.#buffer.__indirect(at));
  }

  /** A vector of tables. */
  tables(field: number): Table[] {
    return this.#vector(field, 4, (at) => new Table(this.#buffer, this.#buffer.__indirect(at)));
  }

  #vector<Element>(field: number, size: number, element: (at: number) => Element): Element[] {
    const at = this.#read(field);
    if (at === undefined) return [];
    const start = this.#buffer.__vector(at);
    return Array.from({ length: this.#buffer.__vector_len(at) }, (_, index) => element(start + index * size));
  }

  #read(field: number): number | undefined {
    this.#unread.delete(field);
    return this.#find(field);
  }

  #find(field: number): number | undefined {
    const offset = this.#buffer.__offset(this.#at, 4 + 2 * field);
    return offset === 0 ? undefined : this.#at + offset;
  }
}
