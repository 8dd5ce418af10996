// What all widgets share: elements, controls, the handshake with Python, and charts on a canvas.

/** An element with properties, attributes (those with a dash, and role, for, list) and children. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || ["role", "for", "list"].includes(name)) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** `text` with each {name} replaced by `values[name]`. */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A name that no other element has: each widget's module would count from one, so chance decides. */
const uniqueId = () => `dlc-${Math.random().toString(36).slice(2)}`;

/** Keys go to a widget's controls; JupyterLab's shortcuts get those with Ctrl or Cmd alone. JupyterLab looks for the
 *  mark that keeps it away on the focused element first, and listens on the document: so this listens before it. */
function keepKeys() {
  if (window.dlcKeepsKeys) return;
  window.dlcKeepsKeys = true;
  window.addEventListener("keydown", ({ target, ctrlKey, metaKey }) => {
    if (target.closest?.(".dlc")) target.toggleAttribute("data-lm-suppress-shortcuts", !ctrlKey && !metaKey);
  }, true);
}

/** The frame of a widget: a labelled group that keeps its keys from JupyterLab's shortcuts. */
function widgetRoot(el, title, kind) {
  const id = uniqueId();
  const heading = make("p", { className: "dlc-title", id: `${id}-title`, textContent: title });
  const frame = { className: `dlc dlc-${kind}`, id, role: "group", "aria-labelledby": heading.id };
  const root = make("div", frame, heading);
  keepKeys();
  el.append(root);
  return root;
}

/** A sentence that is seen at once, and read out once it has stood for half a second. */
function liveText() {
  const seen = make("p", { className: "dlc-text" });
  const heard = make("p", { className: "dlc-heard", "aria-live": "polite" });
  let timer = 0;
  const say = (text) => {
    if (seen.textContent === text) return;
    seen.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => (heard.textContent = text), 500);
  };
  const begin = (text) => (seen.textContent = text); // nothing is read out before something happens
  return { elements: [seen, heard], say, begin };
}

/** A labelled slider over places 0 to shown.length - 1, with the value in words beside it. */
function makeSlider(label, shown, place, onInput) {
  const id = uniqueId();
  const input = make("input", { type: "range", id, min: 0, max: shown.length - 1, step: 1, value: place });
  const output = make("output", { for: id, className: "dlc-value" });
  const write = () => {
    output.textContent = shown[input.valueAsNumber];
    input.setAttribute("aria-valuetext", shown[input.valueAsNumber]);
  };
  input.addEventListener("input", () => { write(); onInput(input.valueAsNumber); });
  // The widest word decides, so that nothing moves when the value changes.
  output.style.minWidth = `${Math.max(...shown.map((text) => text.length)) * 0.6 + 0.4}em`;
  write();
  const element = make("div", { className: "dlc-control" }, make("label", { for: id, textContent: label }), input, output);
  return { element, input, set: (value) => { input.value = value; write(); } };
}

/** A labelled list to choose one of `shown` from. */
function makeChoice(label, shown, place, onInput) {
  const id = uniqueId();
  const input = make("select", { id }, ...shown.map((text, index) => make("option", { value: index, textContent: text })));
  input.value = place;
  input.addEventListener("change", () => onInput(Number(input.value)));
  const element = make("div", { className: "dlc-control" }, make("label", { for: id, textContent: label }), input);
  return { element, input, set: (value) => (input.value = value) };
}

function makeButton(label, onClick, properties = {}) {
  const button = make("button", { type: "button", textContent: label, className: "dlc-button", ...properties });
  button.addEventListener("click", onClick);
  return button;
}

/** Calls `onLive` when Python answers: in a page without a kernel it never does. */
function greet(model, onLive) {
  const listen = (message) => {
    if (message.type === "here") onLive();
  };
  model.on("msg:custom", listen);
  model.send({ type: "hello" });
  return () => model.off("msg:custom", listen);
}

/** At most one call per drawn frame, with the last arguments. */
function perFrame(work) {
  let waiting = null;
  return (...values) => {
    if (!waiting) requestAnimationFrame(() => { const last = waiting; waiting = null; work(...last); });
    waiting = values;
  };
}

// --- numbers that come from Python -------------------------------------------------------------------------------

const HALVES = (() => {
  // All 65,536 numbers of half precision, looked up instead of computed.
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31, fraction = bits & 1023, sign = bits >> 15 ? -1 : 1;
    table[bits] = exponent === 31 ? (fraction ? NaN : sign * Infinity)
      : exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction;
  }
  return table;
})();

const BYTES = { half: 2, share: 1, log: 2 };
const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** How many bytes the arrays take that `descriptions` describe. */
function bytesOf(descriptions) {
  return descriptions.reduce((sum, { shape, type }) => sum + sizeOf(shape) * BYTES[type], 0);
}

/** Arrays {shape, values} by name, out of a DataView that holds them one after the other. */
function unpack(descriptions, view, offset = 0) {
  const arrays = {};
  for (const { name, shape, type } of descriptions) {
    const count = sizeOf(shape), values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      if (type === "share") values[i] = view.getUint8(offset + i) / 255;
      else values[i] = HALVES[view.getUint16(offset + 2 * i, true)];
      if (type === "log") values[i] = 10 ** values[i];
    }
    arrays[name] = { shape, values };
    offset += count * BYTES[type];
  }
  return arrays;
}

/** The part of an array that has the place `index` on its first axis. */
function partOf(array, index) {
  const shape = array.shape.slice(1), count = sizeOf(shape);
  return { shape, values: array.values.subarray(index * count, (index + 1) * count) };
}

// --- charts --------------------------------------------------------------------------------------------------------

const DASHES = [[], [7, 3], [2, 3], [9, 3, 2, 3], [5, 2], [1, 2]];

function ticks(low, high, log, wanted) {
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first) / wanted));
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
  }
  const rough = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const count = Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1;
  return Array.from({ length: count }, (_, i) => (Math.ceil(low / step - 1e-9) + i) * step);
}

function tickText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e4 || size < 1e-3) return value.toExponential(0).replace("e+", "e").replace("-", "−").replace("e-", "e−");
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** A chart of one panel. `draw(arrays, places, hidden)` paints it anew, and says whether it could. The place of a line's
 *  name in `names` decides its colour, so that it has the same in every chart; without `names` the order in the panel. */
class Chart {
  constructor(panel, colours, names = []) {
    this.panel = panel;
    this.colours = colours;
    this.names = names;
    this.canvas = make("canvas", { className: "dlc-canvas", role: "img" });
    this.canvas.style.aspectRatio = String(1 / panel.height);
    this.element = make("figure", { className: "dlc-panel" }, this.canvas);
    if (panel.wide) this.element.classList.add("dlc-wide");
    if (panel.title) this.element.prepend(make("figcaption", { textContent: panel.title }));
    this.last = null;
  }

  limit(axis, end, places) {
    const value = this.panel[axis][end];
    return Array.isArray(value) ? value[places[this.panel[axis].by]] : value;
  }

  redraw() {
    if (this.last) this.draw(...this.last);
  }

  draw(arrays, places, hidden) {
    this.last = [arrays, places, hidden];
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!width || !height) return false; // not on the page yet
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const computed = getComputedStyle(this.canvas);
    this.ink = computed.color;
    this.font = `12px ${computed.fontFamily}`;
    const { x, y, layers } = this.panel;
    const [x0, x1] = [this.limit("x", "low", places), this.limit("x", "high", places)];
    const [y0, y1] = [this.limit("y", "low", places), this.limit("y", "high", places)];
    const box = { left: 56, right: width - 12, top: 8, bottom: height - 40 };
    const scale = (log) => (log ? (value) => Math.log10(Math.max(value, 1e-30)) : (value) => value);
    const [sx, sy] = [scale(x.log), scale(y.log)];
    const spread = (s, low, high, from, to) => (value) => from + ((s(value) - s(low)) / (s(high) - s(low))) * (to - from);
    this.toX = spread(sx, x0, x1, box.left, box.right);
    this.toY = spread(sy, y0, y1, box.bottom, box.top);
    const bars = layers.find((layer) => layer.kind === "bars");
    pen.save();
    pen.beginPath();
    pen.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    pen.clip();
    for (const layer of layers) if (layer.kind === "heat") this.heat(pen, this.dataOf(layer, arrays, places), layer, box);
    pen.restore();
    this.axes(pen, box, [x0, x1], [y0, y1], bars);
    pen.save();
    pen.beginPath();
    pen.rect(box.left - 1, box.top - 1, box.right - box.left + 2, box.bottom - box.top + 2);
    pen.clip();
    let series = 0;
    for (const layer of layers) {
      const data = this.dataOf(layer, arrays, places);
      if (layer.kind === "lines") this.lines(pen, data, layer, arrays, hidden, series);
      if (layer.kind === "paths") this.paths(pen, data, layer, hidden, series);
      if (layer.kind === "points") this.points(pen, data, layer, arrays, places, hidden);
      if (layer.kind === "verticals") this.verticals(pen, data, box);
      if (layer.kind === "bars") this.bars(pen, data, layer, box);
      if (layer.kind === "marks") this.marks(pen, data);
      if (layer.kind === "lines" || layer.kind === "paths") series += layer.names.length;
    }
    pen.restore();
    return true;
  }

  dataOf(layer, arrays, places) {
    const array = arrays[layer.data];
    return layer.by ? partOf(array, places[layer.by]) : array;
  }

  axes(pen, box, [x0, x1], [y0, y1], bars) {
    const { x, y } = this.panel;
    pen.font = this.font;
    pen.fillStyle = pen.strokeStyle = this.ink;
    pen.lineWidth = 1;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    if (bars) {
      bars.names.forEach((name, i) => {
        pen.fillText(name, box.left + ((i + 0.5) / bars.names.length) * (box.right - box.left), box.bottom + 6);
      });
    } else {
      for (const value of ticks(x0, x1, x.log, Math.max(2, (box.right - box.left) / 70))) {
        this.gridLine(pen, this.toX(value), box.top, this.toX(value), box.bottom);
        pen.fillText(tickText(value), this.toX(value), box.bottom + 6);
      }
    }
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of ticks(y0, y1, y.log, Math.max(2, (box.bottom - box.top) / 45))) {
      this.gridLine(pen, box.left, this.toY(value), box.right, this.toY(value));
      pen.fillText(tickText(value), box.left - 6, this.toY(value));
    }
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    pen.fillText(x.label, (box.left + box.right) / 2, box.bottom + 34);
    pen.save();
    pen.translate(12, (box.top + box.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(y.label, 0, 0);
    pen.restore();
    pen.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  }

  gridLine(pen, x0, y0, x1, y1) {
    pen.save();
    pen.globalAlpha = 0.15;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
    pen.restore();
  }

  stroke(pen, series, { dashed, solid, width }) {
    pen.strokeStyle = pen.fillStyle = this.colours[series % this.colours.length];
    pen.lineWidth = width ?? 2;
    pen.setLineDash(solid ? [] : dashed ? [4, 4] : DASHES[series % DASHES.length]);
  }

  lines(pen, data, layer, arrays, hidden, series) {
    const n = data.shape[1], xs = arrays[layer.x];
    layer.names.forEach((name, k) => {
      if (hidden.has(name)) return;
      this.stroke(pen, this.names.includes(name) ? this.names.indexOf(name) : series + k, layer);
      pen.beginPath();
      let isDown = false;
      for (let i = 0; i < n; i++) {
        const value = data.values[k * n + i], at = xs.values[xs.shape.length === 2 ? k * n + i : i];
        if (Number.isNaN(value) || Number.isNaN(at)) { isDown = false; continue; }
        if (isDown) pen.lineTo(this.toX(at), this.toY(value));
        else pen.moveTo(this.toX(at), this.toY(value));
        isDown = true;
      }
      pen.stroke();
      pen.setLineDash([]);
    });
  }

  paths(pen, data, layer, hidden, series) {
    const n = data.shape[1];
    layer.names.forEach((name, k) => {
      if (hidden.has(name)) return;
      this.stroke(pen, this.names.includes(name) ? this.names.indexOf(name) : series + k, layer);
      pen.setLineDash([]);
      const points = [];
      for (let i = 0; i < n; i++) {
        const [a, b] = [data.values[2 * (k * n + i)], data.values[2 * (k * n + i) + 1]];
        if (Number.isNaN(a) || Number.isNaN(b)) break;
        // Far outside is far enough: canvases draw nothing where numbers are huge.
        points.push([Math.max(-1e4, Math.min(1e4, this.toX(a))), Math.max(-1e4, Math.min(1e4, this.toY(b)))]);
      }
      pen.beginPath();
      points.forEach(([px, py], i) => (i ? pen.lineTo(px, py) : pen.moveTo(px, py)));
      pen.stroke();
      for (const [px, py] of points) { pen.beginPath(); pen.arc(px, py, 2.6, 0, 7); pen.fill(); }
    });
  }

  verticals(pen, data, box) {
    pen.strokeStyle = this.ink;
    pen.lineWidth = 1;
    pen.setLineDash([3, 3]);
    for (const value of data.values) {
      pen.beginPath();
      pen.moveTo(this.toX(value), box.top);
      pen.lineTo(this.toX(value), box.bottom);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  points(pen, data, layer, arrays, places, hidden) {
    let classes = layer.x ? arrays[layer.x] : null;
    if (classes && layer.by) classes = partOf(classes, places[layer.by]);
    for (let i = 0; i < data.shape[0]; i++) {
      if (hidden?.has(layer.names?.[i])) continue;
      const line = this.names.indexOf(layer.names?.[i]); // a point on a line has its colour
      pen.fillStyle = this.colours[classes ? classes.values[i] : Math.max(line, 0) % this.colours.length];
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 0.8;
      const [px, py] = [this.toX(data.values[2 * i]), this.toY(data.values[2 * i + 1])];
      pen.beginPath();
      if (classes && classes.values[i]) pen.rect(px - 2.6, py - 2.6, 5.2, 5.2);
      else pen.arc(px, py, line < 0 ? 3 : 5, 0, 7);
      pen.fill();
      pen.stroke();
    }
  }

  marks(pen, data) {
    for (let i = 0; i < data.shape[0]; i++) {
      const [px, py] = [this.toX(data.values[2 * i]), this.toY(data.values[2 * i + 1])];
      pen.fillStyle = "#000000";
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 1;
      pen.beginPath();
      for (let k = 0; k < 10; k++) {
        const radius = k % 2 ? 3.2 : 8, angle = (k * Math.PI) / 5 - Math.PI / 2;
        pen.lineTo(px + radius * Math.cos(angle), py + radius * Math.sin(angle));
      }
      pen.closePath();
      pen.fill();
      pen.stroke();
    }
  }

  bars(pen, data, layer, box) {
    const width = (box.right - box.left) / layer.names.length;
    layer.names.forEach((_, i) => {
      pen.fillStyle = this.colours[0];
      const top = this.toY(data.values[i]);
      pen.fillRect(box.left + (i + 0.15) * width, top, 0.7 * width, this.toY(0) - top);
    });
  }

  heat(pen, data, layer, box) {
    // Borders get smooth when the heights between the given ones are drawn as well.
    const [rows, columns] = data.shape, finer = 4;
    const [height, width] = [rows * finer, columns * finer];
    this.buffer ??= document.createElement("canvas");
    this.buffer.width = width;
    this.buffer.height = height;
    const paper = this.buffer.getContext("2d"), image = paper.createImageData(width, height);
    for (let r = 0; r < height; r++) {
      const row = Math.max(0, Math.min(rows - 1, (height - r - 0.5) / finer - 0.5));
      for (let c = 0; c < width; c++) {
        const column = Math.max(0, Math.min(columns - 1, (c + 0.5) / finer - 0.5));
        const share = between(data.values, columns, row, column);
        const band = Math.min(Math.floor(share * layer.bands), layer.bands - 1) / (layer.bands - 1);
        const [red, green, blue] = layer.bands ? shade(band) : blend(share);
        image.data.set([red, green, blue, 255], 4 * (r * width + c));
      }
    }
    paper.putImageData(image, 0, 0);
    pen.drawImage(this.buffer, box.left, box.top, box.right - box.left, box.bottom - box.top);
  }
}

/** The value at a row and column that may lie between the given ones. */
function between(values, columns, row, column) {
  const [r, c] = [Math.floor(row), Math.floor(column)], [down, right] = [row - r, column - c];
  const below = down ? columns : 0, next = right ? 1 : 0, at = r * columns + c;
  return (values[at] * (1 - right) + values[at + next] * right) * (1 - down)
    + (values[at + below] * (1 - right) + values[at + below + next] * right) * down;
}

/** From blue over white to orange: the two sides of a decision. */
function blend(share) {
  const [from, to] = share < 0.5 ? [[120, 175, 215], [250, 250, 250]] : [[250, 250, 250], [235, 165, 110]];
  const t = share < 0.5 ? 2 * share : 2 * share - 1;
  return from.map((value, i) => value + t * (to[i] - value));
}

/** From light grey-blue, low, to darker, high: a map of heights that lines show well on. */
function shade(share) {
  const [low, high] = [[240, 246, 250], [150, 170, 188]];
  return low.map((value, i) => value + share * (high[i] - value));
}

/** Charts that follow the page's width and its change between light and dark. */
function watch(charts, root) {
  const redraw = perFrame(() => charts.forEach((chart) => chart.redraw()));
  const sizes = new ResizeObserver(redraw);
  charts.forEach((chart) => sizes.observe(chart.canvas));
  const themes = new MutationObserver(redraw);
  for (const element of [document.documentElement, document.body]) {
    themes.observe(element, { attributes: true, attributeFilter: ["class", "data-theme", "data-jp-theme-light"] });
  }
  return () => { sizes.disconnect(); themes.disconnect(); };
}
