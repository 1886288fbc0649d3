// A design at a press: what the keys of the press say of checking and printing it.
import { type PressKeys, limitsOf } from '../plan/press.ts';
import type { LayoutInputs } from './preflight.ts';

/** @param strict real cards are to be printed: the preflight is stricter */
export function atPress(
  press: PressKeys,
  strict: boolean,
): Pick<LayoutInputs, 'press' | 'steps' | 'maker' | 'strictness'> {
  return {
    press,
    steps: press.steps,
    maker: press,
    strictness: { limits: limitsOf(press), waivers: press.waivers, strict },
  };
}
