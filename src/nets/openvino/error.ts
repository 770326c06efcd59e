/** Where in an OpenVINO model something is wrong or unknown. */
export interface OpenVinoPlace {
  readonly layer: string;
  readonly type: string;
}

/** The files are no OpenVINO IR, or one that uses what the importer does not know. */
export class OpenVinoError extends Error {
  override readonly name = "OpenVinoError";
  /** The layer at fault, where it is one. */
  readonly place: OpenVinoPlace | undefined;

  constructor(message: string, place?: OpenVinoPlace, options?: ErrorOptions) {
    super(place ? `Layer ${place.layer} of type ${place.type}: ${message}` : message, options);
    this.place = place;
  }

  /** The same error, naming the file as well. */
  in(file: string): OpenVinoError {
    const named = new OpenVinoError(`${file}: ${this.message}`, undefined, { cause: this });
    return Object.assign(named, { place: this.place });
  }
}
