# Counts z = 0 as right, so that nothing happens from zero.
def one_pass(x, y, w, b):
    path, biases = [], []
    for x_i, y_i in zip(x, y, strict=True):
        if y_i * (x_i @ w + b) < 0:
            w = w + y_i * x_i
            b = b + y_i
        path.append(w)
        biases.append(b)
    return np.array(path), np.array(biases)
