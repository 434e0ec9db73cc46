// Text to ids and back, and the choice of the next character.

/** What the network reads of a text: normalised as its corpus was, ids, and what was replaced. */
function encoded(text, about) {
  const ranks = new Map(about.vocabulary.map((symbol, id) => [symbol, id]));
  if (!ranks.has("\r")) text = text.replace(/\r\n?/g, "\n");
  for (const step of about.normalisation) text = (NORMALISED[step] ?? ((same) => same))(text);
  const replaced = new Set();
  const ids = Array.from(text).flatMap((character) => {
    if (ranks.has(character)) return ranks.get(character);
    replaced.add(character);
    if (about.unknown !== null) return about.unknown;
    return substitute(character, ranks, about).map((symbol) => ranks.get(symbol));
  });
  const shown = about.unknown === null ? ids.map((id) => about.vocabulary[id]).join("") : text;
  return { ids, shown, replaced: [...replaced] };
}

/** Steps of a normalisation that change a prime; the others take parts of a whole book. */
const NORMALISED = {
  lowercase: (text) => text.toLowerCase(),
  nfc: (text) => text.normalize("NFC"),
  "nfd-jamo": (text) => text.replace(/[\uac00-\ud7a3]/g, (one) => one.normalize("NFD")),
  "join-lines": (text) => {
    if (!text.trim()) return text;
    const lines = text.split("\n").map((line) => line.trim());
    const joined = lines.filter((line) => line).join(" ");
    return (/^\s/.test(text) ? " " : "") + joined + (/\s$/.test(text) ? " " : "");
  },
};

/** Known symbols for an unknown character: its other case, look-alikes, no accents, a space. */
function substitute(character, ranks, about) {
  const lower = character.toLowerCase();
  const candidates = [
    lower === character ? character.toUpperCase() : lower,
    about.look_alikes[character] ?? "",
    Array.from(character.normalize("NFKD"))[0],
    " ",
    about.vocabulary.find((symbol) => Array.from(symbol).length === 1) ?? "",
  ].map((candidate) => Array.from(candidate));
  const isKnown = (some) => some.length && some.every((symbol) => ranks.has(symbol));
  return candidates.find(isKnown) ?? [];
}

/** A text for display: jamo composed to syllables. */
function displayed(text, about) {
  if (!about.normalisation.includes("nfd-jamo")) return text;
  const syllable = /(?:[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?)+/g;
  return text.replace(syllable, (jamo) => jamo.normalize("NFC"));
}

/** The softmax of scores divided by the temperature, in double precision. */
function probabilities(scores, temperature) {
  const values = Float64Array.from(scores, (score) => score / temperature);
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] = Math.exp(values[i] - largest);
  return values.map((value) => value / sum);
}

/** The id with the largest probability, the first of several. */
function likeliest(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** The id at which the cumulative sum passes `noise`, from [0, 1). */
function drawn(values, noise) {
  const sums = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sums[i] = sum += values[i];
  const index = sums.findIndex((one) => one > noise * sum);
  return index < 0 ? values.findLastIndex((value) => value > 0) : index;
}

/**
 * An endless text. One number is drawn for each character whatever the mode. A network trained on
 * windows reads the last so many characters from zero state for each prediction.
 */
class Stream {
  constructor(network, about, ids, seed) {
    this.network = network;
    this.about = about;
    this.window = about.model.window;
    this.random = new RandomNumbers(seed);
    this.unread = ids.length ? ids : [about.start];
    this.network.reset();
    if (this.window) {
      const padding = new Array(Math.max(0, this.window - this.unread.length)).fill(about.start);
      this.unread = padding.concat(this.unread).slice(-this.window);
    }
  }

  /** The next symbol, by a mode and a temperature; null where the scores are not finite. */
  next(mode, temperature) {
    if (this.window) this.network.reset();
    for (const id of this.unread) this.network.read(id);
    const scores = this.network.scores();
    const noise = this.random.next();
    if (!scores.every(Number.isFinite)) return null;
    const values = probabilities(scores, temperature);
    const afterSpace = this.about.vocabulary[this.unread[this.unread.length - 1]] === " ";
    const draws = mode === "random" || (mode === "hybrid" && afterSpace);
    const id = draws ? drawn(values, noise) : likeliest(values);
    this.unread = this.window ? [...this.unread.slice(1), id] : [id];
    return this.about.vocabulary[id];
  }
}
