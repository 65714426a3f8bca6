/** What is fuzzed: where inputs come from, and what must hold for each. An input is always one string, so that every find can be kept as a file, made smaller and played again. */
import type { Arbitrary } from 'fast-check';

/** What became of an input: `refused` means that it was answered with a proper finding or error, and went no further. */
export type Outcome = 'done' | 'refused';

export interface Target {
  inputs: Arbitrary<string>;
  /** Throws when a rule is broken by this input. */
  check: (input: string) => Promise<Outcome> | Outcome;
  /** Ends what `check` has started. */
  close?: () => Promise<void>;
}

/** Fails the check of an input unless `holds`; `rule` says what should have been. */
export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Error(rule);
}
