// An explorer: controls, charts, a sentence. Python answers each move; without a kernel stored frames do.

function render({ model, el }) {
  const spec = model.get("spec"), strings = model.get("strings");
  const root = widgetRoot(el, spec.title, "explorer");
  const fixed = unpack(spec.fixed, spec.fixedData);
  const names = [...new Set(spec.panels.flatMap((panel) => panel.layers)
    .filter((layer) => layer.kind === "lines" || layer.kind === "paths").flatMap((layer) => layer.names))];
  const charts = spec.panels.map((panel) => new Chart(panel, spec.colours, names));
  const text = liveText();
  const note = make("p", { className: "dlc-note" });
  const hidden = new Set();
  let isLive = false, shownKey = null;

  const frames = model.get("frames"), bytes = bytesOf(spec.arrays);
  note.textContent = fill(strings.stored, { count: frames.texts.length });

  const places = () => ({ ...model.get("chosen") });
  const nearestStop = (control, place) =>
    control.stops.reduce((best, stop) => (Math.abs(stop - place) < Math.abs(best - place) ? stop : best));

  function paint(arrays, at, words, key, isFirst) {
    const began = performance.now();
    charts.forEach((chart) => {
      chart.draw({ ...fixed, ...arrays }, at, hidden);
      chart.canvas.setAttribute("aria-label", `${chart.panel.title}: ${words}`);
    });
    if (isFirst) text.begin(words);
    else text.say(words);
    shownKey = key;
    root.dataset.key = key;
    root.dispatchEvent(new CustomEvent("dlc-drawn", { detail: { key, took: performance.now() - began } }));
  }

  function paintFrame(isFirst = false) {
    const chosen = places(), at = {};
    let index = 0;
    for (const control of spec.controls) {
      at[control.name] = nearestStop(control, chosen[control.name]);
      index = index * control.stops.length + control.stops.indexOf(at[control.name]);
    }
    const key = spec.controls.map((control) => at[control.name]).join();
    paint(unpack(spec.arrays, frames.data, index * bytes), at, frames.texts[index], key, isFirst);
  }

  function paintAnswer() {
    const answer = model.get("answer"), at = {};
    spec.controls.forEach((control, i) => (at[control.name] = answer.key[i]));
    paint(unpack(spec.arrays, answer.data), at, answer.text, answer.key.join(), shownKey === null);
  }

  const soon = perFrame(() => (isLive ? paintAnswer() : paintFrame()));

  function move(control, place) {
    model.set("chosen", { ...places(), [control.name]: place });
    model.save_changes();
    if (!isLive) soon();
  }

  const controls = spec.controls.map((control) => {
    const build = control.kind === "slider" ? makeSlider : makeChoice;
    return { control, build, part: null };
  });
  const bar = make("div", { className: "dlc-controls" });

  /** Sliders over the stops alone while there is no kernel, over all values when there is one. */
  function buildControls() {
    const chosen = places(), focused = controls.findIndex(({ part }) => part && part.input === document.activeElement);
    for (const item of controls) {
      const { control, build } = item;
      const stops = isLive ? control.shown.map((_, place) => place) : control.stops;
      const place = stops.indexOf(isLive ? chosen[control.name] : nearestStop(control, chosen[control.name]));
      item.stops = stops;
      item.part = build(control.label, stops.map((stop) => control.shown[stop]), place, (at) => move(control, stops[at]));
      item.part.input.dataset.name = control.name;
    }
    bar.replaceChildren(...controls.map(({ part }) => part.element));
    if (focused >= 0) controls[focused].part.input.focus();
  }

  const legend = make("fieldset", { className: "dlc-legend" }, make("legend", { textContent: strings.lines }));
  names.forEach((name, place) => {
    const box = make("input", { type: "checkbox", checked: true });
    const swatch = make("span", { className: "dlc-swatch", "aria-hidden": "true" });
    swatch.style.background = spec.colours[place % spec.colours.length];
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(name);
      else hidden.add(name);
      charts.forEach((chart) => chart.redraw());
    });
    legend.append(make("label", {}, box, swatch, name));
  });

  buildControls();
  root.append(bar, make("div", { className: "dlc-panels" }, ...charts.map((chart) => chart.element)));
  if (names.length > 1) root.append(legend);
  // The longest sentence, unseen, keeps the room for all of them: nothing below moves.
  const longest = frames.texts.reduce((long, each) => (each.length > long.length ? each : long));
  const room = make("p", { className: "dlc-room", "aria-hidden": "true", textContent: longest });
  root.append(make("div", { className: "dlc-said" }, room, ...text.elements), note);

  const follow = () => {
    if (!isLive) return soon();
    for (const { control, stops, part } of controls) part.set(stops.indexOf(places()[control.name]));
  };
  const answered = () => { if (isLive) soon(); };
  model.on("change:chosen", follow);
  model.on("change:answer", answered);
  const leave = greet(model, () => {
    if (isLive) return;
    isLive = true;
    root.dataset.live = "";
    note.textContent = strings.live;
    buildControls();
  });
  const unwatch = watch(charts, root);
  paintFrame(true);
  return () => {
    leave();
    unwatch();
    model.off("change:chosen", follow);
    model.off("change:answer", answered);
  };
}

export default { render };
