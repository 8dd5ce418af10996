"""Every English word that a widget shows, in one place for whoever translates the course."""

COMMON = {
    "stored": "Without a kernel this page shows {count} results that Python computed beforehand.",
    "live": "Live: Python computes each result.",
    "lines": "Show",
}

TRAINER = {
    "title": "Live trainer",
    "curves": "Curves of the training",
    "learning_rate": "Learning rate",
    "batch_size": "Batch size",
    "dropout": "Dropout",
    "activation": "Activation",
    "optimizer": "Optimizer",
    "start": "Start",
    "pause": "Pause",
    "step": "Step",
    "reset": "Reset",
    "no_kernel": (
        "This panel trains when Python stands behind the page: open the chapter in JupyterLab and run its cells. "
        "Here a recorded run can be looked through below."
    ),
    "loss": "loss",
    "accuracy": "accuracy",
    "axis": "step",
    "batch": "training batch",
    "smooth": "mean of 20 batches",
    "test": "held-out pictures",
    "recorded": "A recorded run of {steps} steps.",
    "scrub": "Look at step",
    "at": "Step {step}: loss {loss}, accuracy on the batch {accuracy}.",
    "at_change": "Changed at step {step}: {changes}.",
    "ready": "Press Start: the network has not seen a picture yet.",
    "running": "Training goes on from step {step}.",
    "training": "Step {step}.",
    "paused": "Paused at step {step}.",
    "changed": "Changed at step {step}: {what}.",
    "rebuilt": "Changed at step {step}: {what}. The network is built anew and keeps its weights.",
    "diverged": (
        "Stopped at step {step}: the loss is no longer a number, because the learning rate {rate} is too large here. "
        "Choose a smaller one and press Reset."
    ),
    "stopped": "Stopped: the cell has been run again, or the kernel ends.",
}

DRAWPAD = {
    "title": "Draw a digit",
    "pad": "Your drawing",
    "pad_label": (
        "Drawing pad, {what}. Arrow keys move the cursor, with Shift by four squares; Space lowers and lifts the pen."
    ),
    "pad_kind": "drawing pad",
    "help": "Draw with mouse, finger or pen; or focus the pad: arrow keys move, Space lowers and lifts the pen.",
    "nothing": "empty",
    "strokes": "{count} strokes",
    "stroke": "1 stroke",
    "example": "a test picture of a {label}",
    "both": "{first} and {second}",
    "cursor": "Cursor at row {row}, column {column}; pen {pen}.",
    "up": "up",
    "down": "down",
    "clear": "Clear",
    "undo": "Undo",
    "show": "Show an example",
    "seen": "What the network sees",
    "seen_empty": "28 by 28 pixels, all paper.",
    "seen_label": (
        "28 by 28 pixels, ink in rows {top} to {bottom} and columns {left} to {right}, "
        "centre of mass at row {row}, column {column}."
    ),
    "answers": "What it answers",
    "digit": "Digit",
    "probability": "Probability",
    "ready": "Draw a digit: the network reads along.",
    "reads": "Reads {first} with {share}; next {second} with {next}.",
    "full": "The pad is full: undo a stroke, or clear it.",
    "saliency": "Saliency overlay",
    "saliency_off": "The overlay is off.",
    "saliency_wait": "Blanking patch after patch …",
    "saliency_none": "Nothing to blank yet.",
    "saliency_same": "Blanking 4 × 4 pixels lowers the score (logit) of {digit} nowhere.",
    "saliency_text": (
        "Blanking the 4 × 4 pixels from row {row}, column {column} on lowers the score (logit) of {digit} most, "
        "by {fall}."
    ),
    "saliency_colours": "Orange: the score of its answer falls when this is blanked. Blue: it rises.",
    "note": (
        "The network runs in this page, with the {count} weights of its convolutions and dense layers: what you draw "
        "stays here. Rows and columns count from 0. Your lines are fitted into 20 × 20 pixels and moved so that the "
        "centre of mass is at row and column 14, as MNIST's makers did. The overlay blanks 4 × 4 pixels at a time; "
        "patches overlap by two pixels, and a pixel shows their mean."
    ),
}

STEPTHROUGH = {
    "title": "One training step after the other",
    "forward": "Forward",
    "loss": "Loss",
    "backward": "Backward",
    "update": "Update",
    "play": "Play",
    "pause": "Pause",
    "reset": "Reset",
    "learning_rate": "Learning rate",
    "activation": "Activation of the hidden units",
    "pace": "Play shows",
    "paces": ["each part", "whole steps"],
    "drawing": "Network of two inputs, three hidden units and one output, its numbers in the tables. {text}",
    "legend": "Each line carries its weight: solid is positive, dashed negative. After Backward its slope ∂ is below.",
    "was": "was {value}",
    "target": "target",
    "loss_word": "loss",
    "numbers": "The numbers of this step",
    "unit": "Unit",
    "hidden": "hidden {index}",
    "output": "output",
    "sum": "sum z",
    "after": "activation a, p",
    "delta": "slope δ",
    "loss_row": "Loss L",
    "edit": "All weights, their slopes, and fields to change them",
    "name": "Name",
    "value": "Value",
    "slope": "Slope",
    "new": "New value",
    "input": "x{index}",
    "target_row": "target y",
    "weight_in": "x{first} to hidden {second}",
    "bias_in": "bias of hidden {index}",
    "weight_out": "hidden {index} to output",
    "bias_out": "bias of output",
    "say_ready": "Step {step}: press Forward, and the inputs go through the network.",
    "say_forward": "Step {step}, forward: from left to right each unit adds up weight × input. The answer is p = {p}.",
    "say_loss": "Step {step}, loss: the target is {y} and the answer {p}, which costs L = {loss}.",
    "say_backward": (
        "Step {step}, backward: p − y = {delta} goes back along the lines. Below each weight stands the slope of the "
        "loss."
    ),
    "say_update": "Step {step}, update: new weight = old − {rate} × slope. The loss goes from {loss} to {after}.",
    "say_changed": "Changed: {name} is now {value}.",
    "say_order": "Not yet: the next button is {next}.",
    "say_bad": "{name} takes a number from {low} to {high}; {value} stays.",
    "say_too_large": (
        "Stopped: the numbers have outgrown the computer's. Choose a smaller learning rate and press Reset."
    ),
    "say_reset": "The first weights are back; learning rate, activation, inputs and target stay as they are.",
}

QUIZ = {
    "title": "Check yourself",
    "answer": "Answer",
    "show": "Show the answer",
    "hide": "Hide the answer",
    "again": "Start again",
    "open_question": "Answer for yourself first, then look.",
    "right": "Right.",
    "wrong": "Not this one.",
    "tried_right": "right",
    "tried_wrong": "not this one",
    "choose": "Choose an answer first.",
    "score": "Right: {right} of {all}. At the first try: {first}.",
}

OPTIMIZERS = {
    "title": "Five optimizers on one surface",
    "rate": "Learning rate",
    "momentum": "Momentum, β₁",
    "surface": "Surface",
    "surfaces": ["long valley", "saddle", "bent valley"],
    "paths": "Paths from one start; stars are minima",
    "losses": "Loss on the way",
    "w1": "w1",
    "w2": "w2",
    "step": "step",
    "loss": "loss above the minimum",
    "text": "Loss after {steps} steps: {ends}. Lowest: {best}.",
    "all_gone": "After {steps} steps all five have diverged.",
    "end": "{name} {loss:.2g}",
    "gone": "{name} diverged",
    "about": {
        "long valley": "Across the valley the curvature is λmax = 25, so plain SGD diverges above 2/λmax = 0.08.",
        "saddle": "All start 0.01 beside a ridge whose lowest point, the saddle (0, 0), has loss 0.25.",
        "bent valley": "The floor of the valley is bent and almost flat: the way down is not the way to the minimum.",
    },
}

DESCENT = {
    "title": "Gradient descent from crawling to diverging",
    "rate": "Learning rate η",
    "surface": "Surface",
    "surfaces": ["quadratic, λ = 1", "quadratic, λ = 10", "two valleys"],
    "start": "Start at w",
    "path": "Where each step lands",
    "losses": "Loss on the way",
    "w": "weight w",
    "loss": "loss",
    "step": "step",
    "above": "loss above the lowest point",
    "curve": "loss surface",
    "descent": "gradient descent",
    "crawling": "Crawling: after {steps} steps {left:.0%} of the loss above the minimum is left.",
    "converging": "Converging: in the end all steps go one way, and the loss ends {end:.2g} above the minimum.",
    "oscillating": "Oscillating: the steps jump from side to side, and the loss ends {end:.2g} above the minimum.",
    "diverging": "Diverging: the loss grows instead of falling.",
    "resting": "The start is a point without slope: no step leads away.",
    "critical": "Critical rate 2/λmax = {critical:.3g}: this rate is {share:.3g} times that.",
    "valley": (
        "It ends near w = {end:.2f}. At the minimum {minimum:.2f} of that side the curvature is {curvature:.2f}, and "
        "the critical rate there 2/λmax = {critical:.3g}."
    ),
    "gone": "No valley holds it.",
}

BOUNDARY = {
    "title": "Decision boundary of a small network",
    "depth": "Hidden layers",
    "width": "Units in each",
    "activation": "Activation",
    "data": "Data",
    "sets": ["spirals", "circles", "XOR"],
    "map": "Answer and points: orange 1, blue 0",
    "losses": "Loss while it trains",
    "x1": "x1",
    "x2": "x2",
    "step": "step of Adam",
    "loss": "cross-entropy",
    "train": "training loss",
    "test": "test loss",
    "text": (
        "{weights} weights and biases, {steps} steps: accuracy {train:.0%} on {n_train} training points, {test:.0%} on "
        "{n_test} test points."
    ),
    "linear": "Without a hidden layer the boundary is a straight line, whatever the activation.",
}

REGULARISATION = {
    "title": "How strong a penalty?",
    "strength": "Strength λ",
    "penalty": "Penalty",
    "penalties": ["L1", "L2"],
    "fit": "Fit with {waves} waves to {n} points",
    "losses": "Loss against strength; stars: the chosen strength",
    "weights": "Weight of each wave; stars: the two waves that made the data",
    "x": "x",
    "y": "y",
    "wave": "number of the wave",
    "weight": "weight",
    "loss": "mean squared error",
    "fitted": "fitted curve",
    "truth": "true curve",
    "train": "training loss",
    "test": "test loss",
    "text": (
        "{penalty} with λ = {strength:.2g}: training loss {train:.3f}, test loss {test:.3f}, {zeros} of {waves} "
        "weights nearer to zero than 0.001. The test loss is lowest at λ = {best:.2g}."
    ),
}

ACTIVATIONS = {
    "title": "Activation functions",
    "depth": "Layers",
    "start": "Start of the weights",
    "functions": "Functions",
    "derivatives": "Derivatives",
    "reaching": "Gradient that reaches each layer",
    "sum": "z, a unit's sum",
    "value": "activation",
    "slope": "derivative",
    "layer": "layer, 1 is the first",
    "size": "size of the gradient",
    "say": (
        "Layers: {depth}, of 64 units, {start}'s start. Of a gradient of size 1 behind the last, the first gets: "
        "{listed}."
    ),
}

LOSSES = {
    "title": "Losses and their gradients",
    "delta": "Huber's δ",
    "number_across": "Prediction ŷ",
    "class_across": "Logit z",
    "numbers": ("squared error", "absolute error", "Huber"),
    "classes": ("squared error", "cross-entropy"),
    "loss": "loss",
    "slope": "gradient",
    "number_loss": "A number, the truth is 0: loss",
    "number_slope": "Its gradient with respect to ŷ",
    "class_loss": "Yes or no, the label is 1: loss",
    "class_slope": "Its gradient with respect to z",
    "row": "{name} {loss:.3g}, gradient {slope:+.3g}",
    "say": (
        "Prediction {y_hat:g}, truth 0, δ = {delta:g}: {numbers}. Logit {z:g}, label 1, probability {p:.3f}: {classes}."
    ),
}

SOFTMAX = {
    "title": "Softmax and temperature",
    "temperature": "Temperature",
    "text": "Text so far",
    "texts": ("The cat sleeps on the …", "The rocket lands on the …", "I am looking at the …"),
    "words": ("mat", "sofa", "bed", "floor", "roof", "sky", "air", "moon"),
    "bars": "Probabilities of the next word",
    "doubt": "Entropy against temperature",
    "word": "next word",
    "probability": "probability",
    "entropy": "entropy in bits",
    "say": ("{listed}. Entropy {bits:.2f} bits: as undecided as between {alike:.1f} equally likely words."),
}

SCHEDULES = {
    "title": "Learning-rate schedules",
    "peak": "Peak rate",
    "warm_up": "One-cycle warm-up",
    "names": ("constant", "step decay", "exponential", "cosine", "one-cycle"),
    "rates": "Learning rate",
    "losses": "Loss on a noisy quadratic, mean over the noise",
    "step": "step",
    "rate": "learning rate",
    "loss": "loss",
    "diverged": "diverged",
    "say": "Peak rate {peak:.3g}, warm-up {warm_up:.0%}: after {steps} steps the loss is {listed}.",
}

WRITER = {
    "title": "One character after another",
    "temperature": "Temperature",
    "page": "The page that is written",
    "again": "Write another page",
    "asked": "Python writes …",
    "writing": "Writing at temperature {temperature} …",
    "done": "Written at temperature {temperature}: {count} characters.",
    "stored_pages": "The pages were written beforehand by the network of this notebook.",
    "live_pages": "Live: another page comes from the network in Python.",
}
