/** Moves capitals to a side file. */
import type { ByteStream, FileContext } from '../../../src/transform/transform.ts';

export default {
  name: 'split',
  version: 1,
  summary: 'capitals go to a second file',
  asides: () => ['.capitals'],
  async *apply(input: ByteStream, _options: unknown, file: FileContext): ByteStream {
    for await (const chunk of input) {
      const capitals = Buffer.from(chunk).filter((byte) => byte < 0x60);
      if (capitals.length > 0) await file.aside('.capitals', capitals);
      yield Buffer.from(chunk).filter((byte) => byte >= 0x60);
    }
  },
};
