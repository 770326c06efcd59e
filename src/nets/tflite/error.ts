/** The file is no TFLite model, or one that uses what the importer does not know. */
export class TfliteError extends Error {
  override readonly name = "TfliteError";
  /** The tensor and the operator at fault, where it is one. */
  readonly place: { readonly tensor: string; readonly operator: string } | undefined;

  constructor(message: string, place?: TfliteError["place"], options?: ErrorOptions) {
    super(place ? `Operator ${place.operator} of ${place.tensor}: ${message}` : message, options);
    this.place = place;
  }
}
