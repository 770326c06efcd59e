/** The value below which a share of the values lies; 0 without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

/** The middle value; 0 without values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
