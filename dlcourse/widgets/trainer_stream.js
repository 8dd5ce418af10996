// The live trainer's curves: they grow with each message; without a kernel a recorded run can be looked through.

const SMOOTH = 20;

/** A table of numbers that grows: rows of `width` numbers. */
class Rows {
  constructor(width) {
    this.width = width;
    this.clear();
  }

  clear() {
    this.values = new Float32Array(1024 * this.width);
    this.length = 0;
  }

  add(view) {
    const numbers = view.byteLength / 4;
    while (this.length * this.width + numbers > this.values.length) {
      const larger = new Float32Array(2 * this.values.length);
      larger.set(this.values);
      this.values = larger;
    }
    for (let i = 0; i < numbers; i++) this.values[this.length * this.width + i] = view.getFloat32(4 * i, true);
    this.length += numbers / this.width;
  }

  column(index, until = this.length) {
    return Float32Array.from({ length: until }, (_, row) => this.values[row * this.width + index]);
  }
}

/** The mean of each value and up to `SMOOTH` - 1 before it. */
function smooth(values) {
  const means = new Float32Array(values.length);
  for (let i = 0, sum = 0; i < values.length; i++) {
    sum += values[i] - (i >= SMOOTH ? values[i - SMOOTH] : 0);
    means[i] = sum / Math.min(i + 1, SMOOTH);
  }
  return means;
}

function render({ model, el }) {
  const strings = model.get("strings"), colours = model.get("colours");
  const root = widgetRoot(el, strings.curves, "stream");
  const axis = (label, high) => ({ label, low: 0, high, log: false });
  const panel = (title, high, layers) =>
    ({ title, x: axis(strings.axis, 100), y: axis(title, high), layers, height: 0.62 });
  const line = (name, data, x, width = 2.5) => ({ kind: "lines", names: [name], data, x, solid: true, width });
  const charts = [
    panel(strings.loss, 3, [line(strings.batch, "loss", "steps", 1), line(strings.smooth, "meanLoss", "steps")]),
    panel(strings.accuracy, 1, [line(strings.batch, "accuracy", "steps", 1),
      line(strings.smooth, "meanAccuracy", "steps"), line(strings.test, "testAccuracy", "testSteps")]),
  ].map((each) => new Chart(each, [colours[4], colours[0], colours[1]]));
  const text = liveText();
  const legend = make("p", { className: "dlc-legend" });
  [strings.batch, strings.smooth, strings.test].forEach((name, i) => {
    const swatch = make("span", { className: "dlc-swatch", "aria-hidden": "true" });
    swatch.style.background = [colours[4], colours[0], colours[1]][i];
    legend.append(make("span", {}, swatch, ` ${name}`));
  });
  const points = new Rows(3), tests = new Rows(2);
  let events = [], isLive = false;

  function paint(until = points.length) {
    const steps = points.column(0, until), loss = points.column(1, until), accuracy = points.column(2, until);
    const last = until ? steps[until - 1] : 0;
    const seen = [...tests.column(0)].filter((step) => step <= last).length;
    const row = (values) => ({ shape: [1, values.length], values });
    const arrays = {
      steps: { shape: [steps.length], values: steps }, loss: row(loss), accuracy: row(accuracy),
      meanLoss: row(smooth(loss)), meanAccuracy: row(smooth(accuracy)),
      testSteps: { shape: [seen], values: tests.column(0, seen) }, testAccuracy: row(tests.column(1, seen)),
    };
    const whole = points.length ? points.values[(points.length - 1) * 3] : 0;
    const wide = 100 * 2 ** Math.max(0, Math.ceil(Math.log2(whole / 100)));
    const top = Math.max(...smooth(loss).slice(-400), 1); // a single bad batch may leave the chart
    charts.forEach((chart) => {
      chart.panel.x.high = wide;
      if (chart.panel.title === strings.loss) chart.panel.y.high = [1, 3, 10, 30, 100, 1e3, 1e4, 1e6, 1e9].find((high) => high >= top) ?? 1e12;
      if (!chart.draw(arrays, {}, new Set())) return;
      const pen = chart.canvas.getContext("2d");
      pen.strokeStyle = chart.ink;
      pen.lineWidth = 1;
      pen.setLineDash([3, 3]);
      for (const { step } of events.filter(({ step }) => step <= last)) {
        pen.beginPath();
        pen.moveTo(chart.toX(step), chart.toY(0));
        pen.lineTo(chart.toX(step), chart.toY(chart.panel.y.high));
        pen.stroke();
      }
      pen.setLineDash([]);
      const value = until ? (chart.panel.title === strings.loss ? loss : accuracy)[until - 1] : NaN;
      chart.canvas.setAttribute("aria-label", `${chart.panel.title}, ${strings.axis} ${last}: ${value.toPrecision(3)}`);
    });
    root.dataset.steps = String(last);
    root.dispatchEvent(new CustomEvent("dlc-drawn", { detail: { steps: last, events: events.length } }));
  }

  let painted; // how many rows: all of them, or those that the slider shows
  const repaint = perFrame(() => paint(painted));
  charts.forEach((chart) => (chart.redraw = repaint));
  const list = make("ul", { className: "dlc-events" });

  function showEvents(until = Infinity) {
    const words = events.filter(({ step }) => step <= until).slice(-4).map(({ step, changes }) => fill(strings.at_change, {
      step, changes: Object.entries(changes).map(([name, value]) => `${strings[name]} ${value}`).join(", "),
    }));
    list.replaceChildren(...words.map((word) => make("li", { textContent: word })));
  }

  function load(record) {
    points.clear();
    tests.clear();
    if (record.points) points.add(record.points);
    if (record.tests) tests.add(record.tests);
    events = record.events ?? [];
  }

  // Without a kernel: a slider over the recorded run.
  const scrubber = make("div", { className: "dlc-controls" });
  function offerRecord() {
    const record = model.get("record");
    load(record);
    if (!points.length) return;
    const words = [...points.column(0)].map(String);
    const look = (row) => {
      painted = row + 1;
      const values = points.values.subarray(3 * row, 3 * row + 3);
      paint(painted);
      showEvents(values[0]);
      text.say(fill(strings.at, { step: values[0], loss: values[1].toPrecision(3), accuracy: `${Math.round(100 * values[2])} %` }));
    };
    const part = makeSlider(strings.scrub, words, points.length - 1, look);
    scrubber.replaceChildren(part.element);
    text.begin(fill(strings.recorded, { steps: record.steps }));
    paint();
    showEvents();
  }

  const listen = (message, buffers) => {
    if (message.type === "clear") {
      load({});
      showEvents();
      repaint();
    }
    if (message.type !== "news") return;
    root.dispatchEvent(new CustomEvent("dlc-news"));
    points.add(buffers[0]);
    tests.add(buffers[1]);
    if (message.events.length) {
      events.push(...message.events);
      showEvents();
    }
    root.dataset.running = message.running;
    root.dataset.status = message.status.word;
    text.say(fill(strings[message.status.word], message.status));
    repaint();
  };

  root.append(scrubber, make("div", { className: "dlc-panels" }, ...charts.map((chart) => chart.element)), legend,
    ...text.elements, list);
  offerRecord();
  model.on("msg:custom", listen);
  const leave = greet(model, () => {
    if (isLive) return;
    isLive = true;
    painted = undefined;
    root.dataset.live = "";
    scrubber.replaceChildren();
    load({});
    showEvents();
    text.begin(strings.ready);
    repaint();
  });
  const unwatch = watch(charts, root);
  return () => { leave(); unwatch(); model.off("msg:custom", listen); };
}

export default { render };
