// NumPy's default random generator, so that a seed gives the text that it gives in rnntui:
// PCG64 (O'Neill 2014) with the output XSL RR, seeded through a SeedSequence.

const MASK_128 = (1n << 128n) - 1n;
const MASK_64 = (1n << 64n) - 1n;
const PCG_MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Sixteen bytes of state and of increment for a seed: four numbers of 64 bits. */
function seedSequence(seed) {
  const entropy = [];
  for (let rest = BigInt(seed); rest > 0n || !entropy.length; rest >>= 32n) {
    entropy.push(Number(rest & 0xffffffffn));
  }
  let hash = 0x43b0d7e5;
  const hashed = (value, multiplier) => {
    value = (value ^ hash) >>> 0;
    hash = Math.imul(hash, multiplier) >>> 0;
    value = Math.imul(value, hash) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const mixed = (x, y) => {
    const value = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  };
  const pool = [0, 1, 2, 3].map((i) => hashed(entropy[i] ?? 0, 0x931e8875));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mixed(pool[to], hashed(pool[from], 0x931e8875));
    }
  }
  for (let from = 4; from < entropy.length; from++) {
    for (let to = 0; to < 4; to++) pool[to] = mixed(pool[to], hashed(entropy[from], 0x931e8875));
  }
  hash = 0x8b51f9dd;
  const words = [];
  for (let i = 0; i < 8; i++) words.push(BigInt(hashed(pool[i % 4], 0x58f38ded)));
  return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
}

/** Numbers from [0, 1). */
class RandomNumbers {
  constructor(seed) {
    const [stateHigh, stateLow, sequenceHigh, sequenceLow] = seedSequence(seed);
    this.increment = ((((sequenceHigh << 64n) | sequenceLow) << 1n) | 1n) & MASK_128;
    this.state = this.increment;
    this.state = (this.state + ((stateHigh << 64n) | stateLow)) & MASK_128;
    this.step();
  }

  step() {
    this.state = (this.state * PCG_MULTIPLIER + this.increment) & MASK_128;
  }

  next() {
    this.step();
    const turned = (this.state >> 64n) ^ (this.state & MASK_64);
    const by = this.state >> 122n;
    const bits = ((turned >> by) | (turned << (64n - by))) & MASK_64;
    return Number(bits >> 11n) / 9007199254740992;
  }
}
