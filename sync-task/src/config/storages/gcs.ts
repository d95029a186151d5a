/** Google Cloud Storage. */
import type { Read, StorageDeclaration } from './declaration.ts';
import { serverOf } from './server-of.ts';

export const gcs = {
  scheme: 'gs',
  name: 'Google Cloud',
  isCloud: true,
  variables: ['GOOGLE_APPLICATION_CREDENTIALS', 'STORAGE_EMULATOR_HOST'],
  secrets: [],
  options: {},
} as const satisfies StorageDeclaration;

/** `google`, or the server of an emulator. */
export function gcsService(variable: Read<(typeof gcs.variables)[number]>): string {
  const emulator = variable('STORAGE_EMULATOR_HOST');
  return emulator ? serverOf(emulator) : 'google';
}
