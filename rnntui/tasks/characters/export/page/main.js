// The page: a form, a button and the text. Whatever comes from the network or a person is put
// in as text, never as markup.

const MOST_SHOWN = 10000; // characters of the output that are kept
const TURN_MS = 12; // of computing in a frame, so that the page stays responsive

const element = (id) => document.getElementById(id);
const about = JSON.parse(element("network").textContent);
const network = new Network(about, weightsFrom(element("weights").textContent, about.shapes));

/** What is being generated, or was: the stream, its text, and how long computing took. */
let writing = null;

element("title").textContent = about.run;
element("about").textContent =
  `${about.model.cell}, ${about.model.num_layers} x ${about.model.hidden_size}, ` +
  `${about.parameters.toLocaleString("en")} parameters, ` +
  `${about.step.toLocaleString("en")} steps on ${about.corpus}`;

function mode() {
  return new FormData(element("settings")).get("mode");
}

function temperature() {
  const field = element("temperature");
  const value = field.valueAsNumber;
  if (!(value > 0)) return 1;
  return Math.min(Math.max(value, Number(field.min)), Number(field.max));
}

function seed() {
  return /^\d+$/.test(element("seed").value) ? element("seed").value : "1";
}

/** Begin a text from the form's prime and seed. */
function begin() {
  const prime = encoded(element("prime").value, about);
  const stream = new Stream(network, about, prime.ids, seed());
  const unknown = prime.replaced.length
    ? `The network never saw ${prime.replaced.map((one) => JSON.stringify(one)).join(", ")}, ` +
      "and reads something like it. "
    : "";
  writing = { stream, text: "", count: 0, computed: 0, unknown, running: true, due: 0, since: 0 };
  element("given").textContent = displayed(prime.shown, about);
  element("generated").textContent = "";
}

/** Generate up to so many characters, or as many as go into so many milliseconds. */
function generate(most, milliseconds) {
  const from = performance.now();
  let symbols = "";
  let passed = 0;
  for (let made = 0; made < most && passed < milliseconds; made++) {
    const symbol = writing.stream.next(mode(), temperature());
    passed = performance.now() - from;
    if (symbol === null) {
      writing.running = false;
      writing.unknown += "The scores are no longer finite, so there is no next character. ";
      break;
    }
    symbols += symbol;
    writing.count += 1;
  }
  writing.computed += passed;
  writing.text = (writing.text + symbols).slice(-MOST_SHOWN);
}

function show() {
  const output = element("output");
  const atEnd = output.scrollHeight - output.scrollTop - output.clientHeight < 40;
  if (writing.count > MOST_SHOWN) element("given").textContent = "";
  element("generated").textContent = displayed(writing.text, about);
  if (atEnd) output.scrollTop = output.scrollHeight;
  const speed = writing.computed ? (1000 * writing.count) / writing.computed : 0;
  element("status").textContent =
    writing.unknown +
    `${writing.count.toLocaleString("en")} characters; this browser can compute ` +
    `${Math.round(speed).toLocaleString("en")} a second`;
  element("generate").textContent = writing.running ? "Stop" : "Generate";
}

/** One picture of the text in progress. */
function frame(now) {
  if (!writing.running) return;
  const pace = Number(element("pace").value);
  if (pace) {
    const waited = Math.min(now - (writing.since || now), 250); // a hidden page makes up for nothing
    writing.since = now;
    writing.due += (pace * waited) / 1000;
    const whole = Math.floor(writing.due);
    writing.due -= whole;
    if (whole) generate(whole, TURN_MS);
  } else {
    generate(Infinity, TURN_MS);
  }
  show();
  writing.frame = requestAnimationFrame(frame);
}

element("settings").addEventListener("submit", (event) => {
  event.preventDefault();
  if (writing && writing.running) {
    cancelAnimationFrame(writing.frame); // else a text begun at once would have two of them
    writing.running = false;
    show();
    return;
  }
  begin();
  writing.frame = requestAnimationFrame(frame);
});

element("copy").addEventListener("click", () => {
  const selection = getSelection();
  selection.selectAllChildren(element("output"));
  document.execCommand("copy"); // also where a page from a file has no clipboard of its own
});

/** A link may hold settings, and a length that is generated at once: #prime=The&length=200 */
function fromLink() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of ["prime", "temperature", "seed", "pace"]) {
    if (given.has(name)) element(name).value = given.get(name);
  }
  for (const choice of document.getElementsByName("mode")) {
    if (choice.value === given.get("mode")) choice.checked = true;
  }
  const length = Number(given.get("length"));
  if (length > 0) {
    begin();
    generate(Math.min(length, MOST_SHOWN), Infinity);
    writing.running = false;
    show();
  }
}

addEventListener("hashchange", fromLink);
fromLink();
