/** Options of the commands that test: what is wrong with one is said, and the command ends with 2. */

export function wholeNumber(option: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) wrongUse(`--${option} ${value}: take a whole number`);
  return Number(value);
}

export function wrongUse(message: string): never {
  console.error(message);
  process.exit(2);
}
