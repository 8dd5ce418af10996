// A page that fills by and by. Stored pages for each temperature; with a kernel Python writes more of them.

const LETTERS_PER_FRAME = 2;

function render({ model, el }) {
  const { prompt, control, can_write: canWrite } = model.get("spec"), strings = model.get("strings");
  const root = widgetRoot(el, strings.title, "writer");
  const text = liveText();
  const written = make("span", {});
  const page = make("div", { className: "dlc-page", role: "region", tabIndex: 0, "aria-label": strings.page },
    make("span", { className: "dlc-prompt", textContent: prompt }), written);
  const note = make("p", { className: "dlc-note", textContent: strings.stored_pages });
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let isLive = false, frame = 0;

  /** Let the page grow to `whole`; readers who want no motion get it at once. */
  function grow(whole, temperature) {
    cancelAnimationFrame(frame);
    let length = isCalm.matches ? whole.length : 0;
    const step = () => {
      length = Math.min(length + LETTERS_PER_FRAME, whole.length);
      written.textContent = whole.slice(0, length);
      page.scrollTop = page.scrollHeight;
      root.dataset.written = length;
      root.dataset.done = length === whole.length;
      if (length < whole.length) frame = requestAnimationFrame(step);
      else text.say(fill(strings.done, { count: whole.length, temperature }));
    };
    text.begin(fill(strings.writing, { temperature }));
    step();
  }

  function showStored() {
    const { place, asked } = model.get("chosen"), pages = model.get("pages")[place];
    grow(pages[asked % pages.length], control.shown[place]);
  }

  function choose(changes) {
    model.set("chosen", { ...model.get("chosen"), ...changes });
    model.save_changes();
  }

  const temperature = makeSlider(control.label, control.shown, model.get("chosen").place, (place) => {
    choose({ place });
    showStored();
  });
  temperature.input.dataset.name = control.name;
  const again = makeButton(strings.again, () => {
    choose({ asked: model.get("chosen").asked + 1 });
    if (isLive && canWrite) text.begin(strings.asked);
    else showStored();
  });
  const answered = () => {
    const { asked, place, page: whole } = model.get("answer"), chosen = model.get("chosen");
    if (isLive && asked === chosen.asked && place === chosen.place) grow(whole, control.shown[place]);
  };

  root.append(make("div", { className: "dlc-controls" }, temperature.element, again), page, ...text.elements, note);
  model.on("change:answer", answered);
  const leave = greet(model, () => {
    isLive = true;
    root.dataset.live = "";
    if (canWrite) note.textContent = strings.live_pages;
  });
  showStored();
  return () => {
    leave();
    cancelAnimationFrame(frame);
    model.off("change:answer", answered);
  };
}

export default { render };
