import { AwsError, invalidSignature } from "./errors.ts";

const maxSkewMinutes = 15;

/**
 * Reads the date that a request was signed at.
 *
 * @param text `YYYYMMDDTHHMMSSZ`
 * @throws AwsError IncompleteSignatureException for anything else
 */
export function parseDate(text: string): Date {
  const iso = text.replace(/^(\d{4})(\d{2})(\d{2}T\d{2})(\d{2})(\d{2}Z)$/, "$1-$2-$3:$4:$5");
  const date = new Date(iso);
  // A day such as February 30 is read as one of March.
  if (Number.isNaN(date.getTime()) || formatDate(date) !== text) {
    throw new AwsError(
      "IncompleteSignatureException",
      `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  return date;
}

/** `YYYYMMDDTHHMMSSZ` */
function formatDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** @throws AwsError InvalidSignatureException when the date is more than 15 minutes away from now */
export function checkSkew(date: Date, now: Date): void {
  const earliest = shiftMinutes(now, -maxSkewMinutes);
  const latest = shiftMinutes(now, maxSkewMinutes);
  if (date < earliest) {
    throw invalidSignature(
      `Signature expired: ${formatDate(date)} is now earlier than ${formatDate(earliest)} (${formatDate(now)} - ${maxSkewMinutes} min.)`,
    );
  }
  if (date > latest) {
    throw invalidSignature(
      `Signature not yet current: ${formatDate(date)} is still later than ${formatDate(latest)} (${formatDate(now)} + ${maxSkewMinutes} min.)`,
    );
  }
}

function shiftMinutes(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}
