// A 2-3-1 network, one training step after the other. It is so small that the browser computes it everywhere.

const PHASES = ["ready", "forward", "loss", "backward", "update"];
const PARTS = PHASES.slice(1);
const WEIGHTS = ["W1", "b1", "W2", "b2"];
const PAUSES = [1100, 350]; // milliseconds between two parts, and between two whole steps, while it plays

// --- arithmetic ----------------------------------------------------------------------------------------------------

/** Never takes the exponential of a large positive number. */
const sigmoid = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));

const ACTIVATE = {
  sigmoid: { value: sigmoid, slope: (z, a) => a * (1 - a) },
  tanh: { value: Math.tanh, slope: (z, a) => 1 - a * a },
  ReLU: { value: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) },
};

/** Every number of one step, from the inputs, the target and the weights `{W1, b1, W2, b2}`. */
function compute({ x, y, activation }, { W1, b1, W2, b2 }) {
  const { value, slope } = ACTIVATE[activation];
  const z1 = b1.map((bias, k) => x[0] * W1[0][k] + x[1] * W1[1][k] + bias);
  const a1 = z1.map(value);
  const z2 = a1.reduce((sum, a, k) => sum + a * W2[k], b2);
  const p = sigmoid(z2);
  // −y log p − (1 − y) log(1 − p), written so that no logarithm of zero comes up.
  const loss = Math.max(z2, 0) - z2 * y + Math.log1p(Math.exp(-Math.abs(z2)));
  const delta2 = p - y;
  const delta1 = W2.map((weight, k) => delta2 * weight * slope(z1[k], a1[k]));
  return {
    z1, a1, z2, p, loss, delta2, delta1,
    dW1: x.map((input) => delta1.map((delta) => delta * input)), db1: delta1,
    dW2: a1.map((a) => delta2 * a), db2: delta2,
  };
}

/** Which of the numbers a part of the step has brought. */
const BROUGHT = {
  forward: ["z1", "a1", "z2", "p"],
  loss: ["loss"],
  backward: ["delta2", "delta1", "dW1", "db1", "dW2", "db2"],
};

const isNested = Array.isArray;
const combine = (work, first, second) =>
  isNested(first) ? first.map((value, i) => combine(work, value, second[i])) : work(first, second);
const areFinite = (value) => (isNested(value) ? value.every(areFinite) : Number.isFinite(value));
const at = (array, path) => path.reduce((value, index) => value[index], array);
const withValue = (array, path, value) =>
  path.length ? array.map((old, i) => (i === path[0] ? withValue(old, path.slice(1), value) : old)) : value;

/** The weights after a step against the slopes. */
function updated(weights, numbers, rate) {
  return Object.fromEntries(
    WEIGHTS.map((name) => [name, combine((weight, slope) => weight - rate * slope, weights[name], numbers[`d${name}`])]));
}

// --- numbers in words ----------------------------------------------------------------------------------------------

/** A number with `digits` decimals; very large and very small ones by a power of ten. */
function inWords(value, digits, isSigned = false) {
  const size = Math.abs(value), sign = isSigned && value > 0 ? "+" : "";
  const isPlain = size < 1000 && (size === 0 || size >= 0.5 * 10 ** -digits);
  const text = isPlain ? (value || 0).toFixed(size < 100 ? digits : 1) : value.toExponential(1).replace("e+", "e");
  return (sign + text).replaceAll("-", "−");
}

// --- the drawing ---------------------------------------------------------------------------------------------------

function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const RADIUS = 22;
const PLACES = {
  x: [[27, 106], [27, 278]],
  h: [[186, 64], [186, 192], [186, 320]],
  o: [[316, 192]],
};

/** One line of the network and the number that it carries: near its source, where the lines have not met yet. */
const LINES = [
  ...[0, 1].flatMap((j) => [0, 1, 2].map((k) => (
    { name: "W1", path: [j, k], from: PLACES.x[j], to: PLACES.h[k], share: 0.32 }))),
  ...[0, 1, 2].map((k) => ({ name: "W2", path: [k], from: PLACES.h[k], to: PLACES.o[0], share: 0.5 })),
];

function network(strings) {
  const words = new Map(), lines = [];
  const text = (key, x, y, kind) => {
    const element = draw("text", { x, y, class: `dlc-step-${kind}`, "data-drawn": key });
    words.set(key, element);
    return element;
  };
  const picture = draw("svg", { viewBox: "0 0 360 392", class: "dlc-step-drawing", role: "img" });
  for (const line of LINES) {
    const [[x0, y0], [x1, y1]] = [line.from, line.to];
    const element = draw("line", { x1: x0, y1: y0, x2: x1, y2: y1 });
    lines.push({ ...line, element });
    picture.append(element);
  }
  const circles = [
    ...PLACES.x.map((place, i) => ({ place, key: `x.${i}`, label: `x${"₁₂"[i]}` })),
    ...PLACES.h.map((place, i) => ({ place, key: `a1.${i}`, z: `z1.${i}`, bias: `b1.${i}`, slope: `db1.${i}` })),
    { place: PLACES.o[0], key: "p", z: "z2", bias: "b2", slope: "db2" },
  ];
  for (const { place: [x, y], key, label, z, bias, slope } of circles) {
    picture.append(draw("circle", { cx: x, cy: y, r: RADIUS }), text(key, x, y + 4, "inside"));
    if (label) {
      const name = draw("text", { x, y: y - RADIUS - 6 });
      name.textContent = label;
      picture.append(name);
      continue;
    }
    picture.append(
      text(z, x, y - RADIUS - 6, "word"), text(bias, x, y + RADIUS + 14, "weight"), text(slope, x, y + RADIUS + 28, "slope"));
  }
  for (const { name, path, from, to, share } of LINES) {
    const x = from[0] + share * (to[0] - from[0]), y = from[1] + share * (to[1] - from[1]), key = [name, ...path].join(".");
    picture.append(text(key, x, y - 2, "weight"), text(`d${key}`, x, y + 12, "slope"));
  }
  const [x, y] = [PLACES.o[0][0], 62];
  picture.append(
    draw("rect", { x: x - 42, y: y - 20, width: 84, height: 48, rx: 6, class: "dlc-step-box" }),
    text("y", x, y - 2, "word"), text("loss", x, y + 18, "loss"));

  /** `weights` stand on the lines; `numbers` are undefined where the step has not come to them. */
  function show(values, weights, numbers, phase, sentence) {
    const write = (key, content, value) => {
      const element = words.get(key);
      element.textContent = content;
      if (value === undefined) delete element.dataset.value;
      else element.dataset.value = value;
    };
    const number = (key, value, prefix = "", digits = 3) =>
      write(key, value === undefined ? "" : prefix + inWords(value, digits), value);
    values.x.forEach((value, i) => number(`x.${i}`, value, "", 2));
    number("y", values.y, `${strings.target} `, 2);
    number("p", numbers.p);
    number("z2", numbers.z2, "z ");
    number("loss", numbers.loss, `${strings.loss_word} `);
    [0, 1, 2].forEach((k) => {
      number(`a1.${k}`, numbers.a1?.[k]);
      number(`z1.${k}`, numbers.z1?.[k], "z ");
    });
    const biases = [...[0, 1, 2].map((k) => ({ name: "b1", path: [k] })), { name: "b2", path: [] }];
    for (const { name, path } of [...LINES, ...biases]) {
      const key = [name, ...path].join("."), isBias = name[0] === "b";
      const value = at(weights[name], path), slope = numbers[`d${name}`];
      write(key, (isBias ? "b " : "") + inWords(value, 3, true), value);
      if (phase === "update") {
        const old = at(values.old[name], path);
        write(`d${key}`, fill(strings.was, { value: inWords(old, 2, true) }), old);
      } else number(`d${key}`, slope === undefined ? undefined : at(slope, path), isBias ? "δ " : "∂ ");
    }
    for (const { element, name, path } of lines) {
      const value = at(weights[name], path);
      element.setAttribute("stroke-width", 1 + 2 * Math.min(Math.abs(value), 1.5));
      element.setAttribute("class", value < 0 ? "dlc-step-negative" : "dlc-step-positive");
    }
    picture.setAttribute("aria-label", fill(strings.drawing, { text: sentence }));
  }
  return { picture, show };
}

// --- the widget ----------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const strings = model.get("strings"), limits = model.get("limits"), activations = model.get("activations");
  const root = widgetRoot(el, strings.title, "step");
  const text = liveText();
  const { picture, show } = network(strings);
  let timer = 0, pace = 0;

  const values = () => model.get("values");
  const weightsOf = (source) => Object.fromEntries(WEIGHTS.map((name) => [name, source[name]]));
  const nextOf = (phase) => PARTS[PHASES.indexOf(phase) % PARTS.length];
  const all = (state) => compute(state, state.old ?? state);

  /** The numbers of this step that have been reached. */
  function reached(state) {
    const numbers = all(state), parts = PARTS.slice(0, PHASES.indexOf(state.phase));
    return Object.fromEntries(parts.flatMap((part) => BROUGHT[part] ?? []).map((name) => [name, numbers[name]]));
  }

  /** What follows a change of the state is told by the model, to this view and to every other. */
  function store(state) {
    model.set("values", state);
    model.save_changes();
  }

  /** The state after the next part, or null where the new weights are no numbers any more. */
  function after(state) {
    const phase = nextOf(state.phase);
    if (phase !== "update") return { ...state, phase, old: null };
    const old = weightsOf(state), fresh = updated(old, all(state), state.learning_rate), next = { ...state, ...fresh };
    const isSound = WEIGHTS.every((name) => areFinite(fresh[name])) && areFinite(Object.values(compute(next, fresh)));
    return isSound ? { ...next, phase, old, step: state.step + 1 } : null;
  }

  function advance() {
    let state = after(values());
    while (state && timer && pace === 1 && state.phase !== "update") state = after(state);
    if (state) return store(state);
    halt();
    text.say(strings.say_too_large);
  }

  function press(part) {
    halt();
    const next = nextOf(values().phase);
    if (part === next) advance();
    else text.say(fill(strings.say_order, { next: strings[next] }));
  }

  function play(pause = 0) {
    timer = setTimeout(() => { advance(); if (timer) play(PAUSES[pace]); }, pause);
  }

  function halt() {
    clearTimeout(timer);
    timer = 0;
    playButton.textContent = strings.play;
  }

  function toggle() {
    if (timer) return halt();
    play();
    playButton.textContent = strings.pause;
  }

  function reset() {
    halt();
    store({ ...values(), ...model.get("first"), step: 0, phase: "ready", old: null });
    text.say(strings.say_reset);
  }

  /** A number that the learner has typed: what follows from it has to be computed anew, the rate alone changes nothing. */
  function change(name, path, label, value) {
    const state = values(), isRate = name === "learning_rate";
    halt();
    store({ ...state, [name]: withValue(state[name], path, value), ...(isRate ? {} : { phase: "ready", old: null }) });
    text.say(fill(strings.say_changed, { name: label, value: typeof value === "number" ? shortest(value) : value }));
  }

  const shortest = (value) => String(Number(value.toPrecision(6))).replace("-", "−");

  /** A field for the number at `path` of `values[name]`. */
  function makeField(name, path, label, [low, high]) {
    const input = make("input", { type: "number", min: low, max: high, step: 0.1, "data-field": [name, ...path].join(".") });
    let written = "";
    // Rounded for the eye: the number itself stays whole as long as nobody types.
    const write = (value) => (input.value = written = String(Number(value.toPrecision(5))));
    const take = () => {
      const value = input.valueAsNumber, old = at(values()[name], path);
      if (input.value === written && !input.validity.badInput) return;
      if (value >= low && value <= high) return change(name, path, label, value);
      write(old);
      text.say(fill(strings.say_bad, { name: label, low: shortest(low), high: shortest(high), value: shortest(old) }));
    };
    input.addEventListener("change", take);
    // JupyterLab keeps Enter from becoming a change.
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") take(); });
    return { input, update: (state) => write(at(state[name], path)) };
  }

  const subscript = (index) => "₀₁₂₃"[index];
  const rate = makeField("learning_rate", [], strings.learning_rate, limits.learning_rate);
  rate.input.id = uniqueId();
  const choice = makeChoice(strings.activation, activations, 0,
    (place) => change("activation", [], strings.activation, activations[place]));
  const paces = makeChoice(strings.pace, strings.paces, 0, (place) => (pace = place));
  const buttons = PARTS.map((part) => makeButton(strings[part], () => press(part), { "data-part": part }));
  const playButton = makeButton(strings.play, toggle, { "data-part": "play" });
  const resetButton = makeButton(strings.reset, reset, { "data-part": "reset" });

  // --- the tables
  const cells = new Map();
  const cell = (key) => {
    const element = make("td", { textContent: "–", "data-name": key });
    cells.set(key, element);
    return element;
  };
  const row = (label, ...rest) => make("tr", {}, make("th", { scope: "row", textContent: label }), ...rest);
  const head = (...labels) => make("thead", {}, make("tr", {}, ...labels.map((label) =>
    make("th", { scope: "col", textContent: label }))));
  const units = make("table", {},
    make("caption", { textContent: strings.numbers }),
    head(strings.unit, strings.sum, strings.after, strings.delta),
    make("tbody", {},
      ...[0, 1, 2].map((k) =>
        row(fill(strings.hidden, { index: k + 1 }), cell(`z1.${k}`), cell(`a1.${k}`), cell(`delta1.${k}`))),
      row(strings.output, cell("z2"), cell("p"), cell("delta2")),
      row(strings.loss_row, cell("loss"), make("td"), make("td"))));

  const fields = [rate];
  const fieldRow = (name, path, label, range, rest) => {
    const field = makeField(name, path, label, range);
    field.input.setAttribute("aria-label", label);
    fields.push(field);
    return row(label, make("td", {}, field.input), ...rest);
  };
  const weightRow = (name, path, label) => {
    const key = [name, ...path].join(".");
    return fieldRow(name, path, label, limits.weight, [cell(`d${key}`), cell(`new.${key}`)]);
  };
  const blank = () => [make("td"), make("td")];
  const editor = make("details", { className: "dlc-step-editor" },
    make("summary", { textContent: strings.edit }),
    make("table", {}, head(strings.name, strings.value, strings.slope, strings.new), make("tbody", {},
      ...[0, 1].map((j) => fieldRow("x", [j], fill(strings.input, { index: subscript(j + 1) }), limits.input, blank())),
      fieldRow("y", [], strings.target_row, limits.target, blank()),
      ...[0, 1].flatMap((j) => [0, 1, 2].map((k) =>
        weightRow("W1", [j, k], fill(strings.weight_in, { first: subscript(j + 1), second: k + 1 })))),
      ...[0, 1, 2].map((k) => weightRow("b1", [k], fill(strings.bias_in, { index: k + 1 }))),
      ...[0, 1, 2].map((k) => weightRow("W2", [k], fill(strings.weight_out, { index: k + 1 }))),
      weightRow("b2", [], strings.bias_out))));

  function fillCells(numbers, fresh) {
    const flat = (name, value) => (isNested(value) ? value.flatMap((v, i) => flat(`${name}.${i}`, v)) : [[name, value]]);
    const known = new Map(Object.entries(numbers).concat(Object.entries(fresh)).flatMap(([name, v]) => flat(name, v)));
    for (const [key, element] of cells) {
      const value = known.get(key);
      element.textContent = value === undefined ? "–" : inWords(value, 4);
      if (value === undefined) delete element.dataset.value;
      else element.dataset.value = value;
    }
  }

  function sentence(state, numbers) {
    const short = (value) => (value === undefined ? "" : inWords(value, 4));
    return fill(strings[`say_${state.phase}`], {
      step: state.step + (state.phase === "update" ? 0 : 1),
      p: short(numbers.p), y: shortest(state.y), loss: short(numbers.loss), delta: short(numbers.delta2),
      rate: shortest(state.learning_rate), after: short(compute(state, state).loss),
    });
  }

  function paint(isFirst = false) {
    const state = values(), numbers = reached(state), words = sentence(state, numbers), next = nextOf(state.phase);
    const fresh = numbers.dW1 ? updated(state.old ?? state, numbers, state.learning_rate) : {};
    if (state.phase === "update") for (const name of WEIGHTS) fresh[name] = state[name];
    show(state, weightsOf(state), numbers, state.phase, words);
    fillCells(numbers, Object.fromEntries(Object.entries(fresh).map(([name, value]) => [`new.${name}`, value])));
    fields.forEach((field) => field.update(state));
    choice.set(activations.indexOf(state.activation));
    for (const button of buttons) {
      const isNext = button.dataset.part === next;
      button.setAttribute("aria-disabled", String(!isNext));
      if (isNext) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    Object.assign(root.dataset, { phase: state.phase, step: state.step });
    if (isFirst) text.begin(words);
    else text.say(words);
  }

  root.append(
    make("div", { className: "dlc-controls" },
      make("div", { className: "dlc-control" }, make("label", { for: rate.input.id, textContent: strings.learning_rate }), rate.input),
      choice.element, paces.element),
    make("div", { className: "dlc-buttons" }, ...buttons, playButton, resetButton),
    ...text.elements,
    make("div", { className: "dlc-step-main" }, picture,
      make("div", { className: "dlc-step-side" }, units, make("p", { className: "dlc-note", textContent: strings.legend }))),
    editor,
  );
  const follow = () => {
    paint();
    const numbers = reached(values());
    if (JSON.stringify(numbers) === JSON.stringify(model.get("numbers"))) return;
    model.set("numbers", numbers);
    model.save_changes();
  };
  model.on("change:values", follow);
  paint(true);
  return () => { halt(); model.off("change:values", follow); };
}

export default { render };
