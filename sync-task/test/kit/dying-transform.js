/** Ends its thread where the input says so, as one does that runs out of memory. */
export default {
  name: 'dying',
  version: 1,
  summary: 'ends its thread',
  async *apply(input) {
    for await (const chunk of input) {
      if (Buffer.from(chunk).toString() === 'die') process.exit(7);
      yield chunk;
    }
  },
};
