// The live trainer's controls. They never carry the stream, so that a busy cell can't hold them up.

function render({ model, el }) {
  const strings = model.get("strings");
  const root = widgetRoot(el, strings.title, "trainer");
  const note = make("p", { className: "dlc-note", textContent: strings.no_kernel });
  const command = (word) => model.send({ type: "command", word });
  const parts = model.get("controls").map((control) => {
    const build = control.kind === "slider" ? makeSlider : makeChoice;
    const part = build(control.label, control.shown, model.get("settings")[control.name], (place) => {
      model.set("settings", { ...model.get("settings"), [control.name]: place });
      model.save_changes();
    });
    part.input.dataset.name = control.name;
    return { name: control.name, ...part };
  });
  const buttons = ["start", "pause", "step", "reset"].map((word) =>
    makeButton(strings[word], () => command(word), { "data-word": word }));
  const inputs = [...parts.map(({ input }) => input), ...buttons];
  inputs.forEach((input) => (input.disabled = true));
  root.append(
    make("div", { className: "dlc-buttons" }, ...buttons),
    make("div", { className: "dlc-controls" }, ...parts.map(({ element }) => element)),
    note,
  );
  const follow = () => parts.forEach(({ name, set }) => set(model.get("settings")[name]));
  model.on("change:settings", follow);
  const leave = greet(model, () => {
    root.dataset.live = "";
    note.hidden = true;
    inputs.forEach((input) => (input.disabled = false));
  });
  return () => { leave(); model.off("change:settings", follow); };
}

export default { render };
