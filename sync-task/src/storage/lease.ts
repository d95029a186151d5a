/** Asks whether the lease still holds (`MayWrite`), for what may as well be left undone. */
import type { MayWrite } from './storage.ts';

/** Does not throw. */
export async function isHeld(mayWrite: MayWrite | undefined): Promise<boolean> {
  try {
    await mayWrite?.();
    return true;
  } catch {
    return false; // a successor may resume what was written, and needs it
  }
}
