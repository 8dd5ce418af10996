# Changes the array that came in: all rows of the path are one array.
def one_pass(x, y, w, b):
    path, biases = [], []
    for x_i, y_i in zip(x, y, strict=True):
        if y_i * (x_i @ w + b) <= 0:
            w += y_i * x_i
            b += y_i
        path.append(w)
        biases.append(b)
    return np.array(path), np.array(biases)
