// Questions with explained answers. Everything is in the stored state: a kernel is not needed.

function render({ model, el }) {
  const strings = model.get("strings"), questions = model.get("questions");
  const root = widgetRoot(el, strings.title, "quiz");
  const score = make("p", { className: "dlc-quiz-score", role: "status" });
  const triesOf = ({ number }) => model.get("answers")[number] ?? [];
  const rich = (tag, content, properties = {}) => make(tag, { ...properties, innerHTML: content });

  function store(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  }

  /** A sign and words before the explanation: colour is never the only hint. */
  function verdict(isRight, content) {
    const sign = make("span", { "aria-hidden": "true", textContent: isRight ? "✓ " : "✗ " });
    const word = make("strong", {}, sign, isRight ? strings.right : strings.wrong);
    return [word, " ", rich("span", content)];
  }

  /** A question to choose in; gives its element and a function that draws the state anew. */
  function choosing(question) {
    const group = uniqueId();
    const options = question.options.map(({ answer }, place) => {
      const input = make("input", { type: "radio", name: group, value: place, id: `${group}-${place}` });
      const mark = make("span", { className: "dlc-quiz-mark" });
      const words = rich("span", answer, { className: "dlc-quiz-words" });
      return { input, mark, element: make("label", { className: "dlc-quiz-option", for: input.id }, input, words, mark) };
    });
    const explanation = make("div", { className: "dlc-quiz-why", role: "status" });
    const answer = () => {
      const place = options.findIndex(({ input }) => input.checked);
      if (place < 0) explanation.replaceChildren(strings.choose);
      else store({ answers: { ...model.get("answers"), [question.number]: [...triesOf(question), place] } });
    };
    const legend = make("legend", {}, `${question.number}. `, rich("span", question.question));
    const button = makeButton(strings.answer, answer);
    const element = make("fieldset", { className: "dlc-quiz-question" },
      legend, ...options.map((option) => option.element), button, explanation);
    let painted = null;

    function paint() {
      const tries = triesOf(question), last = tries.at(-1), state = tries.join();
      if (state === painted) return; // what has been said is not said again because another question was answered
      painted = state;
      options.forEach(({ input, mark, element: label }, place) => {
        const isTried = tries.includes(place), isRight = place === question.right;
        mark.textContent = isTried ? (isRight ? `✓ ${strings.tried_right}` : `✗ ${strings.tried_wrong}`) : "";
        label.dataset.tried = isTried ? (isRight ? "right" : "wrong") : "";
        input.checked = place === last;
      });
      element.dataset.state = last === undefined ? "" : last === question.right ? "right" : "wrong";
      // The whole answer as the text has it, which speaks of the wrong ones too, comes with the right choice.
      explanation.replaceChildren(...(last === undefined ? [] : last === question.right
        ? verdict(true, question.answer) : verdict(false, question.options[last].why)));
    }
    return { element, paint };
  }

  /** A question without options: one answers for oneself, then looks. */
  function opening(question) {
    const id = uniqueId();
    const answer = rich("div", question.answer, { className: "dlc-quiz-why", id: `${id}-answer` });
    const button = makeButton("", () => {
      const opened = model.get("opened");
      store({ opened: opened.includes(question.number)
        ? opened.filter((number) => number !== question.number) : [...opened, question.number] });
    }, { "aria-controls": answer.id });
    const element = make("fieldset", { className: "dlc-quiz-question" },
      make("legend", {}, `${question.number}. `, rich("span", question.question)),
      make("p", { textContent: strings.open_question }), button, answer);
    function paint() {
      const isOpen = model.get("opened").includes(question.number);
      answer.hidden = !isOpen;
      button.textContent = isOpen ? strings.hide : strings.show;
      button.setAttribute("aria-expanded", String(isOpen));
    }
    return { element, paint };
  }

  const parts = questions.map((question) => (question.options.length ? choosing(question) : opening(question)));

  function paint() {
    parts.forEach((part) => part.paint());
    const real = questions.filter(({ options }) => options.length);
    const count = (isRight) => real.filter((question) => isRight(triesOf(question), question.right)).length;
    const words = fill(strings.score, {
      all: real.length,
      right: count((tries, right) => tries.includes(right)),
      first: count((tries, right) => tries[0] === right),
    });
    if (score.textContent !== words) score.textContent = words;
  }

  root.append(...parts.map(({ element }) => element), score,
    make("div", { className: "dlc-buttons" }, makeButton(strings.again, () => store({ answers: {}, opened: [] }))));
  model.on("change:answers", paint);
  model.on("change:opened", paint);
  paint();
  return () => {
    model.off("change:answers", paint);
    model.off("change:opened", paint);
  };
}

export default { render };
