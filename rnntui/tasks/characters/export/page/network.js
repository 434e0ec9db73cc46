// The network: from a character's id and the states to a score for each next character.
// It does what rnntui's forward pass does, in single precision, one character at a time.

/** The elementwise functions of one operand. */
const FUNCTIONS = {
  negate: (x) => -x,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  relu: (x) => Math.max(x, 0),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
};

/** Those of two. */
const PAIRED = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
  divide: (x, y) => x / y,
  power: Math.pow,
};

/** out = weight x + bias, the weight [rows, columns] row by row. */
function affine(weight, x, bias, out) {
  const columns = x.length;
  for (let row = 0, at = 0; row < out.length; row++, at += columns) {
    let sum = bias ? bias[row] : 0;
    for (let column = 0; column < columns; column++) sum += weight[at + column] * x[column];
    out[row] = sum;
  }
}

/** One recurrent layer, whose cell is a list of operations on numbered values. */
class Layer {
  constructor(program, weights, at, symbols) {
    this.weightInput = weights[at + ".weight_ih"];
    this.weightHidden = weights[at + ".weight_hh"];
    this.bias = weights[at + ".bias"];
    this.symbols = symbols; // of a layer that reads ids, else 0
    this.outputs = program.outputs;
    this.values = program.input_sizes.map((size) => new Float32Array(size));
    this.firstState = this.weightHidden ? 2 : 1;
    this.operations = [];
    for (const operation of program.operations) {
      const out = new Float32Array(operation.size);
      if (operation.name === "number") out[0] = operation.number;
      else this.operations.push(this.prepared(operation, out));
      this.values.push(out);
    }
    // A state may be another value itself, so states are copies.
    this.state = program.outputs.map((index) => new Float32Array(this.values[index].length));
  }

  /** What computes one operation into `out`. */
  prepared(operation, out) {
    const [left, right] = operation.operands.map((index) => this.values[index]);
    if (operation.name === "part") {
      const part = left.subarray(operation.start, operation.start + operation.size);
      return () => out.set(part);
    }
    // A value of length 1 goes with any length.
    const l = left.length > 1 ? 1 : 0;
    if (!right) {
      const apply = FUNCTIONS[operation.name];
      return () => {
        for (let i = 0; i < out.length; i++) out[i] = apply(left[i * l]);
      };
    }
    const apply = PAIRED[operation.name];
    const r = right.length > 1 ? 1 : 0;
    return () => {
      for (let i = 0; i < out.length; i++) out[i] = apply(left[i * l], right[i * r]);
    };
  }

  reset() {
    for (const part of this.state) part.fill(0);
  }

  /** Read a vector, or an id where the layer reads ids; returns the new hidden state. */
  read(x) {
    const fromInput = this.values[0];
    if (this.symbols) {
      for (let row = 0, at = x; row < fromInput.length; row++, at += this.symbols) {
        fromInput[row] = this.weightInput[at] + this.bias[row];
      }
    } else {
      affine(this.weightInput, x, this.bias, fromInput);
    }
    if (this.weightHidden) affine(this.weightHidden, this.state[0], null, this.values[1]);
    this.state.forEach((part, index) => this.values[this.firstState + index].set(part));
    for (const compute of this.operations) compute();
    this.outputs.forEach((value, index) => this.state[index].set(this.values[value]));
    return this.state[0];
  }
}

/** The whole network with its states. */
class Network {
  constructor(about, weights) {
    const model = about.model;
    this.residual = model.connections === "residual";
    this.embedding = weights["embedding.weight"];
    this.embeddingSize = model.embedding_size;
    this.layers = [];
    for (let number = 0; number < model.num_layers; number++) {
      const symbols = number === 0 && !this.embedding ? model.vocab_size : 0;
      this.layers.push(new Layer(about.program, weights, "layers." + number, symbols));
    }
    this.headWeight = weights["head.weight"];
    this.headBias = weights["head.bias"];
    this.top = new Float32Array(model.hidden_size);
    this.logits = new Float32Array(model.vocab_size);
  }

  reset() {
    for (const layer of this.layers) layer.reset();
  }

  /** Read one character. */
  read(id) {
    const size = this.embeddingSize;
    let x = this.embedding ? this.embedding.subarray(id * size, (id + 1) * size) : id;
    this.top.fill(0);
    for (const layer of this.layers) {
      const hidden = layer.read(x);
      for (let i = 0; i < this.top.length; i++) {
        this.top[i] = this.residual ? this.top[i] + hidden[i] : hidden[i];
      }
      x = this.top;
    }
  }

  /** The scores for the next character, valid until the next call. */
  scores() {
    affine(this.headWeight, this.top, this.headBias, this.logits);
    return this.logits;
  }
}

/** Float32 arrays by name, from the page's base64. */
function weightsFrom(base64, shapes) {
  const packed = atob(base64);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  const weights = {};
  let at = 0;
  for (const [name, shape] of shapes) {
    const count = shape.reduce((product, size) => product * size, 1);
    weights[name] = new Float32Array(bytes.buffer, at, count);
    at += 4 * count;
  }
  return weights;
}
