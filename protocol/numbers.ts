/**
 * Writes a `float` member as AWS does: rounded to float32, widened to a double, and printed in full, as Java's
 * `Double.toString` prints it (`100.0`, `0.3471413254737854`, `9.200000204145908E-4`).
 *
 * @throws RangeError for what JSON cannot hold: NaN and the infinities
 */
export function formatFloat(value: number): string {
  return formatDouble(Math.fround(value));
}

/** Writes a `timestamp` member as AWS does: seconds since the epoch, with milliseconds (`1.533422155042E9`). */
export function formatTimestamp(date: Date): string {
  return formatDouble(date.getTime() / 1000);
}

/**
 * Writes a number as Java's `Double.toString` (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)):
 * the shortest digits that tell it from its neighbours, always with a decimal point, and in scientific notation
 * below 10⁻³ and from 10⁷ on.
 *
 * @throws RangeError for what JSON cannot hold: NaN and the infinities
 */
export function formatDouble(value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(`${value} cannot be written as JSON`);
  }
  if (value === 0) {
    return Object.is(value, -0) ? "-0.0" : "0.0";
  }
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    return withPoint(String(value));
  }
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${withPoint(digits)}E${Number(exponent)}`;
}

function withPoint(digits: string): string {
  return digits.includes(".") ? digits : `${digits}.0`;
}

/** Digits that tell any float32 from its neighbours. */
const float32Digits = 9;

/** The double with the fewest digits that rounds to the same float32: what Java's `Float.toString` prints. */
export function shortestFloat(value: number): number {
  const float = Math.fround(value);
  for (let digits = 1; digits < float32Digits; digits++) {
    const candidate = Number(float.toPrecision(digits));
    if (Object.is(Math.fround(candidate), float)) {
      return candidate;
    }
  }
  return float;
}

/** Digits of the numbers that a collection keeps of a face. */
const storedDigits = 6;

/**
 * A number as it reads after it was kept in a collection: AWS rounds the boxes and confidences of stored faces to
 * 6 significant digits, so that a fresh 0.291981965303421 comes back as 0.2919819951057434.
 */
export function storedFloat(value: number): number {
  return Math.fround(Number(Math.fround(value).toPrecision(storedDigits)));
}
