# Notes the weights before the example, not after it.
def one_pass(x, y, w, b):
    path, biases = [], []
    for x_i, y_i in zip(x, y, strict=True):
        path.append(w)
        biases.append(b)
        if y_i * (x_i @ w + b) <= 0:
            w = w + y_i * x_i
            b = b + y_i
    return np.array(path), np.array(biases)
