// The drawing pad: strokes, the picture that MNIST's makers would have made of them, and a small network's inference.

const SIDE = 28, BOX = 20, MIDDLE = 14, UNITS = 280, CELL = UNITS / SIDE;
const PATCH = 4, STRIDE = 2; // of the saliency: side of a patch, and pixels from one to the next
const PAUSE = 120; // ms without a new line before patches are blanked
const SLICE = 8; // ms at most that blanking holds up the page at a time

// --- the network ---------------------------------------------------------------------------------------------------

/** Single precision without its last eight bits, three bytes per number, as Float32Array. */
function unpackWeights(view) {
  const bits = new Uint32Array(view.byteLength / 3);
  for (let i = 0; i < bits.length; i++) {
    bits[i] = (view.getUint8(3 * i) << 8) | (view.getUint8(3 * i + 1) << 16) | (view.getUint8(3 * i + 2) << 24);
  }
  return new Float32Array(bits.buffer);
}

/** The layers with their weights: functions from numbers (row by row, channels last) to numbers. */
function readNetwork(network, view) {
  const weights = unpackWeights(view);
  let place = 0;
  const take = (count) => weights.subarray(place, (place += count));
  const steps = network.layers.map((layer) => {
    if (layer.kind === "conv") {
      const kernel = take(layer.window[0] * layer.window[1] * layer.in[2] * layer.out[2]);
      const bias = layer.bias ? take(layer.out[2]) : null;
      return (x) => convolve(x, layer, kernel, bias);
    }
    if (layer.kind === "dense") {
      const kernel = take(layer.in * layer.out), bias = layer.bias ? take(layer.out) : null;
      return (x) => combine(x, layer.out, kernel, bias);
    }
    if (layer.kind === "max" || layer.kind === "mean") return (x) => pool(x, layer);
    if (layer.kind === "crop") return (x) => crop(x, layer);
    if (layer.kind === "scale") {
      const channels = layer.factor.length;
      return (x) => x.map((value, i) => value * layer.factor[i % channels] + layer.offset[i % channels]);
    }
    return (x) => x.map(FUNCTIONS[layer.kind]);
  });
  return { steps, full: network.full };
}

const FUNCTIONS = { relu: (x) => Math.max(x, 0), sigmoid: (x) => 1 / (1 + Math.exp(-x)), tanh: Math.tanh };

/** The ten logits of a picture of 784 numbers from 0 to 255. */
function logitsOf(network, picture) {
  const first = Float32Array.from(picture, (value) => (value / 255) * network.full);
  return network.steps.reduce((x, step) => step(x), first);
}

function softmax(logits) {
  const largest = Math.max(...logits), powers = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((value) => value / sum);
}

function combine(x, units, kernel, bias) {
  const sums = bias ? Float64Array.from(bias) : new Float64Array(units);
  for (let i = 0; i < x.length; i++) {
    const value = x[i], base = i * units;
    if (value === 0) continue; // after a ReLU most are
    for (let k = 0; k < units; k++) sums[k] += value * kernel[base + k];
  }
  return Float32Array.from(sums);
}

/** Calls `visit` with the place of each number of the input below each window, window by window. */
function overWindows({ in: [rows, columns], out, window, strides, before }, begin, visit, end) {
  for (let r = 0; r < out[0]; r++) {
    for (let c = 0; c < out[1]; c++) {
      begin();
      for (let i = 0; i < window[0]; i++) {
        const row = r * strides[0] + i - before[0];
        if (row < 0 || row >= rows) continue;
        for (let j = 0; j < window[1]; j++) {
          const column = c * strides[1] + j - before[1];
          if (column >= 0 && column < columns) visit(row * columns + column, i * window[1] + j);
        }
      }
      end(r * out[1] + c);
    }
  }
}

function convolve(x, layer, kernel, bias) {
  const inputs = layer.in[2], filters = layer.out[2];
  const result = new Float32Array(layer.out[0] * layer.out[1] * filters), sums = new Float64Array(filters);
  overWindows(layer, () => (bias ? sums.set(bias) : sums.fill(0)), (at, part) => {
    for (let i = 0; i < inputs; i++) {
      const value = x[at * inputs + i], base = (part * inputs + i) * filters;
      if (value === 0) continue;
      for (let k = 0; k < filters; k++) sums[k] += value * kernel[base + k];
    }
  }, (at) => result.set(sums, at * filters));
  return result;
}

function pool(x, layer) {
  const channels = layer.in[2], isMax = layer.kind === "max";
  const result = new Float32Array(layer.out[0] * layer.out[1] * channels), sums = new Float64Array(channels);
  let count = 0;
  overWindows(layer, () => { count = 0; sums.fill(isMax ? -Infinity : 0); }, (at) => {
    count++;
    for (let k = 0; k < channels; k++) {
      const value = x[at * channels + k];
      if (!isMax) sums[k] += value;
      else if (value > sums[k]) sums[k] = value;
    }
  }, (at) => { for (let k = 0; k < channels; k++) result[at * channels + k] = isMax ? sums[k] : sums[k] / count; });
  return result;
}

function crop(x, { in: [, columns, channels], out, at }) {
  const result = new Float32Array(out[0] * out[1] * channels), length = out[1] * channels;
  for (let r = 0; r < out[0]; r++) {
    const start = ((r + at[0]) * columns + at[1]) * channels;
    result.set(x.subarray(start, start + length), r * length);
  }
  return result;
}

// --- MNIST's look, as in drawpad.py --------------------------------------------------------------------------------

/** Lines through the points of each stroke (flat x, y in pixels) on a picture of 784 numbers. */
function trace(strokes, pen) {
  const nearest = new Float64Array(SIDE * SIDE).fill(Infinity);
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2) {
      const from = Math.max(i - 2, 0), [x0, y0] = [stroke[from], stroke[from + 1]];
      const dx = stroke[i] - x0, dy = stroke[i + 1] - y0, length = dx * dx + dy * dy;
      for (let place = 0; place < nearest.length; place++) {
        const x = (place % SIDE) + 0.5 - x0, y = Math.floor(place / SIDE) + 0.5 - y0;
        const along = length ? Math.min(Math.max((x * dx + y * dy) / length, 0), 1) : 0;
        const square = (x - along * dx) ** 2 + (y - along * dy) ** 2;
        if (square < nearest[place]) nearest[place] = square;
      }
    }
  }
  return Uint8Array.from(nearest, (square) =>
    Math.floor(255 * Math.min(Math.max(pen / 2 + 0.5 - Math.sqrt(square), 0), 1) + 0.5));
}

/** The picture that the network sees of strokes (flat x, y in 280ths of the pad) and of an example below them. */
function lookOf(strokes, example, { pen, smallest }) {
  if (example) {
    if (!strokes.length) return example;
    const lines = trace(strokes.map((stroke) => stroke.map((value) => value * (SIDE / UNITS))), pen);
    return centre(fit(lines.map((value, i) => Math.max(value, example[i])), SIDE, smallest));
  }
  const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
  for (const stroke of strokes) {
    stroke.forEach((value, i) => {
      low[i % 2] = Math.min(low[i % 2], value);
      high[i % 2] = Math.max(high[i % 2], value);
    });
  }
  const scale = (BOX - pen - 1) / Math.max(high[0] - low[0], high[1] - low[1], smallest * UNITS);
  const place = (value, i) => (value - (low[i % 2] + high[i % 2]) / 2) * scale + SIDE / 2;
  return centre(trace(strokes.map((stroke) => stroke.map(place)), pen));
}

/** First and last place with ink: rows, then columns. */
function inkOf(picture, side) {
  const box = [[side, -1], [side, -1]];
  picture.forEach((value, place) => {
    if (!value) return;
    [Math.floor(place / side), place % side].forEach((at, axis) => {
      box[axis] = [Math.min(box[axis][0], at), Math.max(box[axis][1], at)];
    });
  });
  return box;
}

/** The ink of a square bitmap in a box of 20 × 20 pixels, by averages over areas. */
function fit(bitmap, side, smallest) {
  const picture = new Uint8Array(SIDE * SIDE), ink = inkOf(bitmap, side), margin = (SIDE - BOX) / 2;
  if (ink[0][1] < 0) return picture;
  const step = Math.max(ink[0][1] + 1 - ink[0][0], ink[1][1] + 1 - ink[1][0], smallest * side) / BOX;
  const share = (axis, k, cell) => {
    const begin = ink[axis][0] + step * k;
    return Math.max(Math.min(begin + step, cell + 1) - Math.max(begin, cell), 0) / step;
  };
  for (let r = 0; r < BOX; r++) {
    for (let c = 0; c < BOX; c++) {
      let sum = 0;
      for (let i = ink[0][0]; i <= ink[0][1]; i++) {
        const rows = share(0, r, i);
        if (rows) for (let j = ink[1][0]; j <= ink[1][1]; j++) sum += rows * share(1, c, j) * bitmap[i * side + j];
      }
      picture[(r + margin) * SIDE + c + margin] = Math.floor(Math.min(sum, 255) + 0.5);
    }
  }
  return picture;
}

/** Row and column of the centre of mass, or null where there is no ink. */
function massOf(picture) {
  let [sum, rows, columns] = [0, 0, 0];
  picture.forEach((value, place) => {
    sum += value;
    rows += value * Math.floor(place / SIDE);
    columns += value * (place % SIDE);
  });
  return sum ? [rows / sum, columns / sum] : null;
}

/** The picture moved by whole pixels: the centre of mass to the middle, no ink over the edge. */
function centre(picture) {
  const mass = massOf(picture);
  if (!mass) return picture;
  const [down, right] = inkOf(picture, SIDE).map(([first, last], axis) =>
    Math.min(Math.max(Math.floor(MIDDLE - mass[axis] + 0.5), -first), SIDE - 1 - last));
  const moved = new Uint8Array(SIDE * SIDE);
  picture.forEach((value, place) => { if (value) moved[place + down * SIDE + right] = value; });
  return moved;
}

// --- saliency ------------------------------------------------------------------------------------------------------

/** The places (top, left) of the patches that hold ink. */
function patchesOf(picture) {
  const patches = [];
  for (let top = 0; top <= SIDE - PATCH; top += STRIDE) {
    for (let left = 0; left <= SIDE - PATCH; left += STRIDE) {
      if (blanked(picture, top, left).some((value, i) => value !== picture[i])) patches.push([top, left]);
    }
  }
  return patches;
}

function blanked(picture, top, left) {
  const copy = Uint8Array.from(picture);
  for (let r = top; r < top + PATCH; r++) copy.fill(0, r * SIDE + left, r * SIDE + left + PATCH);
  return copy;
}

/** The mean fall over all patches that cover a pixel; a patch without ink changes nothing. */
function spreadFalls(patches, falls) {
  const sums = new Float32Array(SIDE * SIDE), covers = (at) => {
    const last = Math.min(Math.floor(at / STRIDE), (SIDE - PATCH) / STRIDE);
    return last - Math.max(Math.ceil((at - PATCH + 1) / STRIDE), 0) + 1;
  };
  patches.forEach(([top, left], i) => {
    for (let r = top; r < top + PATCH; r++) for (let c = left; c < left + PATCH; c++) sums[r * SIDE + c] += falls[i];
  });
  return sums.map((value, place) => value / (covers(Math.floor(place / SIDE)) * covers(place % SIDE)));
}

// --- the widget ----------------------------------------------------------------------------------------------------

const inShares = (share) => (share > 0 && share < 0.001 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`);

/** A table of ten bars with their shares in words. */
function makeBars(strings, captionId) {
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const bar = make("span", { className: "dlc-bar" }), share = make("span", { className: "dlc-share", textContent: "–" });
    const track = make("span", { className: "dlc-track", "aria-hidden": "true" }, bar);
    const row = make("tr", {}, make("th", { scope: "row", textContent: digit }), make("td", {}, track, share));
    return { row, bar, share };
  });
  const head = ["digit", "probability"].map((word) => make("th", { scope: "col", textContent: strings[word] }));
  const element = make("table", { className: "dlc-bars", "aria-labelledby": captionId },
    make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows.map(({ row }) => row)));
  const show = (probs) => rows.forEach(({ row, bar, share }, digit) => {
    row.classList.toggle("dlc-first", Boolean(probs) && probs[digit] === Math.max(...probs));
    bar.style.width = `${probs ? 100 * probs[digit] : 0}%`;
    share.textContent = probs ? inShares(probs[digit]) : "–";
  });
  return { element, show };
}

/** A square canvas in units of `size`; gives its pen, ready to draw, or null while it is not on the page. */
function preparePen(canvas, size) {
  const width = canvas.clientWidth, pixels = Math.round(width * (window.devicePixelRatio || 1));
  if (!width) return null;
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
  const pen = canvas.getContext("2d");
  pen.setTransform(pixels / size, 0, 0, pixels / size, 0, 0);
  pen.fillStyle = "#000000";
  pen.fillRect(0, 0, size, size);
  return pen;
}

/** A picture of 28 × 28 as a canvas of as many pixels, with the colours of the falls over it. */
function asCanvas(picture, falls = null) {
  const canvas = make("canvas", { width: SIDE, height: SIDE }), pen = canvas.getContext("2d");
  const image = pen.createImageData(SIDE, SIDE), largest = falls ? Math.max(...falls.map(Math.abs)) : 0;
  picture.forEach((value, place) => {
    const strength = largest ? 0.8 * Math.abs(falls[place]) / largest : 0;
    const colour = largest && falls[place] < 0 ? [86, 180, 233] : [230, 159, 0];
    image.data.set([...colour.map((part) => (1 - strength) * value + strength * part), 255], 4 * place);
  });
  pen.putImageData(image, 0, 0);
  return canvas;
}

function render({ model, el }) {
  const strings = model.get("strings"), look = model.get("look"), labels = model.get("labels");
  const network = readNetwork(model.get("network"), model.get("weights"));
  const examples = model.get("examples");
  const exampleAt = (place) => (place < 0 ? null
    : Uint8Array.from({ length: SIDE * SIDE }, (_, i) => examples.getUint8(place * SIDE * SIDE + i)));
  const root = widgetRoot(el, strings.title, "drawpad");

  let drawing = model.get("drawing"); // replaced, never changed, so that undo can bring it back
  let current = null, pointer = null; // the stroke being drawn, and the finger, mouse or pen that draws it
  const history = [];
  const cursor = { x: MIDDLE, y: MIDDLE, isDown: false };
  let nextExample = Math.max(drawing.example, -1);
  let picture = null, logits = null, falls = null, isFull = false;

  const pad = make("canvas", {
    className: "dlc-canvas dlc-pad", tabIndex: 0, role: "application", "aria-roledescription": strings.pad_kind,
  });
  const seen = make("canvas", { className: "dlc-canvas dlc-seen", role: "img" });
  const caption = make("figcaption", { id: `${root.id}-answers`, textContent: strings.answers });
  const bars = makeBars(strings, caption.id);
  const text = liveText(), where = liveText(), matters = liveText();
  const overlay = make("input", { type: "checkbox", checked: true });

  const strokes = () => (current ? [...drawing.strokes, current] : drawing.strokes);
  const pointsOf = (lines) => lines.reduce((sum, line) => sum + line.length / 2, 0);

  // What is drawn, from the drawing to the last number.

  function paintPad() {
    const pen = preparePen(pad, UNITS);
    if (!pen) return;
    const example = exampleAt(drawing.example);
    if (example) pen.drawImage(asCanvas(example), 0, 0, UNITS, UNITS);
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = look.pen * CELL;
    pen.lineCap = pen.lineJoin = "round";
    for (const line of strokes()) {
      pen.beginPath();
      pen.moveTo(line[0], line[1]);
      for (let i = 0; i < line.length; i += 2) pen.lineTo(line[i], line[i + 1]);
      pen.stroke();
    }
    if (document.activeElement !== pad || !pad.matches(":focus-visible")) return;
    pen.strokeStyle = cursor.isDown ? "#e69f00" : "#56b4e9";
    pen.lineWidth = 3;
    pen.strokeRect((cursor.x - 0.5) * CELL, (cursor.y - 0.5) * CELL, 2 * CELL, 2 * CELL);
  }

  function paintSeen() {
    const pen = preparePen(seen, SIDE);
    if (!pen) return;
    pen.imageSmoothingEnabled = false;
    if (picture) pen.drawImage(asCanvas(picture, overlay.checked ? falls : null), 0, 0);
  }

  function describe() {
    const count = strokes().length, parts = [];
    if (drawing.example >= 0) parts.push(fill(strings.example, { label: labels[drawing.example] }));
    if (count) parts.push(count === 1 ? strings.stroke : fill(strings.strokes, { count }));
    const [first = strings.nothing, second] = parts;
    const what = second ? fill(strings.both, { first, second }) : first;
    pad.setAttribute("aria-label", fill(strings.pad_label, { what }));
    let words = strings.seen_empty;
    if (picture) {
      const [[top, bottom], [left, right]] = inkOf(picture, SIDE);
      const [row, column] = massOf(picture).map((value) => value.toFixed(1));
      words = fill(strings.seen_label, { top, bottom, left, right, row, column });
    }
    seen.setAttribute("aria-label", `${strings.seen}: ${words}`);
  }

  function answer() {
    if (!picture) return strings.ready;
    const probs = softmax(logits), order = probs.map((_, digit) => digit).sort((a, b) => probs[b] - probs[a]);
    const [first, second] = order;
    const words = fill(strings.reads, { first, share: inShares(probs[first]), second, next: inShares(probs[second]) });
    return isFull ? `${words} ${strings.full}` : words;
  }

  /** The way from the drawing to the answer. */
  function update(isFirst = false) {
    const began = performance.now(), lines = strokes();
    picture = lines.length || drawing.example >= 0 ? lookOf(lines, exampleAt(drawing.example), look) : null;
    if (picture && !massOf(picture)) picture = null; // an example without ink
    logits = picture && logitsOf(network, picture);
    falls = null;
    bars.show(picture && softmax(logits));
    paintPad();
    paintSeen();
    describe();
    root.dataset.answer = logits ? String(logits.indexOf(Math.max(...logits))) : "";
    if (isFirst) text.begin(answer());
    else text.say(answer());
    explainSoon(isFirst);
    root.dispatchEvent(new CustomEvent("dlc-drawn", { detail: { key: root.dataset.answer, took: performance.now() - began } }));
  }
  const updateSoon = perFrame(() => update());

  // What matters: blank patch after patch, a few at a time, so that the page goes on.

  let explaining = 0;

  function explainSoon(isFirst = false) {
    clearTimeout(explaining);
    delete root.dataset.saliency;
    const words = !overlay.checked ? strings.saliency_off : picture ? strings.saliency_wait : strings.saliency_none;
    // Only the result is read out.
    matters.begin(words);
    if (!overlay.checked || !picture) return;
    const digit = logits.indexOf(Math.max(...logits)), of = picture, patches = patchesOf(of), found = [];
    const slice = () => {
      const began = performance.now();
      while (found.length < patches.length && performance.now() - began < SLICE) {
        found.push(logits[digit] - logitsOf(network, blanked(of, ...patches[found.length]))[digit]);
      }
      if (found.length < patches.length) explaining = setTimeout(slice, 0);
      else explained(digit, patches, found, isFirst);
    };
    explaining = setTimeout(slice, PAUSE);
  }

  function explained(digit, patches, found, isFirst) {
    falls = spreadFalls(patches, found);
    const fall = Math.max(...found), [row, column] = patches[found.indexOf(fall)];
    const words = fall > 0 ? strings.saliency_text : strings.saliency_same;
    matters[isFirst ? "begin" : "say"](fill(words, { row, column, digit, fall: fall.toFixed(1) }));
    root.dataset.saliency = found.map((value) => value.toFixed(3)).join(" ");
    paintSeen();
  }

  // What changes the drawing.

  /** Take a new drawing, remember the old one, and store the new one in the notebook. */
  function replace(next, isRemembered = true) {
    if (isRemembered) history.push(drawing);
    drawing = next;
    isFull = false;
    model.set("drawing", next);
    model.save_changes();
    updateSoon();
  }

  function begin(x, y) {
    current = [x, y];
    isFull = pointsOf(strokes()) > look.most;
    if (isFull) current = null;
    updateSoon();
  }

  function extend(x, y) {
    if (!current) return;
    const [beforeX, beforeY] = current.slice(-2);
    if (Math.max(Math.abs(x - beforeX), Math.abs(y - beforeY)) < 2) return; // nothing that the picture would show
    isFull = pointsOf(strokes()) >= look.most;
    if (!isFull) current.push(x, y);
    updateSoon();
  }

  function finish() {
    if (!current) return;
    const stroke = current, wasFull = isFull;
    current = null;
    replace({ ...drawing, strokes: [...drawing.strokes, stroke] });
    isFull = wasFull;
  }

  function undo() {
    liftPen();
    finish(); // a stroke under way is one to undo
    if (history.length) replace(history.pop(), false);
    else if (drawing.strokes.length) replace({ ...drawing, strokes: drawing.strokes.slice(0, -1) }, false);
    else if (drawing.example >= 0) replace({ example: -1, strokes: [] }, false);
  }

  function clear() {
    current = null;
    liftPen();
    if (drawing.strokes.length || drawing.example >= 0) replace({ example: -1, strokes: [] });
    else updateSoon();
  }

  function showExample() {
    current = null;
    liftPen();
    nextExample = (nextExample + 1) % labels.length;
    replace({ example: nextExample, strokes: [] });
  }

  // Mouse, finger, pen.

  const placeOf = (event) => {
    const box = pad.getBoundingClientRect();
    const at = (value, start, length) => Math.min(Math.max(Math.round(((value - start) / length) * UNITS), 0), UNITS);
    return [at(event.clientX, box.left, box.width), at(event.clientY, box.top, box.height)];
  };
  pad.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    liftPen();
    pointer = event.pointerId;
    pad.setPointerCapture(pointer);
    begin(...placeOf(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    for (const each of passed.length ? passed : [event]) extend(...placeOf(each));
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    pad.addEventListener(kind, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      finish();
    });
  }

  // Keys: a cursor on the 28 × 28 squares, and a pen that is up or down.

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const onPad = () => [(cursor.x + 0.5) * CELL, (cursor.y + 0.5) * CELL];
  const cursorText = () =>
    fill(strings.cursor, { row: cursor.y, column: cursor.x, pen: cursor.isDown ? strings.down : strings.up });

  function liftPen() {
    if (!cursor.isDown) return;
    cursor.isDown = false;
    finish();
    where.say(cursorText());
  }

  pad.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key], isUndo = (event.ctrlKey || event.metaKey) && event.key === "z";
    if (!isUndo && (event.ctrlKey || event.metaKey || event.altKey)) return;
    if (arrow) {
      const step = event.shiftKey ? 4 : 1;
      cursor.x = Math.min(Math.max(cursor.x + arrow[0] * step, 0), SIDE - 1);
      cursor.y = Math.min(Math.max(cursor.y + arrow[1] * step, 0), SIDE - 1);
      if (cursor.isDown) extend(...onPad());
    } else if (event.key === " " && cursor.isDown) liftPen();
    else if (event.key === " ") {
      if (pointer !== null) return;
      cursor.isDown = true;
      begin(...onPad());
    } else if (event.key === "Escape") liftPen();
    else if (isUndo) undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
    where.say(cursorText());
    updatePad();
  });
  const updatePad = perFrame(paintPad);
  pad.addEventListener("focus", updatePad);
  pad.addEventListener("blur", () => { liftPen(); updatePad(); });

  // The page.

  overlay.addEventListener("change", () => { paintSeen(); explainSoon(); });
  where.begin(cursorText());
  const panel = (title, kind, ...children) => make("figure", { className: `dlc-panel ${kind}` },
    typeof title === "string" ? make("figcaption", { textContent: title }) : title, ...children);
  const buttons = [makeButton(strings.clear, clear), makeButton(strings.undo, undo), makeButton(strings.show, showExample)];
  root.append(
    make("div", { className: "dlc-panels" },
      panel(strings.pad, "", pad, make("div", { className: "dlc-buttons" }, ...buttons)),
      panel(strings.seen, "dlc-last", seen, make("label", { className: "dlc-control" }, overlay, strings.saliency),
        make("p", { className: "dlc-note", textContent: strings.saliency_colours })),
      panel(caption, "dlc-answers", bars.element)),
    ...text.elements, ...matters.elements,
    make("p", { className: "dlc-note", textContent: strings.help }), ...where.elements,
    make("p", { className: "dlc-note", textContent: fill(strings.note, { count: model.get("network").count.toLocaleString("en") }) }),
  );
  where.elements[0].className = "dlc-note";

  const follow = () => {
    if (model.get("drawing") === drawing) return;
    drawing = model.get("drawing"); // another view of the same pad, or Python
    updateSoon();
  };
  model.on("change:drawing", follow);
  const unwatch = watch([{ canvas: pad, redraw: paintPad }, { canvas: seen, redraw: paintSeen }], root);
  update(true);
  return () => {
    clearTimeout(explaining);
    unwatch();
    model.off("change:drawing", follow);
  };
}

export default { render };
