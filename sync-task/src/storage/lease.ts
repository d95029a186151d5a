/** What those who write ask of the one who holds the lease (`MayWrite`). */
import type { MayWrite } from './storage.ts';

/** Whether it is still held: for what may as well be left undone. */
export async function isHeld(mayWrite: MayWrite | undefined): Promise<boolean> {
  try {
    await mayWrite?.();
    return true;
  } catch {
    return false; // whoever goes on with what was written needs it
  }
}
