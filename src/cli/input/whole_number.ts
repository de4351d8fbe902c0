import { InvalidArgumentError } from "commander";

/** Reads a number of the command line. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError("It has to be a whole number, such as 100.");
  }
  return number;
}
